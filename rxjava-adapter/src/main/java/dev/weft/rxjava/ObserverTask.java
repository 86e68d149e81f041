package dev.weft.rxjava;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.SubscriberTask;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A coroutine that an observer of one value or none waits for, and its disposable. */
abstract class ObserverTask<T, O> extends SubscriberTask<@Nullable T, O> implements Disposable {
    ObserverTask(O downstream, CoroutineOptions options, Callable<? extends @Nullable T> body) {
        super(downstream, RxBackend.INSTANCE, RxBackend.context(), options, body);
    }

    /** Signals the result to the observer. */
    abstract void tell(O observer, @Nullable T value);

    /** Signals to the observer that the coroutine has failed. */
    abstract void tellFailure(O observer, Throwable failure);

    @Override
    public final void dispose() {
        cancel();
    }

    @Override
    public final boolean isDisposed() {
        return downstream() == null;
    }

    @Override
    protected final void succeeded(@Nullable T value) {
        O observer = forget();
        if (observer == null) discard(value);
        else tell(observer, value);
    }

    @Override
    protected final void fail(O observer, Throwable failure) {
        tellFailure(observer, failure);
    }
}
