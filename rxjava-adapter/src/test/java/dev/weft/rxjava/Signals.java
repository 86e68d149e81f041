package dev.weft.rxjava;

import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import org.reactivestreams.Subscriber;

/** Who listens, whatever RxJava calls it. A source of one ends with its value; one of none ends instead of giving it. */
interface Signals<T> {
    void onSubscribe(Upstream upstream);

    void onValue(T value);

    void onEnd();

    void onError(Throwable failure);

    static <T> Signals<T> of(SingleObserver<? super T> to) {
        return new Signals<>() {
            @Override
            public void onSubscribe(Upstream upstream) {
                to.onSubscribe(upstream);
            }

            @Override
            public void onValue(T value) {
                to.onSuccess(value);
            }

            @Override
            public void onEnd() {}

            @Override
            public void onError(Throwable failure) {
                to.onError(failure);
            }
        };
    }

    static <T> Signals<T> of(MaybeObserver<? super T> to) {
        return new Signals<>() {
            @Override
            public void onSubscribe(Upstream upstream) {
                to.onSubscribe(upstream);
            }

            @Override
            public void onValue(T value) {
                to.onSuccess(value);
            }

            @Override
            public void onEnd() {
                to.onComplete();
            }

            @Override
            public void onError(Throwable failure) {
                to.onError(failure);
            }
        };
    }

    static <T> Signals<T> of(CompletableObserver to) {
        return new Signals<>() {
            @Override
            public void onSubscribe(Upstream upstream) {
                to.onSubscribe(upstream);
            }

            @Override
            public void onValue(T value) {
                throw new AssertionError("a Completable has no value");
            }

            @Override
            public void onEnd() {
                to.onComplete();
            }

            @Override
            public void onError(Throwable failure) {
                to.onError(failure);
            }
        };
    }

    static <T> Signals<T> of(Observer<? super T> to) {
        return new Signals<>() {
            @Override
            public void onSubscribe(Upstream upstream) {
                to.onSubscribe(upstream);
            }

            @Override
            public void onValue(T value) {
                to.onNext(value);
            }

            @Override
            public void onEnd() {
                to.onComplete();
            }

            @Override
            public void onError(Throwable failure) {
                to.onError(failure);
            }
        };
    }

    static <T> Signals<T> of(Subscriber<? super T> to) {
        return new Signals<>() {
            @Override
            public void onSubscribe(Upstream upstream) {
                to.onSubscribe(upstream);
            }

            @Override
            public void onValue(T value) {
                to.onNext(value);
            }

            @Override
            public void onEnd() {
                to.onComplete();
            }

            @Override
            public void onError(Throwable failure) {
                to.onError(failure);
            }
        };
    }
}
