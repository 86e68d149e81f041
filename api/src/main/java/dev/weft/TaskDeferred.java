package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Reports;
import dev.weft.spi.Scope;
import dev.weft.spi.Unread;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A started coroutine and its handle. */
final class TaskDeferred<T extends @Nullable Object> extends CoroutineTask<T> implements Deferred<T> {
    private final Promise<T> promise = new Promise<>();

    TaskDeferred(
            @Nullable Scope owner,
            Backend backend,
            Object context,
            CoroutineOptions options,
            Callable<? extends T> body) {
        super(owner, backend, context, options, body);
    }

    TaskDeferred<T> started() {
        start();
        return this;
    }

    Promise<T> promise() {
        return promise;
    }

    @Override
    public T await() {
        requireOutside(Scope.current());
        return promise.await(this);
    }

    /** What is inside this never sees its end, since that waits for it. */
    void requireOutside(@Nullable Scope here) {
        if (promise.peek() == null && (isAround(here) || isAround(CoroutineTask.ofThread())))
            throw new IllegalStateException("a coroutine awaits itself, or one that waits for its end");
    }

    private boolean isAround(@Nullable Scope scope) {
        return scope != null && scope.isInside(this);
    }

    @Override
    public boolean cancel() {
        return cancel(Cancellation.Reason.REQUESTED, null, null);
    }

    @Override
    public boolean cancel(String reason) {
        return cancel(Cancellation.Reason.REQUESTED, Objects.requireNonNull(reason, "reason"), null);
    }

    @Override
    public @Nullable Outcome<T> outcome() {
        return promise.observe();
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        return promise.toCompletableFuture(this::cancel, backend(), context());
    }

    @Override
    public void whenComplete(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> callback) {
        promise.whenComplete(callback, backend(), context());
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
    protected void succeeded(T result) {
        promise.complete(new Outcome.Success<>(result));
    }

    @Override
    protected void failed(Throwable failure) {
        promise.complete(new Outcome.Failure<>(failure));
        if (parent() == null) reportIfForgotten(this, promise, failure);
    }

    @Override
    protected void ended(@Nullable Throwable failure) {
        promise.complete(failure == null ? Outcome.Cancelled.by(cancellation()) : new Outcome.Failure<>(failure));
    }

    /** A root has no scope that would throw what nobody has seen: that is dropped when the handle is collected. */
    private static void reportIfForgotten(TaskDeferred<?> handle, Promise<?> promise, Throwable failure) {
        Backend backend = handle.backend();
        Object context = handle.context();
        Collected.watch(handle, () -> {
            if (promise.unobservedFailure() != null) Reports.drop(backend, context, failure);
        });
    }
}
