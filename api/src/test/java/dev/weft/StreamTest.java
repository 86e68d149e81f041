package dev.weft;

import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.testing.Latches;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * The operators of {@link AsyncStream}: what they emit, what they request, and how they treat failures and
 * cancellation.
 */
class StreamTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final HookLog hooks = new HookLog();
    private final AtomicInteger produced = new AtomicInteger();
    private final CountDownLatch unwound = new CountDownLatch(1);

    /** 0, 1, 2, … and a count of what was produced. */
    private final AsyncStream<Integer> numbers = Async.stream(out -> {
        try {
            for (int n = 0; ; n++) {
                produced.incrementAndGet();
                out.emit(n);
            }
        } finally {
            unwound.countDown();
        }
    });

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static AsyncStream<Integer> range(int count) {
        return AsyncStream.from(IntStream.range(0, count).boxed().toList());
    }

    private static <T> Sink<T> all(AsyncStream<T> stream) {
        return new Sink<T>().onSubscribe(s -> s.request(Long.MAX_VALUE)).to(stream);
    }

    private static <T> Sink<T> none(AsyncStream<T> stream) {
        return new Sink<T>().to(stream);
    }

    @Nested
    class ValueForValue {
        @Test
        void operatorsRunInTheCoroutineOfTheirSubscriber() {
            var threads = ConcurrentHashMap.<Thread>newKeySet();
            AsyncStream<Integer> source = Async.stream(out -> {
                threads.add(Thread.currentThread());
                for (int n = 0; n < 9; n++) out.emit(n);
            });
            var sink = all(source.map(n -> {
                                threads.add(Thread.currentThread());
                                return n * 2;
                            })
                            .filter(n -> n % 4 == 0)
                            .take(3))
                    .ended();
            assertThat(sink.values).containsExactly(0, 4, 8);
            assertThat(threads).containsExactly(sink.task().thread());
        }

        @Test
        void aValueIsMadeWhenItIsAskedFor() {
            var sink = none(numbers.map(n -> n).filter(n -> n % 2 == 1)).parked();
            assertThat(produced).hasValue(1); // 0 waits
            sink.request(1);
            until("the next to wait", () -> produced.get() == 3); // 0 has not passed, and 1 has
            sink.parked();
            assertThat(sink.values).containsExactly(1);
            sink.cancel();
            sink.joined();
            assertThat(hooks.discarded).containsExactly(2);
        }

        @Test
        void takeAsksForNoMoreThanItTakes() {
            var sink = all(numbers.take(3)).ended();
            assertThat(sink.values).containsExactly(0, 1, 2);
            assertThat(sink.completed).isTrue();
            assertThat(produced).hasValueLessThanOrEqualTo(4); // made, and refused at the emit
            assertThat(unwound.getCount()).isZero();
        }

        @Test
        void takeLetsTheLastEmitReturn() {
            var returned = new AtomicInteger();
            AsyncStream<Integer> source = Async.stream(out -> {
                out.emit(1);
                returned.incrementAndGet();
                out.emit(2);
                returned.incrementAndGet();
                Async.checkpoint();
                returned.incrementAndGet();
            });
            assertThat(all(source.take(2)).ended().completed).isTrue();
            assertThat(returned).hasValue(2);
        }

        @Test
        void takeOfNoneDoesNotStartTheStream() {
            var sink = all(numbers.take(0)).ended();
            assertThat(sink.completed).isTrue();
            assertThat(produced).hasValue(0);
        }

        @Test
        void takeEndsWhenTheStreamIsShorter() {
            assertThat(range(2).take(5).collect(9)).containsExactly(0, 1);
            assertThat(range(5).take(5).collect(9)).containsExactly(0, 1, 2, 3, 4);
        }

        @Test
        void takeWaitsForTheCleanUpOfTheGenerator() {
            var cleaned = new AtomicBoolean();
            AsyncStream<Integer> source = Async.stream(out -> {
                try {
                    out.emit(1);
                    Async.delay(Duration.ofDays(1));
                } finally {
                    Async.shielded(() -> Async.delay(Duration.ofMillis(1)));
                    cleaned.set(true);
                }
            });
            var seen = new AtomicReference<Boolean>();
            all(source.take(1)).onEnd(() -> seen.set(cleaned.get())).ended();
            assertThat(source.take(1).collect(9)).containsExactly(1);
            assertThat(cleaned).isTrue();
        }

        @Test
        void takeIsOverInsideAShieldToo() {
            AsyncStream<Integer> source = Async.stream(out -> {
                try {
                    for (int n = 0; ; n++) out.emit(n);
                } finally {
                    Async.shielded(() -> out.emit(99));
                }
            });
            var sink = all(source.take(2)).ended();
            assertThat(sink.values).containsExactly(0, 1);
            assertThat(sink.completed).isTrue();
            assertThat(hooks.discarded).containsExactly(2, 99);
        }

        @Test
        void aFailureBehindWhatWasTakenIsDropped() {
            var failure = new IllegalStateException("in finally");
            AsyncStream<Integer> source = Async.stream(out -> {
                try {
                    for (int n = 0; ; n++) out.emit(n);
                } finally {
                    throwIt(failure);
                }
            });
            assertThat(all(source.take(2)).ended().completed).isTrue();
            assertThat(hooks.dropped).containsExactly(failure);
        }

        private static void throwIt(RuntimeException failure) {
            throw failure;
        }

        @Test
        void aGeneratorThatIgnoresTheEndOfTakeCannotEmitAnyMore() {
            var refused = new AtomicInteger();
            AsyncStream<Integer> source = Async.stream(out -> {
                for (int n = 0; n < 5; n++) {
                    try {
                        out.emit(n);
                    } catch (CancelledException cancelled) {
                        refused.incrementAndGet();
                    }
                }
            });
            var sink = all(source.take(2)).ended();
            assertThat(sink.values).containsExactly(0, 1);
            assertThat(sink.completed).isTrue();
            assertThat(refused).hasValue(3);
        }
    }

    @Nested
    class Failing {
        @Test
        void theFailureOfAFunctionIsTheStreamsAndNotTheGenerators() {
            var failure = new IllegalStateException("at 2");
            var seen = new AtomicReference<Throwable>();
            AsyncStream<Integer> source = Async.stream(out -> {
                try {
                    for (int n = 0; ; n++) out.emit(n);
                } catch (RuntimeException thrown) {
                    seen.set(thrown);
                    throw thrown;
                }
            });
            var sink = all(source.map(n -> {
                        if (n == 2) throw failure;
                        return n;
                    }))
                    .ended();
            assertThat(sink.values).containsExactly(0, 1);
            assertThat(sink.failure).isSameAs(failure);
            assertThat(seen.get()).isInstanceOf(CancelledException.class);
        }

        @Test
        void aGeneratorCannotSwallowTheFailureDownstream() {
            var failure = new IllegalStateException("downstream");
            AsyncStream<Integer> source = Async.stream(out -> {
                try {
                    out.emit(1);
                } catch (RuntimeException swallowed) {
                    // and returns
                }
            });
            assertThat(all(source.map(n -> {
                                throw failure;
                            }))
                            .ended()
                            .failure)
                    .isSameAs(failure);
        }

        @Test
        void aCheckedFailureOfTheGeneratorKeepsItsIdentity() {
            var failure = new IOException("broken");
            AsyncStream<Integer> source = Async.stream(out -> {
                out.emit(1);
                throw failure;
            });
            var sink = all(source.map(n -> n).filter(n -> true).take(9)).ended();
            assertThat(sink.values).containsExactly(1);
            assertThat(sink.failure).isSameAs(failure);
        }

        @Test
        void aTimeoutAroundTheEmitIsTheGeneratorsOwn() {
            var backend = new ManualBackend();
            var trail = new CopyOnWriteArrayList<Object>();
            AsyncStream<Integer> source = Async.stream(out -> {
                try {
                    Async.withTimeout(SECOND, () -> out.emit(1));
                } catch (TimeoutException tooLong) {
                    trail.add("nobody asked");
                }
                out.emit(2);
            });
            var sink = Async.withBackend(backend, () -> none(source.map(n -> n)));
            backend.awaitTimers(1);
            sink.parked();
            backend.advance(SECOND);
            until("the timeout", () -> !trail.isEmpty());
            sink.request(1);
            assertThat(sink.ended().values).containsExactly(2);
            assertThat(sink.completed).isTrue();
            assertThat(backend.discarded()).containsExactly(1);
        }

        @Test
        void aValueThatCannotBeDeliveredIsDiscarded() {
            var sink = none(numbers.map(n -> "number " + n)).parked();
            sink.cancel();
            sink.joined();
            assertThat(hooks.discarded).containsExactly(0);
            assertThat(unwound.getCount()).isZero();
        }

        @Test
        void aValueThatComesBehindTheCancellationIsDiscarded() {
            AsyncStream<Integer> source = Async.stream(out -> {
                for (int n = 0; n < 3; n++) {
                    try {
                        out.emit(n);
                    } catch (CancelledException cancelled) {
                        produced.incrementAndGet();
                    }
                }
            });
            var sink = new Sink<Integer>();
            sink.onSubscribe(s -> s.request(9)).onNext(n -> sink.cancel()).to(source.map(n -> n));
            sink.joined();
            assertThat(sink.values).containsExactly(0);
            assertThat(produced).hasValue(2);
            assertThat(hooks.discarded).containsExactly(1, 2);
        }

        @Test
        void nullIsRefusedAndTheStreamStaysAlive() {
            AsyncStream<Integer> source = Async.stream(out -> {
                assertThatThrownBy(() -> out.emit(null)).isInstanceOf(NullPointerException.class);
                out.emit(1);
            });
            assertThat(all(source.map(n -> n)).ended().values).containsExactly(1);
        }

        @Test
        void emittingFromElsewhereIsRefusedThroughOperatorsToo() {
            var refused = new AtomicReference<Throwable>();
            AsyncStream<Integer> source = Async.stream(out -> {
                Async.async(() -> {
                            try {
                                out.emit(1);
                            } catch (IllegalStateException elsewhere) {
                                refused.set(elsewhere);
                            }
                        })
                        .await();
                out.emit(2);
            });
            assertThat(all(source.map(n -> n)).ended().values).containsExactly(2);
            assertThat(refused.get()).hasMessageContaining("outside the generator");
        }
    }

    @Nested
    class Concurrently {
        @Test
        void mapConcurrentKeepsTheOrderAndTheBound() {
            var gates = List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));
            var running = new AtomicInteger();
            var sink = all(numbers.take(3).mapConcurrent(3, n -> {
                running.incrementAndGet();
                Latches.awaitUninterruptibly(gates.get(n));
                return n;
            }));
            until("three to run", () -> running.get() == 3);
            gates.get(2).countDown();
            gates.get(1).countDown();
            assertThat(sink.values).isEmpty();
            gates.get(0).countDown();
            assertThat(sink.ended().values).containsExactly(0, 1, 2);
            assertThat(sink.completed).isTrue();
        }

        @Test
        void mapConcurrentEmitsAResultWithoutWaitingForTheNextValue() {
            var more = new CountDownLatch(1);
            AsyncStream<Integer> slow = Async.stream(out -> {
                out.emit(1);
                Latches.awaitUninterruptibly(more);
                out.emit(2);
            });
            var sink = all(slow.mapConcurrent(4, n -> n * 10));
            until("the first result", () -> sink.values.equals(List.of(10)));
            more.countDown();
            assertThat(sink.ended().values).containsExactly(10, 20);
        }

        @Test
        void mapConcurrentAsksForAsManyAsMayRun() {
            var running = new AtomicInteger();
            var gate = new CountDownLatch(1);
            var sink = all(numbers.take(10).mapConcurrent(3, n -> {
                running.incrementAndGet();
                Latches.awaitUninterruptibly(gate);
                return n;
            }));
            until("three to run", () -> running.get() == 3);
            sink.parked();
            assertThat(produced).hasValue(3);
            gate.countDown();
            assertThat(sink.ended().values).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        }

        @Test
        void mapConcurrentHoldsResultsBackUntilTheyAreAskedFor() {
            var sink = none(numbers.mapConcurrent(2, n -> n)).parked();
            until("two to be made", () -> produced.get() == 2);
            sink.request(1);
            until("the third", () -> produced.get() == 3);
            assertThat(sink.values).containsExactly(0);
            sink.cancel();
            sink.joined();
            assertThat(hooks.discarded).containsExactlyInAnyOrder(1, 2);
        }

        @Test
        void mapConcurrentFailsBehindTheResultsBeforeTheFailure() {
            var failure = new IllegalStateException("at 1");
            var gate = new CountDownLatch(1);
            var failed = new CountDownLatch(1);
            var third = new CountDownLatch(1);
            var cut = new AtomicBoolean();
            var sink = all(range(3).mapConcurrent(3, n -> {
                if (n == 0) {
                    Latches.awaitUninterruptibly(gate);
                    return n;
                }
                if (n == 1) {
                    failed.countDown();
                    throw failure;
                }
                third.countDown();
                try {
                    Async.delay(Duration.ofDays(1));
                } catch (CancelledException cancelled) {
                    cut.set(true);
                }
                return n;
            }));
            Latches.awaitUninterruptibly(failed);
            Latches.awaitUninterruptibly(third);
            assertThat(sink.hasEnded()).isFalse();
            gate.countDown();
            sink.ended();
            assertThat(sink.values).containsExactly(0);
            assertThat(sink.failure).isSameAs(failure);
            assertThat(cut).isTrue();
        }

        @Test
        void mapConcurrentUnorderedEmitsWhatIsReady() {
            var gate = new CountDownLatch(1);
            var sink = all(range(3).mapConcurrentUnordered(3, n -> {
                if (n == 0) Latches.awaitUninterruptibly(gate);
                return n;
            }));
            until("two results", () -> sink.values.size() == 2);
            assertThat(sink.values).containsExactlyInAnyOrder(1, 2);
            gate.countDown();
            assertThat(sink.ended().values).hasSize(3).endsWith(0);
        }

        @Test
        void mapConcurrentOfOneIsOneAfterTheOther() {
            var running = new AtomicInteger();
            var sink = all(range(50).mapConcurrent(1, n -> {
                        assertThat(running.incrementAndGet()).isOne();
                        running.decrementAndGet();
                        return n;
                    }))
                    .ended();
            assertThat(sink.values).hasSize(50).isSorted();
            assertThat(sink.completed).isTrue();
        }

        @Test
        void mapConcurrentHasTheContextOfTheSubscriber() {
            Async.run(() -> Async.withContext(
                    "key",
                    "value",
                    () -> assertThat(range(2).<Object>mapConcurrent(
                                            2, n -> Async.context().get("key"))
                                    .collect(9))
                            .containsExactly("value", "value")));
        }

        @RepeatedTest(200)
        void whateverIsCancelledNoValueIsLost() {
            var applied = ConcurrentHashMap.<Integer>newKeySet();
            var sink = new Sink<Integer>();
            sink.onSubscribe(s -> s.request(7)).onNext(n -> {
                if (n == 5) sink.cancel();
            });
            AsyncStream<Integer> merged = numbers.take(40).merge(AsyncStream.from(List.of(1000, 1001, 1002)));
            sink.to(merged.mapConcurrentUnordered(4, n -> {
                applied.add(n);
                return n;
            }));
            until("the end", () -> sink.hasEnded() || !sink.task().thread().isAlive() || sink.values.size() == 7);
            sink.cancel();
            sink.joined();
            var seen = new ArrayList<Object>(sink.values);
            seen.addAll(hooks.discarded);
            assertThat(seen).doesNotHaveDuplicates().containsAll(applied);
        }
    }

    @Nested
    class Merged {
        @Test
        void mergeEmitsWhatComes() {
            var merged = range(3).merge(range(3).map(n -> 10 + n), range(3).map(n -> 20 + n));
            var sink = all(merged).ended();
            assertThat(sink.completed).isTrue();
            assertThat(sink.values).hasSize(9).containsSubsequence(0, 1, 2).containsSubsequence(10, 11, 12);
            assertThat(range(2).merge().collect(9)).containsExactly(0, 1);
        }

        @Test
        void mergedStreamsTakeTurns() {
            var threads = ConcurrentHashMap.<Thread>newKeySet();
            AsyncStream<Integer> seen = numbers.map(n -> {
                threads.add(Thread.currentThread());
                return n;
            });
            var sink = none(seen.merge(seen.map(n -> 100 + n)));
            for (int n = 0; n <= 10; n++) {
                int asked = n;
                until("value " + n, () -> sink.values.size() == asked && produced.get() == asked + 2);
                until(
                        "both to wait again",
                        () -> threads.size() == 2
                                && threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
                if (n < 10) sink.request(1);
            }
            sink.cancel();
            sink.joined();
            assertThat(sink.values.stream().filter(n -> n < 100)).hasSize(5);
            assertThat(hooks.discarded).hasSize(2);
        }

        @Test
        void theFirstFailureOfMergedStreamsCancelsTheOthers() {
            var failure = new IOException("broken");
            AsyncStream<Integer> broken = Async.stream(out -> {
                until("the other has begun", () -> produced.get() > 0);
                throw failure;
            });
            // not all: what never waits keeps the others off the only processor of a machine that has no other
            var sink = new Sink<Integer>().onSubscribe(s -> s.request(9)).to(numbers.merge(broken));
            assertThat(sink.ended().failure).isSameAs(failure);
            Latches.awaitUninterruptibly(unwound);
        }
    }

    @Nested
    class ByTheClock {
        @Test
        void chunksAreEmittedWhenTheyAreFull() {
            assertThat(range(7).chunked(3, SECOND).collect(9))
                    .containsExactly(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6));
            assertThat(range(0).chunked(3, SECOND).collect(9)).isEmpty();
        }

        @Test
        void chunksAreEmittedWhenTheirTimeIsOver() {
            var backend = new ManualBackend();
            var first = new CountDownLatch(1);
            var second = new CountDownLatch(1);
            AsyncStream<Integer> slow = Async.stream(out -> {
                out.emit(1);
                out.emit(2);
                Latches.awaitUninterruptibly(first);
                out.emit(3);
                Latches.awaitUninterruptibly(second);
            });
            var sink = Async.withBackend(backend, () -> all(slow.chunked(5, SECOND)));
            backend.awaitTimers(1);
            backend.advance(SECOND.minusNanos(1));
            assertThat(sink.values).isEmpty();
            backend.advance(Duration.ofNanos(1));
            until("the first list", () -> sink.values.equals(List.of(List.of(1, 2))));
            first.countDown();
            backend.awaitTimers(1);
            second.countDown();
            assertThat(sink.ended().values).containsExactly(List.of(1, 2), List.of(3));
            assertThat(sink.completed).isTrue();
            assertThat(backend.timers()).isZero();
        }

        @Test
        void theLastChunkComesBeforeTheFailure() {
            var failure = new IOException("broken");
            AsyncStream<Integer> source = Async.stream(out -> {
                for (int n = 0; n < 5; n++) out.emit(n);
                throw failure;
            });
            var sink = all(source.chunked(3, SECOND)).ended();
            assertThat(sink.values).containsExactly(List.of(0, 1, 2), List.of(3, 4));
            assertThat(sink.failure).isSameAs(failure);
        }

        @Test
        void aChunkThatWaitsForDemandLetsTheSourceWait() {
            var sink = none(numbers.chunked(2, SECOND)).parked();
            assertThat(produced).hasValue(2);
            sink.cancel();
            sink.joined();
            assertThat(hooks.discarded).containsExactly(List.of(0, 1));
        }

        @Test
        void valuesOfAnUnfinishedChunkAreDiscarded() {
            var never = new CountDownLatch(1);
            AsyncStream<Integer> source = Async.stream(out -> {
                out.emit(1);
                out.emit(2);
                produced.set(2);
                try {
                    Async.delay(Duration.ofDays(1));
                } finally {
                    never.countDown();
                }
            });
            var sink = all(source.chunked(3, Duration.ofDays(1)));
            until("two values", () -> produced.get() == 2);
            sink.cancel();
            sink.joined();
            assertThat(hooks.discarded).containsExactly(1, 2);
            assertThat(never.getCount()).isZero();
        }

        @Test
        void timeoutFailsWhenAValueTakesTooLong() {
            var backend = new ManualBackend();
            AsyncStream<Integer> source = Async.stream(out -> {
                out.emit(1);
                Async.delay(SECOND.multipliedBy(3));
                out.emit(2);
            });
            var sink = Async.withBackend(backend, () -> all(source.timeout(SECOND.multipliedBy(2))));
            backend.awaitTimers(2);
            backend.advance(SECOND.multipliedBy(2));
            sink.ended();
            assertThat(sink.values).containsExactly(1);
            assertThat(sink.failure).isInstanceOf(TimeoutException.class);
            assertThat(backend.timers()).isZero();
        }

        @Test
        void timeoutDoesNotRunWhileNothingIsAskedFor() {
            var backend = new ManualBackend();
            var sink = Async.withBackend(backend, () -> none(numbers.timeout(SECOND)));
            until("the first value", () -> produced.get() == 1);
            sink.parked();
            assertThat(backend.timers()).isZero();
            backend.advance(SECOND.multipliedBy(10));
            sink.request(1);
            until("the next value", () -> sink.values.size() == 1 && produced.get() == 2);
            assertThat(sink.hasEnded()).isFalse();
            sink.cancel();
            sink.joined();
        }

        @Test
        void retryBeginsAnew() {
            var attempts = new AtomicInteger();
            AsyncStream<Integer> source = Async.stream(out -> {
                out.emit(attempts.incrementAndGet());
                if (attempts.get() < 3) throw new IOException("attempt " + attempts);
            });
            var sink = all(source.retry(2)).ended();
            assertThat(sink.values).containsExactly(1, 2, 3);
            assertThat(sink.completed).isTrue();
            attempts.set(0);
            assertThat(all(source.retry(1)).ended().failure).hasMessage("attempt 2");
            attempts.set(0);
            assertThat(all(source.retry(0)).ended().failure).hasMessage("attempt 1");
        }

        @Test
        void retryPausesOnTheClock() {
            var backend = new ManualBackend();
            var attempts = new AtomicInteger();
            AsyncStream<Integer> source = Async.stream(out -> {
                if (attempts.incrementAndGet() < 2) throw new IOException("first");
                out.emit(7);
            });
            var sink = Async.withBackend(backend, () -> all(source.retry(5, SECOND)));
            backend.awaitTimers(1);
            assertThat(attempts).hasValue(1);
            backend.advance(SECOND);
            assertThat(sink.ended().values).containsExactly(7);
        }

        @Test
        void retryDoesNotBeginAnewWhenItIsCancelled() {
            var attempts = new AtomicInteger();
            AsyncStream<Integer> source = Async.stream(out -> {
                attempts.incrementAndGet();
                out.emit(1);
                Async.delay(Duration.ofDays(1));
            });
            var sink = all(source.retry(5));
            until("the first value", () -> sink.values.size() == 1);
            sink.cancel();
            sink.joined();
            assertThat(attempts).hasValue(1);
        }

        @Test
        void retryDoesNotRepeatWhatFailedDownstream() {
            var attempts = new AtomicInteger();
            AsyncStream<Integer> source = Async.stream(out -> {
                attempts.incrementAndGet();
                out.emit(1);
            });
            var failure = new IllegalStateException("downstream");
            var sink = all(source.retry(5).map(n -> {
                        throw failure;
                    }))
                    .ended();
            assertThat(sink.failure).isSameAs(failure);
            assertThat(attempts).hasValue(1);
        }
    }

    @Nested
    class Conversions {
        @Test
        void aPublisherIsReadAgainForEachSubscriber() {
            AsyncStream<Integer> stream =
                    AsyncStream.from((java.util.concurrent.Flow.Publisher<Integer>) range(3)::subscribe);
            assertThat(stream.collect(9)).containsExactly(0, 1, 2);
            assertThat(stream.collect(9)).containsExactly(0, 1, 2);
            assertThat(AsyncStream.from((java.util.concurrent.Flow.Publisher<Integer>) stream))
                    .isSameAs(stream);
        }

        @Test
        void aJavaStreamIsReadAsItIsAskedForAndClosed() {
            var closed = new AtomicInteger();
            var read = new AtomicInteger();
            Stream<Integer> endless = Stream.generate(read::incrementAndGet).onClose(closed::incrementAndGet);
            var sink = all(AsyncStream.from(endless).take(3)).ended();
            assertThat(sink.values).containsExactly(1, 2, 3);
            assertThat(read).hasValueLessThanOrEqualTo(4);
            assertThat(closed).hasValue(1);
        }

        @Test
        void asAJavaStreamItIsCancelledWhenThatIsClosed() {
            try (Stream<Integer> stream = numbers.toStream()) {
                assertThat(stream.filter(n -> n % 2 == 1).limit(2).toList()).containsExactly(1, 3);
            }
            Latches.awaitUninterruptibly(unwound);
            try (Stream<Integer> stream = range(3).toStream()) {
                assertThat(stream.mapToInt(n -> n).sum()).isEqualTo(3);
            }
        }

        @Test
        void anIterableIsIteratedOverForEachSubscriber() {
            Iterator<Integer> once = List.of(1, 2).iterator();
            Iterable<Integer> shared = () -> once;
            AsyncStream<Integer> stream = AsyncStream.from(shared);
            assertThat(stream.collect(9)).containsExactly(1, 2);
            assertThat(stream.collect(9)).isEmpty();
        }
    }

    @Nested
    class D9_SeveralEmitters {
        @Test
        void D09_childrenEmitOneAfterTheOther() {
            var inside = new AtomicInteger();
            AsyncStream<Integer> stream = Async.stream(out -> {
                var shared = out.concurrent();
                for (int n = 0; n < 8; n++) {
                    int first = n * 100;
                    Async.async(() -> {
                        for (int i = 0; i < 100; i++) shared.emit(first + i);
                    });
                }
            });
            var sink = new Sink<Integer>()
                    .onSubscribe(s -> s.request(Long.MAX_VALUE))
                    .onNext(n -> {
                        assertThat(inside.incrementAndGet()).isOne();
                        inside.decrementAndGet();
                    })
                    .to(stream)
                    .ended();
            assertThat(sink.values).hasSize(800).doesNotHaveDuplicates();
            assertThat(sink.completed).isTrue();
            for (int n = 0; n < 8; n++) {
                int first = n * 100;
                assertThat(sink.values.stream().filter(v -> v / 100 == first / 100))
                        .isSorted();
            }
        }

        @Test
        void D09_theyComeInTheOrderInWhichTheyCame() {
            var joined = new AtomicInteger();
            AsyncStream<Integer> stream = Async.stream(out -> {
                out.concurrent();
                for (int n = 0; n < 5; n++) {
                    int value = n;
                    Deferred<?> child = Async.async(() -> out.emit(value));
                    until("child " + n, () -> ManualBackend.threadOf(child).getState() == Thread.State.WAITING);
                    joined.incrementAndGet();
                }
            });
            var sink = none(stream);
            until("all to wait", () -> joined.get() == 5);
            sink.request(3);
            until("three", () -> sink.values.size() == 3);
            sink.request(2);
            assertThat(sink.ended().values).containsExactly(0, 1, 2, 3, 4);
        }

        @Test
        void D09_withoutItAChildIsRefusedAndAForeignThreadAlways() {
            var refused = new CopyOnWriteArrayList<Throwable>();
            AsyncStream<Integer> stream = Async.stream(out -> {
                Async.async(() -> refuse(out, refused)).await();
                out.concurrent();
                Thread foreign = new Thread(() -> refuse(out, refused));
                foreign.start();
                foreign.join();
                out.emit(2);
            });
            assertThat(all(stream).ended().values).containsExactly(2);
            assertThat(refused).hasSize(2).allMatch(IllegalStateException.class::isInstance);
        }

        private static void refuse(Emitter<Integer> out, List<Throwable> refused) {
            try {
                out.emit(1);
            } catch (IllegalStateException elsewhere) {
                refused.add(elsewhere);
            }
        }

        @Test
        void D09_emittingInsideOnNextIsRefusedAndNotWaitedForForEver() {
            var emitter = new AtomicReference<Emitter<Integer>>();
            var refused = new AtomicReference<Throwable>();
            AsyncStream<Integer> stream = Async.stream(out -> {
                emitter.set(out.concurrent());
                out.emit(1);
                out.emit(2);
            });
            var sink = new Sink<Integer>()
                    .onSubscribe(s -> s.request(Long.MAX_VALUE))
                    .onNext(n -> {
                        if (n == 1)
                            refused.set(catchThrowable(() -> emitter.get().emit(9)));
                    })
                    .to(stream)
                    .ended();
            assertThat(sink.values).containsExactly(1, 2);
            assertThat(refused.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("inside");
        }

        @Test
        void D09_aCancelledChildLeavesTheOrderAndItsValueIsDiscarded() {
            AsyncStream<Integer> stream = Async.stream(out -> {
                out.concurrent();
                var children = new ArrayList<Deferred<?>>();
                for (int n = 0; n < 4; n++) {
                    int value = n;
                    Deferred<?> child = Async.async(() -> out.emit(value));
                    until("child " + n, () -> ManualBackend.threadOf(child).getState() == Thread.State.WAITING);
                    children.add(child);
                }
                children.get(0).cancel(); // it waits for demand
                children.get(2).cancel(); // it waits for its turn
                produced.set(1);
            });
            var sink = none(stream);
            until("two to be cancelled", () -> produced.get() == 1 && hooks.discarded.size() == 2);
            sink.request(9);
            assertThat(sink.ended().values).containsExactly(1, 3);
            assertThat(sink.completed).isTrue();
            assertThat(hooks.discarded).containsExactlyInAnyOrder(0, 2);
        }

        @RepeatedTest(200)
        void D09_cancelledAtAnyTimeEachValueIsDeliveredOrDiscarded() {
            cancelledAtAnyTime(stream -> stream);
        }

        @RepeatedTest(200)
        void D09_cancelledAtAnyTimeSoItIsThroughOperators() {
            cancelledAtAnyTime(stream -> stream.map(n -> n).filter(n -> true));
        }

        private void cancelledAtAnyTime(UnaryOperator<AsyncStream<Integer>> operators) {
            var emitted = ConcurrentHashMap.<Integer>newKeySet();
            AsyncStream<Integer> stream = Async.stream(out -> {
                out.concurrent();
                for (int n = 0; n < 4; n++) {
                    int first = n * 1_000_000;
                    Async.async(() -> {
                        for (int i = 0; ; i++) {
                            emitted.add(first + i);
                            out.emit(first + i);
                        }
                    });
                }
            });
            var sink = new Sink<Integer>();
            sink.onSubscribe(s -> s.request(9)).onNext(n -> sink.request(1)).to(operators.apply(stream));
            until("some", () -> sink.values.size() > 10);
            sink.cancel();
            sink.joined();
            var seen = new ArrayList<Object>(sink.values);
            seen.addAll(hooks.discarded);
            assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(emitted);
        }
    }

    @Nested
    class BadInput {
        @Test
        void badArgumentsAreRefused() {
            assertThatThrownBy(() -> numbers.take(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> numbers.mapConcurrent(0, n -> n))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("concurrency must be at least 1, is 0");
            assertThatThrownBy(() -> numbers.mapConcurrentUnordered(-1, n -> n))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> numbers.chunked(0, SECOND))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("size must be at least 1, is 0");
            assertThatThrownBy(() -> numbers.retry(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> numbers.map(null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> numbers.timeout(null)).isInstanceOf(NullPointerException.class);
        }

        @Test
        void aFunctionThatReturnsNullIsAnErrorThatNamesItsOperator() {
            Map.<String, AsyncStream<?>>of(
                            "map", numbers.map(n -> null),
                            "mapConcurrent", numbers.mapConcurrent(2, n -> null),
                            "mapConcurrentUnordered", numbers.mapConcurrentUnordered(2, n -> null),
                            "mapConcurrentByKey", numbers.mapConcurrentByKey(2, n -> n, n -> null))
                    .forEach((operator, stream) -> assertThatThrownBy(() -> stream.collect(10))
                            .isInstanceOf(NullPointerException.class)
                            .hasMessageStartingWith("the function of " + operator + " returned null"));
        }
    }
}
