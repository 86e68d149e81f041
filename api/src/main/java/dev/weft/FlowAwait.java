package dev.weft;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.SourceAwaitCell;
import java.util.concurrent.Flow;

/** The await of a {@link Flow.Publisher}. */
final class FlowAwait<T> extends SourceAwaitCell<T> implements Flow.Subscriber<T> {
    FlowAwait(Flow.Publisher<? extends T> source, AwaitMode take, Backend backend) {
        super(backend, take, source);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected void subscribe(Object source) {
        ((Flow.Publisher<T>) source).subscribe(this);
    }

    @Override
    protected void request(Object subscription, long count) {
        ((Flow.Subscription) subscription).request(count);
    }

    @Override
    protected void cancelUpstream(Object subscription) {
        ((Flow.Subscription) subscription).cancel();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscribed(subscription);
    }

    @Override
    public void onNext(T item) {
        value(item);
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
