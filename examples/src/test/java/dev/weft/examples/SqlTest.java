package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.collect;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The SQL in the guide for those who bring Weft into a service: R2DBC as it is, and Spring's transactions. */
@ParameterizedClass
@EnumSource
class SqlTest {
    private static final int ITEMS = 2_500;
    private static final Duration LIMIT = Duration.ofMillis(10);

    private final Database database;
    private final int rounds;
    private final ConnectionPool pool;
    private final DatabaseClient client;
    private final TransactionalOperator transaction;
    private final TransactionalOperator anotherTransaction;

    SqlTest(Database database) throws Exception {
        this.database = database;
        rounds = database == Database.POSTGRESQL ? 300 : 30; // H2 answers inside the call: there is little to race with
        pool = new ConnectionPool(ConnectionPoolConfiguration.builder(ConnectionFactories.get(database.url()))
                .maxSize(4)
                .maxAcquireTime(Duration.ofSeconds(30))
                .build());
        client = DatabaseClient.create(pool);
        var manager = new R2dbcTransactionManager(pool);
        transaction = TransactionalOperator.create(manager);
        anotherTransaction = TransactionalOperator.create(
                manager, new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
        String numbers = database == Database.H2 ? "system_range" : "generate_series";
        run(() -> {
            execute("drop table if exists weft_item");
            execute("create table weft_item (id int primary key, name varchar(20), price int)");
            execute("insert into weft_item select n, 'item ' || n, 100 from " + numbers + "(1, " + ITEMS + ") as t(n)");
        });
    }

    @AfterEach
    void nothingIsLeft() {
        untilNothingIsAcquired();
        if (database == Database.POSTGRESQL)
            untilZero(
                    "in a transaction",
                    () -> run(() -> number("select count(*) from pg_stat_activity"
                            + " where datname = current_database() and state like 'idle in transaction%'")));
        run(() -> execute("drop table weft_item"));
        pool.dispose();
    }

    private void untilNothingIsAcquired() {
        var metrics = pool.getMetrics().orElseThrow();
        untilZero("acquired", () -> metrics.acquiredSize() + metrics.pendingAcquireSize());
    }

    private static void untilZero(String what, LongSupplier count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (count.getAsLong() > 0) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            Thread.yield();
        }
    }

    private long execute(String sql) {
        return awaitSingle(client.sql(sql).fetch().rowsUpdated());
    }

    private long number(String sql) {
        return awaitSingle(client.sql(sql).map(row -> row.get(0, Long.class)).one());
    }

    private long sum() {
        return run(() -> number("select cast(sum(price) as bigint) from weft_item"));
    }

    // --- plain R2DBC

    private static Flux<Result> execute(Connection connection, String sql, Object... values) {
        var statement = connection.createStatement(sql);
        for (int i = 0; i < values.length; i++) statement.bind(i, values[i]);
        return Flux.from(statement.execute());
    }

    private static long update(Connection connection, String sql, Object... values) {
        return awaitSingle(
                execute(connection, sql, values).flatMap(Result::getRowsUpdated).reduce(0L, Long::sum));
    }

    private static Flux<Integer> numbers(Connection connection, String sql, Object... values) {
        return execute(connection, sql, values).flatMap(result -> result.map(row -> row.get(0, Integer.class)));
    }

    private <T> T inTransaction(Work<T> work) throws Exception {
        Connection connection = shielded(() -> awaitSingle(pool.create()));
        try {
            shielded(() -> awaitDone(Mono.from(connection.beginTransaction())));
            T result = work.with(connection);
            shielded(() -> awaitDone(Mono.from(connection.commitTransaction())));
            return result;
        } catch (Throwable failure) {
            shielded(() -> awaitDone(Mono.from(connection.rollbackTransaction())));
            throw failure;
        } finally {
            shielded(() -> awaitDone(Mono.from(connection.close())));
        }
    }

    private interface Work<T> {
        T with(Connection connection) throws Exception;
    }

    @Test
    void rowsOfAResult() throws Exception {
        long sum = run(() -> inTransaction(connection -> {
            int price = awaitSingle(numbers(connection, "select price from weft_item where id = $1", 7));
            long total = price;
            try (var prices = each(numbers(connection, "select price from weft_item where id < $1", 4))) {
                for (int other : prices) total += other; // only reads: the connection is busy until the loop has ended
            }
            return total;
        }));
        assertThat(sum).isEqualTo(400);
    }

    @Test
    void anUpdateForEachRow() throws Exception {
        long updated = run(() -> inTransaction(connection -> {
            long count = 0;
            for (int id : collect(numbers(connection, "select id from weft_item"), 10_000))
                count += update(connection, "update weft_item set price = price + 1 where id = $1", id);
            return count;
        }));
        assertThat(updated).isEqualTo(ITEMS);
        assertThat(sum()).isEqualTo(101L * ITEMS);
    }

    @Test
    void anUpdateForEachOfManyRows() throws Exception {
        String page = "select id from weft_item where id > $1 order by id limit 1000";
        run(() -> inTransaction(connection -> {
            List<Integer> ids = collect(numbers(connection, page, 0), 1_000); // … where id > $1 order by id limit 1000
            while (!ids.isEmpty()) {
                for (int id : ids) update(connection, "update weft_item set price = price + 1 where id = $1", id);
                ids = collect(numbers(connection, page, ids.get(ids.size() - 1)), 1_000);
            }
            return ids;
        }));
        assertThat(sum()).isEqualTo(101L * ITEMS);
    }

    // --- Spring's transactions

    // guide: cancels the work, not the operator
    private static <T> T transactional(TransactionalOperator operator, Callable<T> work) {
        var begun = new CompletableFuture<Deferred<T>>();
        return group(g -> {
            Deferred<T> transaction = g.async(() -> shielded(() -> await(operator.transactional(mono(() -> {
                Deferred<T> running = async(work);
                begun.complete(running);
                return running.await();
            })))));
            try {
                return transaction.await();
            } catch (CancelledException cancelled) {
                begun.thenAccept(Deferred::cancel);
                throw cancelled;
            }
        });
    }

    private long raise(int id) {
        return execute("update weft_item set price = price + 1 where id = " + id);
    }

    private long raiseAndHang(int id) {
        raise(id);
        return awaitSingle(Mono.never());
    }

    @Test
    void aLimitInsideAShieldLeavesNothing() {
        for (int round = 0; round < rounds; round++)
            assertThatThrownBy(() -> run(() -> transactional(transaction, () -> {
                        raise(1);
                        return shielded(() -> await(
                                anotherTransaction.transactional(mono(() -> withTimeout(LIMIT, () -> raiseAndHang(2)))),
                                TimeoutException.class));
                    })))
                    .hasCauseInstanceOf(TimeoutException.class);
        assertThat(sum()).isEqualTo(100L * ITEMS);
    }

    @Test
    void aTransactionWhoseWorkIsCancelledLeavesNothing() {
        for (int round = 0; round < rounds; round++)
            run(() -> transactional(transaction, () -> {
                raise(1);
                assertThatThrownBy(() ->
                                withTimeout(LIMIT, () -> transactional(anotherTransaction, () -> raiseAndHang(2))))
                        .isInstanceOf(TimeoutException.class);
                return raise(3);
            }));
        assertThat(sum()).isEqualTo(100L * ITEMS + 2 * rounds);
    }

    @Test
    void aRequestThatIsDisposedOfLeavesNothing() {
        for (int round = 0; round < rounds; round++) {
            var request = mono(() -> transactional(transaction, () -> {
                        raise(1);
                        return transactional(anotherTransaction, () -> raiseAndHang(2));
                    }))
                    .subscribe();
            long nanos = ThreadLocalRandom.current().nextLong(5_000_000);
            for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) Thread.onSpinWait();
            request.dispose();
            untilNothingIsAcquired(); // else they would wait for each other's connections
        }
        assertThat(sum()).isEqualTo(100L * ITEMS);
    }
}
