package dev.weft.examples.field;

import static dev.weft.Async.delay;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.core.http.HttpServer;
import io.vertx.rxjava3.core.http.HttpServerRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request whose body is read behind an await: the stream of Vert.x has to be paused in the handler. */
class VertxBodyTest extends FieldTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private HttpServer server;

    @BeforeEach
    void open() {
        server = vertx.createHttpServer()
                .requestHandler(request -> {
                    request.pause();
                    single(() -> bytes(request))
                            .flatMapCompletable(length -> request.response().rxEnd(String.valueOf(length)))
                            .subscribe();
                })
                .rxListen(0, "127.0.0.1")
                .blockingGet();
    }

    @AfterEach
    void close() {
        client.close();
        vertx.close().blockingAwait();
    }

    /** Asks somebody for the right to upload, and then reads. */
    private static int bytes(HttpServerRequest request) {
        delay(Duration.ofMillis(1));
        int length = 0;
        try (var parts = each(request.toFlowable())) {
            for (Buffer part : parts) length += part.length();
        }
        return length;
    }

    private CompletableFuture<String> post(int length) {
        var body = length == 0
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString("x".repeat(length));
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort()))
                .POST(body)
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::body);
    }

    @Test
    void aBodyIsReadWholeBehindAnAwait() throws Exception {
        for (int length = 0; length < 200_000; length = 3 * length + 1)
            assertThat(soon(post(length))).isEqualTo(String.valueOf(length));
    }
}
