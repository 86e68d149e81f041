package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.collect;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.stream;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncIterator;
import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.Hooks;
import dev.weft.Overflow;
import dev.weft.OverflowException;
import dev.weft.TooManyValuesException;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.PublishSubject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows E over an Observable: {@code each(observable, overflow)} and {@code collect(observable, max)}. */
class ObservableIterationTest {
    private static final int ROUNDS = 300;

    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** The policies, with room for three values where there is a bound. */
    enum Policy {
        ERROR(() -> Overflow.error(3)),
        DROP_OLDEST(() -> Overflow.dropOldest(3)),
        DROP_NEWEST(() -> Overflow.dropNewest(3)),
        LATEST(Overflow::latest),
        UNBOUNDED(Overflow::unbounded);

        private final Supplier<Overflow> overflow;

        Policy(Supplier<Overflow> overflow) {
            this.overflow = overflow;
        }

        Overflow overflow() {
            return overflow.get();
        }

        boolean isLossless() {
            return this == UNBOUNDED;
        }
    }

    /** An Observable that emits these at once, in its subscribe method, and then ends or not. */
    private static RxProbe<Integer> burst(int count, boolean complete) {
        return new RxProbe<>(p -> {
            p.subscription();
            for (int i = 1; i <= count; i++) p.next(i);
            if (complete) p.complete();
        });
    }

    private static List<Integer> all(Observable<Integer> source, Overflow overflow) {
        var seen = new ArrayList<Integer>();
        run(() -> {
            try (AsyncIterator<Integer> values = each(source, overflow)) {
                for (int value : values) seen.add(value);
            }
        });
        return seen;
    }

    private static List<Object> range(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().map(Object.class::cast).toList();
    }

    /** Iterates until this many are seen; an overflow is an end like any other. */
    private static Watched<List<Integer>> iterating(RxProbe<Integer> probe, Policy policy, int leaveAt) {
        var iterating = Watched.coroutine(() -> {
            List<Integer> seen = new ArrayList<>();
            try (AsyncIterator<Integer> values = each(probe.observable(), policy.overflow())) {
                while (seen.size() < leaveAt && values.hasNext()) seen.add(values.next());
            } catch (OverflowException asItSays) {
                assertThat(policy).isEqualTo(Policy.ERROR);
            }
            return seen;
        });
        until("subscribed", probe::isSubscribed);
        return iterating;
    }

    @Nested
    class E5_WhatIsKept {
        @Test
        void E05_errorFailsBehindTheKeptValuesAndDisposesOfTheSource() {
            var probe = burst(10, true);
            var seen = new ArrayList<Integer>();
            assertThatThrownBy(() -> run(() -> {
                        try (AsyncIterator<Integer> values = each(probe.observable(), Overflow.error(3))) {
                            for (int value : values) seen.add(value);
                        }
                    }))
                    .isInstanceOf(OverflowException.class)
                    .hasMessageContaining("3")
                    .hasMessageContaining("RawObservable");
            assertThat(seen).containsExactly(1, 2, 3);
            assertThat(hooks.discarded).isEqualTo(range(4, 10));
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.violations).isEmpty();
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void E05_anExactFitIsNoOverflow() {
            for (Overflow overflow : List.of(Overflow.error(3), Overflow.dropOldest(3), Overflow.dropNewest(3)))
                assertThat(all(burst(3, true).observable(), overflow)).containsExactly(1, 2, 3);
            assertThat(hooks.discarded).isEmpty();
        }

        @Test
        void E05_dropOldestKeepsTheNewest() {
            assertThat(all(burst(10, true).observable(), Overflow.dropOldest(3)))
                    .containsExactly(8, 9, 10);
            assertThat(hooks.discarded).isEqualTo(range(1, 7));
        }

        @Test
        void E05_dropNewestKeepsTheOldest() {
            assertThat(all(burst(10, true).observable(), Overflow.dropNewest(3)))
                    .containsExactly(1, 2, 3);
            assertThat(hooks.discarded).isEqualTo(range(4, 10));
        }

        @Test
        void E05_latestKeepsTheLast() {
            assertThat(all(burst(10, true).observable(), Overflow.latest())).containsExactly(10);
            assertThat(hooks.discarded).isEqualTo(range(1, 9));
        }

        @Test
        void E05_unboundedKeepsAll() {
            assertThat(all(burst(100_000, true).observable(), Overflow.unbounded()))
                    .hasSize(100_000)
                    .isSorted();
            assertThat(hooks.discarded).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void E05_valuesAsFastAsTheLoopAreAllSeen(Policy policy) {
            var subject = PublishSubject.<Integer>create();
            var seen = new CopyOnWriteArrayList<Integer>();
            var iterating = Watched.coroutine(() -> {
                try (AsyncIterator<Integer> values = each(subject, policy.overflow())) {
                    for (int value : values) seen.add(value);
                }
                return seen;
            });
            for (int i = 1; i <= 50; i++) {
                iterating.parked();
                subject.onNext(i);
                int size = i;
                until("seen", () -> seen.size() == size);
            }
            subject.onComplete();
            assertThat(iterating.value()).hasSize(50).isSorted();
            assertThat(hooks.discarded).isEmpty();
        }

        @Test
        void E05_roomThatTheLoopMakesIsUsed() {
            var probe = new RxProbe<Integer>();
            run(() -> {
                try (AsyncIterator<Integer> values = each(probe.observable(), Overflow.dropOldest(2))) {
                    for (int i = 1; i <= 3; i++) probe.next(i);
                    assertThat(values.next()).isEqualTo(2);
                    probe.next(4);
                    assertThat(values.next()).isEqualTo(3);
                    assertThat(values.hasNext()).isTrue();
                    probe.next(5);
                    probe.next(6);
                    assertThat(values.next()).as("shown by hasNext").isEqualTo(4);
                    probe.next(7);
                    probe.complete();
                    assertThat(values.next()).isEqualTo(6);
                    assertThat(values.next()).isEqualTo(7);
                    assertThat(values.hasNext()).isFalse();
                }
            });
            assertThat(hooks.discarded).containsExactly(1, 5);
        }

        @Test
        void E05_suspendIsRefusedBeforeAnythingIsSubscribedTo() {
            var probe = new RxProbe<Integer>();
            assertThatThrownBy(() -> each(probe.observable(), Overflow.suspend()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("an Observable")
                    .hasMessageContaining("dropOldest");
            assertThatThrownBy(() -> stream(probe.observable(), Overflow.suspend()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("an Observable");
            assertThat(probe.isSubscribed()).isFalse();
        }

        @Test
        void E05_aCapacityBelowOneIsRefused() {
            for (int capacity : new int[] {0, -1, Integer.MIN_VALUE}) {
                assertThatThrownBy(() -> Overflow.error(capacity)).hasMessageContaining("capacity must be at least 1");
                assertThatThrownBy(() -> Overflow.dropOldest(capacity)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> Overflow.dropNewest(capacity)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Nested
    class TheSource {
        @ParameterizedTest
        @EnumSource
        void theEmittingThreadIsNeverBlocked(Policy policy) {
            var probe = new RxProbe<Integer>();
            var taken = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            var iterating = Watched.coroutine(() -> {
                int last = 0;
                try (AsyncIterator<Integer> values = each(probe.observable(), policy.overflow())) {
                    for (int value : values) {
                        last = value;
                        taken.countDown();
                        Latches.await(release);
                    }
                } catch (OverflowException asItSays) {
                    return last;
                }
                return last;
            });
            until("subscribed", probe::isSubscribed);
            probe.next(1);
            Latches.await(taken);
            var emitting = Watched.thread(Thread.ofPlatform(), () -> {
                for (int i = 2; i <= 1000; i++) probe.next(i);
                probe.complete();
                return "emitted";
            });
            assertThat(emitting.value()).isEqualTo("emitted");
            assertThat(iterating.hasEnded()).isFalse();
            release.countDown();
            int last = iterating.value();
            assertThat(last).isEqualTo(policy == Policy.ERROR || policy == Policy.DROP_NEWEST ? 4 : 1000);
        }

        @ParameterizedTest
        @EnumSource
        void E02_keptValuesAreSeenBeforeAnError(Policy policy) {
            for (Throwable failure : List.of(new IllegalStateException("unchecked"), new IOException("checked"))) {
                var probe = new RxProbe<Integer>(p -> {
                    p.subscription();
                    p.next(1);
                    p.fail(failure);
                });
                var seen = new ArrayList<Integer>();
                assertThatThrownBy(() -> run(() -> {
                            try (AsyncIterator<Integer> values = each(probe.observable(), policy.overflow())) {
                                for (int value : values) seen.add(value);
                            }
                        }))
                        .satisfies(e -> assertThat(e instanceof AwaitException ? e.getCause() : e)
                                .isSameAs(failure));
                assertThat(seen).containsExactly(1);
                assertThat(probe.cancels).hasValue(0);
            }
            assertThat(hooks.dropped).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void E09_aMillionValuesOfASynchronousSourceUseAConstantStack(Policy policy) {
            if (policy == Policy.ERROR) return;
            var discarded = new LongAdder();
            try (var counting = Hooks.onDiscard(value -> discarded.increment())) {
                long seen = run(() -> {
                    long count = 0;
                    try (AsyncIterator<Integer> values = each(Observable.range(0, 1_000_000), policy.overflow())) {
                        while (values.hasNext()) {
                            values.next();
                            count++;
                        }
                    }
                    return count;
                });
                assertThat(counting).isNotNull();
                assertThat(seen + discarded.sum()).isEqualTo(1_000_000);
            }
        }
    }

    @Nested
    class E3_Leaving {
        @ParameterizedTest
        @EnumSource
        void E03_leavingEarlyDisposesOnceAndDiscardsTheRestInOrder(Policy policy) {
            var probe = burst(3, false);
            run(() -> {
                try (AsyncIterator<Integer> values = each(probe.observable(), policy.overflow())) {
                    values.next();
                }
                probe.next(4);
            });
            assertThat(probe.cancels).hasValue(1);
            if (policy == Policy.LATEST) assertThat(hooks.discarded).containsExactly(1, 2, 4);
            else assertThat(hooks.discarded).containsExactly(2, 3, 4);
            assertThat(hooks.violations).isEmpty();
        }

        @Test
        void E03_anIteratorThatNobodyClosedIsClosedWithItsScope() {
            var probe = burst(3, false);
            run(() -> {
                run(() -> assertThat(each(probe.observable(), Overflow.error(3)).next())
                        .isEqualTo(1));
                assertThat(probe.cancels).as("closed with the inner scope").hasValue(1);
            });
            assertThat(hooks.discarded).containsExactly(2, 3);
        }

        @Test
        void E03_aSourceThatHasEndedIsNotDisposedOf() {
            var probe = burst(3, true);
            run(() -> {
                try (AsyncIterator<Integer> values = each(probe.observable(), Overflow.error(3))) {
                    values.next();
                }
            });
            assertThat(probe.cancels).hasValue(0);
            assertThat(hooks.discarded).containsExactly(2, 3);
        }

        @Test
        void E07_whatTheBodyThrowsWinsOverWhatDisposeThrows() {
            var fromBody = new IllegalStateException("body");
            var fromDispose = new IllegalStateException("dispose");
            var probe = burst(1, false).onCancel(() -> {
                throw fromDispose;
            });
            assertThatThrownBy(() -> run(() -> {
                        try (AsyncIterator<Integer> values = each(probe.observable(), Overflow.error(3))) {
                            values.next();
                            throw fromBody;
                        }
                    }))
                    .isSameAs(fromBody)
                    .hasSuppressedException(fromDispose);
        }

        @ParameterizedTest
        @EnumSource
        void E04_aCancellationWhileWaitingDisposesAndEndsTheIteratorForGood(Policy policy) {
            var probe = new RxProbe<Integer>();
            var again = new AtomicReference<Throwable>();
            var iterating = Watched.coroutine(() -> {
                AsyncIterator<Integer> values = each(probe.observable(), policy.overflow());
                try {
                    return values.hasNext();
                } catch (CancelledException first) {
                    try {
                        values.hasNext();
                    } catch (CancelledException second) {
                        again.set(second);
                    }
                    throw first;
                }
            });
            iterating.parked();
            iterating.cancel();
            assertThat(iterating.failure())
                    .isInstanceOf(CancelledException.class)
                    .isSameAs(again.get());
            assertThat(probe.cancels).hasValue(1);
            probe.next(1);
            assertThat(hooks.discarded).containsExactly(1);
        }

        @Test
        void E04_anInterruptWhileAPlainThreadWaitsEndsTheIteratorForGood() {
            var probe = new RxProbe<Integer>();
            var calls = new AtomicInteger();
            var iterating = Watched.thread(Thread.ofPlatform(), () -> {
                AsyncIterator<Integer> values = each(probe.observable(), Overflow.latest());
                for (; ; ) {
                    try {
                        values.hasNext();
                    } catch (CancelledException thrown) {
                        if (calls.incrementAndGet() == 3) throw thrown;
                    }
                }
            });
            iterating.parked();
            iterating.thread().interrupt();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(iterating.interruptedAtEnd()).isTrue();
            assertThat(probe.cancels).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource
        void E08_aPendingCancellationComesBeforeKeptValuesWhichAreDiscarded(Policy policy) {
            var go = new CountDownLatch(1);
            var kept = new CountDownLatch(1);
            var probe = burst(3, false);
            var iterating = Watched.coroutine(() -> {
                try (AsyncIterator<Integer> values = each(probe.observable(), policy.overflow())) {
                    kept.countDown();
                    Latches.awaitUninterruptibly(go);
                    return values.next();
                }
            });
            Latches.await(kept);
            iterating.cancel();
            go.countDown();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(hooks.discarded).containsExactly(1, 2, 3);
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void E08_aCancelledCoroutineDoesNotSubscribe() {
            var go = new CountDownLatch(1);
            var probe = new RxProbe<Integer>();
            var iterating = Watched.coroutine(() -> {
                Latches.awaitUninterruptibly(go);
                return each(probe.observable(), Overflow.latest());
            });
            iterating.cancel();
            go.countDown();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(probe.isSubscribed()).isFalse();
        }

        @ParameterizedTest
        @EnumSource
        void E06_hasNextIsIdempotentAndAForeignThreadIsRefused(Policy policy) {
            run(() -> {
                try (AsyncIterator<Integer> values = each(Observable.just(1), policy.overflow())) {
                    assertThat(values.hasNext()).isTrue();
                    assertThat(values.hasNext()).isTrue();
                    var foreign = Watched.thread(Thread.ofVirtual(), values::hasNext);
                    assertThat(foreign.failure()).isInstanceOf(IllegalStateException.class);
                    assertThat(values.next()).isEqualTo(1);
                    assertThat(values.hasNext()).isFalse();
                    assertThatThrownBy(values::next).isInstanceOf(NoSuchElementException.class);
                }
            });
        }

        @Test
        void E10_twoIteratorsAreTwoSubscriptions() {
            var subscriptions = new AtomicInteger();
            Observable<Integer> source = Observable.range(0, 3).doOnSubscribe(d -> subscriptions.incrementAndGet());
            run(() -> {
                try (AsyncIterator<Integer> first = each(source, Overflow.error(3));
                        AsyncIterator<Integer> second = each(source, Overflow.error(3))) {
                    assertThat(first.next()).isEqualTo(0);
                    assertThat(first.next()).isEqualTo(1);
                    assertThat(second.next()).isEqualTo(0);
                }
            });
            assertThat(subscriptions).hasValue(2);
        }

        @Test
        void A24_aNonBlockingThreadIsRefusedBeforeAnythingIsSubscribedTo() {
            var probe = new RxProbe<Integer>();
            Completable.fromAction(() -> each(probe.observable(), Overflow.latest()))
                    .subscribeOn(Schedulers.single())
                    .test()
                    .awaitDone(Watched.SECONDS, TimeUnit.SECONDS)
                    .assertError(IllegalStateException.class);
            assertThat(probe.isSubscribed()).isFalse();
        }
    }

    @Nested
    class E5_NothingIsLost {
        @ParameterizedTest
        @EnumSource
        void E05_whatAConcurrentSourceProducesIsReturnedOrDiscardedInOrder(Policy policy) {
            for (int round = 0; round < ROUNDS; round++) {
                hooks.discarded.clear();
                var probe = new RxProbe<Integer>();
                int leaveAt = ThreadLocalRandom.current().nextInt(1, 150);
                var iterating = iterating(probe, policy, leaveAt);
                Thread emitter = Thread.ofPlatform().start(() -> {
                    for (int i = 1; i <= 100; i++) {
                        probe.next(i);
                        if (i % 8 == 0) Thread.yield();
                    }
                    probe.complete();
                });
                List<Integer> seen = iterating.value();
                Latches.join(emitter);
                iterating.joined();
                assertThat(seen).isSorted().doesNotHaveDuplicates();
                List<Object> ends = new ArrayList<>(hooks.discarded);
                ends.addAll(seen);
                assertThat(ends).containsExactlyInAnyOrderElementsOf(range(1, 100));
                assertThat(probe.cancels.get()).isLessThanOrEqualTo(1);
                if (policy.isLossless() && leaveAt > 100) assertThat(seen).hasSize(100);
            }
            assertThat(hooks.violations).isEmpty();
            assertThat(hooks.dropped)
                    .as("an overflow that nobody has looked at")
                    .allMatch(e -> policy == Policy.ERROR && e instanceof OverflowException);
        }

        @ParameterizedTest
        @EnumSource
        void E05_whatTwoThreadsEmitAtOnceIsReturnedOrDiscarded(Policy policy) {
            for (int round = 0; round < ROUNDS; round++) {
                hooks.discarded.clear();
                var probe = new RxProbe<Integer>();
                var iterating = iterating(probe, policy, Integer.MAX_VALUE);
                var go = new CountDownLatch(2);
                var emitters = IntStream.range(0, 2)
                        .mapToObj(n -> Thread.ofPlatform().start(() -> {
                            Latches.meet(go);
                            for (int i = 1; i <= 50; i++) probe.next(n * 50 + i);
                        }))
                        .toList();
                emitters.forEach(Latches::join);
                probe.complete();
                List<Object> ends = new ArrayList<>(iterating.value());
                iterating.joined();
                ends.addAll(hooks.discarded);
                assertThat(ends).containsExactlyInAnyOrderElementsOf(range(1, 100));
            }
            assertThat(hooks.rules()).allMatch("1.3"::equals);
        }

        @ParameterizedTest
        @EnumSource
        void E04_aCancellationThatRacesTheSourceLosesNothing(Policy policy) {
            for (int round = 0; round < ROUNDS; round++) {
                hooks.discarded.clear();
                var probe = new RxProbe<Integer>();
                var seen = new CopyOnWriteArrayList<Integer>();
                var iterating = Watched.coroutine(() -> {
                    try (AsyncIterator<Integer> values = each(probe.observable(), policy.overflow())) {
                        for (int value : values) seen.add(value);
                    } catch (OverflowException asItSays) {
                        return "overflow";
                    }
                    return "end";
                });
                until("subscribed", probe::isSubscribed);
                Thread emitter = Thread.ofPlatform().start(() -> {
                    for (int i = 1; i <= 30; i++) probe.next(i);
                });
                iterating.cancel();
                Latches.join(emitter);
                iterating.joined();
                List<Object> ends = new ArrayList<>(seen);
                ends.addAll(hooks.discarded);
                assertThat(ends).containsExactlyInAnyOrderElementsOf(range(1, 30));
                assertThat(probe.cancels).hasValue(1);
            }
        }
    }

    @Nested
    class CollectAndStream {
        @Test
        void collectGivesAllOrTellsThatThereAreMore() {
            assertThat(run(() -> collect(Observable.range(0, 3), 3))).containsExactly(0, 1, 2);
            assertThat(run(() -> collect(Observable.<Integer>empty(), 0))).isEmpty();
            var probe = burst(100, false);
            assertThatThrownBy(() -> run(() -> collect(probe.observable(), 2)))
                    .isInstanceOf(TooManyValuesException.class);
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.discarded).containsExactlyInAnyOrderElementsOf(range(1, 100));
        }

        @Test
        void collectLeavesASourceThatWouldEmitForEver() {
            var count = new AtomicInteger();
            var endless = Observable.just(1).repeat().doOnNext(one -> {
                if (count.incrementAndGet() > 10_000) throw new AssertionError("is not disposed of");
            });
            assertThatThrownBy(() -> run(() -> collect(endless, 2))).isInstanceOf(TooManyValuesException.class);
            assertThat(count).hasValue(4);
            assertThat(hooks.discarded).containsExactly(1, 1, 1, 1);
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void collectRefusesANegativeMaximumAndTakesTheLargest() {
            assertThatThrownBy(() -> run(() -> collect(Observable.range(0, 3), -1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("max must not be negative");
            assertThat(run(() -> collect(Observable.range(0, 3), Integer.MAX_VALUE)))
                    .hasSize(3);
        }

        @Test
        void collectedValuesAreDiscardedWhenTheSourceFailsOrTheCoroutineIsCancelled() {
            var failure = new IllegalStateException("after three");
            assertThatThrownBy(() ->
                            run(() -> collect(Observable.range(0, 3).concatWith(Observable.error(failure)), 100)))
                    .isSameAs(failure);
            assertThat(hooks.discarded).containsExactly(0, 1, 2);
            hooks.discarded.clear();
            var probe = burst(2, false);
            var collecting =
                    Watched.coroutine(() -> collect(probe.observable(), 100)).parked();
            collecting.cancel();
            assertThat(collecting.failure()).isInstanceOf(CancelledException.class);
            collecting.joined();
            assertThat(hooks.discarded).containsExactlyInAnyOrder(1, 2);
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void anObservableBecomesAStream() {
            assertThat(run(() -> stream(Observable.range(1, 3), Overflow.unbounded())
                            .map(n -> n * 2)
                            .collect(3)))
                    .containsExactly(2, 4, 6);
        }

        @Test
        void whatLivesOnlyAsLongAsItsSignalIsMappedBeforeTheLoop() {
            Observable<AtomicBoolean> released = Observable.create(emitter -> {
                for (int n = 0; n < 3; n++) {
                    var message = new AtomicBoolean();
                    emitter.onNext(message);
                    message.set(true);
                }
                emitter.onComplete();
            });
            assertThat(run(() -> collect(released.map(AtomicBoolean::get), 3))).containsExactly(false, false, false);
            assertThat(run(() -> collect(released, 3))).allMatch(AtomicBoolean::get);
        }
    }
}
