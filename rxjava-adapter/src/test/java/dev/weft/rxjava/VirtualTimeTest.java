package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.using;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.rxjava.RxAsync.asFlowable;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.maybe;
import static dev.weft.rxjava.RxAsync.observable;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.rxjava.RxAsync.toInputStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Emitter;
import dev.weft.Overflow;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A {@code TestScheduler} drives the time in coroutines, in step: when it has advanced, the effects are there. */
class VirtualTimeTest {
    private static final int RUNS = 100;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration ALMOST = HOUR.minusMillis(1);
    private static final Duration MILLI = Duration.ofMillis(1);

    private final TestScheduler clock = new TestScheduler();

    @BeforeEach
    void replaceTheClock() {
        RxJavaPlugins.setComputationSchedulerHandler(s -> clock);
    }

    @AfterEach
    void restoreTheClock() {
        RxJavaPlugins.setComputationSchedulerHandler(null);
        RxJavaPlugins.setScheduleHandler(null);
    }

    private void advance(Duration time) {
        clock.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The hours that have passed on the clock. */
    private long hours() {
        return clock.now(TimeUnit.HOURS);
    }

    /** Takes a while, so that a caller that does not wait does not see its end. */
    private static void compute() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
        while (System.nanoTime() < end) Thread.onSpinWait();
    }

    private static Single<Object> hour() {
        return Single.<Object>just("hour").delay(1, TimeUnit.HOURS);
    }

    /** Nothing before this time, and this result then. */
    private void gives(Object result, Duration after, Callable<Object> body) {
        var observer = single(body).test();
        advance(after.minus(MILLI));
        observer.assertEmpty();
        advance(MILLI);
        observer.assertResult(result);
    }

    private void timesOut(Duration after, Callable<Object> body) {
        var observer = single(body).test();
        advance(after.minus(MILLI));
        observer.assertEmpty();
        advance(MILLI);
        observer.assertFailure(TimeoutException.class);
    }

    @RepeatedTest(RUNS)
    void aReaderOfAnInputStreamHasTheLastByteWhenItIsDue() {
        Flowable<byte[]> buffers = Flowable.interval(1, TimeUnit.HOURS).take(3).map(tick -> new byte[] {1});
        gives(3, HOUR.multipliedBy(3), () -> {
            try (var bytes = toInputStream(buffers, ByteBuffer::wrap, buffer -> {})) {
                return bytes.readAllBytes().length;
            }
        });
    }

    @RepeatedTest(RUNS)
    void aDelayLastsAsLongAsItSays() {
        gives("done", HOUR, () -> {
            delay(HOUR);
            return "done";
        });
    }

    @RepeatedTest(RUNS)
    void aDelayInAMaybeOrACompletableToo() {
        var maybe = maybe(() -> {
                    delay(HOUR);
                    return "done";
                })
                .test();
        var completable = completable(() -> delay(HOUR)).test();
        advance(ALMOST);
        maybe.assertEmpty();
        completable.assertEmpty();
        advance(MILLI);
        maybe.assertResult("done");
        completable.assertResult();
    }

    @RepeatedTest(RUNS)
    void manyDelaysInALoopPassInOneStepOfTheClock() {
        var observer = single(() -> {
                    List<Long> at = new ArrayList<>();
                    for (int i = 0; i < 48; i++) {
                        delay(HOUR);
                        at.add(hours());
                    }
                    return at;
                })
                .test();
        advance(HOUR.multipliedBy(48));
        observer.assertValue(at -> at.size() == 48 && at.get(0) == 1 && at.get(47) == 48);
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
        var subscriber = asFlowable(everyTwoHours().debounce(HOUR)).test();
        advance(ALMOST);
        subscriber.assertEmpty();
        advance(MILLI);
        subscriber.assertValues(0L);
        advance(HOUR.plus(ALMOST));
        subscriber.assertValues(0L);
        advance(MILLI);
        subscriber.assertValues(0L, 1L);
        advance(HOUR.multipliedBy(3));
        subscriber.assertResult(0L, 1L, 2L);
    }

    @RepeatedTest(RUNS)
    void theNewestValueOfAPeriodIsEmittedAtItsEnd() {
        var subscriber =
                asFlowable(everyTwoHours().sample(HOUR.multipliedBy(3))).test();
        advance(HOUR.multipliedBy(2).plus(ALMOST));
        subscriber.assertEmpty();
        advance(MILLI);
        subscriber.assertValues(1L);
        advance(HOUR.multipliedBy(3));
        subscriber.assertResult(1L, 2L);
    }

    @RepeatedTest(RUNS)
    void aTimeoutFiresInTimeAndNotBefore() {
        timesOut(HOUR, () -> withTimeout(HOUR, () -> await(Single.never())));
    }

    @RepeatedTest(RUNS)
    void aTimeoutThatIsNotReachedLeavesNoTrace() {
        gives(10, ALMOST.multipliedBy(10), () -> {
            int sum = 0;
            for (int i = 0; i < 10; i++)
                sum += withTimeout(HOUR, () -> {
                    delay(ALMOST);
                    return 1;
                });
            return sum;
        });
    }

    @RepeatedTest(RUNS)
    void withTimeoutOrNullGivesNullInTimeEachTime() {
        gives("5 at 5", HOUR.multipliedBy(5), () -> {
            int timedOut = 0;
            for (int i = 0; i < 5; i++) if (withTimeoutOrNull(HOUR, () -> await(Single.never())) == null) timedOut++;
            return timedOut + " at " + hours();
        });
    }

    @RepeatedTest(RUNS)
    void childrenHaveTimeoutsOfTheirOwn() {
        gives(List.of("null at 1", "null at 2", "in time at 2", "in time at 2"), Duration.ofMinutes(150), () -> {
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
        });
    }

    @RepeatedTest(RUNS)
    void aGroupIsCutByItsTimeout() {
        var cancelled = new CopyOnWriteArrayList<Long>();
        gives(
                "null",
                HOUR,
                () -> ""
                        + withTimeoutOrNull(
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
                                })));
        assertThat(cancelled).containsExactly(1L, 1L, 1L);
    }

    @RepeatedTest(RUNS)
    void delaysOfAGeneratorAreSeenBetweenItsValues() {
        var values = RxAsync.<Integer>flowable(out -> {
                    for (int i = 0; i < 3; i++) {
                        delay(HOUR);
                        out.emit(i);
                    }
                })
                .test();
        var observed = RxAsync.<Integer>observable(out -> {
                    for (int i = 0; i < 3; i++) {
                        delay(HOUR);
                        out.emit(i);
                    }
                })
                .test();
        advance(ALMOST);
        values.assertEmpty();
        observed.assertEmpty();
        advance(MILLI);
        values.assertValuesOnly(0);
        observed.assertValuesOnly(0);
        advance(HOUR);
        values.assertValuesOnly(0, 1);
        observed.assertValuesOnly(0, 1);
        advance(HOUR);
        values.assertResult(0, 1, 2);
        observed.assertResult(0, 1, 2);
    }

    @RepeatedTest(RUNS)
    void aGeneratorThatWaitsForDemandGoesOnWhereItIs() {
        var values = RxAsync.<Long>flowable(out -> {
                    for (int i = 0; i < 3; i++) {
                        out.emit(hours());
                        delay(HOUR);
                    }
                })
                .test(0);
        values.assertEmpty();
        values.request(1);
        values.assertValuesOnly(0L);
        advance(HOUR.multipliedBy(5));
        values.request(1);
        values.assertValuesOnly(0L, 1L);
        values.request(5);
        advance(HOUR);
        values.assertValuesOnly(0L, 1L, 6L);
        advance(HOUR);
        values.assertResult(0L, 1L, 6L);
    }

    @RepeatedTest(RUNS)
    void aChainOfCoroutinesThatAwaitEachOtherKeepsStep() {
        gives("5 at 5", HOUR.multipliedBy(5), () -> {
            long sum = 0;
            for (int i = 0; i < 5; i++)
                sum += await(single(() -> await(single(() -> {
                    delay(HOUR);
                    return 1;
                }))));
            return sum + " at " + hours();
        });
    }

    @RepeatedTest(RUNS)
    void rxJavasOwnDelaysKeepStepWhereTheyAreAwaited() {
        gives(9L, HOUR.multipliedBy(9), () -> {
            for (int i = 0; i < 3; i++) {
                await(Single.timer(1, TimeUnit.HOURS));
                await(hour().toMaybe());
                gather(awaitable(hour()), awaitable(hour()));
            }
            return hours();
        });
    }

    @RepeatedTest(RUNS)
    void anIterationOverAnIntervalKeepsStep() {
        gives(List.of(10L, 21L, 32L), HOUR.multipliedBy(4), () -> {
            List<Long> seen = new ArrayList<>();
            try (AsyncIterator<Long> ticks =
                    each(Flowable.interval(1, TimeUnit.HOURS).take(3), 1)) {
                for (long tick : ticks) seen.add(tick + 10 * hours());
            }
            delay(HOUR);
            return seen;
        });
    }

    @RepeatedTest(RUNS)
    void anIterationOverAnObservableKeepsStep() {
        gives(List.of(10L, 21L, 32L), HOUR.multipliedBy(4), () -> {
            List<Long> seen = new ArrayList<>();
            try (AsyncIterator<Long> ticks =
                    each(Observable.interval(1, TimeUnit.HOURS).take(3), Overflow.error(1))) {
                for (long tick : ticks) seen.add(tick + 10 * hours());
            }
            delay(HOUR);
            return seen;
        });
    }

    @RepeatedTest(RUNS)
    void anIterationOverAGeneratorKeepsStep() {
        gives("6 at 7", HOUR.multipliedBy(7), () -> {
            int sum = 0;
            try (AsyncIterator<Integer> values = each(flowable(VirtualTimeTest::threeInThreeHours), 1)) {
                for (int value : values) sum += value;
            }
            try (AsyncIterator<Integer> values =
                    each(observable(VirtualTimeTest::threeInThreeHours), Overflow.error(1))) {
                for (int value : values) sum += value;
            }
            delay(HOUR);
            return sum + " at " + hours();
        });
    }

    private static void threeInThreeHours(Emitter<Integer> out) {
        for (int i = 0; i < 3; i++) {
            delay(HOUR);
            out.emit(1);
        }
    }

    @RepeatedTest(RUNS)
    void gatherAndRaceKeepStep() {
        gives("[1, 2] 3 at 3", HOUR.multipliedBy(3), () -> {
            List<Integer> both = gather(after(1, 1), after(2, 2));
            int first = race(after(1, 3), after(2, 4));
            return both + " " + first + " at " + hours();
        });
    }

    private static Coroutine<Integer> after(int hours, int result) {
        return coroutine(() -> {
            delay(HOUR.multipliedBy(hours));
            return result;
        });
    }

    @RepeatedTest(RUNS)
    void aShieldLetsItsOwnDelayPassAndTheTimeoutFiresBehindIt() {
        timesOut(
                HOUR.multipliedBy(2),
                () -> withTimeout(HOUR, () -> {
                    shielded(() -> withTimeout(HOUR.multipliedBy(3), () -> delay(HOUR.multipliedBy(2))));
                    delay(HOUR);
                    return "too late";
                }));
    }

    @RepeatedTest(RUNS)
    void rxJavasOperatorsAroundACoroutineKeepStep() {
        var attempts = new CopyOnWriteArrayList<Long>();
        var observer = single(() -> {
                    attempts.add(hours());
                    delay(HOUR);
                    if (attempts.size() < 3) throw new IllegalStateException("attempt");
                    return "done";
                })
                .retryWhen(errors -> errors.delay(1, TimeUnit.HOURS))
                .delay(1, TimeUnit.HOURS)
                .test();
        advance(HOUR.multipliedBy(6));
        observer.assertResult("done");
        assertThat(attempts).containsExactly(0L, 2L, 4L);
        var late =
                single(() -> await(Single.never())).timeout(1, TimeUnit.HOURS).test();
        advance(ALMOST);
        late.assertEmpty();
        advance(MILLI);
        late.assertFailure(TimeoutException.class);
    }

    @RepeatedTest(RUNS)
    void mapFlowableKeepsStep() {
        var values = Flowable.range(1, 4)
                .compose(RxAsync.<Integer, Integer>mapFlowable(2, n -> {
                    delay(HOUR);
                    return n + 10 * (int) hours();
                }))
                .test();
        advance(HOUR);
        values.assertValuesOnly(11, 12);
        advance(HOUR);
        values.assertResult(11, 12, 23, 24);
    }

    /** Its coroutine is a root, and works before it first waits for time. */
    @RepeatedTest(RUNS)
    void aStreamThatIsReadInsideKeepsStep() {
        AsyncStream<Long> late = stream(out -> {
            compute();
            delay(HOUR);
            out.emit(hours());
        });
        gives(List.of(1L), HOUR, () -> late.collect(1));
    }

    @RepeatedTest(RUNS)
    void aResourceThatComesLateIsReleasedInStep() {
        List<Object> trail = new CopyOnWriteArrayList<>();
        single(() -> using(
                        HOUR,
                        () -> await(Single.just("late").delay(2, TimeUnit.HOURS)),
                        resource -> {
                            compute();
                            trail.add(resource);
                        },
                        resource -> "used"))
                .subscribe(trail::add, trail::add);
        advance(HOUR);
        assertThat(trail).hasSize(1).hasOnlyElementsOfType(TimeoutException.class);
        advance(HOUR);
        assertThat(trail).hasSize(2).endsWith("late");
    }

    @RepeatedTest(RUNS)
    void aCancellationLeavesNothingInTheClock() {
        var ran = new AtomicInteger();
        RxJavaPlugins.setScheduleHandler(task -> () -> {
            ran.incrementAndGet();
            task.run();
        });
        var subscription = single(() -> withTimeout(
                        HOUR,
                        () -> gather(
                                coroutine(() -> {
                                    delay(ALMOST);
                                    return 1;
                                }),
                                coroutine(() -> await(hour())))))
                .subscribe();
        advance(Duration.ofMinutes(1));
        subscription.dispose();
        advance(HOUR.multipliedBy(2));
        assertThat(ran).hasValue(0);
    }

    @Test
    void aCoroutineThatWasCancelledBeforeItsStartIsForgotten() {
        var weak = new AtomicReference<WeakReference<Disposable>>();
        completable(() -> {}).subscribe(new CompletableObserver() {
            @Override
            public void onSubscribe(Disposable disposable) {
                weak.set(new WeakReference<>(disposable));
                disposable.dispose();
            }

            @Override
            public void onComplete() {}

            @Override
            public void onError(Throwable failure) {}
        });
        Watched.until("collected", () -> {
            System.gc();
            return weak.get().refersTo(null);
        });
    }
}
