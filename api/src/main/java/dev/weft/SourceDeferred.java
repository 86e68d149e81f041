package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Cancellation;
import dev.weft.spi.Scope;
import dev.weft.spi.SourceTask;
import dev.weft.spi.Unread;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A source that was started in a scope, without a thread, and its handle. */
final class SourceDeferred<T extends @Nullable Object> extends SourceTask<T> implements Deferred<T> {
    private final Promise<T> promise;

    SourceDeferred(Scope owner, AwaitCell<T> cell) {
        super(owner, cell);
        this.promise = cell instanceof PromiseCell<T> handle
                ? handle.follow()
                : isShared() ? new SharedPromise<>(null) : new Promise<>();
    }

    Promise<T> promise() {
        return promise;
    }

    @Override
    public boolean cancel() {
        return cancelBecause(null);
    }

    @Override
    public boolean cancel(String reason) {
        return cancelBecause(Objects.requireNonNull(reason, "reason"));
    }

    @Override
    public T await() {
        return promise.await(this);
    }

    @Override
    public @Nullable Outcome<T> outcome() {
        return promise.observe();
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        return promise.toCompletableFuture(this::cancel, owner().backend(), owner().context());
    }

    @Override
    public void whenComplete(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> callback) {
        promise.whenComplete(callback, owner().backend(), owner().context());
    }

    @Override
    public @Nullable Throwable unobservedFailure() {
        return promise.unobservedFailure();
    }

    @Override
    public @Nullable Unread unread() {
        return promise.isOver() ? null : promise;
    }

    @Override
    @SuppressWarnings("NullAway") // null is a T where the source may be empty
    protected void succeeded(@Nullable T value) {
        promise.complete(new Outcome.Success<>(value));
    }

    @Override
    protected void failed(Throwable failure) {
        promise.complete(new Outcome.Failure<>(failure));
    }

    @Override
    protected void ended(@Nullable Cancellation by) {
        promise.complete(Outcome.Cancelled.by(by));
    }
}
