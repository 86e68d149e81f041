package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The await of a promise. Its value stays there for others, so that nothing has to be discarded. */
final class PromiseCell<T extends @Nullable Object> extends AwaitCell<T> implements Runnable {
    private final Promise<T> promise;

    PromiseCell(Promise<T> promise, Backend backend) {
        super(backend);
        this.promise = promise;
    }

    @SuppressWarnings("NullAway") // null is a T when the outcome is
    T get() {
        return await();
    }

    @Override
    protected void start() {
        promise.whenDone(this);
        attach(promise);
    }

    @Override
    protected void cancelUpstream(Object handle) {
        promise.forget(this);
    }

    @Override
    protected boolean isCancelQuick() {
        return true;
    }

    @Override
    protected void discardValue(T value) {}

    @Override
    public void run() {
        switch (Objects.requireNonNull(promise.peek())) {
            case Outcome.Success<T> success -> succeed(success.value());
            case Outcome.Failure<T> failure -> {
                if (fail(failure.error())) promise.observe();
            }
            case Outcome.Cancelled<T> cancelled -> fail(CancelledException.ofAwaited(cancelled));
        }
    }
}
