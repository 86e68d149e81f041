package dev.weft.test;

import dev.weft.Async;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber that records what it receives, and when. It asks for everything, or, as {@link #byHand} says, for what the
 * test asks for. For an {@link dev.weft.AsyncStream} and any other {@link Flow.Publisher}; a {@code Flux} has
 * {@code StepVerifier}, a {@code Flowable} {@code test()}.
 *
 * <p>One that has not received the end when its test is over, and was not cancelled, is left over.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public final class Recorder<T> implements Flow.Subscriber<T> {
    private final Supplier<Duration> time;

    /** Guarded by this, as is all below. */
    private final List<T> values = new ArrayList<>();

    private final List<Duration> times = new ArrayList<>();

    /** Those that wait until so many values have come. */
    private final List<Wait> waits = new ArrayList<>();

    private boolean byHand;
    private boolean completed;
    private boolean cancelled;
    private @Nullable Throwable failure;
    private Flow.@Nullable Subscription subscription;

    Recorder(Supplier<Duration> time) {
        this.time = time;
    }

    private record Wait(int count, CompletableFuture<Integer> reached) {}

    // --- before it subscribes

    /** {@return this, which from now on asks for nothing by itself} To be called before it subscribes. */
    public synchronized Recorder<T> byHand() {
        byHand = true;
        return this;
    }

    // --- what the test does

    /**
     * Asks for values.
     *
     * @throws IllegalStateException if it has not subscribed
     */
    public void request(long count) {
        subscription().request(count);
    }

    /**
     * Cancels the subscription.
     *
     * @throws IllegalStateException if it has not subscribed
     */
    public void cancel() {
        Flow.Subscription open = subscription();
        synchronized (this) {
            cancelled = true;
        }
        open.cancel();
    }

    /**
     * Waits until so many values have come, or the end or a failure.
     *
     * @return the values that have come
     */
    public List<T> await(int count) {
        var wait = new Wait(count, new CompletableFuture<>());
        synchronized (this) {
            waits.add(wait);
        }
        reached();
        Async.await(wait.reached());
        return values();
    }

    /**
     * Waits until the end has come.
     *
     * @return the values that have come
     * @throws AssertionError if it was a failure, with that as its cause
     */
    public List<T> awaitEnd() {
        List<T> all = await(Integer.MAX_VALUE);
        Throwable thrown = failure();
        if (thrown != null) throw new AssertionError("the source has failed, after " + all, thrown);
        return all;
    }

    /**
     * Waits until a failure has come.
     *
     * @return what the source has failed with
     * @throws AssertionError if it has completed
     */
    public Throwable awaitFailure() {
        List<T> all = await(Integer.MAX_VALUE);
        Throwable thrown = failure();
        if (thrown == null) throw new AssertionError("the source has completed, after " + all);
        return thrown;
    }

    // --- what has come

    /** {@return the values, in their order} */
    public synchronized List<T> values() {
        return List.copyOf(values);
    }

    /** {@return when each value came, since the test began} */
    public synchronized List<Duration> times() {
        return List.copyOf(times);
    }

    /** {@return whether the end has come} */
    public synchronized boolean isComplete() {
        return completed;
    }

    /** {@return what the source has failed with; null if it has not} */
    public synchronized @Nullable Throwable failure() {
        return failure;
    }

    synchronized boolean isOpen() {
        return subscription != null && !cancelled && !isOver();
    }

    private synchronized Flow.Subscription subscription() {
        if (subscription == null) throw new IllegalStateException("the recorder has not subscribed");
        return subscription;
    }

    // --- signals

    @Override
    public void onSubscribe(Flow.Subscription given) {
        boolean all;
        synchronized (this) {
            if (subscription != null) throw new IllegalStateException("the recorder has subscribed before");
            subscription = Objects.requireNonNull(given, "subscription");
            all = !byHand;
        }
        if (all) given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T value) {
        synchronized (this) {
            values.add(Objects.requireNonNull(value, "value"));
            times.add(time.get());
        }
        reached();
    }

    @Override
    public void onError(Throwable thrown) {
        synchronized (this) {
            failure = Objects.requireNonNull(thrown, "failure");
        }
        reached();
    }

    @Override
    public void onComplete() {
        synchronized (this) {
            completed = true;
        }
        reached();
    }

    private boolean isOver() {
        return completed || failure != null;
    }

    private void reached() {
        List<Wait> over;
        int count;
        synchronized (this) {
            count = values.size();
            over = waits.stream()
                    .filter(wait -> isOver() || count >= wait.count())
                    .toList();
            waits.removeAll(over);
        }
        over.forEach(wait -> wait.reached().complete(count));
    }
}
