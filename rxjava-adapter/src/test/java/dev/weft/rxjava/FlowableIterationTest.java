package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.collect;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.OverflowException;
import dev.weft.TooManyValuesException;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 1.5 over a Flowable: {@code each(flowable)} and {@code collect(flowable, max)}. */
class FlowableIterationTest {
    private final HookLog hooks = new HookLog();
    private final List<Long> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger cancels = new AtomicInteger();
    private final AtomicInteger subscriptions = new AtomicInteger();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** A Flowable with what is asked of it recorded. */
    private <T> Flowable<T> probed(Flowable<T> flowable) {
        return flowable.hide()
                .doOnSubscribe(s -> subscriptions.incrementAndGet())
                .doOnRequest(requests::add)
                .doOnCancel(cancels::incrementAndGet);
    }

    private static <T> Watched<List<T>> collecting(Flowable<T> source, int prefetch) {
        return Watched.coroutine(() -> {
            var seen = new ArrayList<T>();
            try (AsyncIterator<T> values = each(source, prefetch)) {
                for (T value : values) seen.add(value);
            }
            return seen;
        });
    }

    // --- E1

    @Test
    void E01_theDefaultPrefetchIsRequestedAndThreeQuartersAgainWhenTheyAreConsumed() {
        run(() -> {
            try (AsyncIterator<Integer> values = each(probed(Flowable.range(0, 100)))) {
                assertThat(requests).containsExactly(32L);
                for (int i = 0; i < 23; i++) assertThat(values.next()).isEqualTo(i);
                assertThat(requests).containsExactly(32L);
                values.next();
                assertThat(requests).containsExactly(32L, 24L);
                for (int i = 24; i < 48; i++) assertThat(values.next()).isEqualTo(i);
                assertThat(requests).containsExactly(32L, 24L, 24L);
            }
        });
        assertThat(cancels).hasValue(1);
    }

    @Test
    void E01_aPrefetchOfOneIsAStrictHandOver() {
        run(() -> {
            try (AsyncIterator<Integer> values = each(probed(Flowable.range(0, 10)), 1)) {
                for (int i = 1; i <= 3; i++) {
                    assertThat(requests).hasSize(i).containsOnly(1L);
                    values.next();
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 1000})
    void E01_neverMoreThanThePrefetchIsOutstanding(int prefetch) {
        var produced = new AtomicInteger();
        run(() -> {
            try (AsyncIterator<Integer> values =
                    each(probed(Flowable.range(0, 200)).doOnNext(n -> produced.incrementAndGet()), prefetch)) {
                int taken = 0;
                for (int value : values) {
                    assertThat(value).isEqualTo(taken++);
                    assertThat(produced.get() - taken).isLessThanOrEqualTo(prefetch);
                }
                assertThat(taken).isEqualTo(200);
            }
        });
        assertThat(requests.get(0)).isEqualTo(prefetch);
        assertThat(cancels).hasValue(0);
    }

    @Test
    void E01_theRefillIsRequestedByTheCoroutinesThread() {
        var by = new CopyOnWriteArrayList<Thread>();
        var collecting = collecting(
                Flowable.range(0, 500)
                        .observeOn(Schedulers.computation())
                        .doOnRequest(n -> by.add(Thread.currentThread())),
                8);
        assertThat(collecting.value()).hasSize(500);
        assertThat(by).containsOnly(collecting.thread());
    }

    @Test
    void E01_aNegativePrefetchIsRefused() {
        assertThatThrownBy(() -> each(Flowable.range(0, 3), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> each((Flowable<?>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("flowable");
    }

    // --- E2

    @Test
    void E02_valuesThatArrivedBeforeAnErrorAreSeenFirst() {
        for (Throwable failure : List.of(new IllegalStateException("after three"), new IOException("after three"))) {
            var seen = new ArrayList<Integer>();
            assertThatThrownBy(() -> run(() -> {
                        try (AsyncIterator<Integer> values =
                                each(Flowable.just(1, 2, 3).concatWith(Flowable.error(failure)))) {
                            for (int value : values) seen.add(value);
                        }
                    }))
                    .satisfies(e -> assertThat(e instanceof AwaitException ? e.getCause() : e)
                            .isSameAs(failure));
            assertThat(seen).containsExactly(1, 2, 3);
        }
    }

    @RepeatedTest(20)
    void E02_theOrderIsThatOfTheSourceAlsoFromAnotherThread() {
        assertThat(collecting(Flowable.range(0, 1000).observeOn(Schedulers.computation()), 16)
                        .value())
                .isEqualTo(IntStream.range(0, 1000).boxed().toList());
    }

    // --- E3, E7

    @Test
    void E03_leavingEarlyCancelsOnceAndDiscardsWhatWasQueued() {
        run(() -> {
            try (AsyncIterator<Integer> values = each(probed(Flowable.range(0, 100)), 4)) {
                for (int value : values) if (value == 1) break;
            }
        });
        assertThat(cancels).hasValue(1);
        assertThat(hooks.discarded).containsExactly(2, 3);
    }

    @Test
    void E03_anIteratorThatNobodyClosedIsClosedWithItsScope() {
        run(() -> {
            run(() -> assertThat(each(probed(Flowable.range(0, 100)), 4).next()).isEqualTo(0));
            assertThat(cancels).as("closed with the inner scope").hasValue(1);
        });
        assertThat(hooks.discarded).containsExactly(1, 2, 3);
    }

    @Test
    void E03_aSourceThatHasEndedIsNotCancelled() {
        run(() -> {
            try (AsyncIterator<Integer> values = each(probed(Flowable.range(0, 3)), 8)) {
                assertThat(values.next()).isEqualTo(0);
            }
        });
        assertThat(cancels).hasValue(0);
        assertThat(hooks.discarded).containsExactly(1, 2);
    }

    @Test
    void E07_whatTheBodyThrowsWinsOverWhatCancelThrows() {
        var fromBody = new IllegalStateException("body");
        var fromCancel = new IllegalStateException("cancel");
        var probe = new RxProbe<Integer>(p -> {
                    p.subscription();
                    p.next(1);
                })
                .onCancel(() -> {
                    throw fromCancel;
                });
        assertThatThrownBy(() -> run(() -> {
                    try (AsyncIterator<Integer> values = each(probe.flowable(), 4)) {
                        values.next();
                        throw fromBody;
                    }
                }))
                .isSameAs(fromBody)
                .hasSuppressedException(fromCancel);
    }

    // --- E4

    @Test
    void E04_aCancellationWhileWaitingCancelsAndEndsTheIteratorForGood() {
        var source = new RxProbe<Integer>();
        var again = new AtomicReference<Throwable>();
        var iterating = Watched.coroutine(() -> {
            AsyncIterator<Integer> values = each(source.flowable(), 4);
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
        assertThat(iterating.failure()).isInstanceOf(CancelledException.class).isSameAs(again.get());
        assertThat(source.cancels).hasValue(1);
    }

    @Test
    void E04_anInterruptWhileAPlainThreadWaitsEndsTheIteratorForGood() {
        var source = new RxProbe<Integer>();
        var calls = new AtomicInteger();
        var iterating = Watched.thread(Thread.ofPlatform(), () -> {
            AsyncIterator<Integer> values = each(source.flowable(), 4);
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
        assertThat(source.cancels).hasValue(1);
    }

    // --- E5

    @Test
    void E05_aSourceThatOverflowsIsCancelledAndTheErrorComesAfterTheQueuedValues() {
        var source = new RxProbe<Integer>();
        var seen = new CopyOnWriteArrayList<Integer>();
        var subscribed = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var iterating = Watched.coroutine(() -> {
            try (AsyncIterator<Integer> values = each(source.flowable(), 2)) {
                subscribed.countDown();
                Latches.await(go);
                for (int value : values) seen.add(value);
            }
            return seen;
        });
        Latches.await(subscribed);
        for (int i = 1; i <= 3; i++) source.next(i);
        go.countDown();
        assertThat(iterating.failure()).isInstanceOf(OverflowException.class);
        assertThat(seen).containsExactly(1, 2);
        assertThat(hooks.discarded).containsExactly(3);
        assertThat(hooks.rules()).containsExactly("1.1");
        assertThat(source.cancels).hasValue(1);
    }

    // --- E6

    @Test
    void E06_hasNextIsIdempotentAndNextNeedsNone() {
        run(() -> {
            try (AsyncIterator<Integer> values = each(Flowable.range(0, 3), 1)) {
                assertThat(values.hasNext()).isTrue();
                assertThat(values.hasNext()).isTrue();
                assertThat(values.next()).isEqualTo(0);
                assertThat(values.next()).isEqualTo(1);
                assertThat(values.next()).isEqualTo(2);
                assertThat(values.hasNext()).isFalse();
                assertThat(values.hasNext()).isFalse();
                assertThatThrownBy(values::next).isInstanceOf(NoSuchElementException.class);
            }
        });
    }

    @Test
    void E06_aForeignThreadIsRefused() {
        run(() -> {
            try (AsyncIterator<Integer> values = each(Flowable.range(0, 3))) {
                var foreign = Watched.thread(Thread.ofVirtual(), values::hasNext);
                assertThat(foreign.failure()).isInstanceOf(IllegalStateException.class);
                assertThat(values.next()).isEqualTo(0);
            }
        });
    }

    // --- E8

    @Test
    void E08_aPendingCancellationComesBeforeQueuedValuesWhichAreDiscarded() {
        var go = new CountDownLatch(1);
        var queued = new CountDownLatch(1);
        var iterating = Watched.coroutine(() -> {
            try (AsyncIterator<Integer> values = each(probed(Flowable.range(0, 100)), 4)) {
                queued.countDown();
                Latches.awaitUninterruptibly(go);
                return values.next();
            }
        });
        Latches.await(queued);
        iterating.cancel();
        go.countDown();
        assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(0, 1, 2, 3);
        assertThat(cancels).hasValue(1);
    }

    @Test
    void E08_aCancelledCoroutineDoesNotSubscribe() {
        var go = new CountDownLatch(1);
        var iterating = Watched.coroutine(() -> {
            Latches.awaitUninterruptibly(go);
            return each(probed(Flowable.range(0, 3)));
        });
        iterating.cancel();
        go.countDown();
        assertThat(iterating.failure()).isInstanceOf(CancelledException.class);
        assertThat(subscriptions).hasValue(0);
    }

    // --- E9

    @Test
    void E09_aMillionValuesOfASynchronousSourceUseAConstantStack() {
        long sum = run(() -> {
            long all = 0;
            try (AsyncIterator<Integer> values = each(Flowable.range(0, 1_000_000))) {
                for (int value : values) all += value;
            }
            return all;
        });
        assertThat(sum).isEqualTo(499_999_500_000L);
    }

    // --- E10

    @Test
    void E10_twoIteratorsAreTwoSubscriptions() {
        run(() -> {
            Flowable<Integer> source = probed(Flowable.range(0, 3));
            try (AsyncIterator<Integer> first = each(source);
                    AsyncIterator<Integer> second = each(source)) {
                assertThat(first.next()).isEqualTo(0);
                assertThat(first.next()).isEqualTo(1);
                assertThat(second.next()).isEqualTo(0);
            }
        });
        assertThat(subscriptions).hasValue(2);
    }

    // --- what an iteration shares with an await

    @Test
    void A24_aNonBlockingThreadIsRefusedBeforeAnythingIsSubscribedTo() {
        Completable.fromAction(() -> each(probed(Flowable.range(0, 3))))
                .subscribeOn(Schedulers.computation())
                .test()
                .awaitDone(Watched.SECONDS, TimeUnit.SECONDS)
                .assertError(e ->
                        e instanceof IllegalStateException && e.getMessage().contains("each"));
        assertThat(subscriptions).hasValue(0);
    }

    @Test
    void awaitsInsideTheLoopKeepTheDemandBounded() {
        var produced = new AtomicInteger();
        run(() -> {
            try (AsyncIterator<Integer> values =
                    each(Flowable.range(0, 100).hide().doOnNext(n -> produced.incrementAndGet()), 4)) {
                int taken = 0;
                for (int value : values) {
                    await(Single.just(value).delay(1, TimeUnit.MICROSECONDS));
                    assertThat(produced.get() - ++taken).isLessThanOrEqualTo(4);
                }
            }
        });
        assertThat(produced).hasValue(100);
    }

    @Test
    void G13_aSourceThatKeepsItsSubscriberDoesNotKeepTheContext() {
        var source = new RxProbe<String>();
        var weak = new AtomicReference<WeakReference<Object>>();
        var iterating = Watched.coroutine(() -> {
            var big = new byte[1000];
            weak.set(new WeakReference<>(big));
            return Async.withContext("big", big, () -> collect(source.flowable(), 1));
        });
        iterating.parked();
        source.next("value");
        source.complete();
        iterating.joined();
        until("collected", () -> {
            System.gc();
            return weak.get().refersTo(null);
        });
        assertThat(source.subscriber()).isNotNull();
    }

    // --- collect

    @Test
    void collectGivesAllOrTellsThatThereAreMore() {
        assertThat(run(() -> collect(Flowable.range(0, 3), 3))).containsExactly(0, 1, 2);
        assertThat(run(() -> collect(Flowable.<Integer>empty(), 0))).isEmpty();
        assertThatThrownBy(() -> run(() -> collect(probed(Flowable.range(0, 100)), 2)))
                .isInstanceOf(TooManyValuesException.class);
        assertThat(cancels).hasValue(1);
        assertThat(hooks.discarded)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 32).boxed().map(Object.class::cast).toList());
    }

    @Test
    void collectedValuesAreDiscardedWhenTheSourceFails() {
        var failure = new IllegalStateException("after three");
        assertThatThrownBy(() -> run(() -> collect(Flowable.range(0, 3).concatWith(Flowable.error(failure)), 100)))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly(0, 1, 2);
    }

    @Test
    void collectedValuesAreDiscardedByACancellation() {
        var source = new RxProbe<Integer>();
        var collecting = Watched.coroutine(() -> collect(source.flowable(), 100));
        collecting.parked();
        source.next(1);
        source.next(2);
        until("parked again", () -> collecting.thread().getState() == Thread.State.WAITING);
        collecting.cancel();
        assertThat(collecting.failure()).isInstanceOf(CancelledException.class);
        collecting.joined();
        assertThat(hooks.discarded).containsExactlyInAnyOrder(1, 2);
        assertThat(source.cancels).hasValue(1);
    }

    @Test
    void whatLivesOnlyAsLongAsItsSignalIsMappedBeforeTheLoop() {
        Flowable<AtomicBoolean> released = Flowable.create(
                emitter -> {
                    for (int n = 0; n < 3; n++) {
                        var message = new AtomicBoolean();
                        emitter.onNext(message);
                        message.set(true);
                    }
                    emitter.onComplete();
                },
                BackpressureStrategy.ERROR);
        assertThat(run(() -> collect(released.map(AtomicBoolean::get), 3))).containsExactly(false, false, false);
        assertThat(run(() -> collect(released, 3))).allMatch(AtomicBoolean::get);
    }
}
