package dev.weft.examples.checkout;

import static dev.weft.Async.context;
import static dev.weft.Async.shielded;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Orders in SQL, written together with the stock in one transaction. */
final class Orders {
    private final ConnectionPool pool;

    Orders(ConnectionPool pool) {
        this.pool = pool;
    }

    // readme:transaction-weft
    int place(Item item, Payment payment, Quote shipping) {
        Connection connection = shielded(() -> awaitSingle(pool.create())); // given up half-way, it might get lost
        try {
            awaitDone(Mono.from(connection.beginTransaction()));
            int order = awaitSingle(
                    insert(connection, item, payment, shipping, context().get(Trace.KEY)));
            if (awaitSingle(takeFromStock(connection, item)) == 0) throw Problem.soldOut(item);
            finish(connection.commitTransaction());
            return order;
        } catch (Throwable failure) {
            finish(connection.rollbackTransaction());
            throw failure;
        } finally {
            finish(connection.close());
        }
    }

    /** Waits for a last step, also when the customer has gone meanwhile. */
    private static void finish(Publisher<Void> step) {
        shielded(() -> awaitDone(Mono.from(step)));
    }
    // readme:end

    static Mono<Integer> insert(Connection connection, Item item, Payment payment, Quote shipping, String trace) {
        var insert = connection
                .createStatement("insert into orders (item, payment, shipping, trace) values ($1, $2, $3, $4)")
                .bind("$1", item.id())
                .bind("$2", payment.reference())
                .bind("$3", shipping.cents())
                .bind("$4", trace)
                .returnGeneratedValues("id");
        return Flux.from(insert.execute())
                .flatMap(result -> result.map(row -> Objects.requireNonNull(row.get("id", Integer.class))))
                .single();
    }

    /** {@return 1, or 0 if there is none left} */
    static Mono<Long> takeFromStock(Connection connection, Item item) {
        var update = connection.createStatement("update item set stock = stock - 1 where id = $1 and stock > 0");
        return Flux.from(update.bind("$1", item.id()).execute())
                .flatMap(result -> result.getRowsUpdated())
                .single();
    }
}
