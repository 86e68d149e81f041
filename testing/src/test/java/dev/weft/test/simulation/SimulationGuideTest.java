package dev.weft.test.simulation;

import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import reactor.core.publisher.Mono;

/** The code and the claims of {@code docs/guide/simulation.md}. */
@EnabledIf("dev.weft.test.simulation.Programs#canBeSimulated")
class SimulationGuideTest {
    static class Bank {
        Mono<String> agrees(int amount) {
            return Mono.just("receipt for " + amount).delayElement(Duration.ofMillis(20));
        }
    }

    static class Account {
        private final Bank bank = new Bank();
        int balance = 100;

        String withdraw(int amount) {
            int before = balance;
            String receipt = await(bank.agrees(amount));
            balance = before - amount;
            return receipt;
        }
    }

    static class SafeAccount {
        private final ReentrantLock lock = new ReentrantLock();
        private final Bank bank = new Bank();
        int balance = 100;

        String withdraw(int amount) {
            lock.lock();
            try {
                String receipt = await(bank.agrees(amount));
                balance -= amount;
                return receipt;
            } finally {
                lock.unlock();
            }
        }
    }

    static class AccountTest {
        private final Account account = new Account();

        @Simulated(seeds = 10_000)
        void bothWithdrawalsCount() {
            run(() -> gather(() -> account.withdraw(10), () -> account.withdraw(20)));
            assertThat(account.balance).isEqualTo(70);
        }
    }

    @Test
    void theFirstTestFailsAsThePageSays() {
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(AccountTest.class))
                                .build(),
                        listener);
        Throwable failure = listener.getSummary().getFailures().get(0).getException();
        if (Boolean.getBoolean("mistakes.show")) System.out.println(failure.getMessage());
        assertThat(failure)
                .hasMessageContaining("(-Dweft.seed=")
                .hasMessageContaining("the shortest schedule found that fails, with ")
                .hasMessageContaining("coroutine-2: ReactorAsync.await at SimulationGuideTest$Account.withdraw(");
    }

    @Simulated
    void withTheLockBothCount() {
        var account = new SafeAccount();
        run(() -> gather(() -> account.withdraw(10), () -> account.withdraw(20)));
        assertThat(account.balance).isEqualTo(70);
    }

    @Test
    void anExplorationNeedsNoJUnit() throws Exception {
        Exploration.Explored seen = Exploration.ofSeeds(1_000)
                .withSteps(10_000)
                .withPatience(Duration.ofSeconds(5))
                .explore(() -> {
                    var account = new SafeAccount();
                    run(() -> gather(() -> account.withdraw(10), () -> account.withdraw(20)));
                    assertThat(account.balance).isEqualTo(70);
                });
        System.out.println(seen); // 1000 seeds, 132 ways, 31 steps each
        assertThat(seen.seeds()).isPositive();
        assertThat(seen.ways()).isGreaterThan(1);
    }

    private static String ask() {
        if (Simulation.current().coin()) throw new UncheckedIOException(new IOException("closed"));
        return "answer";
    }

    @Test
    void aSeedDecidesWhetherAFakeFails() {
        assertThatThrownBy(() -> Exploration.ofSeeds(1_000).explore(SimulationGuideTest::ask))
                .hasMessageContaining("closed");
    }
}
