package dev.weft;

import static dev.weft.Publishers.each;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.FiringBackend;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows E: iteration over a source. */
class IterationTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** Values from 0 on, as they are requested, without an end. */
    private static Probe<Integer> numbers() {
        var probe = new Probe<Integer>();
        var at = new AtomicInteger();
        return probe.onRequest(count -> {
            for (long i = 0; i < count; i++) probe.next(at.getAndIncrement());
        });
    }

    /** An iteration that stops before each step until the test lets it continue. */
    private static <T> Watched<List<T>> collecting(Flow.Publisher<T> source, int prefetch) {
        return Watched.coroutine(() -> {
            var seen = new ArrayList<T>();
            try (AsyncIterator<T> values = each(source, prefetch)) {
                for (T value : values) seen.add(value);
            }
            return seen;
        });
    }

    @Nested
    class E1_Demand {
        @Test
        void E1_thePrefetchIsRequestedAndThreeQuartersAgainWhenTheyAreConsumed() {
            var probe = numbers();
            Async.run(() -> {
                try (AsyncIterator<Integer> values = each(probe, 32)) {
                    assertThat(probe.requests).containsExactly(32L);
                    for (int i = 0; i < 23; i++) assertThat(values.next()).isEqualTo(i);
                    assertThat(probe.requests).containsExactly(32L);
                    assertThat(values.next()).isEqualTo(23);
                    assertThat(probe.requests).containsExactly(32L, 24L);
                    for (int i = 24; i < 47; i++) values.next();
                    assertThat(probe.requests).containsExactly(32L, 24L);
                    values.next();
                    assertThat(probe.requests).containsExactly(32L, 24L, 24L);
                }
            });
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.violations).isEmpty();
        }

        @Test
        void E1_aPrefetchOfOneIsAStrictHandOver() {
            var probe = numbers();
            Async.run(() -> {
                try (AsyncIterator<Integer> values = each(probe, 1)) {
                    assertThat(probe.requests).containsExactly(1L);
                    values.next();
                    assertThat(probe.requests).containsExactly(1L, 1L);
                    values.next();
                    assertThat(probe.requests).containsExactly(1L, 1L, 1L);
                }
            });
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 31, 32, 33})
        void E1_neverMoreThanThePrefetchIsOutstanding(int prefetch) {
            var probe = new Probe<Integer>();
            var emitted = new AtomicInteger();
            var taken = new AtomicInteger();
            var most = new AtomicInteger();
            probe.onRequest(count -> {
                for (long i = 0; i < count; i++) probe.next(emitted.getAndIncrement());
                most.accumulateAndGet(emitted.get() - taken.get(), Math::max);
            });
            Async.run(() -> {
                try (AsyncIterator<Integer> values = each(probe, prefetch)) {
                    for (int i = 0; i < 200; i++) {
                        assertThat(values.hasNext()).isTrue();
                        assertThat(emitted.get() - i).isLessThanOrEqualTo(prefetch + 1);
                        assertThat(values.next()).isEqualTo(i);
                        taken.incrementAndGet();
                    }
                }
            });
            assertThat(hooks.violations).isEmpty();
        }

        @Test
        void E1_theRefillIsRequestedByTheCoroutinesThread() {
            var probe = new Probe<Integer>();
            var requestedBy = new ArrayList<Thread>();
            probe.onRequest(count -> requestedBy.add(Thread.currentThread()));
            var collecting = collecting(probe, 4);
            collecting.parked();
            for (int i = 0; i < 4; i++) probe.next(i);
            until("refilled", () -> probe.requests.size() == 2);
            probe.complete();
            assertThat(collecting.value()).containsExactly(0, 1, 2, 3);
            assertThat(requestedBy).containsOnly(collecting.thread());
            assertThat(probe.requests).containsExactly(4L, 3L);
        }

        @Test
        void E1_aNegativePrefetchIsRefused() {
            assertThatThrownBy(() -> each(new Probe<>(), -1)).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void E1_aPrefetchOfNothingAsksWhenTheLoopWaits() {
            var probe = new Probe<Integer>();
            var collecting = collecting(probe, 0);
            for (int i = 0; i < 3; i++) {
                int asked = i + 1;
                until("asked", () -> probe.requests.size() == asked);
                probe.next(i);
            }
            until("asked", () -> probe.requests.size() == 4);
            probe.complete();
            assertThat(collecting.value()).containsExactly(0, 1, 2);
            assertThat(probe.requests).containsExactly(1L, 1L, 1L, 1L);
        }
    }

    @Nested
    class E2_Order {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void E2_valuesThatArrivedBeforeTheEndAreSeenFirst(boolean error) {
            var failure = new IllegalStateException("after three");
            Flow.Publisher<Integer> source = new Probe<>(p -> {
                p.subscription();
                for (int i = 0; i < 3; i++) p.next(i);
                if (error) p.fail(failure);
                else p.complete();
            });
            var seen = new ArrayList<Integer>();
            var iterating = Watched.coroutine(() -> {
                try (AsyncIterator<Integer> values = each(source, 32)) {
                    for (Integer value : values) seen.add(value);
                }
                return "end";
            });
            if (error) assertThat(iterating.failure()).isSameAs(failure);
            else assertThat(iterating.value()).isEqualTo("end");
            assertThat(seen).containsExactly(0, 1, 2);
            assertThat(hooks.discarded).isEmpty();
        }

        @RepeatedTest(20)
        void E2_valuesFromAnotherThreadArriveInOrderAndAllBeforeTheEnd() {
            var probe = new Probe<Integer>();
            var demand = new Semaphore(0);
            probe.onRequest(count -> demand.release((int) count));
            Thread.startVirtualThread(() -> {
                for (int i = 0; i < 1000; i++) {
                    demand.acquireUninterruptibly();
                    probe.next(i);
                }
                probe.complete();
            });
            var collecting = collecting(probe, 8);
            List<Integer> all = collecting.value();
            assertThat(all).hasSize(1000).isSorted().doesNotHaveDuplicates();
        }
    }

    @Nested
    class E3_LeavingEarly {
        @Test
        void E1_aHugePrefetchRequestsThatManyAndAllocatesWhatComes() {
            Probe<Integer> probe = new Probe<>();
            probe.onRequest(count -> {
                for (int n = 0; n < 20_000; n++) probe.next(n);
                probe.complete();
            });
            var collecting = collecting(probe, Integer.MAX_VALUE);
            assertThat(collecting.value()).hasSize(20_000).isSorted();
        }

        @Test
        void E3_leavingEarlyCancelsOnceAndDiscardsWhatWasQueued() {
            var probe = numbers();
            Async.run(() -> {
                AsyncIterator<Integer> values = each(probe, 4);
                try (values) {
                    for (Integer value : values) if (value == 0) break;
                }
                values.close();
                assertThat(values.hasNext()).isFalse();
            });
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.discarded).containsExactly(1, 2, 3);
        }

        @Test
        void E3_aValueThatHasNextHasSeenIsDiscardedWhenNobodyTakesIt() {
            var probe = numbers();
            Async.run(() -> {
                try (AsyncIterator<Integer> values = each(probe, 2)) {
                    values.hasNext();
                }
            });
            assertThat(hooks.discarded).containsExactlyInAnyOrder(0, 1);
        }

        @Test
        void E3_anIteratorThatNobodyClosedIsClosedWithItsScope() {
            var probe = numbers();
            Async.run(() -> {
                Async.run(() -> each(probe, 4).next());
                assertThat(probe.cancels).hasValue(1);
                assertThat(hooks.discarded).containsExactly(1, 2, 3);
            });
        }

        @Test
        void E3_anIteratorThatNobodyClosedOutsideACoroutineIsClosedAndReportedWhenItIsCollected() {
            Probe<Integer> probe = numbers();
            leaveOpen(probe);
            until("the report", () -> {
                System.gc();
                return !hooks.dropped.isEmpty();
            });
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.discarded).containsExactly(1, 2, 3);
            assertThat(hooks.dropped)
                    .singleElement(InstanceOfAssertFactories.THROWABLE)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("without having been closed")
                    .satisfies(leak -> assertThat(leak.getStackTrace())
                            .anyMatch(frame -> frame.getMethodName().equals("leaveOpen")));
        }

        private static void leaveOpen(Probe<Integer> probe) {
            assertThat(each(probe, 4).next()).isZero();
        }

        @Test
        void E3_anIteratorThatWasClosedOrHasEndedIsNotReported() {
            for (int i = 0; i < 100; i++) {
                try (var values = each(numbers(), 4)) {
                    values.next();
                }
                AsyncStream.from(List.of(1, 2)).collect(9);
                Async.run(() -> each(numbers(), 4).next());
            }
            hooks.discarded.clear();
            leaveOpen(numbers());
            until("the only report", () -> {
                System.gc();
                return !hooks.dropped.isEmpty();
            });
            assertThat(hooks.dropped).hasSize(1);
        }

        @Test
        void E3_valuesAfterLeavingAreDiscardedAndErrorsDropped() {
            var probe = new Probe<Integer>();
            Async.run(() -> each(probe, 4).close());
            var late = new IllegalStateException("late");
            probe.next(7);
            probe.fail(late);
            assertThat(hooks.discarded).containsExactly(7);
            assertThat(hooks.dropped).containsExactly(late);
            assertThat(hooks.violations).isEmpty();
        }

        @Test
        void E3_anErrorThatNobodyCameToSeeIsDropped() {
            var probe = new Probe<Integer>();
            var unseen = new IllegalStateException("unseen");
            Async.run(() -> {
                try (AsyncIterator<Integer> values = each(probe, 4)) {
                    probe.next(1);
                    probe.fail(unseen);
                    values.next();
                }
            });
            assertThat(hooks.dropped).containsExactly(unseen);
            assertThat(probe.cancels).hasValue(0);
        }

        @RepeatedTest(100)
        void E3_aValueThatRacesTheCloseIsDiscardedOnce() {
            var probe = new Probe<Integer>();
            var go = new CountDownLatch(2);
            Thread producer = Thread.ofPlatform().start(() -> {
                Latches.race(go);
                probe.next(1);
            });
            Async.run(() -> {
                AsyncIterator<Integer> values = each(probe, 4);
                Latches.race(go);
                values.close();
            });
            until("joined", () -> !producer.isAlive());
            assertThat(hooks.discarded).containsExactly(1);
            assertThat(probe.cancels).hasValue(1);
        }
    }

    @Nested
    class E4_Cancellation {
        @Test
        void E4_aCancellationWhileWaitingEndsTheIterationForGood() {
            var probe = new Probe<Integer>();
            var again = new ArrayList<Throwable>();
            var iterating = Watched.coroutine(() -> {
                AsyncIterator<Integer> values = each(probe, 4);
                try {
                    return values.hasNext();
                } catch (CancelledException first) {
                    for (int i = 0; i < 2; i++) {
                        try {
                            again.add(new AssertionError("returned " + Async.shielded(values::hasNext)));
                        } catch (CancelledException thrown) {
                            again.add(thrown);
                        }
                    }
                    throw first;
                }
            });
            iterating.parked().cancel();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(again).hasSize(2).allSatisfy(thrown -> assertThat(thrown).isSameAs(iterating.failure()));
            assertThat(iterating.interruptedAtEnd()).isFalse();
            assertThat(probe.cancels).hasValue(1);
            assertThat(probe.upstream.cancelledBy).isSameAs(iterating.thread());
        }

        @Test
        void E4_anInterruptOfAPlainThreadEndsTheIterationWithTheFlagSet() {
            var probe = new Probe<Integer>();
            var iterating = Watched.thread(Thread.ofVirtual(), () -> {
                AsyncIterator<Integer> values = each(probe, 4);
                try {
                    return values.hasNext();
                } catch (CancelledException first) {
                    assertThatThrownBy(values::hasNext).isSameAs(first);
                    throw first;
                }
            });
            iterating.parked().thread().interrupt();
            assertThat(iterating.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(iterating.interruptedAtEnd()).isTrue();
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void E4_aValueThatWonIsReturnedThoughTheCancellationComesBeforeTheThreadRunsAgain() {
            for (int i = 0; i < 100; i++) {
                var probe = new Probe<Integer>();
                var iterating = Watched.coroutine(() -> each(probe, 4).next()).parked();
                probe.next(i);
                iterating.cancel();
                assertThat(iterating.value()).isEqualTo(i);
            }
            assertThat(hooks.discarded).isEmpty();
        }

        @Test
        void E4_whatCancelThrowsIsSuppressedInTheCancellation() {
            var fromCancel = new IllegalStateException("cancel threw");
            var probe = new Probe<Integer>().onCancel(() -> {
                throw fromCancel;
            });
            var iterating = Watched.coroutine(() -> each(probe, 4).hasNext());
            iterating.parked().cancel();
            assertThat(iterating.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasSuppressedException(fromCancel);
        }

        @Test
        void E4_aTimeoutAroundOneStepEndsTheIteration() {
            var probe = new Probe<Integer>();
            var clock = new FiringBackend(JdkBackend.INSTANCE);
            var iterating = Watched.coroutine(() -> Async.withBackend(clock, () -> {
                try (AsyncIterator<Integer> values = each(probe, 4)) {
                    assertThat(Async.withTimeoutOrNull(Duration.ofSeconds(1), values::hasNext))
                            .isNull();
                    return values.hasNext();
                }
            }));
            iterating.parked();
            clock.fire();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(probe.cancels).hasValue(1);
        }
    }

    @Nested
    class E5_Overflow {
        @Test
        void E5_anOverflowIsSeenAfterTheQueuedValues() {
            Flow.Publisher<Integer> source = new Probe<>(p -> {
                p.subscription();
                for (int i = 0; i < 4; i++) p.next(i);
            });
            var seen = new ArrayList<Integer>();
            var iterating = Watched.coroutine(() -> {
                for (Integer value : each(source, 2)) seen.add(value);
                return "end";
            });
            assertThat(iterating.failure()).isInstanceOf(OverflowException.class);
            assertThat(seen).containsExactly(0, 1);
            assertThat(hooks.discarded).containsExactly(2, 3);
            assertThat(hooks.rules()).containsExactly("1.1");
            assertThat(((Probe<Integer>) source).cancels).hasValue(1);
        }

        @Test
        void E5_whatCancelThrowsAfterAnOverflowIsDropped() {
            var fromCancel = new IllegalStateException("cancel threw");
            Flow.Publisher<Integer> source = new Probe<Integer>(p -> {
                        p.subscription();
                        for (int i = 0; i < 3; i++) p.next(i);
                    })
                    .onCancel(() -> {
                        throw fromCancel;
                    });
            assertThatThrownBy(() -> Async.run(() -> each(source, 2).forEachRemaining(value -> {})))
                    .isInstanceOf(OverflowException.class);
            assertThat(hooks.dropped).containsExactly(fromCancel);
        }
    }

    @Nested
    class E6_TheIteratorsContract {
        @Test
        void E6_hasNextIsIdempotentAndNextNeedsNone() {
            Flow.Publisher<Integer> source = new Probe<>(p -> {
                p.subscription();
                p.next(1);
                p.next(2);
                p.complete();
            });
            Async.run(() -> {
                try (AsyncIterator<Integer> values = each(source, 4)) {
                    assertThat(values.hasNext()).isTrue();
                    assertThat(values.hasNext()).isTrue();
                    assertThat(values.next()).isEqualTo(1);
                    assertThat(values.next()).isEqualTo(2);
                    assertThat(values.hasNext()).isFalse();
                    assertThat(values.hasNext()).isFalse();
                    assertThatThrownBy(values::next).isInstanceOf(NoSuchElementException.class);
                }
            });
        }

        @Test
        void E6_anErrorIsThrownAgainAndAgain() {
            var failure = new IllegalStateException("broken");
            Flow.Publisher<Integer> source = new Probe<>(p -> {
                p.subscription();
                p.fail(failure);
            });
            Async.run(() -> {
                try (AsyncIterator<Integer> values = each(source, 4)) {
                    assertThatThrownBy(values::hasNext).isSameAs(failure);
                    assertThatThrownBy(values::hasNext).isSameAs(failure);
                    assertThatThrownBy(values::next).isSameAs(failure);
                }
            });
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void E6_anotherThreadMayNotIterate() {
            var probe = new Probe<Integer>();
            AsyncIterator<Integer> values = each(probe, 4);
            var other = Watched.coroutine(values::hasNext);
            assertThat(other.failure()).isInstanceOf(IllegalStateException.class);
            var closing = Watched.coroutine(() -> {
                values.close();
                return "closed";
            });
            assertThat(closing.failure()).isInstanceOf(IllegalStateException.class);
            values.close();
            assertThat(probe.cancels).hasValue(1);
        }
    }

    @Nested
    class E7_WhatTheBodyThrows {
        @Test
        void E7_theBodysExceptionIsThrownAndThatOfCancelSuppressed() {
            var fromCancel = new IllegalStateException("cancel threw");
            var fromBody = new IllegalArgumentException("body threw");
            var probe = numbers().onCancel(() -> {
                throw fromCancel;
            });
            assertThatThrownBy(() -> Async.run(() -> {
                        try (AsyncIterator<Integer> values = each(probe, 4)) {
                            values.next();
                            throw fromBody;
                        }
                    }))
                    .isSameAs(fromBody)
                    .hasSuppressedException(fromCancel);
        }
    }

    @Nested
    class E8_AtEntry {
        @Test
        void E8_aCancellationPendingAtEntryWinsOverQueuedValues() {
            var probe = new Probe<Integer>();
            var opened = new CountDownLatch(1);
            var ready = new CountDownLatch(1);
            var iterating = Watched.coroutine(() -> {
                AsyncIterator<Integer> values = each(probe, 4);
                opened.countDown();
                Latches.awaitUninterruptibly(ready);
                return values.hasNext();
            });
            Latches.awaitUninterruptibly(opened);
            probe.next(1);
            probe.next(2);
            iterating.cancel();
            ready.countDown();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(hooks.discarded).containsExactly(1, 2);
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void E8_aCancelledCoroutineDoesNotSubscribe() {
            var probe = new Probe<Integer>();
            var ready = new CountDownLatch(1);
            var iterating = Watched.coroutine(() -> {
                Latches.awaitUninterruptibly(ready);
                return each(probe, 4);
            });
            iterating.cancel();
            ready.countDown();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(probe.isSubscribed()).isFalse();
        }
    }

    @Nested
    class E9_ManyValuesAndIterators {
        @ParameterizedTest
        @ValueSource(ints = {1, 32})
        void E9_aMillionSynchronousValuesNeedNoDepth(int prefetch) {
            var at = new AtomicInteger();
            Flow.Publisher<Integer> source = to -> to.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long count) {
                    for (long i = 0; i < count; i++) to.onNext(at.getAndIncrement());
                }

                @Override
                public void cancel() {}
            });
            long sum = Async.run(() -> {
                long total = 0;
                try (AsyncIterator<Integer> values = each(source, prefetch)) {
                    for (int i = 0; i < 1_000_000; i++) total += values.next();
                }
                return total;
            });
            assertThat(sum).isEqualTo(499_999_500_000L);
        }

        @Test
        void E10_twoIteratorsAreTwoSubscriptions() {
            var subscribed = new AtomicInteger();
            Flow.Publisher<Integer> source = to -> {
                subscribed.incrementAndGet();
                numbers().subscribe(to);
            };
            Async.run(() -> {
                try (var one = each(source, 4);
                        var two = each(source, 4)) {
                    assertThat(one.next()).isEqualTo(0);
                    assertThat(one.next()).isEqualTo(1);
                    assertThat(two.next()).isEqualTo(0);
                }
            });
            assertThat(subscribed).hasValue(2);
        }
    }

    @Nested
    class AsAnAwait {
        @Test
        void A14_lateOnSubscribeIsCancelled() {
            var probe = new Probe<Integer>(p -> {});
            var iterating = Watched.coroutine(() -> each(probe, 4).hasNext());
            iterating.parked().cancel();
            iterating.joined();
            probe.subscription();
            assertThat(probe.cancels).hasValue(1);
            assertThat(probe.requests).isEmpty();
        }

        @RepeatedTest(50)
        void A14_onSubscribeThatRacesACloseIsCancelledOnce() {
            var probe = new Probe<Integer>(p -> {});
            var go = new CountDownLatch(2);
            var opened = new CountDownLatch(1);
            var iterating = Watched.coroutine(() -> {
                AsyncIterator<Integer> values = each(probe, 4);
                opened.countDown();
                Latches.race(go);
                values.close();
                return "closed";
            });
            Latches.awaitUninterruptibly(opened);
            Latches.race(go);
            probe.subscription();
            assertThat(iterating.joined().value()).isEqualTo("closed");
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void A16_aSynchronousNullSignalIsReportedOnceThoughItPassesThroughSubscribe() {
            var probe = new Probe<Integer>(p -> {
                p.subscription();
                p.next(null);
            });
            assertThatThrownBy(() -> Async.run(() -> each(probe, 4).hasNext()))
                    .isInstanceOf(NullPointerException.class);
            assertThat(hooks.dropped).isEmpty();
            assertThat(hooks.rules()).containsExactly("2.13");
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void A18_whatTheRefillThrowsIsSeenAfterTheQueuedValues() {
            var failure = new IllegalStateException("no more demand, please");
            var probe = new Probe<Integer>();
            probe.onRequest(count -> {
                if (count != 4) throw failure;
                for (int i = 0; i < 4; i++) probe.next(i);
            });
            var seen = new ArrayList<Integer>();
            var iterating = Watched.coroutine(() -> {
                for (Integer value : each(probe, 4)) seen.add(value);
                return "end";
            });
            assertThat(iterating.failure()).isSameAs(failure);
            assertThat(seen).containsExactly(0, 1, 2, 3);
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.dropped).isEmpty();
        }

        /** Rule 2.7: it is interrupted, and cancelled after its request. */
        @Test
        void G6_aCancellationReachesASourceThatBlocksInsideRequest() {
            var blocked = new CountDownLatch(1);
            var probe = new Probe<Integer>();
            var asking = new AtomicBoolean();
            var cancelledInside = new AtomicBoolean();
            probe.onRequest(count -> {
                asking.set(true);
                blocked.countDown();
                blockUntilInterrupted();
                asking.set(false);
            });
            probe.onCancel(() -> cancelledInside.set(asking.get()));
            var iterating = Watched.coroutine(() -> each(probe, 4).hasNext());
            Latches.awaitUninterruptibly(blocked);
            iterating.cancel();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(iterating.interruptedAtEnd()).isFalse();
            assertThat(probe.cancels).hasValue(1);
            assertThat(probe.upstream.cancelledBy).isSameAs(iterating.thread());
            assertThat(cancelledInside).isFalse();
        }

        @Test
        void G6_aCancellationReachesASourceThatBlocksInsideARefill() {
            var blocked = new CountDownLatch(1);
            var probe = new Probe<Integer>();
            probe.onRequest(count -> {
                if (count == 4) {
                    for (int i = 0; i < 4; i++) probe.next(i);
                    return;
                }
                blocked.countDown();
                blockUntilInterrupted();
            });
            var seen = new ArrayList<Integer>();
            var iterating = Watched.coroutine(() -> {
                for (Integer value : each(probe, 4)) seen.add(value);
                return "end";
            });
            Latches.awaitUninterruptibly(blocked);
            iterating.cancel();
            assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
            assertThat(probe.cancels).hasValue(1);
            assertThat(seen.size() + hooks.discarded.size()).isEqualTo(4);
        }

        private static void blockUntilInterrupted() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Test
        void G12_aForeignUnparkDoesNotEndTheWait() {
            var probe = new Probe<Integer>();
            var iterating = Watched.coroutine(() -> each(probe, 4).next());
            for (int i = 0; i < 100; i++) {
                iterating.parked();
                LockSupport.unpark(iterating.thread());
            }
            iterating.parked();
            probe.next(1);
            assertThat(iterating.value()).isEqualTo(1);
        }

        /** Cancels a loop whose source has failed meanwhile, which the loop has not read. */
        private static void cancelledWithUnread(Throwable failure) {
            var probe = new Probe<Integer>();
            var inside = new CountDownLatch(1);
            var loop = Async.async(() -> {
                try (AsyncIterator<Integer> values = each(probe, 1)) {
                    inside.countDown();
                    Async.await(new CompletableFuture<>());
                    return values.next();
                }
            });
            Latches.awaitUninterruptibly(inside);
            probe.fail(failure);
            loop.cancel();
            until("left", loop::isDone);
            assertThat(loop.state()).isEqualTo(Deferred.State.CANCELLED);
        }

        /** Both have the same cause: a cancelled peer has notified the source too. */
        @Test
        void A8_aCancellationThatACancelledLoopHasNotReadIsNoNews() {
            cancelledWithUnread(new CancellationException("cancelled at the other end"));
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A8_aFailureThatACancelledLoopHasNotReadIsReported() {
            var failure = new IllegalStateException("source");
            cancelledWithUnread(failure);
            assertThat(hooks.dropped).containsExactly(failure);
        }
    }
}
