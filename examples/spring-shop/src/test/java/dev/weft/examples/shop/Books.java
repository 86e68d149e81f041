package dev.weft.examples.shop;

import static dev.weft.Async.delay;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.pool.ConnectionPool;
import java.time.Duration;
import org.springframework.r2dbc.core.DatabaseClient;

/** What must stay as it is whatever happens, in SQL: the sum of the money, and of the goods that are there or sold. */
record Books(long money, long goods) {
    private static final String SUMS = """
            select (select sum(balance) from shop_account) as money,
                   (select sum(stock) from shop_item) + (select coalesce(sum(amount), 0) from shop_order) as goods,
                   (select cast(balance as bigint) from shop_account where name = 'shop') as received,
                   (select coalesce(sum(total), 0) from shop_order) as sold""";

    /** {@return the sums} The shop has what was paid to it. */
    static Books of(DatabaseClient database) {
        return awaitSingle(database.sql(SUMS)
                .map(row -> {
                    assertThat(row.get("received", Long.class)).isEqualTo(row.get("sold", Long.class));
                    return new Books(row.get("money", Long.class), row.get("goods", Long.class));
                })
                .one());
    }

    /** Waits until nobody has a connection, which a transaction gives back at its end. */
    static void settle(ConnectionPool pool) {
        while (pool.getMetrics().orElseThrow().acquiredSize() > 0) delay(Duration.ofMillis(1));
    }
}
