package dev.weft.rxjava;

import dev.weft.spi.CoroutineOptions;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A {@code Maybe} that runs a body in a coroutine for each observer. */
final class CoroutineMaybe<T> extends Maybe<T> {
    private final Callable<? extends @Nullable T> body;
    private final CoroutineOptions options;

    private CoroutineMaybe(Callable<? extends @Nullable T> body, CoroutineOptions options) {
        this.body = body;
        this.options = options.madeHere();
    }

    static <T> Maybe<T> of(Callable<? extends @Nullable T> body, CoroutineOptions options) {
        return RxJavaPlugins.onAssembly(new CoroutineMaybe<T>(Objects.requireNonNull(body, "body"), options));
    }

    @Override
    protected void subscribeActual(MaybeObserver<? super T> downstream) {
        var task = new MaybeTask<T>(downstream, options, body);
        downstream.onSubscribe(task);
        task.start();
    }
}

/** A coroutine that a {@code MaybeObserver} waits for. */
final class MaybeTask<T> extends ObserverTask<T, MaybeObserver<? super T>> {
    MaybeTask(MaybeObserver<? super T> downstream, CoroutineOptions options, Callable<? extends @Nullable T> body) {
        super(downstream, options, body);
    }

    @Override
    void tell(MaybeObserver<? super T> observer, @Nullable T value) {
        if (value != null) observer.onSuccess(value);
        else observer.onComplete();
    }

    @Override
    void tellFailure(MaybeObserver<? super T> observer, Throwable failure) {
        observer.onError(failure);
    }
}
