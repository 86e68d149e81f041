package dev.weft.rxjava;

import dev.weft.spi.CoroutineOptions;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A {@code Single} that runs a body in a coroutine for each observer. */
final class CoroutineSingle<T> extends Single<T> {
    private final Callable<? extends T> body;
    private final CoroutineOptions options;

    private CoroutineSingle(Callable<? extends T> body, CoroutineOptions options) {
        this.body = body;
        this.options = options.madeHere();
    }

    static <T> Single<T> of(Callable<? extends T> body, CoroutineOptions options) {
        return RxJavaPlugins.onAssembly(new CoroutineSingle<T>(Objects.requireNonNull(body, "body"), options));
    }

    @Override
    protected void subscribeActual(SingleObserver<? super T> downstream) {
        var task = new SingleTask<T>(downstream, options, body);
        downstream.onSubscribe(task);
        task.start();
    }
}

/** A coroutine that a {@code SingleObserver} waits for. */
final class SingleTask<T> extends ObserverTask<T, SingleObserver<? super T>> {
    SingleTask(SingleObserver<? super T> downstream, CoroutineOptions options, Callable<? extends T> body) {
        super(downstream, options, body);
    }

    @Override
    void tell(SingleObserver<? super T> observer, @Nullable T value) {
        if (value != null) observer.onSuccess(value);
        else observer.onError(new NullPointerException("single: the body returned null; maybe(…) may be empty"));
    }

    @Override
    void tellFailure(SingleObserver<? super T> observer, Throwable failure) {
        observer.onError(failure);
    }
}
