package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Watched;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A publisher with one subscription, operated by hand, that records what is asked of it. */
final class Probe<T> implements Flow.Publisher<T>, Flow.Subscription {
    final List<Long> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger cancels = new AtomicInteger();
    volatile Thread cancelledBy;

    private final CompletableFuture<Flow.Subscriber<? super T>> subscriber = new CompletableFuture<>();
    private final Consumer<Probe<T>> script;
    private LongConsumer onRequest = count -> {};
    private Runnable onCancel = () -> {};

    private final boolean scripted;
    private volatile Thread subscribing;
    private volatile Flow.Subscriber<? super T> early;

    /** A probe that gives its subscription and then waits; other threads can signal when it has. */
    Probe() {
        this(Probe::subscription, false);
    }

    /** A probe that does this inside {@code subscribe}. */
    Probe(Consumer<Probe<T>> script) {
        this(script, true);
    }

    private Probe(Consumer<Probe<T>> script, boolean scripted) {
        this.script = script;
        this.scripted = scripted;
    }

    Probe<T> onRequest(LongConsumer action) {
        onRequest = action;
        return this;
    }

    Probe<T> onCancel(Runnable action) {
        onCancel = action;
        return this;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> to) {
        assertThat(early).as("subscribed once").isNull();
        early = to;
        subscribing = Thread.currentThread();
        if (scripted) subscriber.complete(to);
        script.accept(this);
        subscriber.complete(to);
    }

    boolean isSubscribed() {
        return early != null;
    }

    /** The subscriber, waited for. */
    Flow.Subscriber<? super T> subscriber() {
        if (Thread.currentThread() == subscribing) return early;
        try {
            return subscriber.get(Watched.SECONDS, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError("not subscribed to", failure);
        }
    }

    void subscription() {
        subscriber().onSubscribe(this);
    }

    void next(T value) {
        subscriber().onNext(value);
    }

    void complete() {
        subscriber().onComplete();
    }

    void fail(Throwable failure) {
        subscriber().onError(failure);
    }

    @Override
    public void request(long count) {
        requests.add(count);
        onRequest.accept(count);
    }

    @Override
    public void cancel() {
        cancelledBy = Thread.currentThread();
        cancels.incrementAndGet();
        onCancel.run();
    }
}
