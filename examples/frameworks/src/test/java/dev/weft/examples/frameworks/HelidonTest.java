package dev.weft.examples.frameworks;

import static dev.weft.Async.run;
import static dev.weft.Async.withTimeoutOrNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledException;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Helidon SE: each handler has a virtual thread, which may wait. */
class HelidonTest extends ServerTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final WebServer server = WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(this::routes)
            .build()
            .start();

    @AfterEach
    void stop() {
        server.stop();
    }

    @Override
    int port() {
        return server.port();
    }

    private void routes(HttpRouting.Builder routing) {
        routing.get("/hello", (request, response) -> {
                    String name = request.query().get("name");
                    String page = run(() -> shop.hello(name));
                    response.send(page);
                })
                .get("/late", this::late)
                .get("/never", (request, response) -> {
                    String page = run(() -> shop.never());
                    response.send(page);
                })
                .get("/ticks", this::ticks)
                .get("/tenant", (request, response) -> {
                    TENANT.set("acme");
                    response.send(
                            run(() -> TENANT.get()) + Thread.currentThread().isVirtual());
                });
    }

    private void late(ServerRequest request, ServerResponse response) {
        String page = withTimeoutOrNull(SOON, () -> shop.never());
        if (page == null) response.status(Status.GATEWAY_TIMEOUT_504).send();
        else response.send(page);
    }

    private void ticks(ServerRequest request, ServerResponse response) throws Exception {
        try (OutputStream out = response.outputStream()) {
            shop.ticks().forEach(tick -> {
                out.write(tick.getBytes(StandardCharsets.UTF_8));
                out.flush(); // fails when the client has left, and the stream ends
            });
        }
    }

    @Test
    void aHandlerEntersACoroutine() throws Exception {
        assertThat(get("/hello?name=ann")).isEqualTo("hello ann");
    }

    @Test
    void aCoroutineHasTheThreadLocalsOfTheHandler() throws Exception {
        assertThat(get("/tenant")).isEqualTo("acmetrue");
    }

    @Test
    void aTimeLimitIsAnAnswer() throws Exception {
        assertThat(status("/late")).isEqualTo(504);
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    @Test
    void aClientThatLeavesEndsAStreamAtItsNextWrite() throws Exception {
        Socket leaving = client("/ticks");
        assertThat(leaving.getInputStream().read()).isPositive();
        leaving.close();
        soon(shop.still);
    }

    @Test
    void stoppingTheServerCancelsTheBody() throws Exception {
        client("/never");
        soon(shop.asked);
        server.stop();
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }
}
