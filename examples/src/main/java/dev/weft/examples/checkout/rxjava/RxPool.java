package dev.weft.examples.checkout.rxjava;

import static dev.weft.rxjava.RxAsync.await;

import dev.weft.examples.checkout.Connection;
import dev.weft.examples.checkout.Pool;
import io.vertx.jdbcclient.JDBCConnectOptions;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.jdbcclient.JDBCPool;
import io.vertx.rxjava3.sqlclient.SqlConnection;
import io.vertx.rxjava3.sqlclient.Transaction;
import io.vertx.rxjava3.sqlclient.Tuple;
import io.vertx.sqlclient.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** The pool of Vert.x with connections of JDBC, to H2 unless said otherwise. */
record RxPool(io.vertx.rxjava3.sqlclient.Pool connections) implements Pool {
    static RxPool open(Vertx vertx, String url, int connections) {
        var database = new JDBCConnectOptions().setJdbcUrl(url.isEmpty() ? inMemory() : url);
        return new RxPool(JDBCPool.pool(vertx, database, new PoolOptions().setMaxSize(connections)));
    }

    private static String inMemory() {
        return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    }

    @Override
    public Connection connect() {
        return new RxConnection(await(connections.rxGetConnection()));
    }

    @Override
    public void close() {
        await(connections.rxClose());
    }
}

/** A connection of Vert.x. */
record RxConnection(SqlConnection connection) implements Connection {
    @Override
    public void begin() {
        await(connection.rxBegin());
    }

    @Override
    public List<Row> query(String sql, Object... parameters) {
        List<Row> rows = new ArrayList<>();
        for (var row : await(connection.preparedQuery(sql).rxExecute(Tuple.from(parameters))))
            rows.add(new Row(
                    IntStream.range(0, row.size()).mapToObj(row::getValue).toList()));
        return rows;
    }

    @Override
    public int update(String sql, Object... parameters) {
        return await(connection.preparedQuery(sql).rxExecute(Tuple.from(parameters)))
                .rowCount();
    }

    @Override
    public void commit() {
        await(connection.transaction().rxCommit());
    }

    @Override
    public void rollback() {
        Transaction transaction = connection.transaction();
        if (transaction != null) await(transaction.rxRollback());
    }

    @Override
    public void close() {
        await(connection.rxClose());
    }
}
