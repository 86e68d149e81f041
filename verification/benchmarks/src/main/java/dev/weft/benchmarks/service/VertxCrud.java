package dev.weft.benchmarks.service;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.rxjava.RxAsync.using;

import dev.weft.Dispatcher;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.vertx.jdbcclient.JDBCConnectOptions;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.jdbcclient.JDBCPool;
import io.vertx.rxjava3.sqlclient.Pool;
import io.vertx.rxjava3.sqlclient.Row;
import io.vertx.rxjava3.sqlclient.RowSet;
import io.vertx.rxjava3.sqlclient.SqlConnection;
import io.vertx.rxjava3.sqlclient.Tuple;
import io.vertx.sqlclient.PoolOptions;
import java.util.concurrent.Executors;
import java.util.function.Function;
import kotlinx.coroutines.Dispatchers;

/** The transaction on RxJava. The client of Vert.x calls JDBC on worker threads. */
final class VertxCrud {
    private final Scheduler virtualThreads = Schedulers.from(Executors.newVirtualThreadPerTaskExecutor());
    private final Pool pool;

    private VertxCrud(Pool pool) {
        this.pool = pool;
    }

    static VertxCrud open(Vertx vertx) {
        var database = new JDBCConnectOptions().setJdbcUrl("jdbc:h2:mem:" + Database.NAME);
        var options = new PoolOptions()
                .setMaxSize(Database.CONNECTIONS)
                .setShared(true)
                .setName(Database.NAME)
                .setConnectionTimeout(0); // or 5.0.8 reports each timer of a request that was served meanwhile
        return new VertxCrud(JDBCPool.pool(vertx, database, options));
    }

    Function<String, Single<String>> handler(Style style) {
        return switch (style) {
            case OPERATORS -> this::operators;
            case BLOCK -> id -> Single.fromCallable(() -> block(id)).subscribeOn(virtualThreads);
            case KOTLIN_UNCONFINED -> id -> KotlinVertxCrud.crud(Dispatchers.getUnconfined(), this, id);
            case KOTLIN_DEFAULT -> id -> KotlinVertxCrud.crud(Dispatchers.getDefault(), this, id);
            case WEFT_VIRTUAL_CHILDREN -> id -> single(Dispatcher.virtual(), () -> inAwaitStyle(id));
            case WEFT_EVENT_LOOP_CHILDREN -> id -> single(Dispatcher.eventLoop(), () -> inAwaitStyle(id));
            case WEFT_VIRTUAL_MEMBERS, WEFT_EVENT_LOOP_MEMBERS -> throw Database.nothingAtOnce();
        };
    }

    Single<SqlConnection> connect() {
        return pool.rxGetConnection();
    }

    Single<String> read(SqlConnection connection, String id) {
        return execute(connection, Database.READ, id)
                .map(rows -> rows.iterator().next().getString(0));
    }

    Completable update(SqlConnection connection, String id) {
        return execute(connection, Database.UPDATE, id).ignoreElement();
    }

    Completable audit(SqlConnection connection, String id) {
        return execute(connection, Database.AUDIT, id).ignoreElement();
    }

    private static Single<RowSet<Row>> execute(SqlConnection connection, String sql, String id) {
        return connection.preparedQuery(sql).rxExecute(Tuple.of(Integer.valueOf(id)));
    }

    private Single<String> operators(String id) {
        return pool.rxWithTransaction(connection -> read(connection, id)
                        .flatMap(name -> update(connection, id)
                                .andThen(audit(connection, id))
                                .toSingle(() -> Database.json(id, name)))
                        .toMaybe())
                .toSingle();
    }

    private String block(String id) {
        SqlConnection connection = connect().blockingGet();
        try {
            var transaction = connection.rxBegin().blockingGet();
            String name = read(connection, id).blockingGet();
            update(connection, id).blockingAwait();
            audit(connection, id).blockingAwait();
            transaction.rxCommit().blockingAwait();
            return Database.json(id, name);
        } finally {
            connection.rxClose().blockingAwait(); // what is not committed is rolled back
        }
    }

    private String inAwaitStyle(String id) {
        return using(connect(), connection -> await(connection.rxClose()), connection -> {
            var transaction = await(connection.rxBegin());
            String name = await(read(connection, id));
            await(update(connection, id));
            await(audit(connection, id));
            await(transaction.rxCommit());
            return Database.json(id, name);
        });
    }
}
