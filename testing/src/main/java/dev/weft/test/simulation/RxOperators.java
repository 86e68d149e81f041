package dev.weft.test.simulation;

import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.functions.BiFunction;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Lets other threads step in between any two operators of RxJava; then these are not fused. */
final class RxOperators {
    private RxOperators() {}

    /**
     * Pauses at each operator that is subscribed to while that is wanted.
     *
     * @return what restores the hooks
     */
    @SuppressWarnings({"rawtypes", "unchecked"})
    static Runnable pause(BooleanSupplier isWanted) {
        var flowable = RxJavaPlugins.getOnFlowableSubscribe();
        var observable = RxJavaPlugins.getOnObservableSubscribe();
        var single = RxJavaPlugins.getOnSingleSubscribe();
        BiFunction maybe = RxJavaPlugins.getOnMaybeSubscribe(); // a setter wants another type than its getter gives
        var completable = RxJavaPlugins.getOnCompletableSubscribe();
        RxJavaPlugins.setOnFlowableSubscribe((source, to) -> isWanted.getAsBoolean() ? new Asked(to) : to);
        RxJavaPlugins.setOnObservableSubscribe(
                (source, to) -> isWanted.getAsBoolean() ? new Pushed<>(to, null, null, null) : to);
        RxJavaPlugins.setOnSingleSubscribe(
                (source, to) -> isWanted.getAsBoolean() ? new Pushed<>(null, to, null, null) : to);
        RxJavaPlugins.setOnMaybeSubscribe(
                (source, to) -> isWanted.getAsBoolean() ? new Pushed<>(null, null, to, null) : to);
        RxJavaPlugins.setOnCompletableSubscribe(
                (source, to) -> isWanted.getAsBoolean() ? new Pushed<>(null, null, null, to) : to);
        return () -> {
            RxJavaPlugins.setOnFlowableSubscribe(flowable);
            RxJavaPlugins.setOnObservableSubscribe(observable);
            RxJavaPlugins.setOnSingleSubscribe(single);
            RxJavaPlugins.setOnMaybeSubscribe(maybe);
            RxJavaPlugins.setOnCompletableSubscribe(completable);
        };
    }

    /** Passes on what it gets, and stands aside before; where there is demand. */
    private static final class Asked implements FlowableSubscriber<Object>, Subscription {
        private final Subscriber<Object> downstream;
        private @Nullable Subscription upstream;

        Asked(Subscriber<Object> downstream) {
            this.downstream = downstream;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            Thread.yield();
            downstream.onSubscribe(this);
        }

        @Override
        public void onNext(Object value) {
            Thread.yield();
            downstream.onNext(value);
        }

        @Override
        public void onError(Throwable failure) {
            Thread.yield();
            downstream.onError(failure);
        }

        @Override
        public void onComplete() {
            Thread.yield();
            downstream.onComplete();
        }

        @Override
        public void request(long count) {
            Thread.yield();
            Objects.requireNonNull(upstream).request(count);
        }

        @Override
        public void cancel() {
            Thread.yield();
            Objects.requireNonNull(upstream).cancel();
        }
    }

    /** The same where there is none: one of the four is there. */
    private static final class Pushed<T>
            implements Observer<T>, SingleObserver<T>, MaybeObserver<T>, CompletableObserver, Disposable {
        private final @Nullable Observer<T> many;
        private final @Nullable SingleObserver<T> one;
        private final @Nullable MaybeObserver<T> maybe;
        private final @Nullable CompletableObserver none;
        private @Nullable Disposable upstream;

        Pushed(
                @Nullable Observer<T> many,
                @Nullable SingleObserver<T> one,
                @Nullable MaybeObserver<T> maybe,
                @Nullable CompletableObserver none) {
            this.many = many;
            this.one = one;
            this.maybe = maybe;
            this.none = none;
        }

        @Override
        public void onSubscribe(Disposable disposable) {
            upstream = disposable;
            Thread.yield();
            if (many != null) many.onSubscribe(this);
            else if (one != null) one.onSubscribe(this);
            else if (maybe != null) maybe.onSubscribe(this);
            else Objects.requireNonNull(none).onSubscribe(this);
        }

        @Override
        public void onNext(T value) {
            Thread.yield();
            Objects.requireNonNull(many).onNext(value);
        }

        @Override
        public void onSuccess(T value) {
            Thread.yield();
            if (one != null) one.onSuccess(value);
            else Objects.requireNonNull(maybe).onSuccess(value);
        }

        @Override
        public void onError(Throwable failure) {
            Thread.yield();
            if (many != null) many.onError(failure);
            else if (one != null) one.onError(failure);
            else if (maybe != null) maybe.onError(failure);
            else Objects.requireNonNull(none).onError(failure);
        }

        @Override
        public void onComplete() {
            Thread.yield();
            if (many != null) many.onComplete();
            else if (maybe != null) maybe.onComplete();
            else Objects.requireNonNull(none).onComplete();
        }

        @Override
        public void dispose() {
            Thread.yield();
            Objects.requireNonNull(upstream).dispose();
        }

        @Override
        public boolean isDisposed() {
            return Objects.requireNonNull(upstream).isDisposed();
        }
    }
}
