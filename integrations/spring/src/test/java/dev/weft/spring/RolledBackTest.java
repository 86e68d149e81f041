package dev.weft.spring;

import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.weft.test.TestScope;
import dev.weft.test.WeftTest;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.ReactiveTransaction;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

/** Tests that run inside of a transaction, and tests that run such tests. */
class RolledBackTest {
    private static final String URL = "r2dbc:h2:mem:///rolledback;DB_CLOSE_DELAY=-1";
    private static final DatabaseClient OUTSIDE = DatabaseClient.create(ConnectionFactories.get(URL));

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    @EnableWeft
    @Import(Service.class)
    static class App {
        @Bean
        ConnectionFactory connections() {
            return ConnectionFactories.get(URL);
        }

        @Bean
        ReactiveTransactionManager manager(ConnectionFactory connections) {
            return new R2dbcTransactionManager(connections);
        }

        @Bean
        DatabaseClient database(ConnectionFactory connections) {
            return DatabaseClient.create(connections);
        }
    }

    /** Plain methods that await. */
    static class Service {
        private final DatabaseClient database;

        Service(DatabaseClient database) {
            this.database = database;
        }

        @Transactional
        public void insert() {
            awaitDone(database.sql("insert into row_of values (1)").then());
        }

        @Transactional
        public void fails() {
            insert();
            throw new IllegalStateException("no");
        }

        @Transactional
        public long count() {
            return rows(database);
        }
    }

    private static long rows(DatabaseClient database) {
        return awaitSingle(database.sql("select count(*) from row_of")
                .map(row -> row.get(0, Long.class))
                .one());
    }

    @BeforeAll
    static void create() {
        OUTSIDE.sql("create table if not exists row_of(id int)").then().block();
    }

    @AfterAll
    static void nothingWasCommitted() {
        assertThat(run(() -> rows(OUTSIDE))).isZero();
    }

    @Nested
    @SpringJUnitConfig(App.class)
    @RolledBack
    class OfAClass {
        @Autowired
        private Service service;

        /** Takes part: each test finds one row. */
        @BeforeEach
        void prepare() {
            assertThat(service.count()).isZero();
            service.insert();
        }

        @AfterEach
        void isStillInside() {
            assertThat(service.count()).isPositive();
            assertThat(rows(OUTSIDE)).isZero();
        }

        @RepeatedTest(3)
        void W8_eachTestBeginsWithNothingOfTheOthers() {
            service.insert();
            assertThat(service.count()).isEqualTo(2);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void parameterizedTestsTakePart(int more) {
            for (int i = 0; i < more; i++) service.insert();
            assertThat(service.count()).isEqualTo(1 + more);
        }

        @Test
        void aFailureThatIsCaughtLeavesTheTransactionOpen() {
            assertThatThrownBy(service::fails).hasMessage("no");
            assertThat(service.count()).isEqualTo(2);
        }

        @Nested
        class Inside {
            @Test
            void nestedTestsTakePart() {
                service.insert();
                assertThat(service.count()).isEqualTo(2);
            }
        }
    }

    @SpringJUnitConfig(App.class)
    static class InVirtualTime {
        @WeftTest
        @RolledBack
        void timePasses(TestScope test, @Autowired Service service) {
            service.insert();
            delay(Duration.ofDays(1));
            assertThat(service.count()).isEqualTo(1);
            assertThat(test.currentTime()).isEqualTo(Duration.ofDays(1));
        }
    }

    @Test
    void timeMayBeVirtual() {
        tests(InVirtualTime.class).assertStatistics(one -> one.succeeded(1));
    }

    @SpringJUnitConfig(App.class)
    static class Failing {
        @Autowired
        private Service service;

        @RolledBack
        @Test
        void fails() {
            service.insert();
            fail("as it should");
        }
    }

    @Test
    void W8_aTestThatFailsIsRolledBackAndFailsAsItIs() {
        tests(Failing.class)
                .assertThatEvents()
                .haveExactly(1, finishedWithFailure(instanceOf(AssertionError.class), message("as it should")));
    }

    @SpringJUnitConfig
    @RolledBack
    static class WithoutManager {
        @Configuration(proxyBeanMethods = false)
        static class None {}

        @Test
        void neverRuns() {}
    }

    private record Broken() implements ReactiveTransactionManager {
        @Override
        public Mono<ReactiveTransaction> getReactiveTransaction(TransactionDefinition definition) {
            return Mono.error(new CannotCreateTransactionException("no connection"));
        }

        @Override
        public Mono<Void> commit(ReactiveTransaction transaction) {
            return Mono.empty();
        }

        @Override
        public Mono<Void> rollback(ReactiveTransaction transaction) {
            return Mono.empty();
        }
    }

    @SpringJUnitConfig
    static class WithTwoManagers {
        @Configuration(proxyBeanMethods = false)
        @Import(App.class)
        static class Two {
            @Bean
            ReactiveTransactionManager other() {
                return new Broken();
            }
        }

        @RolledBack
        @Test
        void isAmbiguous() {}

        @RolledBack("manager")
        @Test
        void isNamed() {}

        @RolledBack("other")
        @Test
        void cannotBegin() {}
    }

    @Test
    void theManagerIsTheOnlyOneOrNamed() {
        tests(WithoutManager.class)
                .assertThatEvents()
                .haveExactly(
                        1,
                        finishedWithFailure(
                                instanceOf(ExtensionConfigurationException.class),
                                message("looked for the only ReactiveTransactionManager for @RolledBack; found []:"
                                        + " add one, or name one of them in the annotation")));
        tests(WithTwoManagers.class)
                .assertStatistics(two -> two.started(3).succeeded(1).failed(2))
                .assertThatEvents()
                .haveExactly(1, finishedWithFailure(message(text -> text.contains("found [manager, other]"))))
                .haveExactly(1, finishedWithFailure(instanceOf(CannotCreateTransactionException.class)));
    }

    private static Events tests(Class<?> type) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(type))
                .execute()
                .testEvents();
    }
}
