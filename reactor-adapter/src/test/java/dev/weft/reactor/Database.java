package dev.weft.reactor;

import static dev.weft.testing.Watched.until;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.testing.Watched;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A database with nothing in it, and a pool of connections to it. */
final class Database implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(Watched.SECONDS);

    /** Where it comes from. */
    enum Kind {
        /** In memory. */
        H2,
        /** A schema of its own in the PostgreSQL that {@code -Ddatabase=r2dbc:postgresql://user:password@host/name} names. */
        POSTGRESQL
    }

    private final Kind kind;
    private final String name = "weft_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
    private final ConnectionFactory factory;
    private final ConnectionPool pool;

    /** Opens a database with this many connections; skips the test where there is none. */
    Database(Kind kind, int connections) {
        this.kind = kind;
        this.factory = ConnectionFactories.get(
                switch (kind) {
                    case H2 -> ConnectionFactoryOptions.parse("r2dbc:h2:mem:///" + name + "?options=DB_CLOSE_DELAY=-1");
                    case POSTGRESQL -> postgresql();
                });
        if (kind == Kind.POSTGRESQL) execute("CREATE SCHEMA " + name);
        this.pool = new ConnectionPool(ConnectionPoolConfiguration.builder(factory)
                .initialSize(1)
                .maxSize(connections)
                .maxAcquireTime(PATIENCE)
                .build());
        pool.warmup().block(PATIENCE);
    }

    private ConnectionFactoryOptions postgresql() {
        String url = System.getProperty("database", "");
        assumeFalse(
                url.isEmpty(),
                "PostgreSQL is tested where there is one: -Ddatabase=r2dbc:postgresql://user:password@host/name");
        return ConnectionFactoryOptions.parse(url)
                .mutate()
                .option(Option.valueOf("schema"), name)
                .option(Option.valueOf("applicationName"), name)
                .build();
    }

    Kind kind() {
        return kind;
    }

    ConnectionPool pool() {
        return pool;
    }

    /** Executes a statement on a connection that is not one of the pool's. */
    void execute(String sql) {
        Mono.usingWhen(
                        factory.create(),
                        connection -> Flux.from(connection.createStatement(sql).execute())
                                .flatMap(Result::getRowsUpdated)
                                .then(),
                        Connection::close)
                .block(PATIENCE);
    }

    /** {@return the number that a query finds, on a connection that is not one of the pool's} */
    long number(String sql) {
        return Objects.requireNonNull(Mono.usingWhen(
                        factory.create(),
                        connection -> Flux.from(connection.createStatement(sql).execute())
                                .flatMap(result -> result.map((row, columns) -> row.get(0, Long.class)))
                                .single(),
                        Connection::close)
                .block(PATIENCE));
    }

    /** Waits until nothing is acquired from the pool or waited for, and no connection of it is in a transaction. */
    void nothingIsLeft() {
        var metrics = pool.getMetrics().orElseThrow();
        until(
                "given back",
                () -> metrics.acquiredSize() == 0
                        && metrics.pendingAcquireSize() == 0
                        && metrics.idleSize() == metrics.allocatedSize());
        if (kind == Kind.POSTGRESQL) until("out of transactions", () -> inTransactions() == 0);
    }

    /** {@return how many connections PostgreSQL has that are in a transaction} */
    long inTransactions() {
        return number("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
                + " AND application_name = '" + name + "'");
    }

    @Override
    public void close() {
        pool.disposeLater().block(PATIENCE);
        execute(kind == Kind.POSTGRESQL ? "DROP SCHEMA " + name + " CASCADE" : "DROP ALL OBJECTS");
    }
}
