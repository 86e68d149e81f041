package dev.weft.reactor;

import dev.weft.spi.IterationCell;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** The iteration over a {@code Flux} or any publisher. */
final class PublisherIteration<T> extends IterationCell<T> implements CoreSubscriber<T> {
    PublisherIteration(Publisher<? extends T> source, int prefetch) {
        super(ReactorBackend.INSTANCE, prefetch, source);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected void subscribe(Object source) {
        carry(ReactorContext.captured(carried()));
        ((Publisher<T>) source).subscribe(this);
    }

    @Override
    protected void request(Object subscription, long count) {
        ((Subscription) subscription).request(count);
    }

    @Override
    protected void cancelUpstream(Object subscription) {
        ((Subscription) subscription).cancel();
    }

    @Override
    public Context currentContext() {
        return ReactorContext.toReactor(carried());
    }

    /** Reactor turns what subscribe throws into an onSubscribe with a subscription of its own, and an onError. */
    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.canAppearAfterOnSubscribe(subscription) && supersede(subscription)) return;
        subscribed(subscription);
    }

    @Override
    public void onNext(T value) {
        value(value);
    }

    @Override
    public void onError(Throwable failure) {
        failed(failure);
    }

    @Override
    public void onComplete() {
        completed();
    }
}
