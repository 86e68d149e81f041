package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.backend;
import static dev.weft.Async.delay;
import static dev.weft.test.Tests.runTest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.weft.Async;
import dev.weft.Supervisor;
import dev.weft.reactor.ReactorAsync;
import dev.weft.test.simulation.Exploration;
import dev.weft.test.simulation.Simulated;
import dev.weft.test.simulation.Simulation;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Tests of JUnit in virtual time. */
class WeftExtensionTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String CAN_BE_SIMULATED = "dev.weft.test.simulation.Programs#canBeSimulated";

    private Thread before;

    @BeforeEach
    void notInACoroutine() {
        before = Thread.currentThread();
        assertThat(before.isVirtual()).isFalse();
    }

    @WeftTest
    void theMethodIsTheBodyOfACoroutine() {
        assertThat(Thread.currentThread()).isNotSameAs(before);
        assertThat(Thread.currentThread().isVirtual()).isTrue();
        assertThat(backend().id()).isEqualTo("jdk");
        assertThat(await(async(() -> {
                    delay(HOUR);
                    return "a";
                })))
                .isEqualTo("a");
    }

    @WeftTest(backend = "reactor")
    void theBackendIsChosen() {
        assertThat(backend().id()).isEqualTo("reactor");
    }

    @WeftTest
    void parametersAreThoseOfTheTest(
            TestScope test, Supervisor supervisor, Recorder<Long> recorder, TestSource<String> source, TestInfo info) {
        assertThat(info.getDisplayName()).contains("parametersAreThoseOfTheTest");
        assertThat(supervisor).isSameAs(test.supervisor());
        Async.<Long>stream(out -> {
                    for (long i = 0; i < 3; i++) {
                        delay(HOUR);
                        out.emit(i);
                    }
                })
                .subscribe(recorder);
        assertThat(recorder.awaitEnd()).containsExactly(0L, 1L, 2L);
        assertThat(recorder.times()).containsExactly(HOUR, HOUR.multipliedBy(2), HOUR.multipliedBy(3));
        assertThat(source.subscriptions()).isZero();
    }

    @ExtendWith(WeftExtension.class)
    @ResourceLock(WeftTest.CLOCK)
    @Nested
    class OtherKinds {
        @RepeatedTest(3)
        void repeated(TestScope test) {
            assertThat(test.currentTime()).isZero();
            delay(HOUR);
            assertThat(test.currentTime()).isEqualTo(HOUR);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void parameterized(int hours, TestScope test) {
            delay(HOUR.multipliedBy(hours));
            assertThat(test.currentTime().toHours()).isEqualTo(hours);
        }

        @Test
        void plain(TestScope test) {
            delay(HOUR);
            assertThat(test.currentTime()).isEqualTo(HOUR);
        }
    }

    // --- what fails

    static class Failing {
        @WeftTest
        void leavesATimer() {
            Flux.interval(HOUR).subscribe();
        }

        @WeftTest(hangAfterMillis = 100)
        void hangs() {
            await(new CompletableFuture<>());
        }

        @WeftTest(limitSeconds = 1)
        void takesTooLong() {
            while (true) delay(HOUR);
        }

        @WeftTest(backend = "mutiny")
        void isOnNoBackend() {}

        @WeftTest
        void leavesASubscriber(TestSource<String> source) {
            ReactorAsync.asFlux(source).subscribe();
        }
    }

    @Test
    void eachFailureIsReportedAsOne() {
        Events tests = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Failing.class))
                .execute()
                .testEvents();
        tests.assertStatistics(statistics -> statistics.started(5).failed(5));
        for (String words : new String[] {
            "a task of a library's scheduler",
            "the test hangs",
            "was not over within 1s",
            "looked for the backend \"mutiny\"",
            "1 subscribers of a TestSource"
        }) tests.assertThatEvents().haveExactly(1, finishedWithFailure(message(message -> message.contains(words))));
    }

    // --- in parallel

    static class Parallel {
        static final AtomicInteger AT_A_TIME = new AtomicInteger();
        static final Set<String> WRONG = Collections.synchronizedSet(new HashSet<>());

        @RepeatedTest(10)
        @ExtendWith(WeftExtension.class)
        void one(TestScope test) {
            hours(test, 3);
        }

        @RepeatedTest(10)
        @ExtendWith(WeftExtension.class)
        void other(TestScope test) {
            hours(test, 5);
        }

        private static void hours(TestScope test, int hours) {
            if (AT_A_TIME.incrementAndGet() > 1) WRONG.add("two at a time");
            for (int i = 0; i < hours; i++) ReactorAsync.awaitDone(Mono.delay(HOUR));
            AT_A_TIME.decrementAndGet();
            if (test.currentTime().toHours() != hours) WRONG.add("another's time: " + test.currentTime());
        }
    }

    @Test
    void testsInParallelRunOneAfterAnother() {
        EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
                .selectors(selectClass(Parallel.class))
                .execute()
                .testEvents()
                .assertStatistics(statistics -> statistics.started(20).succeeded(20));
        assertThat(Parallel.WRONG).isEmpty();
    }

    @Test
    @EnabledIf(CAN_BE_SIMULATED)
    void anExplorationWaitsForATest() throws InterruptedException {
        var runs = new AtomicInteger();
        var explorer = new Thread(() -> explore(runs::incrementAndGet));
        runTest(() -> {
            explorer.start();
            awaitWaiting(explorer);
            assertThat(runs).hasValue(0);
        });
        explorer.join();
        assertThat(runs).hasPositiveValue();
        assertThat(Mono.delay(Duration.ofMillis(1)).block(Duration.ofSeconds(20)))
                .isZero();
    }

    @Test
    @EnabledIf(CAN_BE_SIMULATED)
    void aTestWaitsForAnExploration() throws InterruptedException {
        var runs = new AtomicInteger();
        var tester = new Thread(() -> runTest(runs::incrementAndGet));
        explore(() -> {
            if (tester.getState() == Thread.State.NEW) tester.start();
            awaitWaiting(tester);
            assertThat(runs).hasValue(0);
        });
        tester.join();
        assertThat(runs).hasValue(1);
        assertThat(Mono.delay(Duration.ofMillis(1)).block(Duration.ofSeconds(20)))
                .isZero();
    }

    @Test
    @EnabledIf(CAN_BE_SIMULATED)
    void theyAreRefusedInsideEachOther() {
        runTest(() -> assertThatThrownBy(() -> Exploration.ofSeeds(1).explore(() -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("runTest or an exploration inside a test or a coroutine"));
        explore(() -> assertThatThrownBy(() -> runTest(() -> {})).isInstanceOf(IllegalStateException.class));
    }

    @Test
    void jUnitTellsThemApartByOneLock() {
        assertThat(Simulated.class.getAnnotation(ResourceLock.class).value()).isEqualTo(WeftTest.CLOCK);
    }

    private static void explore(Simulation.Body body) {
        try {
            Exploration.ofSeeds(1).explore(body);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** Waits until a thread waits for its turn, or has ended. */
    private static void awaitWaiting(Thread thread) {
        while (thread.isAlive() && thread.getState() != Thread.State.WAITING) Thread.onSpinWait();
    }
}
