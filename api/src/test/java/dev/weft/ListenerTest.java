package dev.weft;

import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.spi.EngineCounter;
import dev.weft.testing.Watched;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Listeners as streams: their values come from several threads and cannot be asked to wait, and they must be
 * deregistered.
 */
class ListenerTest {
    private final HookLog hooks = new HookLog();
    private final Source source = new Source();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** Something with listeners. */
    private static final class Source {
        final List<ListenerSink<Integer>> listeners = new CopyOnWriteArrayList<>();
        final AtomicInteger registered = new AtomicInteger();
        final AtomicInteger deregistered = new AtomicInteger();

        AsyncStream<Integer> stream(Overflow overflow) {
            return AsyncStream.fromListener(overflow, sink -> {
                listeners.add(sink);
                sink.onClose(() -> {
                    deregistered.incrementAndGet();
                    listeners.remove(sink);
                });
                registered.incrementAndGet();
            });
        }

        ListenerSink<Integer> listener() {
            return listeners.getFirst();
        }

        void tell(int... values) {
            for (int value : values) listener().next(value);
        }
    }

    private static List<Integer> all(AsyncIterator<Integer> values) {
        List<Integer> seen = new ArrayList<>();
        values.forEachRemaining(seen::add);
        return seen;
    }

    @Test
    void valuesComeInOrderAndThenTheEnd() {
        try (var values = source.stream(Overflow.unbounded()).each()) {
            ListenerSink<Integer> listener = source.listener();
            source.tell(1, 2, 3);
            listener.complete();
            assertThat(source.listeners).isEmpty();
            assertThat(all(values)).containsExactly(1, 2, 3);
        }
        assertThat(source.deregistered).hasValue(1);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aFailureComesBehindTheValues() {
        var failure = new IOException("lost");
        List<Integer> seen = new ArrayList<>();
        try (var values = source.stream(Overflow.error(3)).each()) {
            ListenerSink<Integer> listener = source.listener();
            source.tell(1, 2);
            listener.fail(failure);
            assertThatThrownBy(() -> values.forEachRemaining(seen::add)).hasCause(failure);
        }
        assertThat(seen).containsExactly(1, 2);
        assertThat(source.deregistered).hasValue(1);
    }

    @Test
    void itIsColdAndEachSubscriberHasAListenerOfItsOwn() {
        var stream = source.stream(Overflow.unbounded());
        assertThat(source.registered).hasValue(0);
        try (var first = stream.each();
                var second = stream.each()) {
            source.listeners.get(0).next(1);
            source.listeners.get(1).next(2);
            assertThat(first.next()).isEqualTo(1);
            assertThat(second.next()).isEqualTo(2);
        }
        assertThat(source.registered).hasValue(2);
        assertThat(source.deregistered).hasValue(2);
    }

    @Test
    void theLoopHasNoOtherBufferThanThePolicys() {
        try (var values = source.stream(Overflow.latest()).each()) {
            for (int i = 0; i < 100; i++) source.tell(i);
            assertThat(values.next()).isEqualTo(99);
            source.tell(100, 101);
            assertThat(values.next()).isEqualTo(101);
        }
        assertThat(hooks.discarded).hasSize(100);
    }

    @Test
    void dropOldestKeepsTheNewest() {
        try (var values = source.stream(Overflow.dropOldest(2)).each()) {
            ListenerSink<Integer> listener = source.listener();
            source.tell(1, 2, 3);
            listener.complete();
            assertThat(all(values)).containsExactly(2, 3);
        }
        assertThat(hooks.discarded).containsExactly(1);
    }

    @Test
    void dropNewestKeepsTheOldest() {
        try (var values = source.stream(Overflow.dropNewest(2)).each()) {
            ListenerSink<Integer> listener = source.listener();
            source.tell(1, 2, 3);
            listener.complete();
            assertThat(all(values)).containsExactly(1, 2);
        }
        assertThat(hooks.discarded).containsExactly(3);
    }

    @Test
    void E5_anOverflowDeregistersAndFailsBehindTheValuesThatAreKept() {
        List<Integer> seen = new ArrayList<>();
        try (var values = source.stream(Overflow.error(2)).each()) {
            source.tell(1, 2, 3);
            assertThat(source.listeners).isEmpty();
            assertThatThrownBy(() -> values.forEachRemaining(seen::add)).isInstanceOf(OverflowException.class);
        }
        assertThat(seen).containsExactly(1, 2);
        assertThat(hooks.discarded).containsExactly(3);
        assertThat(source.deregistered).hasValue(1);
    }

    @Test
    void E3_leavingEarlyDeregistersAndDiscards() {
        ListenerSink<Integer> listener;
        try (var values = source.stream(Overflow.unbounded()).each()) {
            listener = source.listener();
            source.tell(1, 2, 3);
            assertThat(values.next()).isEqualTo(1);
        }
        assertThat(source.deregistered).hasValue(1);
        assertThat(hooks.discarded).containsExactly(2, 3);
        listener.next(4);
        assertThat(hooks.discarded).containsExactly(2, 3, 4);
        listener.complete();
        assertThat(source.deregistered).hasValue(1);
        assertThat(hooks.violations).isEmpty();
    }

    @Test
    void E4_aCancellationDeregistersOnTheCoroutinesThread() {
        var deregisteredBy = new AtomicReference<Thread>();
        var waiting = Watched.coroutine(() -> {
            try (var values = AsyncStream.<Integer>fromListener(
                            Overflow.unbounded(),
                            sink -> sink.onClose(() -> deregisteredBy.set(Thread.currentThread())))
                    .each()) {
                return values.next();
            }
        });
        waiting.parked().cancel();
        assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
        assertThat(deregisteredBy).hasValue(waiting.thread());
    }

    @Test
    void aListenerThatIsLeftOpenIsDeregisteredWithItsScope() {
        Async.run(() -> {
            var unclosed = source.stream(Overflow.unbounded()).each();
            source.tell(1);
            assertThat(unclosed.next()).isEqualTo(1);
        });
        assertThat(source.deregistered).hasValue(1);
    }

    @Test
    void whatComesBehindTheEndIsDiscardedOrDroppedAndNoBreach() {
        var failure = new IllegalStateException("late");
        try (var values = source.stream(Overflow.unbounded()).each()) {
            ListenerSink<Integer> listener = source.listener();
            listener.complete();
            listener.next(1);
            listener.complete();
            listener.fail(new IOException("how the source takes it that we deregister"));
            listener.fail(failure);
            assertThat(values.hasNext()).isFalse();
        }
        assertThat(hooks.discarded).containsExactly(1);
        assertThat(hooks.dropped).containsExactly(failure);
        assertThat(hooks.violations).isEmpty();
    }

    @Test
    void A8_theFailureBehindOurDeregistrationIsAnEcho() {
        ListenerSink<Integer> listener = left();
        long before = EngineCounter.CANCEL_ECHOES.sum();
        listener.fail(new IOException("CANCELLED: by the client"));
        assertThat(hooks.dropped).isEmpty();
        assertThat(EngineCounter.CANCEL_ECHOES.sum()).isEqualTo(before + 1);
        var second = new IOException("again");
        listener.fail(second);
        assertThat(hooks.dropped).containsExactly(second);
    }

    @Test
    void A8_aFailureThatTheDeregistrationProvokesBehindTheEndOfTheSourceIsAnEcho() {
        var source = AsyncStream.<Integer>fromListener(Overflow.unbounded(), listener -> {
            listener.onClose(() -> listener.fail(new IOException("closed")));
            listener.next(1);
            listener.complete();
        });
        assertThat(source.collect(9)).containsExactly(1);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void A8_aFailureIsNoEchoWhereNothingWasDeregistered() {
        var sinks = new ArrayList<ListenerSink<Integer>>();
        var failure = new IOException("lost");
        AsyncStream<Integer> unclosable = AsyncStream.fromListener(Overflow.unbounded(), sinks::add);
        unclosable.each().close();
        sinks.getFirst().fail(failure);
        assertThat(hooks.dropped).containsExactly(failure);
    }

    /** The listener of a loop that has left. */
    private ListenerSink<Integer> left() {
        var values = source.stream(Overflow.unbounded()).each();
        ListenerSink<Integer> listener = source.listener();
        values.close();
        return listener;
    }

    @Test
    void A8_anErrorBehindOurDeregistrationIsDropped() {
        ListenerSink<Integer> listener = left();
        var error = new AssertionError("a bug in the library");
        listener.fail(error);
        assertThat(hooks.dropped).containsExactly(error);
    }

    @Test
    void G15_nullIsRefusedAndTheStreamStaysAlive() {
        try (var values = source.stream(Overflow.unbounded()).each()) {
            assertThatThrownBy(() -> source.listener().next(null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> source.listener().fail(null)).isInstanceOf(NullPointerException.class);
            source.tell(1);
            assertThat(values.next()).isEqualTo(1);
        }
        assertThat(hooks.violations).isEmpty();
    }

    private static void meet(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Nested
    class Deregistration {
        @Test
        void whatDeregistrationThrowsWhenWeLeaveIsThrownOrSuppressed() {
            var fromAction = new IllegalStateException("not registered");
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.unbounded(), sink -> {
                sink.next(1);
                sink.onClose(() -> {
                    throw fromAction;
                });
            });
            var values = stream.each();
            assertThatThrownBy(values::close).isSameAs(fromAction);
            var inTheLoop = new IllegalStateException("in the loop");
            assertThatThrownBy(() -> stream.forEach(value -> {
                        throw inTheLoop;
                    }))
                    .isSameAs(inTheLoop)
                    .hasSuppressedException(fromAction);
            var waiting = Watched.coroutine(() -> {
                try (var more = stream.each()) {
                    more.next();
                    return more.next();
                }
            });
            waiting.parked().cancel();
            assertThat(waiting.failure()).isInstanceOf(CancelledException.class).hasSuppressedException(fromAction);
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void whatDeregistrationThrowsAtTheSourcesEndIsDropped() {
            var fromAction = new IOException("not registered");
            var sinks = new ArrayList<ListenerSink<Integer>>();
            try (var values = AsyncStream.<Integer>fromListener(Overflow.unbounded(), sink -> {
                        sinks.add(sink);
                        sink.onClose(() -> {
                            throw fromAction;
                        });
                    })
                    .each()) {
                sinks.getFirst().next(1);
                sinks.getFirst().complete();
                assertThat(all(values)).containsExactly(1);
            }
            assertThat(hooks.dropped).containsExactly(fromAction);
        }

        @Test
        void anActionThatIsSetBehindTheEndRunsAtOnce() {
            var sinks = new ArrayList<ListenerSink<Integer>>();
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.unbounded(), sinks::add);
            stream.each().close();
            var deregisteredBy = new AtomicReference<Thread>();
            sinks.getFirst().onClose(() -> deregisteredBy.set(Thread.currentThread()));
            assertThat(deregisteredBy).hasValue(Thread.currentThread());
            assertThatThrownBy(() -> sinks.getFirst().onClose(() -> {})).isInstanceOf(IllegalStateException.class);
            var fromAction = new IOException("not registered");
            stream.each().close();
            sinks.getLast().onClose(() -> {
                throw fromAction;
            });
            assertThat(hooks.dropped).containsExactly(fromAction);
        }

        @Test
        void aSourceThatEndsInsideItsRegistrationIsDeregistered() {
            var deregistered = new AtomicInteger();
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.dropNewest(4), sink -> {
                sink.next(1);
                sink.complete();
                sink.onClose(deregistered::incrementAndGet);
            });
            assertThat(stream.collect(4)).containsExactly(1);
            assertThat(deregistered).hasValue(1);
        }

        @Test
        void aSecondActionIsRefused() {
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.unbounded(), sink -> {
                sink.onClose(() -> {});
                sink.onClose(() -> {});
            });
            assertThatThrownBy(() -> stream.collect(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("onClose");
        }

        @Test
        void A17_whatTheRegistrationThrowsIsTheFailureAndTheListenerIsDeregistered() {
            var failure = new IOException("refused");
            var deregistered = new AtomicInteger();
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.unbounded(), sink -> {
                sink.onClose(deregistered::incrementAndGet);
                throw failure;
            });
            assertThatThrownBy(() -> stream.collect(1))
                    .isInstanceOf(AwaitException.class)
                    .hasCause(failure);
            assertThat(deregistered).hasValue(1);
            var sink = new Sink<Integer>();
            sink.onSubscribe(s -> s.request(9)).to(stream);
            assertThat(sink.ended().failure).isSameAs(failure);
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void aRegistrationMayAwait() {
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.error(4), sink -> {
                int first = Async.awaitCallback(done -> Thread.startVirtualThread(() -> done.resume(7)));
                sink.next(first);
                sink.complete();
            });
            assertThat(Async.run(() -> stream.collect(1))).containsExactly(7);
        }
    }

    @Nested
    class Demand {
        /** A source that can be asked. */
        private static final class Asked {
            final List<Long> requests = new CopyOnWriteArrayList<>();
            final AtomicReference<ListenerSink<Integer>> sink = new AtomicReference<>();
            final AtomicInteger deregistered = new AtomicInteger();
            Consumer<Long> whenAsked = count -> {};

            final AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.suspend(), to -> {
                sink.set(to);
                to.onClose(deregistered::incrementAndGet);
                to.onRequest(count -> {
                    requests.add(count);
                    whenAsked.accept(count);
                });
            });
        }

        @Test
        void demandFollowsTheLoop() {
            var asked = new Asked();
            var next = new AtomicInteger();
            asked.whenAsked = count -> {
                for (long i = 0; i < count; i++) asked.sink.get().next(next.getAndIncrement());
            };
            try (var values = asked.stream.each()) {
                assertThat(asked.requests).containsExactly(32L);
                for (int i = 0; i < 23; i++) assertThat(values.next()).isEqualTo(i);
                assertThat(asked.requests).containsExactly(32L);
                assertThat(values.next()).isEqualTo(23);
                assertThat(asked.requests).containsExactly(32L, 24L);
                for (int i = 24; i < 100_000; i++) assertThat(values.next()).isEqualTo(i);
            }
            assertThat(asked.requests.stream().mapToLong(n -> n).sum()).isEqualTo(next.get());
            assertThat(hooks.violations).isEmpty();
        }

        @Test
        void demandFollowsTheSubscriber() {
            var asked = new Asked();
            var next = new AtomicInteger();
            asked.whenAsked = count -> {
                for (long i = 0; i < count; i++) asked.sink.get().next(next.getAndIncrement());
            };
            var sink = new Sink<Integer>();
            sink.onSubscribe(s -> s.request(3)).to(asked.stream);
            until("three values", () -> sink.values.size() == 3);
            sink.parked();
            assertThat(asked.requests).containsExactly(32L);
            sink.cancel();
            sink.joined();
            assertThat(asked.deregistered).hasValue(1);
            assertThat(hooks.discarded).hasSize(29);
        }

        @Test
        void E5_moreThanWasAskedForIsAnOverflow() {
            var asked = new Asked();
            List<Integer> seen = new ArrayList<>();
            try (var values = asked.stream.each()) {
                for (int i = 0; i < 33; i++) asked.sink.get().next(i);
                assertThatThrownBy(() -> values.forEachRemaining(seen::add)).isInstanceOf(OverflowException.class);
            }
            assertThat(seen).hasSize(32);
            assertThat(hooks.discarded).containsExactly(32);
            assertThat(asked.deregistered).hasValue(1);
        }

        @Test
        void aSourceThatCannotBeAskedIsNotForSuspend() {
            AsyncStream<Integer> stream = source.stream(Overflow.suspend());
            assertThatThrownBy(() -> stream.collect(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("onRequest")
                    .hasMessageContaining("dropOldest");
            assertThat(source.deregistered).hasValue(1);
        }

        @Test
        void suspendNeedsNoDemandWhereTheSourceHasEndedAlready() {
            assertThat(AsyncStream.<Integer>fromListener(Overflow.suspend(), ListenerSink::complete)
                            .collect(1))
                    .isEmpty();
        }

        @Test
        void askingIsForSuspendOnlyAndOnce() {
            assertThatThrownBy(
                            () -> AsyncStream.<Integer>fromListener(Overflow.latest(), sink -> sink.onRequest(n -> {}))
                                    .collect(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("suspend");
            assertThatThrownBy(() -> AsyncStream.<Integer>fromListener(Overflow.suspend(), sink -> {
                                sink.onRequest(n -> {});
                                sink.onRequest(n -> {});
                            })
                            .collect(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("set already");
        }

        @Test
        void A18_whatAskingThrowsIsTheFailure() {
            var failure = new IllegalArgumentException("cannot fetch");
            var asked = new Asked();
            asked.whenAsked = count -> {
                throw failure;
            };
            assertThatThrownBy(() -> asked.stream.collect(1)).isSameAs(failure);
            assertThat(asked.deregistered).hasValue(1);
        }

        @Test
        void theHandleThatIsAskedMayComeOnAnotherThread() {
            var requests = new CopyOnWriteArrayList<Long>();
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.suspend(), sink -> {
                Thread opens = Thread.startVirtualThread(() -> sink.onRequest(count -> {
                    requests.add(count);
                    sink.next(1);
                    sink.complete();
                }));
                opens.join();
            });
            assertThat(Async.run(() -> stream.collect(1))).containsExactly(1);
            assertThat(requests).containsExactly(32L);
        }
    }

    @Nested
    class SeveralThreads {
        @RepeatedTest(20)
        void severalThreadsTellOneListener() throws Exception {
            int threads = 4;
            int each = 2_000;
            List<Integer> seen = new ArrayList<>();
            try (var values = source.stream(Overflow.unbounded()).each()) {
                ListenerSink<Integer> listener = source.listener();
                var left = new AtomicInteger(threads);
                for (int t = 0; t < threads; t++) {
                    int from = t * each;
                    Thread.ofPlatform().start(() -> {
                        for (int i = from; i < from + each; i++) listener.next(i);
                        if (left.decrementAndGet() == 0) listener.complete();
                    });
                }
                values.forEachRemaining(seen::add);
            }
            assertThat(seen).hasSize(threads * each).doesNotHaveDuplicates();
            for (int t = 0; t < threads; t++) {
                int of = t;
                assertThat(seen.stream().filter(n -> n / each == of).toList()).isSorted();
            }
            assertThat(hooks.violations).isEmpty();
        }

        @RepeatedTest(20)
        void nothingIsLostWhenALoopLeavesBetweenSeveralThreads() throws Exception {
            int threads = 3;
            int each = 500;
            List<Integer> seen = new ArrayList<>();
            List<Thread> tellers = new ArrayList<>();
            try (var values = source.stream(Overflow.dropOldest(8)).each()) {
                ListenerSink<Integer> listener = source.listener();
                for (int t = 0; t < threads; t++) {
                    int from = t * each;
                    tellers.add(Thread.ofPlatform().start(() -> {
                        for (int i = from; i < from + each; i++) listener.next(i);
                    }));
                }
                for (int i = 0; i < 8; i++) seen.add(values.next());
            }
            for (Thread teller : tellers) teller.join();
            List<Object> accounted = new ArrayList<>(seen);
            accounted.addAll(hooks.discarded);
            assertThat(accounted).hasSize(threads * each).doesNotHaveDuplicates();
        }

        /** While a hook takes its time on one thread, others neither wait nor pile up more than the policy keeps. */
        @Test
        void G18_aSlowHookHoldsNobodyUpAndKeepsNoMoreThanThePolicy() throws Exception {
            var inHook = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            List<Object> discarded = Collections.synchronizedList(new ArrayList<>());
            Hooks.Handle restore = Hooks.onDiscard(value -> {
                discarded.add(value);
                if (!value.equals(0)) return;
                inHook.countDown();
                meet(release);
            });
            try (restore;
                    var values = source.stream(Overflow.dropOldest(2)).each()) {
                ListenerSink<Integer> listener = source.listener();
                source.tell(0, 1);
                Thread slow = Thread.ofPlatform().start(() -> listener.next(2));
                inHook.await();
                for (int i = 3; i < 100; i++) listener.next(i);
                assertThat(discarded).hasSize(96).startsWith(0).doesNotContain(98, 99);
                release.countDown();
                slow.join();
                listener.complete();
                assertThat(all(values)).containsExactly(98, 99);
            }
        }

        @Test
        void G18_anOverflowWhileAnotherThreadPassesOnFailsBehindWhatIsKept() throws Exception {
            var inHook = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            var sinks = new ArrayList<ListenerSink<Integer>>();
            var deregistered = new AtomicInteger();
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.error(2), sink -> {
                sinks.add(sink);
                sink.onClose(() -> {
                    deregistered.incrementAndGet();
                    inHook.countDown();
                    meet(release);
                });
            });
            List<Integer> seen = new ArrayList<>();
            try (var values = stream.each()) {
                ListenerSink<Integer> listener = sinks.getFirst();
                listener.next(0);
                listener.next(1);
                Thread overflows = Thread.ofPlatform().start(() -> listener.next(2));
                inHook.await();
                for (int i = 3; i < 9; i++) listener.next(i);
                assertThat(hooks.discarded).containsExactly(2, 5, 6, 7, 8);
                release.countDown();
                overflows.join();
                assertThat(catchThrowable(() -> values.forEachRemaining(seen::add)))
                        .isInstanceOf(OverflowException.class);
            }
            assertThat(seen).containsExactly(0, 1);
            assertThat(hooks.discarded).containsExactlyInAnyOrder(2, 3, 4, 5, 6, 7, 8);
            assertThat(deregistered).hasValue(1);
        }

        @Test
        void aListenerMayBeToldFromInsideADiscardHookOrADeregistration() {
            Hooks.Handle restore = Hooks.onDiscard(value -> {
                if (value.equals(1)) source.tell(10);
            });
            try (restore;
                    var values = source.stream(Overflow.latest()).each()) {
                source.tell(1, 2);
                assertThat(values.next()).isEqualTo(10);
            }
        }

        @Test
        void theSubscribersCodeDoesNotRunOnTheListenersThread() throws Exception {
            var seenBy = new AtomicReference<Thread>();
            var looping = Watched.coroutine(() -> {
                try (var values = source.stream(Overflow.unbounded()).each()) {
                    int value = values.next();
                    seenBy.set(Thread.currentThread());
                    return value;
                }
            });
            looping.parked();
            var told = Thread.ofPlatform().start(() -> source.tell(1));
            assertThat(looping.value()).isEqualTo(1);
            told.join();
            assertThat(seenBy).hasValue(looping.thread());
        }
    }

    @Nested
    class AsAStream {
        @Test
        void operatorsAndTheirSubscribersWorkOnIt() {
            var sink = new Sink<Integer>();
            sink.onSubscribe(s -> s.request(Long.MAX_VALUE))
                    .to(source.stream(Overflow.error(8))
                            .filter(n -> n % 2 == 0)
                            .map(n -> n * 10)
                            .take(2));
            until("registered", () -> source.registered.get() == 1);
            ListenerSink<Integer> listener = source.listener();
            for (int i = 1; i <= 4; i++) listener.next(i);
            assertThat(sink.ended().values).containsExactly(20, 40);
            assertThat(source.deregistered).hasValue(1);
        }

        @Test
        void aSubscriberThatCancelsBeforeItStartsRegistersNothing() {
            var sink = new Sink<Integer>();
            sink.onSubscribe(s -> sink.cancel()).to(source.stream(Overflow.unbounded()));
            assertThat(sink.task().thread()).isNull();
            assertThat(source.registered).hasValue(0);
        }

        @Test
        void retryRegistersAnew() {
            AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.unbounded(), sink -> {
                int attempt = source.registered.incrementAndGet();
                sink.onClose(source.deregistered::incrementAndGet);
                sink.next(attempt);
                if (attempt == 3) sink.complete();
                else sink.fail(new IOException("attempt " + attempt));
            });
            assertThat(stream.retry(2).collect(9)).containsExactly(1, 2, 3);
            assertThat(source.deregistered).hasValue(3);
        }
    }
}
