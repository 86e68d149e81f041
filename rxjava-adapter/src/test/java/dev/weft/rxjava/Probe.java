package dev.weft.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Watched;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A source with one subscription, operated by hand, that records what is asked of it. */
final class Probe<T> implements Sources.Raw<T> {
    final Upstream upstream = new Upstream();
    final List<Long> requests = upstream.requests;
    final AtomicInteger cancels = upstream.cancels;

    private final CompletableFuture<Signals<T>> downstream = new CompletableFuture<>();
    private final Consumer<Probe<T>> script;
    private volatile boolean subscribed;

    /** A probe that gives its subscription and then waits. */
    Probe() {
        this(Probe::subscription);
    }

    /** A probe that does this inside {@code subscribe}. */
    Probe(Consumer<Probe<T>> script) {
        this.script = script;
    }

    Probe<T> onRequest(LongConsumer action) {
        upstream.onRequest(action);
        return this;
    }

    Probe<T> onCancel(Runnable action) {
        upstream.onCancel(action);
        return this;
    }

    @Override
    public void subscribe(Signals<T> to) {
        assertThat(downstream.complete(to)).as("subscribed once").isTrue();
        try {
            script.accept(this);
        } finally {
            subscribed = true;
        }
    }

    /** Whether somebody has subscribed, and the script has run. */
    boolean isSubscribed() {
        return subscribed;
    }

    /** Who listens, waited for. */
    Signals<T> downstream() {
        try {
            return downstream.get(Watched.SECONDS, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError("not subscribed to", failure);
        }
    }

    void subscription() {
        downstream().onSubscribe(upstream);
    }

    void next(T value) {
        downstream().onValue(value);
    }

    void complete() {
        downstream().onEnd();
    }

    void fail(Throwable failure) {
        downstream().onError(failure);
    }
}
