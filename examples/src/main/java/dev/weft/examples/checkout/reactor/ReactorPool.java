package dev.weft.examples.checkout.reactor;

import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;

import dev.weft.examples.checkout.Connection;
import dev.weft.examples.checkout.Pool;
import io.r2dbc.h2.H2ConnectionConfiguration;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** R2DBC's pool of connections, to H2 unless said otherwise. */
record ReactorPool(ConnectionPool connections) implements Pool {
    static ReactorPool open(String url, int connections) {
        var database = url.isEmpty() ? inMemory() : ConnectionFactories.get(url);
        return new ReactorPool(new ConnectionPool(ConnectionPoolConfiguration.builder(database)
                .maxSize(connections)
                .build()));
    }

    private static ConnectionFactory inMemory() {
        return new H2ConnectionFactory(H2ConnectionConfiguration.builder()
                .inMemory(UUID.randomUUID().toString())
                .option("DB_CLOSE_DELAY=-1")
                .build());
    }

    @Override
    public Connection connect() {
        return new ReactorConnection(awaitSingle(connections.create()));
    }

    @Override
    public void close() {
        connections.dispose();
    }

    static Flux<Connection.Row> query(io.r2dbc.spi.Connection connection, String sql, Object... parameters) {
        return results(connection, sql, parameters)
                .flatMap(result -> result.map(
                        (row, columns) -> row(row, columns.getColumnMetadatas().size())));
    }

    static Mono<Long> update(io.r2dbc.spi.Connection connection, String sql, Object... parameters) {
        return results(connection, sql, parameters)
                .flatMap(Result::getRowsUpdated)
                .reduce(0L, Long::sum);
    }

    private static Flux<Result> results(io.r2dbc.spi.Connection connection, String sql, Object... parameters) {
        Statement statement = connection.createStatement(sql);
        for (int i = 0; i < parameters.length; i++) statement.bind(i, parameters[i]);
        return Flux.from(statement.execute());
    }

    private static Connection.Row row(Readable row, int columns) {
        return new Connection.Row(IntStream.range(0, columns)
                .<Object>mapToObj(column -> Objects.requireNonNull(row.get(column)))
                .toList());
    }
}

/** A connection of R2DBC. */
record ReactorConnection(io.r2dbc.spi.Connection connection) implements Connection {
    @Override
    public void begin() {
        awaitDone(Mono.from(connection.beginTransaction()));
    }

    @Override
    public List<Row> query(String sql, Object... parameters) {
        return awaitSingle(ReactorPool.query(connection, sql, parameters).collectList());
    }

    @Override
    public int update(String sql, Object... parameters) {
        return awaitSingle(ReactorPool.update(connection, sql, parameters)).intValue();
    }

    @Override
    public void commit() {
        awaitDone(Mono.from(connection.commitTransaction()));
    }

    @Override
    public void rollback() {
        awaitDone(Mono.from(connection.rollbackTransaction()));
    }

    @Override
    public void close() {
        awaitDone(Mono.from(connection.close()));
    }
}
