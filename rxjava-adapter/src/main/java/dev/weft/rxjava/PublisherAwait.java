package dev.weft.rxjava;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.SourceAwaitCell;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

/** The await of a {@code Flowable} or any publisher: parked continuation and subscriber in one object. */
final class PublisherAwait<T> extends SourceAwaitCell<T> implements FlowableSubscriber<T> {
    PublisherAwait(Publisher<? extends T> source, AwaitMode take) {
        super(RxBackend.INSTANCE, take, source);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected void subscribe(Object source) {
        try {
            ((Publisher<T>) source).subscribe(this);
        } catch (NullPointerException thrown) {
            thrownAndReported(SubscribeFailure.reported(thrown));
        }
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
    public void onSubscribe(Subscription subscription) {
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
