package dev.weft.rxjava;

import dev.weft.tck.Later;
import dev.weft.tck.Sources;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.internal.util.BackpressureHelper;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Sources for the contract, by RxJava's own means: a type for one value, and {@link Flowable} for many. */
class RxSources implements Sources {
    private final Class<?> one;

    /** Sources of {@link Single}, where it may be empty of {@link Maybe}. */
    RxSources() {
        this(Single.class);
    }

    RxSources(Class<?> one) {
        this.one = one;
    }

    @Override
    public Class<?> one() {
        return one;
    }

    @Override
    public Class<?> many() {
        return Flowable.class;
    }

    @Override
    public Object succeeded(Object value) {
        return as(Maybe.just(value));
    }

    @Override
    public Object failed(Throwable failure) {
        return as(Maybe.error(failure));
    }

    @Override
    public Object empty() {
        return one == Single.class ? Maybe.empty() : as(Maybe.empty());
    }

    @Override
    public Object never() {
        return as(Maybe.never());
    }

    private Object as(Maybe<?> maybe) {
        if (one == Single.class) return maybe.toSingle();
        if (one == Maybe.class) return maybe;
        return one == Observable.class ? maybe.toObservable() : maybe.toFlowable();
    }

    @Override
    public Later later() {
        if (one == Single.class) return new LaterSingle();
        if (one == Maybe.class) return new LaterMaybe();
        return one == Observable.class ? new LaterObservable() : new LaterFlowable(true);
    }

    @Override
    public Object many(List<?> values) {
        return Flowable.fromIterable(values);
    }

    @Override
    public Object failing(List<?> values, Throwable failure) {
        return Flowable.concat(Flowable.fromIterable(values), Flowable.error(failure));
    }

    @Override
    public Object infinite() {
        return Flowable.<Integer, Integer>generate(() -> 0, (n, out) -> {
            out.onNext(n);
            return n + 1;
        });
    }

    @Override
    public Later laterMany() {
        return new LaterFlowable(false);
    }

    @Override
    public Object misbehaving(Flow.Publisher<?> publisher) {
        return Flowable.unsafeCreate(FlowAdapters.toPublisher(publisher));
    }

    @Override
    public Executor nonBlocking() {
        return Schedulers.computation()::scheduleDirect;
    }

    @Override
    public Flow.Publisher<?> publisher(Object source) {
        return FlowAdapters.toFlowPublisher(flowable(source));
    }

    private static Publisher<?> flowable(Object source) {
        return switch (source) {
            case Single<?> single -> single.toFlowable();
            case Maybe<?> maybe -> maybe.toFlowable();
            case Completable completable -> completable.toFlowable();
            case Observable<?> observable -> Flowable.fromObservable(observable, BackpressureStrategy.BUFFER);
            default -> (Publisher<?>) source;
        };
    }

    /** Signals on when it was cancelled, as if it had not heard of that yet, which RxJava's subjects do not. */
    private abstract static class ByHand implements Later {
        private final AtomicInteger subscriptions = new AtomicInteger();
        private final AtomicLong requested = new AtomicLong();
        private final AtomicInteger cancellations = new AtomicInteger();

        final Disposable subscribed() {
            subscriptions.incrementAndGet();
            requested.set(Long.MAX_VALUE);
            return Disposable.fromRunnable(cancellations::incrementAndGet);
        }

        final Subscription asked() {
            subscriptions.incrementAndGet();
            return new Subscription() {
                @Override
                public void request(long count) {
                    BackpressureHelper.add(requested, count);
                }

                @Override
                public void cancel() {
                    cancellations.incrementAndGet();
                }
            };
        }

        @Override
        public int subscriptions() {
            return subscriptions.get();
        }

        @Override
        public long requested() {
            return requested.get();
        }

        @Override
        public int cancellations() {
            return cancellations.get();
        }
    }

    private static final class LaterSingle extends ByHand {
        private SingleObserver<? super Object> observer;

        @Override
        public Object source() {
            return Single.unsafeCreate(to -> {
                observer = to;
                to.onSubscribe(subscribed());
            });
        }

        @Override
        public void value(Object value) {
            observer.onSuccess(value);
        }

        @Override
        public void complete() {
            throw new UnsupportedOperationException("a Single cannot be empty");
        }

        @Override
        public void fail(Throwable failure) {
            observer.onError(failure);
        }
    }

    private static final class LaterMaybe extends ByHand {
        private MaybeObserver<? super Object> observer;

        @Override
        public Object source() {
            return Maybe.unsafeCreate(to -> {
                observer = to;
                to.onSubscribe(subscribed());
            });
        }

        @Override
        public void value(Object value) {
            observer.onSuccess(value);
        }

        @Override
        public void complete() {
            observer.onComplete();
        }

        @Override
        public void fail(Throwable failure) {
            observer.onError(failure);
        }
    }

    private static final class LaterObservable extends ByHand {
        private Observer<? super Object> observer;

        @Override
        public Object source() {
            return Observable.unsafeCreate(to -> {
                observer = to;
                to.onSubscribe(subscribed());
            });
        }

        @Override
        public void value(Object value) {
            observer.onNext(value);
            observer.onComplete();
        }

        @Override
        public void complete() {
            observer.onComplete();
        }

        @Override
        public void fail(Throwable failure) {
            observer.onError(failure);
        }
    }

    private static final class LaterFlowable extends ByHand {
        private final boolean one;
        private Subscriber<? super Object> subscriber;

        LaterFlowable(boolean one) {
            this.one = one;
        }

        @Override
        public Object source() {
            return Flowable.unsafeCreate(to -> {
                subscriber = to;
                to.onSubscribe(asked());
            });
        }

        @Override
        public void value(Object value) {
            subscriber.onNext(value);
            if (one) subscriber.onComplete();
        }

        @Override
        public void complete() {
            subscriber.onComplete();
        }

        @Override
        public void fail(Throwable failure) {
            subscriber.onError(failure);
        }
    }
}
