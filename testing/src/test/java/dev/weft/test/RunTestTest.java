package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.backend;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.remainingTime;
import static dev.weft.Async.run;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static dev.weft.test.Tests.runTest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Adapters;
import dev.weft.Coroutines;
import dev.weft.Deferred;
import dev.weft.Supervisor;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import dev.weft.spi.Backend;
import dev.weft.spi.WaitKind;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What a test in virtual time is, on each backend. */
class RunTestTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String EACH = "dev.weft.test.OnEachBackend#options";

    private final List<String> trail = Collections.synchronizedList(new ArrayList<>());

    @Test
    void allThreeBackendsAreTried() {
        assertThat(Adapters.installed()).extracting(Backend::id).containsExactlyInAnyOrder("jdk", "reactor", "rxjava");
    }

    // --- time

    @ParameterizedTest
    @MethodSource(EACH)
    void aDelayTakesItsTimeAndNoRealOne(TestOptions options) {
        long start = System.nanoTime();
        runTest(options, test -> {
            delay(Duration.ofDays(365));
            assertThat(test.currentTime()).isEqualTo(Duration.ofDays(365));
        });
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(30));
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void theBodyRunsInACoroutineOfTheBackend(TestOptions options) {
        runTest(options, test -> {
            trail.add(backend().id());
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            assertThat(Thread.currentThread().getName()).isEqualTo("the test");
            assertThat(test.currentTime()).isZero();
        });
        assertThat(trail).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V2_whatIsDueFirstHappensFirst(TestOptions options) {
        runTest(options, test -> {
            var late = async(() -> {
                delay(HOUR.multipliedBy(2));
                trail.add("late at " + test.currentTime().toHours());
            });
            var early = async(() -> {
                delay(HOUR);
                trail.add("early at " + test.currentTime().toHours());
            });
            gather(late, early);
        });
        assertThat(trail).containsExactly("early at 1", "late at 2");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V2_aTimeoutIsInTheTimeOfTheTest(TestOptions options) {
        runTest(options, test -> {
            assertThatThrownBy(() -> withTimeout(HOUR, () -> {
                        assertThat(remainingTime()).contains(HOUR);
                        delay(HOUR.minusNanos(1));
                        assertThat(remainingTime()).contains(Duration.ofNanos(1));
                        return await(new CompletableFuture<>());
                    }))
                    .isInstanceOf(TimeoutException.class);
            assertThat(test.currentTime()).isEqualTo(HOUR);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V2_theOperatorsOfReactorWaitForTheSameTime(TestOptions options) {
        runTest(options, test -> {
            assertThat(ReactorAsync.await(Mono.delay(HOUR).thenReturn("a"))).isEqualTo("a");
            assertThat(test.currentTime()).isEqualTo(HOUR);
            assertThatThrownBy(() -> ReactorAsync.await(Mono.never().timeout(HOUR)))
                    .hasRootCauseInstanceOf(TimeoutException.class);
            assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(2));
            long sum = 0;
            try (var ticks = ReactorAsync.each(Flux.interval(HOUR).take(3))) {
                while (ticks.hasNext()) sum += ticks.next();
            }
            assertThat(sum).isEqualTo(3);
            assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(5));
            StepVerifier.create(ReactorAsync.mono(() -> {
                        delay(HOUR);
                        return "b";
                    }))
                    .expectNext("b")
                    .verifyComplete();
            assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(6));
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V2_theOperatorsOfRxJavaWaitForTheSameTime(TestOptions options) {
        runTest(options, test -> {
            assertThat(RxAsync.await(Single.timer(1, TimeUnit.HOURS))).isZero();
            assertThat(test.currentTime()).isEqualTo(HOUR);
            assertThatThrownBy(() -> RxAsync.await(Single.never().timeout(1, TimeUnit.HOURS)))
                    .hasRootCauseInstanceOf(TimeoutException.class);
            assertThat(RxAsync.await(Observable.timer(1, TimeUnit.HOURS).firstOrError()))
                    .isZero();
            assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(3));
            long sum = 0;
            try (var ticks = RxAsync.each(Flowable.interval(1, TimeUnit.HOURS).take(3))) {
                while (ticks.hasNext()) sum += ticks.next();
            }
            assertThat(sum).isEqualTo(3);
            assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(6));
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void schedulersOfBothLibrariesMayBlock(TestOptions options) {
        runTest(options, test -> {
            var queue = new LinkedBlockingQueue<String>();
            var reactor = async(
                    () -> ReactorAsync.await(Mono.fromCallable(queue::take).subscribeOn(Schedulers.boundedElastic())));
            var rx = async(() -> RxAsync.await(
                    Single.fromCallable(queue::take).subscribeOn(io.reactivex.rxjava3.schedulers.Schedulers.io())));
            delay(HOUR);
            queue.add("a");
            delay(HOUR);
            queue.add("b");
            assertThat(gather(reactor, rx)).containsExactlyInAnyOrder("a", "b");
            assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(2));
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void blockInsideASchedulerWaitsForVirtualTime(TestOptions options) {
        runTest(options, test -> {
            Mono<Long> blocking = Mono.fromCallable(() -> Mono.delay(HOUR).block());
            assertThat(ReactorAsync.await(blocking.subscribeOn(Schedulers.boundedElastic())))
                    .isZero();
            assertThat(test.currentTime()).isEqualTo(HOUR);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void tasksOfOneWorkerRunOneAfterAnother(TestOptions options) {
        runTest(options, test -> {
            Scheduler.Worker worker = Schedulers.boundedElastic().createWorker();
            worker.schedule(() -> {
                Mono.delay(HOUR).block();
                trail.add("first");
            });
            worker.schedule(() -> trail.add("second"));
            delay(HOUR.multipliedBy(2));
        });
        assertThat(trail).containsExactly("first", "second");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void advanceByDoesAllThatIsDueByThen(TestOptions options) {
        runTest(options, test -> {
            var count = new AtomicInteger();
            test.supervisor().launch("ticks", () -> {
                while (true) {
                    delay(Duration.ofMinutes(1));
                    count.incrementAndGet();
                }
            });
            test.advanceBy(Duration.ofSeconds(59));
            assertThat(count).hasValue(0);
            test.advanceBy(Duration.ofSeconds(1));
            assertThat(count).hasValue(1);
            test.advanceBy(Duration.ofMinutes(59));
            assertThat(count).hasValue(60);
            assertThat(test.currentTime()).isEqualTo(HOUR);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void runCurrentLetsOthersGoOnAndNoTimePass(TestOptions options) {
        runTest(options, test -> {
            Deferred<String> other = async(() -> {
                trail.add("begun");
                delay(HOUR);
                return "done";
            });
            test.runCurrent();
            assertThat(trail).containsExactly("begun");
            assertThat(other.isDone()).isFalse();
            assertThat(test.currentTime()).isZero();
            test.advanceUntilIdle();
            assertThat(other.isDone()).isTrue();
            assertThat(test.currentTime()).isEqualTo(HOUR);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_sleepHoldsTheClock(TestOptions options) {
        runTest(options, test -> {
            var asleep = async(() -> {
                Thread.sleep(50);
                trail.add("slept at " + test.currentTime().toHours());
            });
            delay(HOUR);
            trail.add("an hour");
            asleep.await();
        });
        assertThat(trail).containsExactly("slept at 0", "an hour");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void waitsOfTheJdkDoNot(TestOptions options) {
        runTest(options, test -> {
            var lock = new ReentrantLock();
            var latch = new CountDownLatch(1);
            Object monitor = new Object();
            lock.lock();
            var all = List.of(
                    async(() -> {
                        lock.lock();
                        lock.unlock();
                    }),
                    async(() -> latch.await()),
                    async(() -> {
                        assertThat(latch.await(1, TimeUnit.HOURS)).isTrue();
                    }),
                    async(() -> {
                        synchronized (monitor) {
                            monitor.wait();
                        }
                    }));
            delay(HOUR);
            lock.unlock();
            latch.countDown();
            delay(HOUR);
            synchronized (monitor) {
                monitor.notifyAll();
            }
            gather(all);
            assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(2));
        });
    }

    // --- the end

    @ParameterizedTest
    @MethodSource(EACH)
    void V3_whatTheBodyThrowsIsThrownAsItself(TestOptions options) {
        var failure = new IOException("closed");
        assertThatThrownBy(() -> runTest(options, test -> {
                    delay(HOUR);
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> runTest(options, test -> {
                    assertThat(1).isEqualTo(2);
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected: 2");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V3_aCoroutineThatIsLeftOverIsNamed(TestOptions options) {
        assertThatThrownBy(() -> runTest(options, test -> {
                    Mono<Object> mono = ReactorAsync.mono(() -> await(new CompletableFuture<>()));
                    mono.subscribe();
                    test.runCurrent();
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("left of it")
                .hasMessageContaining("a coroutine: coroutine-")
                .hasMessageContaining("waits for: await of a CompletionStage")
                .hasMessageContaining("RunTestTest.java");
        runTest(options, test -> {}); // the next one begins with nothing
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V3_whatWaitsInItsTimeAndIsNotOfItGoesOnInRealTime(TestOptions options) throws Exception {
        var go = new CompletableFuture<String>();
        Backend backend = Objects.requireNonNull(options.backend());
        try (Supervisor others = withBackend(backend, () -> Supervisor.open("others", (member, failure) -> {}))) {
            Deferred<String> early =
                    others.start(coroutine(() -> delayed(go, HOUR)).named("early"));
            Deferred<String> late = others.start(
                    coroutine(() -> delayed(go, HOUR.plusMillis(50))).named("late"));
            Deferred<String> never =
                    others.start(coroutine(() -> delayed(go, HOUR.plusHours(1))).named("never"));
            runTest(options, test -> {
                go.complete("a");
                for (String name : List.of("early", "late", "never")) while (!waitsForTime(name)) Thread.yield();
                test.advanceBy(HOUR);
            });
            assertThat(early.toCompletableFuture().get(20, TimeUnit.SECONDS)).isEqualTo("a");
            assertThat(late.toCompletableFuture().get(20, TimeUnit.SECONDS)).isEqualTo("a");
            never.cancel("an hour is left");
            assertThatThrownBy(() -> never.toCompletableFuture().get(20, TimeUnit.SECONDS))
                    .isInstanceOf(CancellationException.class);
        }
    }

    private static String delayed(CompletableFuture<String> go, Duration time) {
        String value = await(go);
        delay(time);
        return value;
    }

    private static boolean waitsForTime(String name) {
        return Coroutines.dump().entries().stream()
                .anyMatch(entry -> entry.name().equals(name) && entry.kind() == WaitKind.TIME);
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V3_aTimerThatIsLeftOverIsNamed(TestOptions options) {
        assertThatThrownBy(() -> runTest(options, test -> {
                    Flux.interval(HOUR).subscribe();
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a task of a library's scheduler, due at 1h")
                .hasMessageContaining("RunTestTest.java");
        assertThatThrownBy(() -> runTest(options, test -> {
                    Observable.interval(1, TimeUnit.HOURS).subscribe();
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a task of a library's scheduler, due at 1h")
                .hasMessageContaining("RunTestTest.java");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V3_aLoopThatIsLeftOpenIsNamed(TestOptions options) {
        assertThatThrownBy(() -> runTest(options, test -> {
                    ReactorAsync.each(Flux.never());
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a loop over")
                .hasMessageContaining("left open");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V4_aTestThatCannotGoOnFailsWithADump(TestOptions options) {
        assertThatThrownBy(() -> runTest(options.hangAfter(Duration.ofMillis(200)), test -> {
                    delay(HOUR);
                    await(new CompletableFuture<>());
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the test hangs: nothing has moved for 0.2s")
                .hasMessageContaining("1h of its time have passed")
                .hasMessageContaining("the test")
                .hasMessageContaining("CompletionStage");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V4_aTestThatIsNotOverInTimeFailsWithADump(TestOptions options) {
        assertThatThrownBy(() -> runTest(options.limit(Duration.ofMillis(300)), test -> {
                    while (true) delay(HOUR);
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the test was not over within 0.3s")
                .hasMessageContaining("the test");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void membersOfTheSupervisorEndWithTheTest(TestOptions options) {
        runTest(options, test -> {
            test.supervisor().launch("beside", () -> {
                try {
                    await(new CompletableFuture<>());
                } finally {
                    trail.add("cleaned");
                }
            });
            test.runCurrent();
        });
        assertThat(trail).containsExactly("cleaned");
        var failure = new IllegalStateException("beside");
        assertThatThrownBy(() -> runTest(options, test -> {
                    test.supervisor().launch("beside", () -> {
                        throw failure;
                    });
                    test.runCurrent();
                }))
                .isSameAs(failure);
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V4_anInterruptEndsTheTestAndIsKept(TestOptions options) throws InterruptedException {
        var waits = new CountDownLatch(1);
        var caught = new CompletableFuture<Throwable>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                runTest(options.hangAfter(HOUR), test -> {
                    async(() -> {
                        delay(HOUR); // passes when the body waits
                        waits.countDown();
                    });
                    try {
                        await(new CompletableFuture<>());
                    } finally {
                        trail.add("cleaned");
                    }
                });
            } catch (AssertionError error) {
                trail.add("interrupted " + Thread.currentThread().isInterrupted());
                caught.complete(error);
            }
        });
        waits.await();
        thread.interrupt();
        assertThat(caught.join())
                .hasMessageContaining("the test was interrupted")
                .hasMessageContaining("CompletionStage");
        assertThat(trail).containsExactly("cleaned", "interrupted true");
        thread.join();
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void whatATaskOfALibraryThrowsFailsTheTest(TestOptions options) {
        var failure = new IllegalStateException("in a task");
        assertThatThrownBy(() -> runTest(options, test -> {
                    Schedulers.parallel().schedule(() -> {
                        throw failure;
                    });
                    test.runCurrent();
                }))
                .isSameAs(failure);
    }

    @Test
    void aTestInsideATestIsRefused() {
        runTest(() -> assertThatThrownBy(() -> runTest(() -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("runTest or an exploration inside a test or a coroutine"));
        run(() -> assertThatThrownBy(() -> runTest(() -> {})).isInstanceOf(IllegalStateException.class));
    }

    @Test
    void awaitableOfAnyLibraryWaitsForTheTime() {
        runTest(test -> {
            Mono<Long> mono = Mono.delay(HOUR);
            Single<Long> single = Single.timer(2, TimeUnit.HOURS);
            gather(awaitable(mono), awaitable(single));
            assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(2));
        });
    }
}
