package dev.weft.benchmarks;

import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Sources that wait until they are opened, and a count of what waits for them. A source has a field for its subscriber
 * and nothing else.
 */
final class Gates {
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final GateMono[] monos;
    private final GateSingle[] singles;

    /** The virtual threads that have subscribed. */
    private final @Nullable Thread[] threads;

    private final AtomicInteger subscribed = new AtomicInteger();
    private final AtomicInteger passed = new AtomicInteger();

    Gates(int count) {
        monos = new GateMono[count];
        singles = new GateSingle[count];
        threads = new Thread[count];
        for (int i = 0; i < count; i++) monos[i] = new GateMono(this);
        for (int i = 0; i < count; i++) singles[i] = new GateSingle(this);
    }

    int count() {
        return threads.length;
    }

    void forEachMono(Consumer<Mono<Integer>> starter) {
        for (GateMono mono : monos) starter.accept(mono);
    }

    void forEachSingle(Consumer<Single<Integer>> starter) {
        for (GateSingle single : singles) starter.accept(single);
    }

    /** Waits until every gate has a subscriber, and all threads are parked. */
    void awaitWaiting() throws InterruptedException {
        await("subscribed", subscribed, () -> subscribed.get() == count());
        for (Thread thread : threads) await("parked", subscribed, () -> isParked(thread));
    }

    void open() {
        for (GateMono mono : monos) mono.open();
        for (GateSingle single : singles) single.open();
    }

    /** Called by a wait that has its value. */
    void passed(int value) {
        passed.addAndGet(value);
    }

    /** Waits until all have their values and have ended. */
    void awaitPassed() throws InterruptedException {
        await("passed", passed, () -> passed.get() == count());
        for (Thread thread : threads) if (thread != null) thread.join();
    }

    private void subscribed() {
        Thread current = Thread.currentThread();
        int number = subscribed.getAndIncrement();
        if (current.isVirtual()) threads[number] = current;
    }

    private static boolean isParked(@Nullable Thread thread) {
        return thread == null || thread.getState() == Thread.State.WAITING;
    }

    private void await(String what, AtomicInteger counter, BooleanSupplier reached) throws InterruptedException {
        for (long start = System.nanoTime(); !reached.getAsBoolean(); Thread.sleep(1))
            if (System.nanoTime() - start > PATIENCE_NANOS)
                throw new IllegalStateException(
                        "after 5 minutes, not all of " + count() + " have " + what + ": " + counter.get());
    }

    private static final class GateMono extends Mono<Integer> implements Subscription {
        private final Gates gates;
        private @Nullable CoreSubscriber<? super Integer> subscriber;

        GateMono(Gates gates) {
            this.gates = gates;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Integer> actual) {
            subscriber = actual;
            actual.onSubscribe(this);
            gates.subscribed();
        }

        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}

        void open() {
            CoreSubscriber<? super Integer> waiting = subscriber;
            subscriber = null;
            if (waiting == null) return;
            waiting.onNext(1);
            waiting.onComplete();
        }
    }

    private static final class GateSingle extends Single<Integer> implements Disposable {
        private final Gates gates;
        private @Nullable SingleObserver<? super Integer> observer;

        GateSingle(Gates gates) {
            this.gates = gates;
        }

        @Override
        protected void subscribeActual(SingleObserver<? super Integer> actual) {
            observer = actual;
            actual.onSubscribe(this);
            gates.subscribed();
        }

        @Override
        public void dispose() {}

        @Override
        public boolean isDisposed() {
            return false;
        }

        void open() {
            SingleObserver<? super Integer> waiting = observer;
            observer = null;
            if (waiting != null) waiting.onSuccess(1);
        }
    }
}
