package dev.weft.examples.clients;

import static dev.weft.Async.await;
import static dev.weft.Async.each;
import static dev.weft.Async.run;
import static dev.weft.Async.throwing;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncStream;
import dev.weft.ListenerSink;
import dev.weft.Overflow;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client in {@code java.net.http}: exchanges, bodies that are published, and web sockets. */
class JdkHttpTest extends ClientTest {
    private final LoopbackServer server = new LoopbackServer();
    /** The listener of the last web socket. */
    private final AtomicReference<Messages> last = new AtomicReference<>();

    private boolean leavesSome;
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() throws InterruptedException {
        client.shutdownNow();
        assertThat(client.awaitTermination(Duration.ofSeconds(SECONDS))).isTrue();
        server.close();
        // the client tells who has left a body that it broke off, on a thread that was still reading it
        if (leavesSome) dropped.removeIf(IOException.class::isInstance);
        if (leavesSome) discarded.clear();
    }

    /** The future belongs to this call alone, so it is cancelled with it; {@code await} would leave it to others. */
    private <T> HttpResponse<T> send(String path, BodyHandler<T> body) throws IOException {
        return throwing(
                IOException.class,
                () -> Async.<HttpResponse<T>>awaitCallback(done -> {
                    var request = HttpRequest.newBuilder(server.uri(path)).build();
                    CompletableFuture<HttpResponse<T>> exchange = client.sendAsync(request, body);
                    done.onCancel(() -> exchange.cancel(true));
                    exchange.whenComplete(done);
                }));
    }

    // --- exchanges

    @Test
    void aResponse() throws IOException {
        HttpResponse<String> response = run(() -> send("/hello", BodyHandlers.ofString()));
        assertThat(response.body()).isEqualTo("hello");
    }

    @Test
    void aServerThatGoesAwayIsAFailureWithItsIdentity() {
        var request = HttpRequest.newBuilder(server.uri("/half")).build();
        var exchange = client.sendAsync(request, BodyHandlers.ofString());
        assertThatThrownBy(() -> run(() -> await(exchange, IOException.class)))
                .satisfies(thrown -> assertThat(thrown).isSameAs(exchange.exceptionNow()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aCancellationAbortsTheExchange() throws Exception {
        cancelled(server.asked, () -> send("/never", BodyHandlers.ofString()));
        soon(server.aborted);
    }

    @Test
    void aTimeLimitAbortsTheExchange() throws Exception {
        timedOut(server.asked, () -> send("/endless", BodyHandlers.ofString()));
        soon(server.aborted);
    }

    @Test
    void aSharedExchangeSurvivesOneWhoLeaves() throws Exception {
        var request = HttpRequest.newBuilder(server.uri("/never")).build();
        var exchange = client.sendAsync(request, BodyHandlers.ofString());
        cancelled(server.asked, () -> await(exchange));
        assertThat(exchange).isNotDone();
        assertThat(server.aborted).isNotDone();
    }

    // --- published bodies

    @Test
    void aPublishedBodyIsReadAsItIsAskedForAndLeft() throws Exception {
        leavesSome = true;
        String first = run(() -> {
            try (var parts = each(send("/endless", BodyHandlers.ofPublisher()).body())) {
                return text(parts.next());
            }
        });
        assertThat(first).startsWith("line 0\n");
        soon(server.aborted);
    }

    @Test
    void aPublishedBodyThatBreaksOffFailsBehindWhatHasCome() {
        var read = new StringBuilder();
        assertThatThrownBy(() -> run(() -> {
                    try (var parts =
                            each(send("/half", BodyHandlers.ofPublisher()).body())) {
                        for (List<ByteBuffer> part : parts) read.append(text(part));
                    }
                }))
                .hasCauseInstanceOf(IOException.class);
        assertThat(read).hasToString("hello");
    }

    @Test
    void aCancellationLeavesAPublishedBody() throws Exception {
        leavesSome = true;
        var read = new CompletableFuture<String>(); // a body that nobody has subscribed to yet holds its connection
        cancelled(read, () -> {
            try (var parts = each(send("/endless", BodyHandlers.ofPublisher()).body())) {
                for (List<ByteBuffer> part : parts) read.complete(text(part));
            }
            return null;
        });
        soon(server.aborted);
    }

    private static String text(List<ByteBuffer> part) {
        var text = new StringBuilder();
        part.forEach(bytes -> text.append(US_ASCII.decode(bytes)));
        return text.toString();
    }

    // --- web sockets

    /** Each message is told when it was asked for; a part of one is not counted. */
    private static final class Messages implements WebSocket.Listener {
        final AtomicInteger told = new AtomicInteger();
        volatile Throwable failure;
        private final ListenerSink<String> sink;
        private final StringBuilder message = new StringBuilder();

        Messages(ListenerSink<String> sink) {
            this.sink = sink;
        }

        /** Asks for nothing: the default would. */
        @Override
        public void onOpen(WebSocket socket) {}

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (!last) {
                socket.request(1);
                return null;
            }
            told.incrementAndGet();
            sink.next(message.toString());
            message.setLength(0);
            return null;
        }

        /** The failure of a server is told here, too, as another code. */
        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            if (code == WebSocket.NORMAL_CLOSURE) sink.complete();
            else onError(socket, new IOException("closed with " + code));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable told) {
            failure = told;
            sink.fail(told);
        }
    }

    private AsyncStream<String> messages(String path) {
        return AsyncStream.fromListener(Overflow.suspend(), sink -> {
            var listener = new Messages(sink);
            last.set(listener);
            WebSocket socket = await(client.newWebSocketBuilder().buildAsync(server.webSocket(path), listener));
            sink.onClose(socket::abort);
            sink.onRequest(socket::request);
        });
    }

    @Test
    void allMessagesOfAWebSocket() throws Exception {
        List<String> all = run(() -> messages("/counting").collect(1000));
        assertThat(all).hasSize(1000).startsWith("1", "2").endsWith("1000");
        soon(server.aborted);
    }

    @Test
    void aWebSocketSendsNoMoreThanItIsAskedFor() throws Exception {
        leavesSome = true;
        run(() -> {
            try (var messages = messages("/counting").each()) {
                assertThat(messages.next()).isEqualTo("1");
                until("told what is under way", () -> last.get().told.get() == 32);
                for (int i = 2; i <= 100; i++) assertThat(messages.next()).isEqualTo(String.valueOf(i));
            }
        });
        assertThat(last.get().told.get()).isBetween(100, 100 + 32);
        soon(server.aborted);
    }

    @Test
    void aWebSocketThatBreaksFailsBehindWhatHasCome() {
        List<String> seen = new ArrayList<>();
        assertThatThrownBy(() -> run(() -> messages("/quiet").forEach(message -> {
                    seen.add(message);
                    server.breakOff();
                })))
                .satisfies(thrown -> assertThat(thrown.getCause()).isSameAs(last.get().failure))
                .hasRootCauseMessage("closed with 1011");
        assertThat(seen).containsExactly("hello");
    }

    @Test
    void aCancellationAbortsAWebSocket() throws Exception {
        var reading = new CompletableFuture<Void>();
        cancelled(reading, () -> {
            messages("/quiet").forEach(message -> reading.complete(null));
            return null;
        });
        soon(server.aborted);
    }

    @Test
    void aServerThatRefusesAWebSocketIsTheFailureOfTheLoop() {
        assertThatThrownBy(() -> run(() -> messages("/hello").collect(1)))
                .hasCauseInstanceOf(WebSocketHandshakeException.class);
    }
}
