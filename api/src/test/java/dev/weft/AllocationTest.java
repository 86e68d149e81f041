package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.each;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.AwaitMode;
import dev.weft.testing.Allocations;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;

/** What the engine allocates on its fast paths, in bytes on a JVM with compressed pointers. */
class AllocationTest {
    private static final int ELEMENTS = 1000;

    /** Gives its values inside {@code request}. */
    private static Flow.Publisher<Integer> values(int count) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            private int given;

            @Override
            public void request(long asked) {
                for (long left = asked; left > 0 && given < count; left--) {
                    given++;
                    subscriber.onNext(1);
                }
                if (given == count) {
                    given++;
                    subscriber.onComplete();
                }
            }

            @Override
            public void cancel() {}
        });
    }

    /** One scope. */
    @Test
    void aNestedCoroutineIsACall() {
        Coroutine<Integer> nested = coroutine(() -> 1);
        run(() -> Allocations.perUnit(56, 1, 200_000, () -> await(nested)));
    }

    /** It is read. */
    @Test
    void aReadyStage() {
        var ready = CompletableFuture.completedFuture(1);
        run(() -> Allocations.perUnit(0, 1, 200_000, () -> await(ready)));
    }

    /** Its place on the ring is there. */
    @Test
    void anElementOfALoop() {
        Flow.Publisher<Integer> source = values(ELEMENTS);
        run(() -> Allocations.perUnit(1, ELEMENTS, 200, () -> {
            try (AsyncIterator<Integer> values = each(source)) {
                while (values.hasNext()) values.next();
            }
        }));
    }

    /** An emit is a call while there is demand. */
    @Test
    void anElementOfAGenerator() {
        AsyncStream<Integer> source = stream(out -> {
            for (int i = 0; i < ELEMENTS; i++) out.emit(1);
        });
        run(() -> Allocations.perUnit(1, ELEMENTS, 200, () -> {
            var done = new CompletableFuture<Integer>();
            source.subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(Integer value) {}

                @Override
                public void onError(Throwable failure) {
                    done.completeExceptionally(failure);
                }

                @Override
                public void onComplete() {
                    done.complete(1);
                }
            });
            await(done);
        }));
    }

    /** The stage and its dependent, the cell, and what the JDK allocates to unmount a thread. */
    @Test
    void anAwaitThatParks() {
        var asked = new AtomicReference<@Nullable CompletableFuture<Integer>>();
        run(() -> {
            Thread awaiting = Thread.currentThread();
            Thread answering = Thread.ofPlatform().start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    if (asked.get() == null) LockSupport.park();
                    else if (awaiting.getState() != Thread.State.WAITING) Thread.yield();
                    else Objects.requireNonNull(asked.getAndSet(null)).complete(1);
                }
            });
            Allocations.perUnit(184, 1, 2_000, () -> {
                var stage = new CompletableFuture<Integer>();
                asked.set(stage);
                LockSupport.unpark(answering);
                await(stage);
            });
            answering.interrupt();
        });
    }

    /** Mostly the virtual thread; nothing for listeners, dumps and debug mode. */
    @Test
    void aCoroutine() {
        run(() -> Allocations.perUnit(1150, 1, 5_000, () -> async(() -> 1).await()));
    }

    /** So a heap that is full keeps no value from the thread that waits for it; how one is woken is the JDK's. */
    @Test
    void A29_aSignalAllocatesNothing() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            var probe = new Probe<String>();
            var awaiting = Watched.thread(Thread.ofPlatform(), () -> Publishers.await(probe, AwaitMode.ONE));
            Subscriber<? super String> cell = probe.subscriber();
            until("waiting", () -> awaiting.thread().getState() == Thread.State.WAITING);
            least = Math.min(least, Allocations.onThisThread(() -> {
                cell.onNext("value");
                cell.onComplete();
            }));
            assertThat(awaiting.value()).isEqualTo("value");
        }
        assertThat(least).isZero();
    }
}
