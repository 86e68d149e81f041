package dev.weft.examples.checkout;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Prices and stock in SQL, with Reactor as it was before anybody used Weft. */
final class Catalogue {
    private final ConnectionPool pool;

    Catalogue(ConnectionPool pool) {
        this.pool = pool;
    }

    /** {@return an item with its price and stock; if there is none, or none left, a {@link Problem}} */
    Mono<Item> find(int id) {
        return Mono.usingWhen(pool.create(), connection -> find(connection, id), Connection::close)
                .switchIfEmpty(Mono.error(() -> new Problem(404, "no item " + id)))
                .filter(item -> item.stock() > 0)
                .switchIfEmpty(Mono.error(() -> new Problem(409, "item " + id + " is sold out")));
    }

    private static Mono<Item> find(Connection connection, int id) {
        var query = connection.createStatement("select id, name, cents, stock from item where id = $1");
        return Flux.from(query.bind("$1", id).execute())
                .flatMap(result -> result.map(Catalogue::item))
                .singleOrEmpty();
    }

    private static Item item(Readable row) {
        return new Item(
                number(row, "id"),
                Objects.requireNonNull(row.get("name", String.class)),
                number(row, "cents"),
                number(row, "stock"));
    }

    private static int number(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, Integer.class));
    }
}
