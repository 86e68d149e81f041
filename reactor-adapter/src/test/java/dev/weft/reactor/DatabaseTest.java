package dev.weft.reactor;

import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitLast;
import static dev.weft.reactor.ReactorAsync.collect;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.TransactionTest.execute;
import static dev.weft.reactor.TransactionTest.inAwaitStyle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Money on real databases: many rows, transactions inside transactions, and disposals at any moment. */
@ParameterizedClass
@EnumSource
class DatabaseTest {
    private static final int CONNECTIONS = 8;
    private static final int ACCOUNTS = 10;
    private static final Duration A_MOMENT = Duration.ofMillis(20);

    private final Database.Kind kind;
    private final Database database;
    private final HookLog hooks;

    DatabaseTest(Database.Kind kind) {
        this.kind = kind;
        database = new Database(kind, CONNECTIONS);
        hooks = new HookLog();
        open(database, ACCOUNTS);
    }

    @AfterEach
    void nothingIsLeft() {
        hooks.close();
        database.nothingIsLeft();
        database.close();
    }

    private static void open(Database database, int accounts) {
        String numbers = database.kind() == Database.Kind.H2 ? "system_range" : "generate_series";
        database.execute("CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL)");
        database.execute("INSERT INTO account SELECT n, 100 FROM " + numbers + "(1, " + accounts + ") AS numbers(n)");
    }

    private static long sum(Database database) {
        return database.number("SELECT CAST(sum(balance) AS BIGINT) FROM account");
    }

    private static long add(Connection connection, int id, int amount) {
        var update = connection.createStatement("UPDATE account SET balance = balance + $1 WHERE id = $2");
        return awaitLast(Flux.from(update.bind(0, amount).bind(1, id).execute()).concatMap(Result::getRowsUpdated));
    }

    // --- many rows

    @ParameterizedTest
    @Timeout(240)
    @ValueSource(ints = {10, 40, 1_000, 100_000})
    void rowsThatWereCollectedAreWrittenInTheSameTransaction(int rows) throws Exception {
        database.execute("DROP TABLE account");
        open(database, rows);
        long written = run(() -> inAwaitStyle(database.pool(), connection -> {
            long count = 0;
            for (int id : collect(ids(connection, "SELECT id FROM account ORDER BY id"), rows))
                count += add(connection, id, 1);
            return count;
        }));
        assertThat(written).isEqualTo(rows);
        assertThat(sum(database)).isEqualTo(101L * rows);
    }

    private static Flux<Integer> ids(Connection connection, String sql) {
        return Flux.from(connection.createStatement(sql).execute())
                .flatMap(result -> result.map((row, columns) -> row.get(0, Integer.class)));
    }

    // --- a transaction inside another

    private interface Inner {
        void with(Connection connection) throws Exception;
    }

    /** As {@code PROPAGATION_NESTED}, with a limit. */
    private static void nested(Connection connection, Duration limit, Inner inner) throws Exception {
        String name = "nested";
        shielded(() -> awaitDone(
                Mono.from(connection.createSavepoint(name)))); // cut off, nobody would know whether there is one
        try {
            withTimeout(limit, () -> inner.with(connection));
            awaitDone(Mono.from(connection.releaseSavepoint(name)));
        } catch (Throwable failure) {
            shielded(() -> awaitDone(Mono.from(connection.rollbackTransactionToSavepoint(name))));
            throw failure;
        }
    }

    @Test
    void aSavepointUnderALimitIsUndoneAndTheTransactionGoesOn() throws Exception {
        for (int round = 0; round < 20; round++)
            run(() -> inAwaitStyle(database.pool(), connection -> {
                add(connection, 1, -30);
                assertThatThrownBy(() -> nested(connection, A_MOMENT, within -> {
                            add(within, 2, 1_000);
                            await(Mono.never());
                        }))
                        .isInstanceOf(TimeoutException.class);
                assertThatThrownBy(() -> nested(connection, Duration.ofMinutes(1), within -> {
                            add(within, 3, 1_000);
                            execute(within, "INSERT INTO account VALUES (1, 0)");
                        }))
                        .isInstanceOf(R2dbcDataIntegrityViolationException.class);
                return add(connection, 2, 30);
            }));
        assertThat(sum(database)).isEqualTo(100L * ACCOUNTS);
        assertThat(database.number("SELECT CAST(balance AS BIGINT) FROM account WHERE id = 2"))
                .isEqualTo(700);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aStatementThatALimitCutsOffIsUndoneWithItsSavepoint() throws Exception {
        String slow = kind == Database.Kind.H2
                ? "SELECT CAST(count(*) AS INT) FROM system_range(1, 1000000)"
                : "SELECT 1 FROM pg_sleep(0.1)";
        run(() -> inAwaitStyle(database.pool(), connection -> {
            add(connection, 1, -30);
            assertThatThrownBy(() -> nested(connection, A_MOMENT, within -> {
                        add(within, 2, 1_000);
                        while (true) collect(ids(within, slow), 1);
                    }))
                    .isInstanceOf(TimeoutException.class);
            return add(connection, 2, 30);
        }));
        assertThat(sum(database)).isEqualTo(100L * ACCOUNTS);
    }

    /** As {@code PROPAGATION_REQUIRES_NEW}. */
    @Test
    void aTransactionOfItsOwnInsideAnotherHasAConnectionOfItsOwnAndOutlivesIt() throws Exception {
        for (int round = 0; round < 20; round++)
            assertThatThrownBy(() -> run(() -> inAwaitStyle(database.pool(), outer -> {
                        add(outer, 1, 1_000);
                        inAwaitStyle(database.pool(), inner -> add(inner, 2, 1));
                        return withTimeout(
                                A_MOMENT, () -> inAwaitStyle(database.pool(), inner -> add(inner, 3, 1_000) + hang()));
                    })))
                    .isInstanceOf(TimeoutException.class);
        assertThat(sum(database)).isEqualTo(100L * ACCOUNTS + 20);
    }

    private static long hang() {
        await(Mono.never());
        return 0;
    }

    // --- disposals

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void disposalsAtAnyMomentLeaveNothingAndMoveNoMoney(int connections) {
        try (var money = new Database(kind, connections)) {
            open(money, ACCOUNTS);
            var random = ThreadLocalRandom.current();
            var pending = new ArrayDeque<Disposable>();
            for (int round = 0; round < 500; round++) {
                pending.add(transfer(money, random.nextInt(ACCOUNTS), random.nextInt(ACCOUNTS))
                        .subscribe());
                long nanos = random.nextLong(2_000_000);
                for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) Thread.onSpinWait();
                if (pending.size() >= connections + random.nextInt(3))
                    pending.remove().dispose();
            }
            pending.forEach(Disposable::dispose);
            money.nothingIsLeft();
            assertThat(sum(money)).isEqualTo(100L * ACCOUNTS);
        }
        assertThat(hooks.dropped).isEmpty();
    }

    /** In the order of the accounts, so that no two wait for each other's row. */
    private static Mono<Long> transfer(Database database, int one, int other) {
        int low = 1 + Math.min(one, other);
        int high = 1 + Math.max(one, other);
        return mono(() -> inAwaitStyle(database.pool(), c -> add(c, low, one - other) + add(c, high, other - one)));
    }
}
