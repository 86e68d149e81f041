package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.AsyncStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ticks that an HTTP server sends as server-sent events: a reader that leaves, one that is too slow and gets only the
 * newest, and a server that goes away.
 */
public final class LiveFeed {
    private static final String DATA = "data: ";

    private final PrintStream out;
    private final HttpClient http;
    private final Server server;

    private LiveFeed(PrintStream out, HttpClient http, Server server) {
        this.out = out;
        this.http = http;
        this.server = server;
    }

    public static void main(String[] args) {
        Example.main(LiveFeed.class, LiveFeed::watch);
    }

    /** Starts a server, and reads its ticks. */
    static void watch(PrintStream out) throws IOException, InterruptedException {
        try (var server = Server.start();
                var http = HttpClient.newHttpClient()) {
            var feed = new LiveFeed(out, http, server);
            feed.someAreEnough();
            feed.theNewestIsEnough();
            feed.theServerGoesAway();
        }
    }

    /**
     * {@return ticks, over a connection of their own} The connection is closed when the stream ends, for whatever
     * reason.
     */
    private AsyncStream<Long> ticks() {
        var request = HttpRequest.newBuilder(server.address()).build();
        return stream(out -> {
            var exchange = http.sendAsync(request, BodyHandlers.ofLines());
            try (var lines = await(exchange, IOException.class).body()) {
                for (var each = lines.iterator(); each.hasNext(); ) { // blocks, but not a thread that others need
                    String line = each.next();
                    if (line.startsWith(DATA)) out.emit(Long.parseLong(line.substring(DATA.length())));
                }
            } catch (UncheckedIOException failure) {
                checkpoint(); // interrupted because the reader has left: that is no failure
                throw failure;
            } finally {
                exchange.cancel(true); // if the reader has left before the response came
            }
        });
    }

    private void someAreEnough() throws InterruptedException {
        List<Long> seen = new ArrayList<>();
        try (var ticks = ticks().each()) {
            for (long tick : ticks) {
                seen.add(tick);
                if (tick == 4) break;
            }
        }
        out.println("left after " + seen);
        Check.same(List.of(0L, 1L, 2L, 3L, 4L), seen, "the ticks");
        Check.that(server.left.take() > 4, "the server saw the reader leave too early");
        out.println("the server saw that, and sends no more");
    }

    /** The work is part of the stream: a loop would have fetched some ticks ahead. */
    private void theNewestIsEnough() throws InterruptedException {
        var arrived = new AtomicLong();
        List<Long> seen = latest(ticks(), arrived)
                .map(tick -> {
                    while (arrived.get() <= tick + 10) delay(Duration.ofMillis(1)); // work that takes ten ticks
                    return tick;
                })
                .take(5)
                .collect(5);
        out.println("worked on every tenth tick or so, and always on the newest: " + (seen.size() == 5));
        for (int i = 1; i < seen.size(); i++)
            Check.that(seen.get(i) >= seen.get(i - 1) + 10, "an old tick was worked on, among " + seen);
        server.left.take();
    }

    /** {@return the values of a stream that are the newest whenever the reader is ready for one} It counts all values. */
    private static <T> AsyncStream<T> latest(AsyncStream<T> source, AtomicLong arrived) {
        return stream(out -> group(readers -> {
            BlockingQueue<Optional<T>> newest = new ArrayBlockingQueue<>(1);
            readers.async(() -> {
                source.forEach(value -> {
                    while (!newest.offer(Optional.of(value))) newest.poll();
                    arrived.incrementAndGet();
                });
                newest.put(Optional.empty()); // waits until the last value is taken
            });
            for (var next = newest.take(); next.isPresent(); next = newest.take()) out.emit(next.get());
        }));
    }

    private void theServerGoesAway() {
        long last = -1;
        try (var ticks = ticks().each()) {
            for (long tick : ticks) {
                if (tick == 2) server.close();
                last = tick;
            }
            throw new Check.Failed("a feed without an end has ended, after tick " + last);
        } catch (UncheckedIOException gone) {
            Check.that(last >= 2, "tick " + last + " was the last");
            out.println("the server went away, and the loop learned it: " + gone.getCause());
        }
    }

    /** Sends ticks from 0 to each client. */
    private record Server(HttpServer http, ExecutorService threads, BlockingQueue<Long> left) implements AutoCloseable {
        static Server start() throws IOException {
            var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var server = new Server(http, Executors.newVirtualThreadPerTaskExecutor(), new LinkedBlockingQueue<>());
            http.setExecutor(server.threads);
            http.createContext("/", server::send);
            http.start();
            return server;
        }

        URI address() {
            return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/ticks");
        }

        private void send(HttpExchange exchange) throws IOException {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            long tick = 0;
            try (OutputStream body = exchange.getResponseBody()) {
                for (; ; delay(Duration.ofMillis(2))) {
                    body.write((DATA + tick++ + "\n\n").getBytes(StandardCharsets.UTF_8));
                    body.flush();
                }
            } catch (IOException gone) {
                left.add(tick);
            }
        }

        @Override
        public void close() {
            http.stop(0);
            threads.close();
        }
    }
}
