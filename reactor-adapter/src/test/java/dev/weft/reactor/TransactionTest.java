package dev.weft.reactor;

import static dev.weft.Async.delay;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitLast;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.CancelledException;
import dev.weft.testing.Latches;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import io.r2dbc.spi.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Transactions on real databases through a pool of one connection: whatever happens, the connection comes back. */
@ParameterizedClass
@EnumSource
class TransactionTest {
    private final Database database;
    private final ConnectionPool pool;
    private final HookLog hooks;
    private final CountDownLatch pending = new CountDownLatch(1);

    TransactionTest(Database.Kind kind) {
        database = new Database(kind, 1);
        pool = database.pool();
        hooks = new HookLog();
        database.execute("CREATE TABLE item (id INT PRIMARY KEY)");
    }

    @AfterEach
    void closeTheDatabase() {
        hooks.close();
        database.close();
    }

    /** What is done with a connection. */
    interface Work<T> {
        T with(Connection connection) throws Exception;
    }

    /** Two ways to put a transaction around work in await style. */
    enum Style {
        OPERATORS {
            @Override
            <T> Mono<T> transaction(ConnectionPool pool, Work<T> work) {
                return withOperators(pool, work);
            }
        },
        AWAIT {
            @Override
            <T> Mono<T> transaction(ConnectionPool pool, Work<T> work) {
                return mono(() -> inAwaitStyle(pool, work));
            }
        };

        abstract <T> Mono<T> transaction(ConnectionPool pool, Work<T> work);
    }

    private static <T> Mono<T> withOperators(ConnectionPool pool, Work<T> work) {
        return Mono.usingWhen(
                pool.create().flatMap(c -> Mono.from(c.beginTransaction()).thenReturn(c)),
                c -> mono(() -> work.with(c)),
                c -> Mono.from(c.commitTransaction()).then(Mono.from(c.close())),
                (c, failure) -> Mono.from(c.rollbackTransaction()).then(Mono.from(c.close())),
                c -> Mono.from(c.rollbackTransaction()).then(Mono.from(c.close())));
    }

    private <T> T inAwaitStyle(Work<T> work) throws Exception {
        return inAwaitStyle(pool, work);
    }

    static <T> T inAwaitStyle(ConnectionPool pool, Work<T> work) throws Exception {
        Connection connection = shielded(() -> awaitSingle(pool.create()));
        try {
            shielded(
                    () -> awaitDone(Mono.from(connection.beginTransaction()))); // cut off, a rollback could overtake it
            T result = work.with(connection);
            awaitDone(Mono.from(connection.commitTransaction()));
            return result;
        } catch (Throwable failure) {
            shielded(() -> awaitDone(Mono.from(connection.rollbackTransaction())));
            throw failure;
        } finally {
            shielded(() -> awaitDone(Mono.from(connection.close())));
        }
    }

    static long execute(Connection connection, String sql) {
        return awaitLast(Flux.from(connection.createStatement(sql).execute())
                .concatMap(Result::getRowsUpdated)
                .defaultIfEmpty(0L));
    }

    private static long insert(Connection connection, int id) {
        return execute(connection, "INSERT INTO item VALUES (" + id + ")");
    }

    private static Flux<Integer> items(Connection connection) {
        return Flux.from(connection
                        .createStatement("SELECT id FROM item ORDER BY id")
                        .execute())
                .concatMap(result -> result.map((row, meta) -> row.get(0, Integer.class)));
    }

    private List<Integer> stored() throws Exception {
        return Async.run(() -> inAwaitStyle(c -> ReactorAsync.collect(items(c), 100_000)));
    }

    private void theConnectionIsBack() {
        database.nothingIsLeft();
        assertThat(pool.getMetrics().orElseThrow().allocatedSize()).isEqualTo(1);
    }

    private <T> T hang() {
        return await(Mono.<T>never().doOnSubscribe(s -> pending.countDown()));
    }

    @ParameterizedTest
    @EnumSource
    void successCommits(Style style) throws Exception {
        StepVerifier.create(style.transaction(pool, c -> {
                    insert(c, 1);
                    delay(Duration.ofMillis(1));
                    return insert(c, 2);
                }))
                .expectNext(1L)
                .verifyComplete();
        theConnectionIsBack();
        assertThat(stored()).containsExactly(1, 2);
    }

    @ParameterizedTest
    @EnumSource
    void emptyCommits(Style style) throws Exception {
        StepVerifier.create(style.transaction(pool, c -> {
                    insert(c, 1);
                    return null;
                }))
                .verifyComplete();
        theConnectionIsBack();
        assertThat(stored()).containsExactly(1);
    }

    @ParameterizedTest
    @EnumSource
    void anErrorRollsBackAndIsTheSameInstance(Style style) throws Exception {
        for (Exception failure : List.of(new IOException("checked"), new IllegalStateException("unchecked"))) {
            StepVerifier.create(style.transaction(pool, c -> {
                        insert(c, 1);
                        throw failure;
                    }))
                    .verifyErrorSatisfies(e -> assertThat(e).isSameAs(failure));
            theConnectionIsBack();
        }
        assertThat(stored()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anErrorOfTheDatabaseRollsBack(Style style) throws Exception {
        StepVerifier.create(style.transaction(pool, c -> {
                    insert(c, 1);
                    return insert(c, 1);
                }))
                .verifyError(R2dbcDataIntegrityViolationException.class);
        theConnectionIsBack();
        assertThat(stored()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aCancellationWhileAnAwaitIsPendingRollsBack(Style style) throws Exception {
        var subscription = style.transaction(pool, c -> {
                    insert(c, 1);
                    return hang();
                })
                .subscribe();
        Latches.await(pending);
        subscription.dispose();
        theConnectionIsBack();
        assertThat(stored()).isEmpty();
        assertThat(hooks.dropped).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutInsideRollsBack(Style style) throws Exception {
        StepVerifier.create(style.transaction(
                        pool,
                        c -> withTimeout(Duration.ofHours(1), () -> {
                            insert(c, 1);
                            resetTimeout(
                                    Duration.ofMillis(20)); // a statement that is cut off is another matter, see below
                            return hang();
                        })))
                .verifyError(TimeoutException.class);
        theConnectionIsBack();
        assertThat(stored()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutOfReactorsAroundItRollsBack(Style style) throws Exception {
        StepVerifier.create(style.transaction(pool, c -> {
                            insert(c, 1);
                            return hang();
                        })
                        .timeout(Mono.fromRunnable(() -> Latches.await(pending))
                                .subscribeOn(Schedulers.boundedElastic())))
                .verifyError(TimeoutException.class);
        theConnectionIsBack();
        assertThat(stored()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void leavingALoopOverRowsEarlyKeepsTheTransactionUsable(Style style) throws Exception {
        StepVerifier.create(style.transaction(pool, c -> {
                    for (int i = 0; i < 200; i++) insert(c, i);
                    int sum = 0;
                    try (AsyncIterator<Integer> rows = each(items(c), 8)) {
                        for (int row : rows) {
                            sum += row;
                            if (row == 4) break;
                        }
                    }
                    insert(c, 1000);
                    return sum;
                }))
                .expectNext(10)
                .verifyComplete();
        theConnectionIsBack();
        assertThat(stored()).hasSize(201);
    }

    /**
     * All or nothing only in await style, where the rollback comes after the work. {@code usingWhen} rolls back beside
     * what it cancelled: a statement that has begun on another thread can find the transaction gone and commit by
     * itself; rarely, and with operators alone as well. On PostgreSQL it can even overtake the beginning of the
     * transaction, which then stays open in the pool.
     */
    @ParameterizedTest
    @EnumSource
    void cancellationsAtAnyMomentBringTheConnectionBackAndInAwaitStyleCommitAllOrNothing(Style style) throws Exception {
        assumeFalse(
                style == Style.OPERATORS && database.kind() == Database.Kind.POSTGRESQL, "usingWhen loses them there");
        for (int round = 0; round < 200; round++) {
            int id = 2 * round;
            var subscription = style.transaction(pool, c -> insert(c, id) + insert(c, id + 1))
                    .subscribe();
            long nanos = ThreadLocalRandom.current().nextLong(1_500_000);
            for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) Thread.onSpinWait();
            subscription.dispose();
            theConnectionIsBack();
        }
        if (style == Style.OPERATORS) return;
        List<Integer> ids = stored();
        assertThat(ids).allMatch(id -> ids.contains(id ^ 1));
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void anAcquiredConnectionThatACancellationOvertookIsDiscardedAndCanBeClosedThere() {
        var closed = new CopyOnWriteArrayList<Connection>();
        var running = new CountDownLatch(1);
        Connection busy = Async.run(() -> awaitSingle(pool.create()));
        var subscription = mono(() -> {
                    running.countDown();
                    return awaitSingle(pool.create()
                            .doOnNext(connection -> pending.countDown())
                            .concatWith(Mono.never()));
                })
                .doOnDiscard(Connection.class, connection -> {
                    closed.add(connection);
                    Mono.from(connection.close()).subscribe();
                })
                .subscribe();
        Latches.await(running);
        Async.run(() -> awaitDone(Mono.from(busy.close())));
        Latches.await(pending);
        subscription.dispose();
        until("discarded", () -> !closed.isEmpty());
        theConnectionIsBack();
        assertThat(closed).hasSize(1);
    }

    @Test
    void theFailureOfACancelledBodyIsAnEchoAndNotReported() {
        var thrown = new CopyOnWriteArrayList<Throwable>();
        var subscription = Style.AWAIT
                .transaction(pool, c -> {
                    try {
                        return hang();
                    } catch (CancelledException cancelled) {
                        thrown.add(cancelled);
                        throw cancelled;
                    }
                })
                .subscribe();
        Latches.await(pending);
        subscription.dispose();
        theConnectionIsBack();
        assertThat(thrown).hasSize(1);
        assertThat(hooks.dropped).isEmpty();
    }
}
