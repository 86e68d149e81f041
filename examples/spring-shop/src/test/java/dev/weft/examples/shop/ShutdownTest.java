package dev.weft.examples.shop;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.ConnectionFactories;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.http.HttpHeaders;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;

/** The end of the application. */
class ShutdownTest {
    /** The feed and the desk would go on for ever, so they are ended; an order is waited for. */
    @Test
    void whatRunsIsFinishedAndWhatHasNoEndIsEnded() throws InterruptedException {
        var context = new SpringApplicationBuilder(SpringShop.class, HalfWay.class)
                .run("--server.port=0", "--shop.database=closing");
        int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        String url = context.getEnvironment().getRequiredProperty("spring.r2dbc.url");
        Visitor ann = Visitor.named("ann", port);
        run(() -> {
            var order = async(() -> awaitSingle(ann.post("/orders", new Purchase("cup", HalfWay.AMOUNT))));
            var gate = context.getBean(HalfWay.class).next();
            var desk = async(() -> atTheDesk(port));
            try (var live = each(ann.live())) {
                assertThat(live.next().comment()).isNotEmpty();

                var closed = CompletableFuture.runAsync(context::close);
                assertThat(live.hasNext()).isFalse();
                desk.await();
                assertThat(order.isDone()).isFalse();
                gate.tryEmitEmpty();
                assertThat(order.await().status()).isEqualTo(201);
                await(closed);
            }
            var database = DatabaseClient.create(ConnectionFactories.get(url));
            assertThat(awaitSingle(database.sql("select amount from shop_order")
                            .map(row -> row.get("amount", Integer.class))
                            .one()))
                    .isEqualTo(HalfWay.AMOUNT);
        });
    }

    /** Listens until the desk is closed. */
    private static void atTheDesk(int port) {
        var headers = new HttpHeaders();
        headers.setBasicAuth("clerk", "clerk");
        awaitDone(new ReactorNettyWebSocketClient()
                .execute(
                        URI.create("ws://127.0.0.1:" + port + "/desk"),
                        headers,
                        session -> session.receive().then()));
    }
}
