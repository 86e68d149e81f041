package dev.weft.tck.programs;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A subscriber outside any coroutine that requests and cancels by hand, and leaves all that it sees in a trace. */
final class TracedSubscriber implements Flow.Subscriber<Object> {
    private final Trace trace;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private Runnable onNext = () -> {};

    /** Written by the thread that subscribes. */
    private volatile Flow.@Nullable Subscription subscription;

    /** Written by the thread that signals. */
    private volatile int values;

    TracedSubscriber(Trace trace) {
        this.trace = trace;
    }

    /** Sets what to do at each value, inside the signal. */
    TracedSubscriber doing(Runnable action) {
        onNext = action;
        return this;
    }

    void request(long count) {
        trace.add("request " + count);
        Objects.requireNonNull(subscription).request(count);
    }

    void cancel() {
        trace.add("cancel");
        Objects.requireNonNull(subscription).cancel();
    }

    /** Waits until this many values have arrived in all. */
    TracedSubscriber seen(int count) {
        Programs.until(() -> values >= count);
        return this;
    }

    /** Waits for the end. */
    void ended() {
        Programs.until(ended::isDone);
    }

    boolean hasEnded() {
        return ended.isDone();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        trace.add("onSubscribe");
        subscription = given;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // signals are serial
    public void onNext(Object value) {
        trace.add("onNext " + value);
        onNext.run();
        values++;
    }

    @Override
    public void onError(Throwable failure) {
        trace.add("onError " + Trace.describe(failure));
        ended.complete("onError");
    }

    @Override
    public void onComplete() {
        trace.add("onComplete");
        ended.complete("onComplete");
    }
}
