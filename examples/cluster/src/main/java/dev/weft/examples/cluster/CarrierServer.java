package dev.weft.examples.cluster;

import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.rethrowCancellation;

import dev.weft.examples.cluster.queue.Carrier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** The carrier, whom the workers call: it sees how many calls are under way, and can be told to leave some open. */
final class CarrierServer implements AutoCloseable {
    private static final Duration PACE = Duration.ofMillis(150);

    /** A call for a job. */
    static final class Call {
        final String worker;
        final CompletableFuture<Void> hungUp = new CompletableFuture<>();
        private final Busy busy;
        private final Socket socket;

        /** Whether the worker has received the answer: written by the coroutine that serves the call, read at the end. */
        private volatile boolean answered;

        private Call(String worker, Busy busy, Socket socket) {
            this.worker = worker;
            this.busy = busy;
            this.socket = socket;
        }

        private void answer() throws IOException {
            busy.remove(this); // before the worker gives its permit to another
            try {
                socket.getOutputStream().write((Carrier.SHIPPED + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (SocketException late) {
                hungUp.complete(null);
            }
        }
    }

    /** The calls that are under way, seen at one moment. */
    private static final class Busy {
        private final Set<Call> calls = new HashSet<>();

        /** {@return all of them, with one more} */
        synchronized Set<Call> add(Call call) {
            calls.add(call);
            return Set.copyOf(calls);
        }

        synchronized void remove(Call call) {
            calls.remove(call);
        }
    }

    private final ServerSocket server;
    private final int limit;
    private final Busy busy = new Busy();
    private final List<Set<Call>> crowds = new CopyOnWriteArrayList<>();
    private final Map<Integer, Set<Call>> open = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> calls = new ConcurrentHashMap<>();
    private final CompletableFuture<Set<String>> full = new CompletableFuture<>();
    private final CompletableFuture<Void> begun = new CompletableFuture<>();

    private CarrierServer(ServerSocket server, int limit) {
        this.server = server;
        this.limit = limit;
    }

    /** Opens a carrier that can take so many calls at once, and answers none before it is told to begin. */
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

    /** Leaves the calls for a job open. */
    void leaveOpen(int job) {
        open.put(job, ConcurrentHashMap.newKeySet());
    }

    /** {@return the calls for a job that were left open, in no order} */
    Set<Call> leftOpen(int job) {
        return open.getOrDefault(job, Set.of());
    }

    /** Answers the calls for a job that were left open, and those that come. */
    void answer(int job) throws IOException {
        Set<Call> left = open.remove(job);
        if (left != null) for (Call call : left) call.answer();
    }

    /** {@return the workers that call when there are as many calls as there may be} */
    Set<String> full() {
        return await(full);
    }

    /** Answers calls from now on. */
    void begin() {
        begun.complete(null);
    }

    /**
     * {@return whether there were never more calls at once than there may be} A call whose answer was not received
     * does not count: its worker may have hung up, and given its permit to another, before that was seen here.
     */
    boolean isWithinLimit() {
        return crowds.stream()
                .allMatch(crowd -> crowd.stream().filter(call -> call.answered).count() <= limit);
    }

    /** {@return how many calls there were for a job} */
    int calls(int job) {
        return calls.getOrDefault(job, 0);
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
            calls.merge(job, 1, Integer::sum);
            enter(call);
            await(begun);
            if (!isLeftOpen(job, call)) answer(call);
            call.answered = Carrier.RECEIVED.equals(lines.readLine()); // else it hangs up
        } finally {
            busy.remove(call);
            call.hungUp.complete(null);
        }
    }

    private void enter(Call call) {
        Set<Call> now = busy.add(call);
        if (now.size() > limit) crowds.add(now);
        if (now.size() >= limit) full.complete(workers(now));
    }

    /** Either the call is there when calls for the job are answered, or it is answered like any other. */
    private boolean isLeftOpen(int job, Call call) {
        return open.computeIfPresent(job, (key, left) -> {
                    left.add(call);
                    return left;
                })
                != null;
    }

    private static Set<String> workers(Set<Call> calls) {
        return calls.stream().map(call -> call.worker).collect(Collectors.toSet());
    }

    private static void answer(Call call) throws IOException {
        delay(PACE);
        call.answer();
    }
}
