package dev.weft.rxjava;

import dev.weft.spi.CoroutineOptions;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A {@code Completable} that runs a body in a coroutine for each observer. */
final class CoroutineCompletable extends Completable {
    private final Callable<?> body;
    private final CoroutineOptions options;

    private CoroutineCompletable(Callable<?> body, CoroutineOptions options) {
        this.body = body;
        this.options = options.madeHere();
    }

    static Completable of(Callable<?> body, CoroutineOptions options) {
        return RxJavaPlugins.onAssembly(new CoroutineCompletable(Objects.requireNonNull(body, "body"), options));
    }

    @Override
    protected void subscribeActual(CompletableObserver downstream) {
        var task = new CompletableTask(downstream, options, body);
        downstream.onSubscribe(task);
        task.start();
    }
}

/** A coroutine that a {@code CompletableObserver} waits for. */
final class CompletableTask extends ObserverTask<Object, CompletableObserver> {
    CompletableTask(CompletableObserver downstream, CoroutineOptions options, Callable<?> body) {
        super(downstream, options, body);
    }

    @Override
    void tell(CompletableObserver observer, @Nullable Object value) {
        discard(value);
        observer.onComplete();
    }

    @Override
    void tellFailure(CompletableObserver observer, Throwable failure) {
        observer.onError(failure);
    }
}
