package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.CoroutineTask;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A subscriber operated by hand that records the signals it receives, and their threads. */
final class Sink<T> implements Flow.Subscriber<T> {
    final List<T> values = new CopyOnWriteArrayList<>();
    final List<Thread> signalledBy = new CopyOnWriteArrayList<>();
    volatile Thread subscribedBy;
    volatile Throwable failure;
    volatile boolean completed;

    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger depth = new AtomicInteger();
    private volatile boolean nested;
    private volatile boolean late;
    private volatile Flow.Subscription subscription;
    private Consumer<Flow.Subscription> onSubscribe = s -> {};
    private Consumer<T> onNext = value -> {};
    private Runnable onEnd = () -> {};

    Sink<T> onSubscribe(Consumer<Flow.Subscription> action) {
        onSubscribe = action;
        return this;
    }

    Sink<T> onNext(Consumer<T> action) {
        onNext = action;
        return this;
    }

    Sink<T> onEnd(Runnable action) {
        onEnd = action;
        return this;
    }

    Sink<T> to(Flow.Publisher<T> source) {
        source.subscribe(this);
        return this;
    }

    void request(long count) {
        subscription.request(count);
    }

    void cancel() {
        subscription.cancel();
    }

    /** The coroutine that the subscription belongs to. */
    CoroutineTask<?> task() {
        return (CoroutineTask<?>) subscription;
    }

    /** Waits until the coroutine waits. */
    Sink<T> parked() {
        Watched.until("parked", () -> task().thread().getState() == Thread.State.WAITING);
        return this;
    }

    /** Waits for the terminal signal. */
    Sink<T> ended() {
        Latches.awaitUninterruptibly(end);
        return joined();
    }

    /** Waits for the end of the coroutine's thread; the protocol must have been kept. */
    Sink<T> joined() {
        Watched.until("joined", () -> !task().thread().isAlive());
        assertThat(nested).as("nested signals").isFalse();
        assertThat(late).as("signals after the end").isFalse();
        return this;
    }

    boolean hasEnded() {
        return end.getCount() == 0;
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
        subscribedBy = Thread.currentThread();
        subscription = s;
        onSubscribe.accept(s);
    }

    @Override
    public void onNext(T value) {
        signalled(() -> {
            values.add(value);
            onNext.accept(value);
        });
    }

    @Override
    public void onError(Throwable thrown) {
        signalled(() -> {
            failure = thrown;
            ending();
        });
    }

    @Override
    public void onComplete() {
        signalled(() -> {
            completed = true;
            ending();
        });
    }

    private void ending() {
        try {
            onEnd.run();
        } finally {
            end.countDown();
        }
    }

    private void signalled(Runnable action) {
        if (depth.incrementAndGet() > 1) nested = true;
        if (hasEnded()) late = true;
        signalledBy.add(Thread.currentThread());
        try {
            action.run();
        } finally {
            depth.decrementAndGet();
        }
    }
}
