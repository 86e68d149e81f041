package dev.weft.spring;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Deferred;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.ReactiveTransaction;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.MethodRollbackEvent;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Transactions around plain methods and bodies, on a database. */
class TransactionsTest {
    private static final AtomicInteger ROLLED_BACK = new AtomicInteger();
    private static AnnotationConfigApplicationContext context;
    private static Service service;
    private static WeftTransactions transactions;
    private static DatabaseClient database;

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    @EnableWeft
    @Import({Service.class, Inner.class, Rollbacks.class})
    static class App {
        @Bean
        ConnectionFactory connections() {
            return ConnectionFactories.get("r2dbc:h2:mem:///transactions;DB_CLOSE_DELAY=-1");
        }

        @Bean
        ReactiveTransactionManager manager(ConnectionFactory connections) {
            return new SlowToRollBack(new R2dbcTransactionManager(connections));
        }

        @Bean
        DatabaseClient database(ConnectionFactory connections) {
            return DatabaseClient.create(connections);
        }
    }

    /** So that who does not wait for a rollback is there before it has ended. */
    record SlowToRollBack(ReactiveTransactionManager manager) implements ReactiveTransactionManager {
        @Override
        public Mono<ReactiveTransaction> getReactiveTransaction(TransactionDefinition definition) {
            return manager.getReactiveTransaction(definition);
        }

        @Override
        public Mono<Void> commit(ReactiveTransaction transaction) {
            return manager.commit(transaction);
        }

        @Override
        public Mono<Void> rollback(ReactiveTransaction transaction) {
            return Mono.delay(Duration.ofMillis(5))
                    .then(manager.rollback(transaction))
                    .doOnSuccess(done -> ROLLED_BACK.incrementAndGet());
        }
    }

    static class Rollbacks {
        final List<Throwable> seen = new CopyOnWriteArrayList<>();

        @EventListener
        void rollback(MethodRollbackEvent event) {
            seen.add(event.getFailure());
        }
    }

    static class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    static class Service {
        private final DatabaseClient database;
        private final Inner inner;

        Service(DatabaseClient database, Inner inner) {
            this.database = database;
            this.inner = inner;
        }

        private void insert() {
            awaitDone(database.sql("insert into row_of values (1)").then());
        }

        @Transactional
        public long value() {
            insert();
            return count(database);
        }

        @Transactional
        public void byDefault(Throwable failure) throws Throwable {
            insert();
            throw failure;
        }

        @Transactional(noRollbackFor = Failure.class)
        public void notForFailure(Throwable failure) throws Throwable {
            insert();
            throw failure;
        }

        @Transactional(rollbackFor = Exception.class)
        public void forAll(Throwable failure) throws Throwable {
            insert();
            throw failure;
        }

        @Transactional
        public void withMembers() {
            var one = async(() -> insert());
            insert();
            one.await();
        }

        @Transactional
        public void withAnotherThatRollsBack() {
            insert();
            assertThatThrownBy(inner::ofItsOwn).isInstanceOf(Failure.class);
        }

        @Transactional(noRollbackFor = RuntimeException.class)
        public void endless(CountDownLatch begun) {
            insert();
            begun.countDown();
            awaitCallback(never -> {});
        }

        @Transactional
        public Object monoInDisguise() {
            insert();
            return Mono.just(1);
        }

        @Transactional
        public Mono<Long> inMono() {
            return mono(() -> {
                insert();
                return count(database);
            });
        }
    }

    static class Inner {
        private final DatabaseClient database;

        Inner(DatabaseClient database) {
            this.database = database;
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void ofItsOwn() {
            awaitDone(database.sql("insert into row_of values (2)").then());
            throw new Failure();
        }
    }

    private static long count(DatabaseClient database) {
        return awaitSingle(database.sql("select count(*) from row_of")
                .map(row -> row.get(0, Long.class))
                .one());
    }

    private static long rows() {
        return run(() -> count(database));
    }

    private static void insert() {
        awaitDone(database.sql("insert into row_of values (1)").then());
    }

    @BeforeAll
    static void start() {
        context = new AnnotationConfigApplicationContext(App.class);
        service = context.getBean(Service.class);
        transactions = context.getBean(WeftTransactions.class);
        database = context.getBean(DatabaseClient.class);
        database.sql("create table if not exists row_of(id int)").then().block();
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @BeforeEach
    void empty() {
        database.sql("delete from row_of").then().block();
        context.getBean(Rollbacks.class).seen.clear();
    }

    @Test
    void aPlainMethodCommits() {
        assertThat(run(() -> service.value())).isEqualTo(1);
        assertThat(service.value()).as("outside a coroutine").isEqualTo(2);
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void aMonoCommitsAsBefore() {
        assertThat(service.inMono().block()).isEqualTo(1);
        assertThat(rows()).isEqualTo(1);
    }

    private static Throwable awaitException() {
        return catchThrowable(() -> run(() -> await(Mono.error(new IOException("inside")))));
    }

    interface Call {
        void call(Throwable failure) throws Throwable;
    }

    static Stream<Arguments> rules() {
        Call byDefault = failure -> service.byDefault(failure);
        Call notForFailure = failure -> service.notForFailure(failure);
        Call forAll = failure -> service.forAll(failure);
        Call body = failure -> transactions.inTransaction(() -> {
            insert();
            if (failure instanceof Error error) throw error;
            throw (Exception) failure;
        });
        return Stream.of(
                Arguments.of("default", byDefault, new Failure(), 0),
                Arguments.of("default", byDefault, new IOException("disk"), 1),
                Arguments.of("default", byDefault, new AssertionError("error"), 0),
                Arguments.of("default", byDefault, awaitException(), 0),
                Arguments.of("noRollbackFor", notForFailure, new Failure(), 1),
                Arguments.of("noRollbackFor", notForFailure, new IllegalStateException(), 0),
                Arguments.of("rollbackFor", forAll, new IOException("disk"), 0),
                Arguments.of("inTransaction", body, new Failure(), 0),
                Arguments.of("inTransaction", body, new IOException("disk"), 0),
                Arguments.of("inTransaction", body, new AssertionError("error"), 0));
    }

    @ParameterizedTest(name = "{0} {2} leaves {3} rows")
    @MethodSource("rules")
    void W4_whatIsThrownCommitsOrRollsBackAndComesOutAsItIs(String rule, Call call, Throwable failure, long left) {
        assertThat(catchThrowable(() -> call.call(failure))).isSameAs(failure);
        assertThat(rows()).isEqualTo(left);
        var seen = context.getBean(Rollbacks.class).seen;
        if (rule.equals("inTransaction") || left == 1) assertThat(seen).isEmpty();
        else assertThat(seen).singleElement().isSameAs(failure);
    }

    @Test
    void anInnerTransactionRollsBackAlone() {
        run(() -> service.withAnotherThatRollsBack());
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void membersTakePart() {
        run(() -> service.withMembers());
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void aMethodThatHidesAMonoIsRefused() {
        assertThatThrownBy(() -> service.monoInDisguise())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the transaction would end before the Mono")
                .hasMessageContaining("monoInDisguise");
        assertThat(rows()).isZero();
    }

    /** Also where the rules would let exceptions commit, of which the cancellation is one. */
    @Test
    void W4_aCancellationRollsBackBeforeTheCallReturns() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            var begun = new CountDownLatch(1);
            int before = ROLLED_BACK.get();
            Deferred<?> running = async(() -> service.endless(begun));
            run(() -> {
                begun.await();
                running.cancel();
                assertThat(catchThrowable(running::await)).isInstanceOf(CancellationException.class);
            });
            assertThat(ROLLED_BACK).hasValue(before + 1);
        }
        assertThat(rows()).isZero();
    }

    @Test
    void W4_aTimeoutRollsBackBeforeTheCallReturns() {
        int before = ROLLED_BACK.get();
        var begun = new CountDownLatch(1);
        assertThatThrownBy(() -> run(() -> withTimeout(Duration.ofDays(1), () -> {
                    async(() -> service.endless(begun));
                    begun.await();
                    resetTimeout(Duration.ofMillis(1));
                })))
                .isInstanceOf(TimeoutException.class);
        assertThat(ROLLED_BACK).hasValue(before + 1);
        assertThat(rows()).isZero();
    }

    @Test
    void onAThreadThatMustNotBlockTheAwaitIsRefused() {
        Supplier<Long> call = () -> service.value();
        assertThatThrownBy(() -> Mono.fromSupplier(call)
                        .subscribeOn(Schedulers.parallel())
                        .block())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("would block the non-blocking thread parallel-");
        assertThat(rows()).isZero();
    }

    @Test
    void aBodyCommitsAndReturns() throws IOException {
        long seen = transactions.inTransaction(() -> {
            insert();
            return count(database);
        });
        transactions.inTransaction(() -> insert());
        assertThat(seen).isEqualTo(1);
        assertThat(rows()).isEqualTo(2);
        assertThat(run(() -> transactions.<String, RuntimeException>inTransaction(() -> await(Mono.empty()))))
                .isNull();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWeft
    static class Twice {}

    @Configuration(proxyBeanMethods = false)
    static class Own {
        @Bean
        WeftTransactions own(ReactiveTransactionManager manager) {
            return new WeftTransactions(manager);
        }
    }

    /** Boot forbids overriding, and the starter enables Weft as well. */
    @Test
    void theBeanIsAddedOnceAndStepsBackForOneOfTheApplication() {
        try (var enabled = new AnnotationConfigApplicationContext()) {
            enabled.setAllowBeanDefinitionOverriding(false);
            enabled.register(Twice.class, App.class, Own.class);
            enabled.refresh();
            assertThat(enabled.getBean(WeftTransactions.class)).isSameAs(enabled.getBean("own"));
        }
    }

    @Test
    void aBodyMayHaveATransactionOfItsOwn() {
        var own = new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        assertThatThrownBy(() -> transactions.inTransaction(() -> {
                    transactions.inTransaction(own, () -> insert());
                    insert();
                    throw new Failure();
                }))
                .isInstanceOf(Failure.class);
        assertThat(rows()).isEqualTo(1);
    }
}
