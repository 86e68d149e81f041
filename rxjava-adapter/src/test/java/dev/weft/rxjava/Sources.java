package dev.weft.rxjava;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** One source in each of RxJava's five types. */
interface Sources<T> {
    Single<T> single();

    Maybe<T> maybe();

    Completable completable();

    Observable<T> observable();

    Flowable<T> flowable();

    /** A well-behaved source. */
    static <T> Sources<T> of(Flowable<T> flowable) {
        return new Converted<>(flowable);
    }

    /** RxJava's own conversions. */
    record Converted<T>(Flowable<T> flowable) implements Sources<T> {
        @Override
        public Single<T> single() {
            return flowable.singleOrError();
        }

        @Override
        public Maybe<T> maybe() {
            return flowable.singleElement();
        }

        @Override
        public Completable completable() {
            return flowable.ignoreElements();
        }

        @Override
        public Observable<T> observable() {
            return flowable.toObservable();
        }
    }

    /** A source of the test's own making, with nothing of RxJava between it and its observer. */
    interface Raw<T> extends Sources<T>, Publisher<T> {
        @Override
        default Single<T> single() {
            return new RawSingle<>(this);
        }

        @Override
        default Maybe<T> maybe() {
            return new RawMaybe<>(this);
        }

        @Override
        default Completable completable() {
            return new RawCompletable(this);
        }

        @Override
        default Observable<T> observable() {
            return new RawObservable<>(this);
        }

        @Override
        default Flowable<T> flowable() {
            return new RawFlowable<>(this);
        }
    }
}

final class RawSingle<T> extends Single<T> {
    private final Sources.Raw<T> source;

    RawSingle(Sources.Raw<T> source) {
        this.source = source;
    }

    @Override
    protected void subscribeActual(SingleObserver<? super T> to) {
        source.subscribe(new ToSingle<>(to));
    }
}

final class RawMaybe<T> extends Maybe<T> {
    private final Sources.Raw<T> source;

    RawMaybe(Sources.Raw<T> source) {
        this.source = source;
    }

    @Override
    protected void subscribeActual(MaybeObserver<? super T> to) {
        source.subscribe(new ToMaybe<>(to));
    }
}

final class RawCompletable extends Completable {
    private final Sources.Raw<?> source;

    RawCompletable(Sources.Raw<?> source) {
        this.source = source;
    }

    @Override
    protected void subscribeActual(CompletableObserver to) {
        source.subscribe(new ToCompletable(to));
    }
}

final class RawObservable<T> extends Observable<T> {
    private final Sources.Raw<T> source;

    RawObservable(Sources.Raw<T> source) {
        this.source = source;
    }

    @Override
    protected void subscribeActual(Observer<? super T> to) {
        source.subscribe(new ToObservable<>(to));
    }
}

final class RawFlowable<T> extends Flowable<T> {
    private final Sources.Raw<T> source;

    RawFlowable(Sources.Raw<T> source) {
        this.source = source;
    }

    @Override
    protected void subscribeActual(Subscriber<? super T> to) {
        source.subscribe(to);
    }
}

record ToSingle<T>(SingleObserver<? super T> to) implements Subscriber<T> {
    @Override
    public void onSubscribe(Subscription given) {
        to.onSubscribe((RxUpstream) given);
    }

    @Override
    public void onNext(T value) {
        to.onSuccess(value);
    }

    @Override
    public void onComplete() {}

    @Override
    public void onError(Throwable failure) {
        to.onError(failure);
    }
}

/** Ends with its value. */
record ToMaybe<T>(MaybeObserver<? super T> to) implements Subscriber<T> {
    @Override
    public void onSubscribe(Subscription given) {
        to.onSubscribe((RxUpstream) given);
    }

    @Override
    public void onNext(T value) {
        to.onSuccess(value);
    }

    @Override
    public void onComplete() {
        to.onComplete();
    }

    @Override
    public void onError(Throwable failure) {
        to.onError(failure);
    }
}

record ToCompletable(CompletableObserver to) implements Subscriber<Object> {
    @Override
    public void onSubscribe(Subscription given) {
        to.onSubscribe((RxUpstream) given);
    }

    @Override
    public void onNext(Object value) {
        throw new AssertionError("a Completable has no value");
    }

    @Override
    public void onComplete() {
        to.onComplete();
    }

    @Override
    public void onError(Throwable failure) {
        to.onError(failure);
    }
}

record ToObservable<T>(Observer<? super T> to) implements Subscriber<T> {
    @Override
    public void onSubscribe(Subscription given) {
        to.onSubscribe((RxUpstream) given);
    }

    @Override
    public void onNext(T value) {
        to.onNext(value);
    }

    @Override
    public void onComplete() {
        to.onComplete();
    }

    @Override
    public void onError(Throwable failure) {
        to.onError(failure);
    }
}
