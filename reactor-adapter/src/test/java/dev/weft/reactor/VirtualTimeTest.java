package dev.weft.reactor;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.using;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mapFlux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.toInputStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.Deferred;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.retry.Retry;

/** {@code StepVerifier.withVirtualTime} drives the time in coroutines, in step: nothing happens early, late or never. */
class VirtualTimeTest {
    private static final int RUNS = 100;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration ALMOST = HOUR.minusMillis(1);
    private static final Duration MILLI = Duration.ofMillis(1);

    @AfterEach
    void restoreTheClock() {
        Schedulers.resetOnScheduleHook("count");
        VirtualTimeScheduler.reset();
    }

    /** The hours that have passed on the current clock. */
    private static long hours() {
        return Schedulers.parallel().now(TimeUnit.HOURS);
    }

    /** Takes a while, so that a caller that does not wait does not see its end. */
    private static void compute() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
        while (System.nanoTime() < end) Thread.onSpinWait();
    }

    @RepeatedTest(RUNS)
    void aDelayLastsAsLongAsItSays() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    delay(HOUR);
                    return "done";
                }))
                .expectSubscription()
                .expectNoEvent(ALMOST)
                .thenAwait(MILLI)
                .expectNext("done")
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void manyDelaysInALoopPassInOneStepOfTheClock() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    List<Long> at = new ArrayList<>();
                    for (int i = 0; i < 48; i++) {
                        delay(HOUR);
                        at.add(hours());
                    }
                    return at;
                }))
                .thenAwait(Duration.ofHours(48))
                .assertNext(at ->
                        assertThat(at).hasSize(48).isSorted().startsWith(1L).endsWith(48L))
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void aReaderOfAnInputStreamHasTheLastByteWhenItIsDue() {
        Flux<byte[]> buffers = Flux.defer(() -> Flux.interval(HOUR).take(3).map(tick -> new byte[] {1}));
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    try (var bytes = toInputStream(buffers, ByteBuffer::wrap, buffer -> {})) {
                        return bytes.readAllBytes().length;
                    }
                }))
                .expectSubscription()
                .expectNoEvent(HOUR.multipliedBy(3).minus(MILLI))
                .thenAwait(MILLI)
                .expectNext(3)
                .verifyComplete();
    }

    private static AsyncStream<Long> everyTwoHours() {
        return stream(out -> {
            for (long n = 0; n < 3; n++) {
                out.emit(n);
                delay(HOUR.multipliedBy(2));
            }
        });
    }

    @RepeatedTest(RUNS)
    void aValueThatNoOtherFollowsIsEmittedAfterItsTime() {
        StepVerifier.withVirtualTime(() -> asFlux(everyTwoHours().debounce(HOUR)))
                .expectSubscription()
                .expectNoEvent(ALMOST)
                .thenAwait(MILLI)
                .expectNext(0L)
                .expectNoEvent(HOUR.plus(ALMOST))
                .thenAwait(MILLI)
                .expectNext(1L)
                .thenAwait(HOUR.multipliedBy(3))
                .expectNext(2L)
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void theNewestValueOfAPeriodIsEmittedAtItsEnd() {
        StepVerifier.withVirtualTime(() -> asFlux(everyTwoHours().sample(HOUR.multipliedBy(3))))
                .expectSubscription()
                .expectNoEvent(HOUR.multipliedBy(2).plus(ALMOST))
                .thenAwait(MILLI)
                .expectNext(1L)
                .thenAwait(HOUR.multipliedBy(3))
                .expectNext(2L)
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void aTimeoutFiresInTimeAndNotBefore() {
        StepVerifier.withVirtualTime(() -> mono(() -> withTimeout(HOUR, () -> await(Mono.never()))))
                .expectSubscription()
                .expectNoEvent(ALMOST)
                .thenAwait(MILLI)
                .verifyError(TimeoutException.class);
    }

    @RepeatedTest(RUNS)
    void aTimeoutThatIsNotReachedLeavesNoTrace() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    int sum = 0;
                    for (int i = 0; i < 10; i++)
                        sum += withTimeout(HOUR, () -> {
                            delay(ALMOST);
                            return 1;
                        });
                    return sum;
                }))
                .thenAwait(ALMOST.multipliedBy(10))
                .expectNext(10)
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void withTimeoutOrNullGivesNullInTimeEachTime() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    int timedOut = 0;
                    for (int i = 0; i < 5; i++)
                        if (withTimeoutOrNull(HOUR, () -> await(Mono.never())) == null) timedOut++;
                    return timedOut + " at " + hours();
                }))
                .thenAwait(Duration.ofHours(5))
                .expectNext("5 at 5")
                .verifyComplete();
    }

    /** Reactor disposes of a virtual clock that two threads look up for the first time at once. */
    @RepeatedTest(RUNS)
    void whoeverSubscribesLooksUpTheClockBeforeTheCoroutineMay() {
        var lookedUpBy = new CopyOnWriteArrayList<Thread>();
        Schedulers.setFactory(new Schedulers.Factory() {
            @Override
            public Scheduler newParallel(int parallelism, ThreadFactory threads) {
                lookedUpBy.add(Thread.currentThread());
                return Schedulers.Factory.super.newParallel(parallelism, threads);
            }
        });
        var asksForNothing = new BaseSubscriber<String>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}
        };
        try {
            mono(() -> awaitSingle(Mono.<String>never())).subscribe(asksForNothing);
            assertThat(lookedUpBy).containsExactly(Thread.currentThread());
        } finally {
            asksForNothing.cancel();
            Schedulers.resetFactory();
        }
    }

    @RepeatedTest(RUNS)
    void aTimeoutThatIsResetBeginsAnew() {
        StepVerifier.withVirtualTime(() -> mono(() -> withTimeout(HOUR, () -> {
                    for (int i = 0; i < 4; i++) {
                        delay(ALMOST);
                        resetTimeout(HOUR);
                    }
                    delay(Duration.ofHours(2));
                    return "too late";
                })))
                .expectSubscription()
                .expectNoEvent(ALMOST.multipliedBy(4).plus(ALMOST))
                .thenAwait(MILLI)
                .verifyError(TimeoutException.class);
    }

    @RepeatedTest(RUNS)
    void theInnerOfTwoTimeoutsFiresFirst() {
        StepVerifier.withVirtualTime(() -> mono(() -> withTimeout(HOUR.multipliedBy(3), () -> {
                    String inner = withTimeoutOrNull(HOUR, () -> await(Mono.<String>never()));
                    delay(HOUR);
                    return inner + " at " + hours();
                })))
                .thenAwait(Duration.ofHours(2))
                .expectNext("null at 2")
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void childrenHaveTimeoutsOfTheirOwn() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    List<Deferred<String>> children = new ArrayList<>();
                    for (int i = 1; i <= 4; i++) {
                        Duration limit = HOUR.multipliedBy(i);
                        children.add(async(() -> withTimeoutOrNull(limit, () -> {
                                    delay(Duration.ofMinutes(150));
                                    return "in time";
                                })
                                + " at " + hours()));
                    }
                    List<String> all = new ArrayList<>();
                    for (Deferred<String> child : children) all.add(child.await());
                    return all;
                }))
                .thenAwait(Duration.ofMinutes(150))
                .expectNext(List.of("null at 1", "null at 2", "in time at 2", "in time at 2"))
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void aGroupIsCutByItsTimeout() {
        var cancelled = new CopyOnWriteArrayList<Long>();
        StepVerifier.withVirtualTime(() -> mono(() -> withTimeoutOrNull(
                        HOUR,
                        () -> group(members -> {
                            for (int i = 0; i < 3; i++)
                                members.async(() -> {
                                    try {
                                        delay(HOUR.multipliedBy(2));
                                    } finally {
                                        cancelled.add(hours());
                                    }
                                });
                            delay(HOUR.multipliedBy(3));
                            return "too late";
                        }))))
                .expectSubscription()
                .expectNoEvent(ALMOST)
                .thenAwait(MILLI)
                .verifyComplete();
        assertThat(cancelled).containsExactly(1L, 1L, 1L);
    }

    @RepeatedTest(RUNS)
    void delaysOfAGeneratorAreSeenBetweenItsValues() {
        StepVerifier.withVirtualTime(() -> flux(out -> {
                    for (int i = 0; i < 3; i++) {
                        delay(HOUR);
                        out.emit(i);
                    }
                }))
                .expectSubscription()
                .expectNoEvent(ALMOST)
                .thenAwait(MILLI)
                .expectNext(0)
                .expectNoEvent(ALMOST)
                .thenAwait(MILLI)
                .expectNext(1)
                .thenAwait(HOUR)
                .expectNext(2)
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void aGeneratorThatWaitsForDemandGoesOnWhereItIs() {
        StepVerifier.withVirtualTime(
                        () -> flux(out -> {
                            for (int i = 0; i < 3; i++) {
                                out.emit(hours());
                                delay(HOUR);
                            }
                        }),
                        0)
                .expectSubscription()
                .thenRequest(1)
                .expectNext(0L)
                .thenAwait(Duration.ofHours(5))
                .thenRequest(1)
                .expectNext(1L)
                .thenRequest(5)
                .thenAwait(HOUR)
                .expectNext(6L)
                .thenAwait(HOUR)
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void aChainOfCoroutinesThatAwaitEachOtherKeepsStep() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    long sum = 0;
                    for (int i = 0; i < 5; i++)
                        sum += awaitSingle(mono(() -> awaitSingle(mono(() -> {
                            delay(HOUR);
                            return 1;
                        }))));
                    return sum + " at " + hours();
                }))
                .thenAwait(Duration.ofHours(5))
                .expectNext("5 at 5")
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void reactorsOwnDelaysKeepStepWhereTheyAreAwaited() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    for (int i = 0; i < 3; i++) {
                        await(Mono.delay(HOUR));
                        awaitSingle(Mono.just(i).delayElement(HOUR));
                        gather(awaitable(Mono.delay(HOUR)), awaitable(Mono.delay(HOUR)));
                    }
                    return hours();
                }))
                .thenAwait(Duration.ofHours(9))
                .expectNext(9L)
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void anIterationOverAnIntervalKeepsStep() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    List<Long> seen = new ArrayList<>();
                    try (AsyncIterator<Long> ticks = each(Flux.interval(HOUR).take(5), 1)) {
                        for (long tick : ticks) seen.add(tick + 10 * hours());
                    }
                    delay(HOUR);
                    return seen;
                }))
                .thenAwait(Duration.ofHours(6))
                .expectNext(List.of(10L, 21L, 32L, 43L, 54L))
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void anIterationOverAGeneratorKeepsStep() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    int sum = 0;
                    try (AsyncIterator<Integer> values = each(
                            flux(out -> {
                                for (int i = 0; i < 3; i++) {
                                    delay(HOUR);
                                    out.emit(1);
                                }
                            }),
                            1)) {
                        for (int value : values) sum += value;
                    }
                    delay(HOUR);
                    return sum + " at " + hours();
                }))
                .thenAwait(Duration.ofHours(4))
                .expectNext("3 at 4")
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void gatherAndRaceKeepStep() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    List<Integer> both = gather(
                            coroutine(() -> {
                                delay(HOUR);
                                return 1;
                            }),
                            coroutine(() -> {
                                delay(HOUR.multipliedBy(2));
                                return 2;
                            }));
                    int first = race(
                            coroutine(() -> {
                                delay(HOUR);
                                return 3;
                            }),
                            coroutine(() -> {
                                delay(HOUR.multipliedBy(2));
                                return 4;
                            }));
                    return both + " " + first + " at " + hours();
                }))
                .thenAwait(Duration.ofHours(3))
                .expectNext("[1, 2] 3 at 3")
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void aShieldLetsItsOwnDelayPassAndTheTimeoutFiresBehindIt() {
        StepVerifier.withVirtualTime(() -> mono(() -> withTimeout(HOUR, () -> {
                    shielded(() -> withTimeout(HOUR.multipliedBy(3), () -> delay(HOUR.multipliedBy(2))));
                    delay(HOUR);
                    return "too late";
                })))
                .expectSubscription()
                .expectNoEvent(HOUR.multipliedBy(2).minusMillis(1))
                .thenAwait(MILLI)
                .verifyError(TimeoutException.class);
    }

    @RepeatedTest(RUNS)
    void reactorsOperatorsAroundACoroutineKeepStep() {
        var attempts = new CopyOnWriteArrayList<Long>();
        StepVerifier.withVirtualTime(() -> mono(() -> {
                            attempts.add(hours());
                            delay(HOUR);
                            if (attempts.size() < 3) throw new IllegalStateException("attempt");
                            return "done";
                        })
                        .retryWhen(Retry.fixedDelay(5, HOUR))
                        .delayElement(HOUR))
                .thenAwait(Duration.ofHours(6))
                .expectNext("done")
                .verifyComplete();
        assertThat(attempts).containsExactly(0L, 2L, 4L);
        VirtualTimeScheduler.reset();
        StepVerifier.withVirtualTime(() -> mono(() -> await(Mono.never())).timeout(HOUR))
                .expectSubscription()
                .expectNoEvent(ALMOST)
                .thenAwait(MILLI)
                .verifyError(TimeoutException.class);
    }

    @RepeatedTest(RUNS)
    void mapFluxKeepsStep() {
        StepVerifier.withVirtualTime(() -> Flux.range(1, 4).transform(mapFlux(2, n -> {
                    delay(HOUR);
                    return n + 10 * (int) hours();
                })))
                .thenAwait(HOUR)
                .expectNext(11, 12)
                .thenAwait(HOUR)
                .expectNext(23, 24)
                .verifyComplete();
    }

    /** Its coroutine is a root, and works before it first waits for time. */
    @RepeatedTest(RUNS)
    void aStreamThatIsReadInsideKeepsStep() {
        AsyncStream<Long> late = stream(out -> {
            compute();
            delay(HOUR);
            out.emit(hours());
        });
        StepVerifier.withVirtualTime(() -> mono(() -> late.collect(1)))
                .thenAwait(HOUR)
                .expectNext(List.of(1L))
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void aResourceThatComesLateIsReleasedInStep() {
        VirtualTimeScheduler clock = VirtualTimeScheduler.getOrSet();
        List<Object> trail = new CopyOnWriteArrayList<>();
        mono(() -> using(
                        HOUR,
                        () -> await(Mono.delay(HOUR.multipliedBy(2)).thenReturn("late")),
                        resource -> {
                            compute();
                            trail.add(resource);
                        },
                        resource -> "used"))
                .subscribe(trail::add, trail::add);
        clock.advanceTimeBy(HOUR);
        assertThat(trail).hasSize(1).hasOnlyElementsOfType(TimeoutException.class);
        clock.advanceTimeBy(HOUR);
        assertThat(trail).hasSize(2).endsWith("late");
    }

    @RepeatedTest(RUNS)
    void aCancellationLeavesNothingInTheClock() {
        var ran = new AtomicInteger();
        VirtualTimeScheduler clock = VirtualTimeScheduler.getOrSet();
        Schedulers.onScheduleHook("count", task -> () -> {
            ran.incrementAndGet();
            task.run();
        });
        var subscription = mono(() -> withTimeout(
                        HOUR,
                        () -> gather(
                                coroutine(() -> {
                                    delay(ALMOST);
                                    return 1L;
                                }),
                                coroutine(() -> await(Mono.delay(HOUR))))))
                .subscribe();
        clock.advanceTimeBy(Duration.ofMinutes(1));
        subscription.dispose();
        clock.advanceTimeBy(HOUR.multipliedBy(2));
        assertThat(ran).hasValue(0);
    }
}
