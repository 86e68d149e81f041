package dev.weft;

import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Timer;
import dev.weft.testing.Latches;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The operators that others have too: threads, dispatchers, demand and the clock. What they emit is in the programs of
 * the kit.
 */
class OperatorsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static <T> Sink<T> requesting(long count, AsyncStream<T> stream) {
        return new Sink<T>().onSubscribe(s -> s.request(count)).to(stream);
    }

    private static <T> Sink<T> none(AsyncStream<T> stream) {
        return new Sink<T>().to(stream);
    }

    /** What was found by reading: several coroutines, a shield and a subscriber that leaves inside {@code onNext}. */
    @Nested
    class Waits {
        @Test
        void theSecondStreamOfZipMayBeEmittedBySeveralCoroutines() {
            AsyncStream<String> merged = AsyncStream.from(List.of("a", "b")).merge(AsyncStream.from(List.of("c", "d")));
            for (int round = 0; round < 50; round++) {
                assertThat(AsyncStream.from(List.of(1, 2, 3, 4))
                                .zip(merged, (n, letter) -> letter)
                                .collect(9))
                        .containsExactlyInAnyOrder("a", "b", "c", "d");
                assertThat(AsyncStream.from(List.of(1, 2, 3, 4))
                                .zip(AsyncStream.from(List.of(1, 2)).flatMap(2, n -> merged), (n, letter) -> n)
                                .collect(9))
                        .containsExactly(1, 2, 3, 4);
            }
        }

        @Test
        void aShieldInTheSecondStreamOfZipDoesNotOutliveTheFirst() {
            AsyncStream<String> shielded = Async.stream(out -> Async.shielded(() -> {
                out.emit("a");
                out.emit("b");
            }));
            assertThat(AsyncStream.from(List.of(1))
                            .zip(shielded, (n, letter) -> letter)
                            .collect(9))
                    .containsExactly("a");
        }

        @Test
        void aStreamThatHasEnoughHidesNoCancellationFromTheCodeAround() {
            var left = new CountDownLatch(1);
            AsyncStream<Integer> blocking = Async.stream(out -> {
                try {
                    out.emit(1);
                    new SynchronousQueue<Integer>().take();
                } finally {
                    left.countDown();
                }
            });
            long swallowed = EngineCounter.CANCEL_SWALLOWED.sum();
            blocking.concatMap(n -> AsyncStream.from(List.of(1, 2, 3)).take(1)).subscribe(new LeavingAtOnce());
            Latches.await(left);
            var sink = new LeavingAtOnce();
            AsyncStream.from(List.of(1, 2, 3))
                    .take(1)
                    .onCompletion(end -> sink.over.countDown())
                    .subscribe(sink);
            Latches.await(sink.over);
            assertThat(EngineCounter.CANCEL_SWALLOWED.sum()).isEqualTo(swallowed);
        }
    }

    private static final class LeavingAtOnce implements Flow.Subscriber<Integer> {
        final CountDownLatch over = new CountDownLatch(1);
        private Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription to) {
            subscription = to;
            to.request(9);
        }

        @Override
        public void onNext(Integer value) {
            subscription.cancel();
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    @Nested
    class Threads {
        @Test
        void streamsThatFollowEachOtherRunInTheCoroutineOfTheSubscriber() {
            var threads = ConcurrentHashMap.<Thread>newKeySet();
            AsyncStream<Integer> source = Async.stream(out -> {
                threads.add(Thread.currentThread());
                out.emit(1);
                out.emit(2);
            });
            var sink = requesting(9, source.concatMap(n -> source.map(inner -> n * 10 + inner)));
            assertThat(sink.ended().values).containsExactly(11, 12, 21, 22);
            assertThat(threads).containsExactly(sink.task().thread());
        }

        @Test
        void aStreamInsideWithADispatcherOfItsOwnRunsThere() {
            assumeTrue(CoroutineOptions.missing() == null);
            var loop = Executors.newSingleThreadExecutor(task -> new Thread(task, "loop"));
            try {
                AsyncStream<String> inside =
                        Async.<String>stream(out -> out.emit(carrier())).on(Dispatcher.on(loop));
                AsyncStream<Integer> two = AsyncStream.from(List.of(1, 2));
                assertThat(two.concatMap(n -> inside).collect(2)).containsExactly("loop", "loop");
                assertThat(two.flatMap(2, n -> inside).collect(2)).containsExactly("loop", "loop");
                assertThat(two.zip(inside, (n, name) -> name).collect(1)).containsExactly("loop");
                assertThat(two.take(1).flatMapLatest(n -> inside).collect(1)).containsExactly("loop");
            } finally {
                loop.shutdown();
            }
        }

        /** As for all operators: a dispatcher that is said after them is that of the source too. */
        @Test
        void theSourceOfABufferRunsWhereItIsSaidAfterIt() {
            assumeTrue(CoroutineOptions.missing() == null);
            var loop = Executors.newSingleThreadExecutor(task -> new Thread(task, "loop"));
            try {
                AsyncStream<String> names = Async.stream(out -> out.emit(carrier()));
                Dispatcher there = Dispatcher.on(loop);
                assertThat(names.buffer(Overflow.suspend()).on(there).first()).isEqualTo("loop");
                assertThat(names.debounce(SECOND).on(there).first()).isEqualTo("loop");
                assertThat(names.sample(SECOND).on(there).first()).isEqualTo("loop");
            } finally {
                loop.shutdown();
            }
        }

        private static String carrier() {
            String name = Thread.currentThread().toString();
            return name.substring(name.lastIndexOf('@') + 1);
        }
    }

    @Nested
    class Demand {
        @Test
        void theEndNeedsNone() {
            AsyncStream<Integer> empty = Async.stream(out -> {});
            AsyncStream<Integer> one = AsyncStream.from(List.of(1));
            for (AsyncStream<Integer> ended : List.of(
                    empty.zip(one, (a, b) -> a),
                    one.zip(empty, (a, b) -> a),
                    one.combineLatest(empty, (a, b) -> a),
                    empty.mapLatest(n -> n),
                    empty.debounce(SECOND),
                    empty.sample(SECOND),
                    empty.buffer(Overflow.suspend())))
                assertThat(none(ended).ended().completed).isTrue();
        }

        @Test
        void aValueOfDebounceThatWaitsForItIsReplacedByANewerOne() {
            var backend = new ManualBackend();
            var next = new CountDownLatch(1);
            AsyncStream<String> source = Async.stream(out -> {
                out.emit("old");
                Latches.awaitUninterruptibly(next);
                out.emit("new");
                Async.await(new CompletableFuture<>());
            });
            var sink = Async.withBackend(backend, () -> none(source.debounce(SECOND)));
            backend.awaitTimers(1);
            backend.advance(SECOND); // the old one is due
            sink.parked();
            next.countDown();
            backend.awaitTimers(1);
            sink.request(1);
            backend.advance(SECOND.minusNanos(1));
            sink.parked();
            assertThat(sink.values).isEmpty();
            backend.advance(Duration.ofNanos(1));
            until("the new one", () -> sink.values.equals(List.of("new")));
            assertThat(backend.discarded()).containsExactly("old");
            sink.cancel();
            sink.joined();
            assertThat(backend.timers()).isZero();
        }
    }

    @Nested
    class Clock {
        /** A timer that is just running its action cannot take it back. */
        @Test
        void theTimeOfAValueThatHasBeenReplacedMakesNoOtherDue() {
            List<Runnable> actions = new CopyOnWriteArrayList<>();
            var backend = new ManualBackend() {
                @Override
                public Timer timer() {
                    return (nanos, action) -> {
                        actions.add(action);
                        return () -> {};
                    };
                }
            };
            var next = new CountDownLatch(1);
            AsyncStream<String> source = Async.stream(out -> {
                out.emit("old");
                Latches.awaitUninterruptibly(next);
                out.emit("new");
                Async.await(new CompletableFuture<>());
            });
            var sink = Async.withBackend(backend, () -> requesting(9, source.debounce(SECOND)));
            until("one timer", () -> actions.size() == 1);
            next.countDown();
            until("two timers", () -> actions.size() == 2);
            actions.get(0).run();
            sink.parked();
            assertThat(sink.values).isEmpty();
            actions.get(1).run();
            until("the new one", () -> sink.values.equals(List.of("new")));
            sink.cancel();
            sink.joined();
        }

        @Test
        void sampleCountsItsPeriodsFromTheSubscription() {
            var backend = new ManualBackend();
            var emitted = new AtomicInteger();
            var next = List.of(new CountDownLatch(1), new CountDownLatch(1));
            AsyncStream<Integer> source = Async.stream(out -> {
                for (int n = 0; n < 2; n++) {
                    Latches.awaitUninterruptibly(next.get(n));
                    out.emit(n);
                    emitted.incrementAndGet();
                }
                Async.await(new CompletableFuture<>());
            });
            var sink = Async.withBackend(backend, () -> requesting(9, source.sample(SECOND)));
            backend.awaitTimers(1);
            backend.advance(SECOND); // nothing has come
            backend.awaitTimers(1);
            next.get(0).countDown();
            next.get(1).countDown();
            until("both", () -> emitted.get() == 2);
            backend.advance(SECOND.minusNanos(1));
            sink.parked();
            assertThat(sink.values).isEmpty();
            backend.advance(Duration.ofNanos(1));
            until("the newer one", () -> sink.values.equals(List.of(1)));
            sink.cancel();
            sink.joined();
            assertThat(backend.timers()).isZero();
        }
    }

    @Nested
    class Failures {
        /** Nobody takes what is held, so nobody sees the failure that follows it. */
        @Test
        void aFailureBehindHeldValuesIsDroppedWhenTheSubscriberLeaves() {
            var failure = new IOException("broken");
            var thread = new AtomicReference<Thread>();
            AsyncStream<Integer> source = Async.stream(out -> {
                thread.set(Thread.currentThread());
                out.emit(1);
                throw failure;
            });
            var sink = none(source.buffer(Overflow.suspend()));
            until("failed", () -> thread.get() != null && !thread.get().isAlive());
            sink.cancel();
            sink.joined();
            assertThat(hooks.discarded).containsExactly(1);
            assertThat(hooks.dropped).containsExactly(failure);
        }

        @Test
        void badArgumentsAreRefused() {
            AsyncStream<Integer> one = AsyncStream.from(List.of(1));
            assertThatThrownBy(() -> one.skip(-1)).hasMessage("count must not be negative, is -1");
            assertThatThrownBy(() -> one.flatMap(0, n -> one)).hasMessage("concurrency must be at least 1, is 0");
            assertThatThrownBy(() -> one.sample(SECOND.negated())).hasMessage("period must be positive, is PT-1S");
        }
    }
}
