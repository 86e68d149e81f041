package dev.weft.examples.cluster;

import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.rethrowCancellation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The carrier, whom the workers call: it counts the calls that are under way, and can be told to leave one open. */
final class CarrierServer implements AutoCloseable {
    private static final Duration PACE = Duration.ofMillis(150);

    /** A call for a job. */
    static final class Call {
        final String worker;
        final CompletableFuture<Void> hungUp = new CompletableFuture<>();
        private final Set<Call> busy;
        private final Socket socket;

        private Call(String worker, Set<Call> busy, Socket socket) {
            this.worker = worker;
            this.busy = busy;
            this.socket = socket;
        }

        /** Answers; who has hung up does not hear it. */
        void answer() throws IOException {
            expectHangUp(); // before the worker gives its permit to another
            try {
                socket.getOutputStream().write("shipped\n".getBytes(StandardCharsets.UTF_8));
            } catch (SocketException late) {
                hungUp.complete(null);
            }
        }

        /** Counts the call no longer: its worker will leave it at any moment. */
        void expectHangUp() {
            busy.remove(this);
        }
    }

    private final ServerSocket server;
    private final int limit;
    private final Set<Call> busy = ConcurrentHashMap.newKeySet();
    private final AtomicInteger most = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Call>> open = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final CompletableFuture<Set<String>> full = new CompletableFuture<>();
    private final CompletableFuture<Void> begun = new CompletableFuture<>();

    private CarrierServer(ServerSocket server, int limit) {
        this.server = server;
        this.limit = limit;
    }

    /** Opens a carrier that can take so many calls at once, and answers none before that many are there. */
    static CarrierServer open(int limit) throws IOException {
        return new CarrierServer(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()), limit);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Takes calls until it is cancelled. */
    void serve() throws IOException {
        group(connections -> {
            while (true) {
                Socket socket = accept();
                connections.async(() -> serve(socket));
            }
        });
    }

    /** Has the first call for a job left open. {@return the call, when it comes} */
    CompletableFuture<Call> leaveOpen(int job) {
        return open.computeIfAbsent(job, unseen -> new CompletableFuture<>());
    }

    /** {@return the workers that call when there are as many calls as there may be} */
    Set<String> full() {
        return await(full);
    }

    /** Answers calls from now on. */
    void begin() {
        begun.complete(null);
    }

    /** {@return how many calls there were at once} */
    int most() {
        return most.get();
    }

    /** {@return how many calls there were for a job} */
    int calls(int job) {
        return calls.computeIfAbsent(job, unseen -> new AtomicInteger()).get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private Socket accept() throws IOException {
        try {
            return server.accept();
        } catch (SocketException closed) {
            rethrowCancellation(closed);
            throw closed;
        }
    }

    private void serve(Socket socket) throws IOException {
        try (socket;
                var lines =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            if (line == null) return;
            String[] parts = line.split(" ");
            serve(Integer.parseInt(parts[0]), new Call(parts[1], busy, socket), lines);
        } catch (SocketException hungUp) {
            rethrowCancellation(hungUp);
        }
    }

    private void serve(int job, Call call, BufferedReader lines) throws IOException {
        try {
            boolean first =
                    calls.computeIfAbsent(job, unseen -> new AtomicInteger()).incrementAndGet() == 1;
            enter(call);
            await(begun);
            if (first && open.containsKey(job)) leaveOpen(job).complete(call);
            else answer(call);
            lines.read(); // until it hangs up
        } finally {
            busy.remove(call);
            call.hungUp.complete(null);
        }
    }

    private void enter(Call call) {
        busy.add(call);
        most.accumulateAndGet(busy.size(), Math::max);
        if (busy.size() == limit) full.complete(workers());
    }

    private static void answer(Call call) throws IOException {
        delay(PACE);
        call.answer();
    }

    private Set<String> workers() {
        Set<String> workers = new TreeSet<>();
        for (Call call : busy) workers.add(call.worker);
        return workers;
    }
}
