package dev.weft.testing.streams;

import static dev.weft.Async.run;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncIterator;
import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.OverflowException;
import dev.weft.TooManyValuesException;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;

/**
 * Rows E over a library's stream: {@code each} and {@code collect}; a subclass makes the stream and adds what is
 * specific to it.
 */
public abstract class IterationRules implements Library {
    protected WatchedHooks hooks;
    private final List<Long> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger cancels = new AtomicInteger();
    protected final AtomicInteger subscriptions = new AtomicInteger();

    @BeforeEach
    void openHooks() {
        hooks = hooks();
    }

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** A stream whose requests and cancels are recorded. */
    protected final <T> Publisher<T> probed(Publisher<T> source) {
        return watched(source, subscriptions::incrementAndGet, requests::add, cancels::incrementAndGet);
    }

    protected abstract Publisher<Integer> range(int count);

    /** A stream of the library that calls back when it is subscribed to, requested from and cancelled. */
    protected abstract <T> Publisher<T> watched(
            Publisher<T> source, Runnable onSubscribe, LongConsumer onRequest, Runnable onCancel);

    protected abstract <T> Publisher<T> onNext(Publisher<T> source, Runnable action);

    /** The values on another thread of the library. */
    protected abstract <T> Publisher<T> elsewhere(Publisher<T> source);

    /** The values, and then a failure. */
    protected abstract <T> Publisher<T> failing(Publisher<T> source, Throwable failure);

    protected abstract <T> AsyncIterator<T> each(Publisher<T> source);

    protected abstract <T> AsyncIterator<T> each(Publisher<T> source, int prefetch);

    protected abstract <T> List<T> collect(Publisher<T> source, int max);

    /** Awaits a value that another thread signals. */
    protected abstract <T> T awaitLater(T value);

    private <T> Watched<List<T>> collecting(Publisher<T> source, int prefetch) {
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
            try (AsyncIterator<Integer> values = each(probed(range(100)))) {
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
            try (AsyncIterator<Integer> values = each(probed(range(10)), 1)) {
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
                    each(onNext(probed(range(200)), produced::incrementAndGet), prefetch)) {
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
        var collecting =
                collecting(watched(elsewhere(range(500)), () -> {}, n -> by.add(Thread.currentThread()), () -> {}), 8);
        assertThat(collecting.value()).hasSize(500);
        assertThat(by).containsOnly(collecting.thread());
    }

    // --- E2

    @Test
    void E02_valuesThatArrivedBeforeAnErrorAreSeenFirst() {
        for (Throwable failure : List.of(new IllegalStateException("after three"), new IOException("after three"))) {
            var seen = new ArrayList<Integer>();
            assertThatThrownBy(() -> run(() -> {
                        try (AsyncIterator<Integer> values = each(failing(range(3), failure))) {
                            for (int value : values) seen.add(value);
                        }
                    }))
                    .satisfies(e -> assertThat(e instanceof AwaitException ? e.getCause() : e)
                            .isSameAs(failure));
            assertThat(seen).containsExactly(0, 1, 2);
        }
    }

    @RepeatedTest(20)
    void E02_theOrderIsThatOfTheSourceAlsoFromAnotherThread() {
        assertThat(collecting(elsewhere(range(1000)), 16).value())
                .isEqualTo(IntStream.range(0, 1000).boxed().toList());
    }

    // --- E3, E7

    @Test
    void E03_leavingEarlyCancelsOnceAndDiscardsWhatWasQueued() {
        run(() -> {
            try (AsyncIterator<Integer> values = each(probed(range(100)), 4)) {
                for (int value : values) if (value == 1) break;
            }
        });
        assertThat(cancels).hasValue(1);
        assertThat(hooks.discarded).containsExactly(2, 3);
    }

    @Test
    void E03_anIteratorThatNobodyClosedIsClosedWithItsScope() {
        run(() -> {
            run(() -> assertThat(each(probed(range(100)), 4).next()).isEqualTo(0));
            assertThat(cancels).as("closed with the inner scope").hasValue(1);
        });
        assertThat(hooks.discarded).containsExactly(1, 2, 3);
    }

    @Test
    void E03_aSourceThatHasEndedIsNotCancelled() {
        run(() -> {
            try (AsyncIterator<Integer> values = each(probed(range(3)), 8)) {
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
        var probe = new Probe<Integer>(p -> {
                    p.subscription();
                    p.next(1);
                })
                .onCancel(() -> {
                    throw fromCancel;
                });
        assertThatThrownBy(() -> run(() -> {
                    try (AsyncIterator<Integer> values = each(probe, 4)) {
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
        var source = new Probe<Integer>();
        var again = new AtomicReference<Throwable>();
        var iterating = Watched.coroutine(() -> {
            AsyncIterator<Integer> values = each(source, 4);
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
        var source = new Probe<Integer>();
        var calls = new AtomicInteger();
        var iterating = Watched.thread(Thread.ofPlatform(), () -> {
            AsyncIterator<Integer> values = each(source, 4);
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
        var source = new Probe<Integer>();
        var seen = new CopyOnWriteArrayList<Integer>();
        var subscribed = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var iterating = Watched.coroutine(() -> {
            try (AsyncIterator<Integer> values = each(source, 2)) {
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
            try (AsyncIterator<Integer> values = each(range(3), 1)) {
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
            try (AsyncIterator<Integer> values = each(range(3))) {
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
            try (AsyncIterator<Integer> values = each(probed(range(100)), 4)) {
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
            return each(probed(range(3)));
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
            try (AsyncIterator<Integer> values = each(range(1_000_000))) {
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
            Publisher<Integer> source = probed(range(3));
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
    void awaitsInsideTheLoopKeepTheDemandBounded() {
        var produced = new AtomicInteger();
        run(() -> {
            try (AsyncIterator<Integer> values = each(onNext(range(100), produced::incrementAndGet), 4)) {
                int taken = 0;
                for (int value : values) {
                    awaitLater(value);
                    assertThat(produced.get() - ++taken).isLessThanOrEqualTo(4);
                }
            }
        });
        assertThat(produced).hasValue(100);
    }

    // --- collect

    @Test
    void collectGivesAllOrTellsThatThereAreMore() {
        assertThat(run(() -> collect(range(3), 3))).containsExactly(0, 1, 2);
        assertThat(run(() -> collect(range(0), 0))).isEmpty();
        assertThatThrownBy(() -> run(() -> collect(probed(range(100)), 2))).isInstanceOf(TooManyValuesException.class);
        assertThat(cancels).hasValue(1);
        assertThat(hooks.discarded)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 32).boxed().map(Object.class::cast).toList());
    }

    @Test
    void collectedValuesAreDiscardedWhenTheSourceFails() {
        var failure = new IllegalStateException("after three");
        assertThatThrownBy(() -> run(() -> collect(failing(range(3), failure), 100)))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly(0, 1, 2);
    }

    @Test
    void collectedValuesAreDiscardedByACancellation() {
        var source = new Probe<Integer>();
        var collecting = Watched.coroutine(() -> collect(source, 100));
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
}
