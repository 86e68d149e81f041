package dev.weft.reactor;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.SourceAwaitCell;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** The await of a {@code Mono}, a {@code Flux} or any publisher: parked continuation and subscriber in one object. */
final class PublisherAwait<T> extends SourceAwaitCell<T> implements CoreSubscriber<T> {
    PublisherAwait(Publisher<? extends T> source, AwaitMode take) {
        super(ReactorBackend.INSTANCE, take, source);
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
