package dev.weft.examples.checkout;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Deferred;
import io.r2dbc.h2.H2ConnectionConfiguration;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

class OrdersTest {
    private final ConnectionFactory h2 = new H2ConnectionFactory(H2ConnectionConfiguration.builder()
            .inMemory("orders")
            .option("DB_CLOSE_DELAY=0")
            .build());

    /** What happens when the stock is about to be changed, after the order was written. */
    private Runnable halfWay = () -> {};

    private final Database database = Database.open(new ConnectionFactory() {
        @Override
        public Publisher<? extends Connection> create() {
            return Mono.from(h2.create()).map(OrdersTest.this::watched);
        }

        @Override
        public ConnectionFactoryMetadata getMetadata() {
            return h2.getMetadata();
        }
    });
    private final Orders orders = new Orders(database.pool());

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anOrderIsWrittenAndTheStockIsLess() {
        assertThat(run(() -> place(Goods.TEAPOT))).isEqualTo(1);
        expectOrders(1, 9);
    }

    @Test
    void aFailureRollsBack() {
        halfWay = () -> {
            throw new IllegalStateException("no disk");
        };
        assertThatThrownBy(() -> run(() -> place(Goods.TEAPOT))).hasMessage("no disk");
        expectOrders(0, 10);
    }

    @Test
    void aCancellationRollsBack() {
        var placing = new CompletableFuture<Deferred<Integer>>();
        halfWay = () -> placing.join().cancel();
        Deferred<Integer> cancelled = run(() -> {
            Deferred<Integer> order = async(() -> place(Goods.TEAPOT));
            placing.complete(order);
            return order;
        });
        assertThat(cancelled.state()).isEqualTo(Deferred.State.CANCELLED);
        expectOrders(0, 10);
    }

    private int place(Goods goods) {
        return withContext(Trace.KEY, "test", () -> orders.place(goods.item(), new Payment("paid"), Quote.STANDARD));
    }

    private void expectOrders(int count, int stock) {
        assertThat(database.orders("test")).isEqualTo(count);
        assertThat(database.stock(Goods.TEAPOT)).isEqualTo(stock);
        assertThat(database.connectionsInUse()).isZero();
    }

    private Connection watched(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("createStatement")
                            && arguments[0].toString().startsWith("update")) halfWay.run();
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getCause();
                    }
                });
    }
}
