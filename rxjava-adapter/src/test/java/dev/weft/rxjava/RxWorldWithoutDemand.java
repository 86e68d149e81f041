package dev.weft.rxjava;

import dev.weft.Adapters;
import dev.weft.Async;
import dev.weft.Awaitable;
import dev.weft.Generator;
import dev.weft.Overflow;
import dev.weft.PlayedSource;
import dev.weft.PlayedSubscriber;
import dev.weft.spi.IterationCell;
import dev.weft.test.simulation.Simulation;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.concurrent.Callable;

/** RxJava under simulation, where nothing is asked for: {@code Observable} for many values, {@code Single} for one. */
class RxWorldWithoutDemand extends RxWorld {
    RxWorldWithoutDemand(Simulation simulation) {
        super(simulation);
    }

    @Override
    protected boolean hasDemand() {
        return false;
    }

    /** RxJava does so except for a Single or Maybe. */
    @Override
    protected boolean reportsWhatSubscribeThrows() {
        return true;
    }

    @Override
    protected Object publisher(PlayedSource source) {
        return observable(source);
    }

    @Override
    protected final Awaitable<String> awaitable(PlayedSource source) {
        return Async.awaitable(publisher(source));
    }

    @Override
    protected final IterationCell<String> many(PlayedSource source, int prefetch) {
        return new ObservableIteration<>(observable(source), Adapters.buffering(Overflow.unbounded(), "an Observable"));
    }

    @Override
    protected final void subscribe(Callable<String> body, PlayedSubscriber subscriber) {
        RxAsync.single(body).subscribe(new SingleObserver<String>() {
            @Override
            public void onSubscribe(Disposable disposable) {
                subscriber.unbounded();
                subscriber.onSubscribe(new Disposing(disposable));
            }

            @Override
            public void onSuccess(String value) {
                subscriber.onNext(value);
                subscriber.onComplete();
            }

            @Override
            public void onError(Throwable failure) {
                subscriber.onError(failure);
            }
        });
    }

    @Override
    protected final void subscribeMany(Generator<String> generator, PlayedSubscriber subscriber) {
        RxAsync.observable(generator).subscribe(new Observer<String>() {
            @Override
            public void onSubscribe(Disposable disposable) {
                subscriber.unbounded();
                subscriber.onSubscribe(new Disposing(disposable));
            }

            @Override
            public void onNext(String value) {
                subscriber.onNext(value);
            }

            @Override
            public void onError(Throwable failure) {
                subscriber.onError(failure);
            }

            @Override
            public void onComplete() {
                subscriber.onComplete();
            }
        });
    }

    private static Observable<String> observable(PlayedSource source) {
        ObservableSource<String> raw = observer -> source.subscribedBy(new PlayedSource.Signals() {
            @Override
            public void subscribed() {
                observer.onSubscribe(new Played(source));
                source.unbounded();
            }

            @Override
            public void value(String value) {
                observer.onNext(value);
            }

            @Override
            public void complete() {
                observer.onComplete();
            }

            @Override
            public void fail(Throwable failure) {
                observer.onError(failure);
            }
        });
        return Observable.unsafeCreate(raw);
    }

    /** What a played source gives for cancelling it. */
    private record Played(PlayedSource source) implements Disposable {
        @Override
        public void dispose() {
            source.cancel();
        }

        @Override
        public boolean isDisposed() {
            return source.isCancelled();
        }
    }

    /** The same for sources of one value, whose value is their end. */
    static final class OfOne extends RxWorldWithoutDemand {
        OfOne(Simulation simulation) {
            super(simulation);
        }

        @Override
        protected boolean reportsWhatSubscribeThrows() {
            return false;
        }

        @Override
        protected boolean endsWithItsValue() {
            return true;
        }

        @Override
        protected Object publisher(PlayedSource source) {
            return Single.<String>unsafeCreate(observer -> source.subscribedBy(new PlayedSource.Signals() {
                @Override
                public void subscribed() {
                    observer.onSubscribe(new Played(source));
                }

                @Override
                public void value(String value) {
                    source.ended();
                    observer.onSuccess(value);
                }

                @Override
                public void complete() {}

                @Override
                public void fail(Throwable failure) {
                    observer.onError(failure);
                }
            }));
        }
    }
}
