package dev.weft.rxjava;

import dev.weft.spi.BufferPolicy;
import dev.weft.spi.IterationCell;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.disposables.Disposable;

/** The iteration over an {@code Observable}, which never waits for the loop. */
final class ObservableIteration<T> extends IterationCell<T> implements Observer<T> {
    ObservableIteration(ObservableSource<? extends T> source, BufferPolicy buffering) {
        super(RxBackend.INSTANCE, buffering, source);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected void subscribe(Object source) {
        try {
            ((ObservableSource<T>) source).subscribe(this);
        } catch (NullPointerException thrown) {
            thrownAndReported(SubscribeFailure.reported(thrown));
        }
    }

    @Override
    protected void cancelUpstream(Object subscription) {
        ((Disposable) subscription).dispose();
    }

    @Override
    public void onSubscribe(Disposable disposable) {
        subscribed(disposable);
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
