package dev.weft.rxjava;

import dev.weft.AsyncIterator;
import dev.weft.Awaitable;
import dev.weft.Generator;
import dev.weft.Hooks;
import dev.weft.stress.Storms;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.reactivestreams.FlowAdapters;

/** Storms over Single and Flowable. */
class RxStormTest extends Storms {
    @Override
    protected <T> Awaitable<T> one(Flow.Publisher<T> source) {
        return RxAsync.awaitable(Single.fromPublisher(FlowAdapters.toPublisher(source)));
    }

    @Override
    protected <T> AsyncIterator<T> each(Flow.Publisher<T> source, int prefetch) {
        return RxAsync.each(Flowable.fromPublisher(FlowAdapters.toPublisher(source)), prefetch);
    }

    /** Not by way of a Flowable, where RxJava loses the value of a Single that was disposed of. */
    @Override
    protected <T> void subscribe(Callable<T> body, Flow.Subscriber<T> subscriber) {
        RxAsync.<T>single(body).subscribe(new SingleObserver<>() {
            @Override
            public void onSubscribe(Disposable disposable) {
                subscriber.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long count) {}

                    @Override
                    public void cancel() {
                        disposable.dispose();
                    }
                });
            }

            @Override
            public void onSuccess(T value) {
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
    protected boolean bodyHasDemand() {
        return false;
    }

    @Override
    protected <T> void subscribe(Generator<T> generator, Flow.Subscriber<T> subscriber) {
        FlowAdapters.toFlowPublisher(RxAsync.flowable(generator)).subscribe(subscriber);
    }

    @Override
    protected Hooks.Handle watchDropped(Consumer<Throwable> seen) {
        RxJavaPlugins.setErrorHandler(seen::accept);
        return () -> RxJavaPlugins.setErrorHandler(null);
    }
}
