package dev.weft.examples.field;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A blocking client with a pool, whose calls are interrupted while they read and while they wait for a connection. */
class BlockingPoolTest extends FieldTest {
    private static final int ROUNDS = 20;
    private static final int CONNECTIONS = 2;

    private final LinkedBlockingQueue<Boolean> asked = new LinkedBlockingQueue<>();
    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(routes -> routes.get("/hello", (request, response) -> response.sendString(Mono.just("hello")))
                    .get("/never", (request, response) -> {
                        asked.add(true);
                        return Mono.never();
                    }))
            .bindNow();
    private final PoolingHttpClientConnectionManager pool = PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnTotal(CONNECTIONS)
            .setMaxConnPerRoute(CONNECTIONS)
            .build();
    private final CloseableHttpClient client = HttpClients.custom()
            .setConnectionManager(pool)
            .disableAutomaticRetries()
            .build();

    @AfterEach
    void close() throws IOException {
        client.close();
        server.disposeNow(PATIENCE);
    }

    private String get(String path) throws IOException {
        var request = new HttpGet("http://127.0.0.1:" + server.port() + path);
        return client.execute(request, response -> EntityUtils.toString(response.getEntity()));
    }

    @Test
    void noConnectionIsLostToAnInterrupt() throws Exception {
        assertThat(run(() -> get("/hello"))).isEqualTo("hello");
        for (int round = 0; round < ROUNDS; round++) {
            var first = async(() -> get("/never"));
            var second = async(() -> get("/never"));
            for (int i = 0; i < CONNECTIONS; i++) asked.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThatThrownBy(() -> run(() -> withTimeout(Duration.ofMillis(1), () -> get("/never"))))
                    .isInstanceOf(TimeoutException.class); // in the queue of the pool
            first.cancel();
            second.cancel();
            until("returned", () -> pool.getTotalStats().getLeased() == 0);
        }
        assertThat(pool.getTotalStats().getPending()).isZero();
        assertThat(run(() -> get("/hello"))).isEqualTo("hello");
    }
}
