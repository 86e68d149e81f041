package dev.weft.testing.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Watched;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.reactivestreams.Subscriber;

/** A source with one subscription, operated by hand, that records the requests and cancels it receives. */
public class Probe<T> implements RawPublisher<T> {
    public final Upstream upstream;
    public final List<Long> requests;
    public final AtomicInteger cancels;

    private final CompletableFuture<Subscriber<? super T>> subscriber = new CompletableFuture<>();
    private final Consumer<? super Probe<T>> script;
    private final boolean scripted;
    private volatile Thread subscribing;
    private volatile Subscriber<? super T> early;

    /** Creates a probe that passes its subscription and then waits; from then on other threads can signal. */
    public Probe() {
        this(new Upstream());
    }

    /** Creates a probe that does this inside {@code subscribe}. */
    public Probe(Consumer<? super Probe<T>> script) {
        this(new Upstream(), script);
    }

    protected Probe(Upstream upstream) {
        this(upstream, Probe::subscription, false);
    }

    protected Probe(Upstream upstream, Consumer<? super Probe<T>> script) {
        this(upstream, script, true);
    }

    private Probe(Upstream upstream, Consumer<? super Probe<T>> script, boolean scripted) {
        this.upstream = upstream;
        this.requests = upstream.requests;
        this.cancels = upstream.cancels;
        this.script = script;
        this.scripted = scripted;
    }

    public Probe<T> onRequest(LongConsumer action) {
        upstream.onRequest(action);
        return this;
    }

    public Probe<T> onCancel(Runnable action) {
        upstream.onCancel(action);
        return this;
    }

    @Override
    public void subscribe(Subscriber<? super T> to) {
        assertThat(early).as("subscribed once").isNull();
        early = to;
        subscribing = Thread.currentThread();
        if (scripted) subscriber.complete(to);
        script.accept(this);
        subscriber.complete(to);
    }

    public boolean isSubscribed() {
        return early != null;
    }

    /** Waits for the subscriber and returns it. */
    public Subscriber<? super T> subscriber() {
        if (Thread.currentThread() == subscribing) return early;
        try {
            return subscriber.get(Watched.SECONDS, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError("not subscribed to", failure);
        }
    }

    public void subscription() {
        subscriber().onSubscribe(upstream);
    }

    public void next(T value) {
        subscriber().onNext(value);
    }

    public void complete() {
        subscriber().onComplete();
    }

    public void fail(Throwable failure) {
        subscriber().onError(failure);
    }
}
