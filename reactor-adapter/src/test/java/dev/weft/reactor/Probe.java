package dev.weft.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Watched;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A publisher with one subscription, operated by hand, that records what is asked of it. */
final class Probe<T> implements Publisher<T>, Subscription {
    final List<Long> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger cancels = new AtomicInteger();
    volatile Thread cancelledBy;

    private final CompletableFuture<Subscriber<? super T>> subscriber = new CompletableFuture<>();
    private final Consumer<Probe<T>> script;
    private LongConsumer onRequest = count -> {};
    private Runnable onCancel = () -> {};

    /** A probe that gives its subscription and then waits. */
    Probe() {
        this(Probe::subscription);
    }

    /** A probe that does this inside {@code subscribe}. */
    Probe(Consumer<Probe<T>> script) {
        this.script = script;
    }

    /** This, as a Mono that does not watch over it. */
    Mono<T> mono() {
        return Mono.fromDirect(this);
    }

    /** This, as a Flux that does not watch over it. */
    Flux<T> flux() {
        return Flux.from(this);
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
    public void subscribe(Subscriber<? super T> to) {
        assertThat(subscriber.complete(to)).as("subscribed once").isTrue();
        script.accept(this);
    }

    boolean isSubscribed() {
        return subscriber.isDone();
    }

    /** The subscriber, waited for. */
    Subscriber<? super T> subscriber() {
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
