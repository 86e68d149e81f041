package dev.weft.examples.checkout;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Deferred;
import dev.weft.examples.checkout.reactor.ReactorEngine;
import dev.weft.examples.checkout.rxjava.RxEngine;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OrdersTest {
    @Nested
    class OnReactor extends Cases {
        OnReactor() {
            super(new ReactorBackend(), ReactorEngine::new);
        }
    }

    @Nested
    class OnRxJava extends Cases {
        OnRxJava() {
            super(new RxBackend(), RxEngine::new);
        }
    }

    abstract static class Cases {
        private final Backend backend;
        private final Supplier<Engine> engines;

        /** What happens when a connection is asked for. */
        private Runnable atFirst = () -> {};

        /** What happens when the stock is about to be changed, after the order was written. */
        private Runnable halfWay = () -> {};

        Cases(Backend backend, Supplier<Engine> engines) {
            this.backend = backend;
            this.engines = engines;
        }

        @Test
        void anOrderIsWrittenAndTheStockIsLess() throws TimeoutException {
            inShop(database -> {
                assertThat(place(database)).isEqualTo(1);
                expectOrders(database, 1, 9);
            });
        }

        @Test
        void aFailureRollsBack() throws TimeoutException {
            halfWay = () -> {
                throw new IllegalStateException("no disk");
            };
            inShop(database -> {
                assertThatThrownBy(() -> place(database)).hasMessage("no disk");
                expectOrders(database, 0, 10);
            });
        }

        @Test
        void aCancellationRollsBack() throws TimeoutException {
            var placing = new CompletableFuture<Deferred<Integer>>();
            halfWay = () -> placing.join().cancel();
            inShop(database -> {
                Deferred<Integer> cancelled = run(() -> {
                    Deferred<Integer> order = async(() -> place(database));
                    placing.complete(order);
                    return order;
                });
                assertThat(cancelled.state()).isEqualTo(Deferred.State.CANCELLED);
                expectOrders(database, 0, 10);
            });
        }

        @Test
        void aCancellationLosesNoConnectionThatIsStillToCome() throws TimeoutException {
            inShop(database -> {
                List<Connection> all = new ArrayList<>();
                while (all.size() < Pool.MAX) all.add(database.pool().connect());
                var asked = new CompletableFuture<Void>();
                atFirst = () -> asked.complete(null);
                Deferred<Integer> cancelled = run(() -> {
                    Deferred<Integer> order = async(() -> place(database));
                    asked.join();
                    order.cancel();
                    all.forEach(Connection::close);
                    return order;
                });
                assertThat(cancelled.state()).isEqualTo(Deferred.State.CANCELLED);
                expectOrders(database, 0, 10);
            });
        }

        private void inShop(Case body) throws TimeoutException {
            try (Engine engine = engines.get();
                    Pool pool = engine.pool()) {
                withBackend(backend, () -> {
                    body.run(Database.open(new Watched(pool)));
                    assertThat(engine.unhandled()).isEmpty();
                });
            }
        }

        private static int place(Database database) {
            var orders = new Orders(database);
            return withContext(
                    Trace.KEY, "test", () -> orders.place(Goods.TEAPOT.item(), new Payment("paid"), Quote.STANDARD));
        }

        private static void expectOrders(Database database, int count, int stock) throws TimeoutException {
            assertThat(database.orders("test")).isEqualTo(count);
            assertThat(database.stock(Goods.TEAPOT)).isEqualTo(stock);
            withTimeout(Duration.ofSeconds(20), database::takeAll);
        }

        private interface Case {
            void run(Database database) throws TimeoutException;
        }

        private final class Watched implements Pool {
            private final Pool pool;

            Watched(Pool pool) {
                this.pool = pool;
            }

            @Override
            public Connection connect() {
                atFirst.run();
                return watched(pool.connect());
            }

            @Override
            public void close() {}
        }

        private Connection watched(Connection connection) {
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("update")
                                && arguments[0].toString().startsWith("update")) halfWay.run();
                        try {
                            return method.invoke(connection, arguments);
                        } catch (InvocationTargetException failure) {
                            throw failure.getCause();
                        }
                    });
        }
    }
}
