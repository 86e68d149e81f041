package dev.weft.test.simulation;

import static dev.weft.Async.await;
import static dev.weft.Async.gather;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** What {@code @Simulated} does to a test. */
@EnabledIf("dev.weft.test.simulation.Programs#canBeSimulated")
class SimulatedTest {
    /** Tests as users write them, which fail. */
    static class AccountTests {
        private final Account account = new Account();

        @Simulated
        void onTheJdk() throws Exception {
            withdrawTwice(Engine.JDK, account);
        }

        @Simulated
        void onReactor() throws Exception {
            withdrawTwice(Engine.REACTOR, account);
        }

        @Simulated
        void onRxJava() throws Exception {
            withdrawTwice(Engine.RXJAVA, account);
        }
    }

    private static class Account {
        int balance = 100;

        Object withdraw(Engine engine, int amount) {
            int before = balance;
            await(engine.later("the bank agrees"));
            balance = before - amount;
            return "done";
        }
    }

    private static void withdrawTwice(Engine engine, Account account) throws Exception {
        engine.run(() -> {
            gather(() -> account.withdraw(engine, 10), () -> account.withdraw(engine, 20));
            assertThat(account.balance).isEqualTo(70);
        });
    }

    @Test
    void aLostUpdateIsFoundOnEachEngineAndTheSeedIsNamed() {
        TestExecutionSummary summary = execute(AccountTests.class);
        assertThat(summary.getTestsFoundCount()).isEqualTo(3);
        assertThat(summary.getFailures())
                .hasSize(3)
                .allSatisfy(failure -> assertThat(failure.getException())
                        .isInstanceOf(AssertionError.class)
                        .hasMessageFindingMatch("^seed (\\d+) \\(-Dweft.seed=\\1 plays it alone\\)")
                        .hasMessageContaining("expected: 70")
                        .hasMessageContaining("Async.await at SimulatedTest$Account.withdraw(SimulatedTest.java:"));
    }

    @Test
    void X2_aSeedFailsAgainWithTheSameSteps() {
        String first = message(execute(AccountTests.class));
        String seed = first.replaceFirst("(?s)^seed (\\d+).*", "$1");
        System.setProperty("weft.seed", seed);
        try {
            assertThat(message(execute(AccountTests.class))).isEqualTo(first);
        } finally {
            System.clearProperty("weft.seed");
        }
    }

    private static String message(TestExecutionSummary summary) {
        return summary.getFailures().stream()
                .filter(failure -> failure.getTestIdentifier().getDisplayName().equals("onReactor()"))
                .map(failure -> failure.getException().getMessage())
                .findFirst()
                .orElseThrow();
    }

    private static TestExecutionSummary execute(Class<?> tests) {
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .build(),
                        listener);
        return listener.getSummary();
    }

    /** A test that passes. */
    @Nested
    class Mended {
        private static final Set<Object> INSTANCES = new HashSet<>();
        private static int before;
        private static int after;

        private final ReentrantLock lock = new ReentrantLock();
        private int balance = 100;

        @BeforeAll
        static void clear() {
            INSTANCES.clear();
            before = 0;
            after = 0;
        }

        @BeforeEach
        void begin() {
            before++;
        }

        @AfterEach
        void end() {
            after++;
        }

        private Object withdraw(Engine engine, int amount) {
            lock.lock();
            try {
                int old = balance;
                await(engine.later("the bank agrees"));
                balance = old - amount;
            } finally {
                lock.unlock();
            }
            return "done";
        }

        @Simulated(seeds = 50)
        void passesUnderEachSeedWithAnInstanceOfItsOwn() throws Exception {
            assertThat(INSTANCES.add(this)).isTrue();
            assertThat(before).isGreaterThan(INSTANCES.size());
            assertThat(after).isEqualTo(INSTANCES.size() - 1);
            for (Engine engine : Engine.values())
                engine.run(() -> gather(() -> withdraw(engine, 10), () -> withdraw(engine, 20)));
            assertThat(balance).isEqualTo(10);
        }
    }
}
