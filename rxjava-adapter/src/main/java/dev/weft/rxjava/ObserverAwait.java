package dev.weft.rxjava;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.SourceAwaitCell;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.disposables.Disposable;

/** The await of a {@code Single}, {@code Maybe}, {@code Completable} or {@code Observable}: RxJava's protocols without demand. */
final class ObserverAwait<T> extends SourceAwaitCell<T>
        implements SingleObserver<T>, MaybeObserver<T>, CompletableObserver, Observer<T> {
    ObserverAwait(Object source, AwaitMode take) {
        super(RxBackend.INSTANCE, take, source);
    }

    @Override
    protected void subscribe(Object source) {
        try {
            subscribeTo(source);
        } catch (NullPointerException thrown) {
            thrownAndReported(SubscribeFailure.reported(thrown));
        }
    }

    @SuppressWarnings("unchecked")
    private void subscribeTo(Object source) {
        switch (source) {
            case SingleSource<?> single -> ((SingleSource<T>) single).subscribe(this);
            case MaybeSource<?> maybe -> ((MaybeSource<T>) maybe).subscribe(this);
            case CompletableSource completable -> completable.subscribe(this);
            case ObservableSource<?> observable -> ((ObservableSource<T>) observable).subscribe(this);
            default -> throw new IllegalArgumentException("no source of RxJava: " + source.getClass());
        }
    }

    /** The public method for a Single and a Completable is {@code await}, whatever it takes. */
    @Override
    protected String operation() {
        return isFrom(SingleSource.class) || isFrom(CompletableSource.class) ? "await" : super.operation();
    }

    @Override
    protected boolean hasDemand() {
        return false;
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
    public void onSuccess(T value) {
        succeeded(value);
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
