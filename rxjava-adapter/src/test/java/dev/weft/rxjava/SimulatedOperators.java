package dev.weft.rxjava;

import dev.weft.spi.SchedulePoint;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Lets other threads step in between any two operators of RxJava, in every other run; in the rest these may be fused. */
final class SimulatedOperators {
    private SimulatedOperators() {}

    @SuppressWarnings({"rawtypes", "unchecked"})
    static void pause() {
        RxJavaPlugins.setOnFlowableSubscribe((source, to) -> RxWorld.pauses() ? new Asked(to) : to);
        RxJavaPlugins.setOnObservableSubscribe(
                (source, to) -> RxWorld.pauses() ? new Pushed<>(to, null, null, null) : to);
        RxJavaPlugins.setOnSingleSubscribe((source, to) -> RxWorld.pauses() ? new Pushed<>(null, to, null, null) : to);
        RxJavaPlugins.setOnMaybeSubscribe((source, to) -> RxWorld.pauses() ? new Pushed<>(null, null, to, null) : to);
        RxJavaPlugins.setOnCompletableSubscribe(
                (source, to) -> RxWorld.pauses() ? new Pushed<>(null, null, null, to) : to);
    }

    static void pauseNoMore() {
        RxJavaPlugins.setOnFlowableSubscribe(null);
        RxJavaPlugins.setOnObservableSubscribe(null);
        RxJavaPlugins.setOnSingleSubscribe(null);
        RxJavaPlugins.setOnMaybeSubscribe(null);
        RxJavaPlugins.setOnCompletableSubscribe(null);
    }

    /** Passes on what it gets, and stands aside before; where there is demand. */
    private static final class Asked implements FlowableSubscriber<Object>, Subscription {
        private final Subscriber<Object> downstream;
        private Subscription upstream;

        Asked(Subscriber<Object> downstream) {
            this.downstream = downstream;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            SchedulePoint.pass();
            downstream.onSubscribe(this);
        }

        @Override
        public void onNext(Object value) {
            SchedulePoint.pass();
            downstream.onNext(value);
        }

        @Override
        public void onError(Throwable failure) {
            SchedulePoint.pass();
            downstream.onError(failure);
        }

        @Override
        public void onComplete() {
            SchedulePoint.pass();
            downstream.onComplete();
        }

        @Override
        public void request(long count) {
            SchedulePoint.pass();
            upstream.request(count);
        }

        @Override
        public void cancel() {
            SchedulePoint.pass();
            upstream.cancel();
        }
    }

    /** The same where there is none: one of the four is there. */
    private record Pushed<T>(
            Observer<T> many,
            SingleObserver<T> one,
            MaybeObserver<T> maybe,
            CompletableObserver none,
            Disposable[] upstream)
            implements Observer<T>, SingleObserver<T>, MaybeObserver<T>, CompletableObserver, Disposable {
        Pushed(Observer<T> many, SingleObserver<T> one, MaybeObserver<T> maybe, CompletableObserver none) {
            this(many, one, maybe, none, new Disposable[1]);
        }

        @Override
        public void onSubscribe(Disposable disposable) {
            upstream[0] = disposable;
            SchedulePoint.pass();
            if (many != null) many.onSubscribe(this);
            else if (one != null) one.onSubscribe(this);
            else if (maybe != null) maybe.onSubscribe(this);
            else none.onSubscribe(this);
        }

        @Override
        public void onNext(T value) {
            SchedulePoint.pass();
            many.onNext(value);
        }

        @Override
        public void onSuccess(T value) {
            SchedulePoint.pass();
            if (one != null) one.onSuccess(value);
            else maybe.onSuccess(value);
        }

        @Override
        public void onError(Throwable failure) {
            SchedulePoint.pass();
            if (many != null) many.onError(failure);
            else if (one != null) one.onError(failure);
            else if (maybe != null) maybe.onError(failure);
            else none.onError(failure);
        }

        @Override
        public void onComplete() {
            SchedulePoint.pass();
            if (many != null) many.onComplete();
            else if (maybe != null) maybe.onComplete();
            else none.onComplete();
        }

        @Override
        public void dispose() {
            SchedulePoint.pass();
            upstream[0].dispose();
        }

        @Override
        public boolean isDisposed() {
            return upstream[0].isDisposed();
        }
    }
}
