package dev.weft.testing.streams;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertNotSame;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;

import dev.weft.NoValueException;
import dev.weft.testing.Watched;
import dev.weft.testing.streams.Awaiting.Way;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The rules for subscribers that the Reactive Streams TCK leaves untested. */
final class SubscriberRules {
    private final Library library;
    private final Way way;

    SubscriberRules(Library library, Way way) {
        this.library = library;
        this.way = way;
    }

    void rule2_02_aSignalReturnsWithoutWaitingForTheConsumer() {
        var consumer = new AtomicReference<Thread>();
        var awaiting = new Awaiting(library, way, () -> consumer.set(Thread.currentThread()));
        Subscriber<? super Long> subscriber = awaiting.subscriber();
        subscriber.onSubscribe(new Asked());
        for (long i = 0; i < way.values; i++) subscriber.onNext(i);
        if (way.isLoop()) assertEquals(awaiting.taken, List.of());
        subscriber.onComplete();
        awaiting.demand(Integer.MAX_VALUE).coroutine.joined();
        assertFalse(awaiting.taken.isEmpty());
        assertNotSame(consumer.get(), Thread.currentThread());
    }

    void rule2_04_nothingIsAskedAfterTheEnd() {
        List<Consumer<Subscriber<?>>> ends =
                List.of(Subscriber::onComplete, s -> s.onError(new IOException("the end")));
        for (Consumer<Subscriber<?>> end : ends) {
            var awaiting = new Awaiting(library, way);
            var asked = new Asked();
            awaiting.subscriber().onSubscribe(asked);
            if (way != Way.FIRST) awaiting.subscriber().onNext(0L);
            end.accept(awaiting.subscriber());
            awaiting.demand(Integer.MAX_VALUE).coroutine.joined();
            assertEquals(asked.requests, List.of(way.demand));
            assertEquals(asked.cancels.get(), 0);
        }
    }

    void rule2_06_aSubscriptionThatIsNotNeededIsCancelled() {
        var asked = new Asked();
        Awaiting awaiting = Awaiting.all(library, way);
        awaiting.subscriber().onSubscribe(asked);
        for (long i = 0; i < way.values; i++) awaiting.subscriber().onNext(i);
        if (way == Way.SINGLE) awaiting.subscriber().onNext(1L);
        if (way == Way.LAST || way.isLoop()) awaiting.coroutine.cancel();
        awaiting.coroutine.joined();
        assertEquals(asked.cancels.get(), 1);
    }

    void rule2_06_aSubscriptionThatComesTooLateIsCancelled() {
        var asked = new Asked();
        Awaiting awaiting = Awaiting.all(library, way);
        Subscriber<? super Long> subscriber = awaiting.subscriber();
        awaiting.coroutine.cancel();
        awaiting.coroutine.joined();
        subscriber.onSubscribe(asked);
        assertEquals(asked.cancels.get(), 1);
        assertEquals(asked.requests, List.of());
    }

    /**
     * The source signals all that the first request asks for before that returns; the loop, on another thread, makes
     * the next request only then.
     */
    void rule2_07_requestsAreSerial() {
        var asked = new Asked();
        Awaiting awaiting = Awaiting.all(library, way);
        Subscriber<? super Long> subscriber = awaiting.subscriber();
        asked.onRequest = count -> {
            if (asked.requests.size() > 1) return;
            for (long i = 0; i < way.values; i++) subscriber.onNext(i);
            if (!way.isLoop()) return;
            Watched.until("taken", () -> awaiting.taken.size() == way.values);
            awaiting.coroutine.parked();
        };
        subscriber.onSubscribe(asked);
        if (way.isLoop()) Watched.until("asked again", () -> asked.requests.size() == 2);
        subscriber.onComplete();
        awaiting.coroutine.joined();
        assertFalse(asked.overlapped);
    }

    void rule2_08_signalsAfterACancellationAreTakenCareOf() {
        try (var hooks = library.hooks()) {
            var asked = new Asked();
            Awaiting awaiting = Awaiting.all(library, way);
            Subscriber<? super Long> subscriber = awaiting.subscriber();
            subscriber.onSubscribe(asked);
            awaiting.coroutine.cancel();
            awaiting.coroutine.joined();
            subscriber.onNext(0L);
            subscriber.onComplete();
            assertEquals(awaiting.taken, List.of());
            assertEquals(hooks.discarded, List.of(0L));
            assertEquals(asked.requests, List.of(way.demand));
            assertEquals(asked.cancels.get(), 1);
        }
    }

    void rule2_11_whatIsDoneBeforeASignalIsSeenBehindIt() {
        for (long round = 1; round <= 20; round++) {
            long[] plain = {0};
            var seen = new CopyOnWriteArrayList<Long>();
            Awaiting awaiting = Awaiting.all(library, way, () -> seen.add(plain[0]));
            awaiting.subscriber().onSubscribe(new Asked());
            plain[0] = round;
            awaiting.subscriber().onNext(0L);
            awaiting.subscriber().onComplete();
            awaiting.coroutine.joined();
            assertEquals(seen, List.of(round));
        }
    }

    void rule2_12_aSecondOnSubscribeOfTheSameSubscriptionChangesNothing() {
        var asked = new Asked();
        Awaiting awaiting = Awaiting.all(library, way);
        awaiting.subscriber().onSubscribe(asked);
        awaiting.subscriber().onSubscribe(asked);
        assertEquals(asked.requests, List.of(way.demand));
        assertEquals(asked.cancels.get(), 0);
        awaiting.subscriber().onNext(0L);
        awaiting.subscriber().onComplete();
        awaiting.coroutine.joined();
        assertEquals(awaiting.taken, List.of(0L));
    }

    void rule2_13_noSignalThrowsWhateverTheConsumerDoes() {
        try (var hooks = library.hooks()) {
            var own = new IllegalStateException("the consumer's own");
            var late = new IOException("late");
            Awaiting awaiting = Awaiting.all(library, way, () -> {
                throw own;
            });
            Subscriber<? super Long> subscriber = awaiting.subscriber();
            subscriber.onSubscribe(new Asked());
            subscriber.onNext(0L);
            subscriber.onComplete();
            assertSame(awaiting.coroutine.failure(), own);
            awaiting.coroutine.joined();
            subscriber.onNext(1L);
            subscriber.onError(late);
            subscriber.onComplete();
            subscriber.onSubscribe(new Asked());
            assertEquals(hooks.discarded, List.of(1L));
            assertEquals(hooks.dropped, List.of(late));
        }
    }

    void rule3_01_onlyTheSubscriberAsks() {
        var asked = new Asked();
        Awaiting awaiting = Awaiting.all(library, way);
        awaiting.coroutine.parked();
        awaiting.subscriber().onSubscribe(asked);
        for (long i = 0; i < way.values; i++) awaiting.subscriber().onNext(i);
        if (way != Way.FIRST) awaiting.coroutine.parked().cancel();
        awaiting.coroutine.joined();
        assertSame(asked.threads.getFirst(), Thread.currentThread());
        assertEquals(asked.threads.size(), way.isLoop() ? 3 : 2);
        List<Thread> later = asked.threads.subList(1, asked.threads.size());
        assertTrue(later.stream().allMatch(thread -> thread == awaiting.coroutine.thread()));
    }

    void rule3_08_whatIsRequestedIsWhatIsTaken() {
        var asked = new Asked();
        Awaiting awaiting = Awaiting.all(library, way);
        awaiting.subscriber().onSubscribe(asked);
        assertEquals(asked.requests, List.of(way.demand));
        long values = way.isLoop() ? 100 : 0;
        for (long sent = 0; sent < values; sent++) {
            long next = sent;
            Watched.until("requested", () -> asked.requested() > next);
            awaiting.subscriber().onNext(next);
            assertTrue(asked.requested() - (sent + 1) <= way.demand);
        }
        awaiting.subscriber().onComplete();
        awaiting.coroutine.joined();
        assertEquals(awaiting.taken, numbers(values));
    }

    /** The source's fields are plain: it relies on serial calls. */
    void rule3_10_aRequestMayGiveTheValues() {
        int total = way.isLoop() ? 100 : way.values;
        var asked = new Asked();
        Awaiting awaiting = Awaiting.all(library, way);
        Subscriber<? super Long> subscriber = awaiting.subscriber();
        long[] sent = {0};
        var ended = new AtomicBoolean();
        asked.onRequest = count -> {
            for (long left = count; left > 0 && sent[0] < total; left--) subscriber.onNext(sent[0]++);
            if (sent[0] == total && !ended.getAndSet(true)) subscriber.onComplete();
        };
        subscriber.onSubscribe(asked);
        awaiting.coroutine.joined();
        assertEquals(awaiting.taken, way == Way.LAST ? List.of(total - 1L) : numbers(total));
        assertFalse(asked.overlapped);
    }

    void rule3_11_aRequestMayEndTheStream() {
        var asked = new Asked();
        Awaiting awaiting = Awaiting.all(library, way);
        asked.onRequest = count -> awaiting.subscriber().onComplete();
        awaiting.subscriber().onSubscribe(asked);
        awaiting.coroutine.joined();
        if (!way.isLoop()) assertTrue(awaiting.coroutine.failure() instanceof NoValueException);

        var failure = new IllegalStateException("the source's own");
        var failing = new Asked();
        Awaiting failed = Awaiting.all(library, way);
        failing.onRequest = count -> failed.subscriber().onError(failure);
        failed.subscriber().onSubscribe(failing);
        assertSame(failed.coroutine.failure(), failure);
        assertEquals(failed.taken, List.of());
    }

    void rule3_14_aSourceThatEndsWhenItIsCancelledChangesNothing() {
        List<Consumer<Subscriber<?>>> ends =
                List.of(Subscriber::onComplete, s -> s.onError(new IOException("shut down")));
        for (Consumer<Subscriber<?>> end : ends) {
            try (var hooks = library.hooks()) {
                var asked = new Asked();
                Awaiting awaiting = Awaiting.all(library, way);
                Subscriber<? super Long> subscriber = awaiting.subscriber();
                asked.onCancel = () -> end.accept(subscriber);
                subscriber.onSubscribe(asked);
                awaiting.coroutine.parked().cancel();
                assertTrue(awaiting.coroutine.failure() instanceof CancellationException);
                awaiting.coroutine.joined();
                assertEquals(asked.cancels.get(), 1);
                assertEquals(hooks.violations, List.of());
            }
        }
    }

    void rule3_15_aCancelThatThrowsChangesNothing() {
        var thrown = new IllegalStateException("cancel");
        var asked = new Asked();
        asked.onCancel = () -> {
            throw thrown;
        };
        Awaiting awaiting = Awaiting.all(library, way);
        awaiting.subscriber().onSubscribe(asked);
        awaiting.coroutine.parked().cancel();
        assertTrue(awaiting.coroutine.failure() instanceof CancellationException);
        assertEquals(awaiting.coroutine.failure().getSuppressed(), new Throwable[] {thrown});
    }

    void rule3_16_aRequestThatThrowsIsTheEnd() {
        var thrown = new IllegalStateException("request");
        var asked = new Asked();
        asked.onRequest = count -> {
            throw thrown;
        };
        Awaiting awaiting = Awaiting.all(library, way);
        awaiting.subscriber().onSubscribe(asked);
        assertSame(awaiting.coroutine.failure(), thrown);
        awaiting.coroutine.joined();
        assertEquals(asked.cancels.get(), 1);
    }

    private static List<Long> numbers(long count) {
        return LongStream.range(0, count).boxed().toList();
    }

    /** A subscription of either kind that records its calls and the calling threads. */
    private static final class Asked implements Subscription, Flow.Subscription {
        final List<Long> requests = new CopyOnWriteArrayList<>();
        final AtomicInteger cancels = new AtomicInteger();
        final List<Thread> threads = new CopyOnWriteArrayList<>();
        volatile boolean overlapped;
        LongConsumer onRequest = count -> {};
        Runnable onCancel = () -> {};

        private final AtomicInteger running = new AtomicInteger();

        long requested() {
            return requests.stream().mapToLong(Long::longValue).sum();
        }

        @Override
        public void request(long count) {
            if (running.getAndIncrement() > 0) overlapped = true;
            threads.add(Thread.currentThread());
            requests.add(count);
            try {
                onRequest.accept(count);
            } finally {
                running.decrementAndGet();
            }
        }

        @Override
        public void cancel() {
            threads.add(Thread.currentThread());
            cancels.incrementAndGet();
            onCancel.run();
        }
    }
}
