package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.reactivex.rxjava3.core.Single;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** What blocks where it must not, with BlockHound at work: it needs a JVM of its own. */
@EnabledIfSystemProperty(named = "weft.blockhound", matches = "true")
class NoBlockingTest {
    private static final String SLEEP = "java.lang.Thread.sleep";

    private static String slept(String value) {
        try {
            Thread.sleep(1);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        return value;
    }

    private static Mono<String> sleepsOn(Scheduler scheduler) {
        return Mono.just("a").publishOn(scheduler).map(NoBlockingTest::slept);
    }

    private static Single<String> sleepsOn(io.reactivex.rxjava3.core.Scheduler scheduler) {
        return Single.just("a").observeOn(scheduler).map(NoBlockingTest::slept);
    }

    @NoBlocking
    static class Blocking {
        /** In the guide. */
        @NoBlocking
        @Test
        void asksForTheTea() {
            Mono<String> tea = Mono.just("tea").publishOn(Schedulers.parallel()).map(NoBlockingTest::slept);
            assertThat(tea.onErrorReturn("rice").block()).isEqualTo("rice");
        }

        @Test
        void single() {
            assertThat(sleepsOn(Schedulers.single()).onErrorReturn("b").block()).isEqualTo("b");
        }

        @Test
        void computation() {
            assertThat(sleepsOn(io.reactivex.rxjava3.schedulers.Schedulers.computation())
                            .onErrorReturnItem("b")
                            .blockingGet())
                    .isEqualTo("b");
        }

        @Test
        void eventLoop() throws InterruptedException {
            var loop = new DefaultEventExecutor();
            loop.submit(() -> slept("a")).await();
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
        }

        @WeftTest
        void parallelInVirtualTime() {
            assertThat(ReactorAsync.awaitSingle(sleepsOn(Schedulers.parallel()).onErrorReturn("b")))
                    .isEqualTo("b");
        }

        @WeftTest
        void computationInVirtualTime() {
            assertThat(RxAsync.await(sleepsOn(io.reactivex.rxjava3.schedulers.Schedulers.computation())
                            .onErrorReturnItem("b")))
                    .isEqualTo("b");
        }
    }

    @Test
    void V5_aCallThatBlocksFailsTheTestAlsoIfItsErrorIsSwallowed() {
        Events tests = events(Blocking.class);
        tests.assertStatistics(statistics -> statistics.started(6).failed(6));
        for (String place : new String[] {"parallel-", "single-", "RxComputationThreadPool-", "defaultEventExecutor-"})
            tests.assertThatEvents()
                    .haveExactly(
                            1,
                            finishedWithFailure(message(message -> message.startsWith(
                                            "threads that must not block were blocked:\n- Blocking call! " + SLEEP)
                                    && message.contains(" on " + place)
                                    && message.contains(
                                            "    at dev.weft.test.NoBlockingTest.slept(NoBlockingTest.java:"))));
        for (String name : new String[] {"parallelInVirtualTime", "computationInVirtualTime"})
            tests.assertThatEvents()
                    .haveExactly(
                            1,
                            event(
                                    test(name),
                                    finishedWithFailure(message(message ->
                                            message.contains(SLEEP) && message.contains(" on weft-test-")))));
    }

    static class Quiet {
        @NoBlocking
        @WeftTest
        void coroutinesAndThreadsThatMayBlock(TestScope scope) {
            var latch = new CountDownLatch(1);
            var answer = new CompletableFuture<String>();
            async(() -> {
                Thread.sleep(1);
                latch.await();
                answer.complete("a");
            });
            delay(Duration.ofHours(1));
            latch.countDown();
            assertThat(await(answer)).isEqualTo("a");
            assertThat(ReactorAsync.awaitSingle(sleepsOn(Schedulers.boundedElastic())))
                    .isEqualTo("a");
            assertThat(RxAsync.await(sleepsOn(io.reactivex.rxjava3.schedulers.Schedulers.io())))
                    .isEqualTo("a");
            assertThat(ReactorAsync.awaitSingle(Mono.delay(Duration.ofHours(1))))
                    .isZero();
            assertThat(scope.currentTime()).isEqualTo(Duration.ofHours(2));
        }

        @NoBlocking
        @Test
        void inRealTime() {
            var answer = ReactorAsync.mono(
                    () -> slept(ReactorAsync.awaitSingle(Mono.just("a").delayElement(Duration.ofMillis(1)))));
            assertThat(answer.block()).isEqualTo("a");
            assertThat(sleepsOn(Schedulers.boundedElastic()).block()).isEqualTo("a");
            assertThat(sleepsOn(io.reactivex.rxjava3.schedulers.Schedulers.io()).blockingGet())
                    .isEqualTo("a");
        }

        /** As without BlockHound: tasks of tests may block. */
        @WeftTest
        void withoutTheAnnotation() {
            assertThat(ReactorAsync.awaitSingle(sleepsOn(Schedulers.parallel())))
                    .isEqualTo("a");
        }
    }

    @Test
    void V5_coroutinesAndThreadsThatMayBlockDo() {
        events(Quiet.class).assertStatistics(statistics -> statistics.started(3).succeeded(3));
    }

    private static Events events(Class<?> tests) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .execute()
                .testEvents();
    }
}
