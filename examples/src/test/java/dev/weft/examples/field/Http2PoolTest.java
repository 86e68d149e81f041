package dev.weft.examples.field;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/**
 * Requests over one HTTP/2 connection that are left before, while and after the answer begins. What is looked at is that
 * the client's side is left each time, and that the connection takes requests afterwards: if a request is disposed of
 * while it is being sent, Reactor Netty 1.3.6 leaves the server's side open in some 1 of 200 rounds by itself.
 */
class Http2PoolTest extends FieldTest {
    private static final int ROUNDS = 20;
    private static final int STREAMS = 4;

    /** Tells of each stream that has come in. */
    private final LinkedBlockingQueue<Boolean> asked = new LinkedBlockingQueue<>();

    /** The requests of the client that have been subscribed to, and have neither ended nor been cancelled. */
    private final AtomicInteger open = new AtomicInteger();

    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .protocol(HttpProtocol.H2C)
            .http2Settings(settings -> settings.maxConcurrentStreams(STREAMS))
            .route(routes -> routes.get("/hello", (request, response) -> response.sendString(Mono.just("hello")))
                    .get("/never", (request, response) -> response.sendString(told(Flux.never())))
                    .get(
                            "/endless",
                            (request, response) -> response.sendString(told(Flux.interval(Duration.ofMillis(1))
                                    .onBackpressureDrop()
                                    .map(tick -> "tick")))))
            .bindNow();
    private final ConnectionProvider pool = ConnectionProvider.builder("field")
            .maxConnections(1)
            .pendingAcquireTimeout(PATIENCE)
            .build();
    private final HttpClient client =
            HttpClient.create(pool).protocol(HttpProtocol.H2C).baseUrl("http://127.0.0.1:" + server.port());

    private Flux<String> told(Flux<String> lines) {
        return lines.doOnSubscribe(start -> asked.add(true));
    }

    private Flux<String> counted(String path) {
        Flux<String> parts = client.get().uri(path).responseContent().asString();
        return parts.doOnSubscribe(start -> open.incrementAndGet()).doFinally(end -> open.decrementAndGet());
    }

    @AfterEach
    void close() {
        pool.disposeLater().block(PATIENCE);
        server.disposeNow(PATIENCE);
    }

    private String text(String path) {
        return awaitSingle(counted(path).collect(Collectors.joining()));
    }

    private void takesPart(String path) {
        try (var parts = each(counted(path))) {
            assertThat(parts.next()).startsWith("tick");
        }
    }

    @Test
    void noStreamStaysOpen() throws Exception {
        assertThat(run(() -> text("/hello"))).isEqualTo("hello");
        for (int round = 0; round < ROUNDS; round++) {
            var atOnce = async(() -> text("/never"));
            atOnce.cancel();
            var underWay = async(() -> text("/never"));
            asked.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            underWay.cancel();
            run(() -> takesPart("/endless"));
        }
        until("left by the client", () -> open.get() == 0);
        for (int i = 0; i < 2 * STREAMS; i++)
            assertThat(run(() -> text("/hello"))).isEqualTo("hello");
        discarded.clear(); // parts that had come when the loop was left
    }
}
