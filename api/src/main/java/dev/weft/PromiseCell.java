package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The await of a promise. Its value stays there for others, so that nothing has to be discarded here. */
final class PromiseCell<T extends @Nullable Object> extends AwaitCell<T> implements Runnable {
    private final Promise<T> promise;

    /** For whoever reads a report; null where the cell may live longer than the wait. */
    private final @Nullable Deferred<T> handle;

    private boolean followed;

    PromiseCell(Promise<T> promise, @Nullable Deferred<T> handle, Backend backend) {
        super(backend);
        this.promise = promise;
        this.handle = handle;
    }

    T get() {
        await();
        return Objects.requireNonNull(promise.observe()).getOrThrow();
    }

    /** {@return a promise that follows this one, for a cell that is started without a thread: who reads from that reads from this} */
    Promise<T> follow() {
        followed = true;
        return new SharedPromise<>(promise);
    }

    @Override
    protected boolean isShared() {
        return true;
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
    public String waitsFor() {
        return operation()
                + switch (handle) {
                    case null -> " of a Deferred";
                    case TaskDeferred<T> task -> " of the coroutine " + task.title();
                    case SourceDeferred<T> source -> " of what was started: " + source.title();
                };
    }

    @Override
    protected void discardValue(T value) {}

    @Override
    public void run() {
        switch (Objects.requireNonNull(promise.peek())) {
            case Outcome.Success<T> success -> {
                if (succeed(success.value()) && hasSucceeded() && !followed) promise.observe();
            }
            case Outcome.Failure<T> failure -> {
                if (fail(failure.error())) promise.observe();
            }
            case Outcome.Cancelled<T> cancelled -> fail(CancelledException.ofAwaited(cancelled));
        }
    }
}
