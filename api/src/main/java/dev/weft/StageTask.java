package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine that is represented by a future. If other code cancels the future, or completes it, for example by
 * {@code orTimeout}, the coroutine is no longer needed and is cancelled; what it gives then goes to a hook.
 */
final class StageTask<T extends @Nullable Object> extends CoroutineTask<T> {
    private final Standing future = new Standing();

    /** Our code completes it by {@code ended…} only: the JDK's own methods are for other code. */
    private final class Standing extends CompletableFuture<T> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return byOthers(super.cancel(mayInterruptIfRunning), "its future was cancelled");
        }

        @Override
        public boolean complete(T value) {
            return byOthers(super.complete(value), "its future was completed");
        }

        @Override
        public boolean completeExceptionally(Throwable failure) {
            return byOthers(super.completeExceptionally(failure), "its future was completed");
        }

        /** The JDK does not call {@link #complete} for this. */
        @Override
        public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
            handle((value, failure) -> byOthers(true, "its future was completed"));
            return super.completeAsync(supplier, executor);
        }

        private boolean byOthers(boolean first, String reason) {
            if (first) StageTask.this.cancel(Cancellation.Reason.REQUESTED, reason, null);
            return first;
        }

        boolean endedWith(T value) {
            return super.complete(value);
        }

        boolean endedBy(Throwable failure) {
            return super.completeExceptionally(failure);
        }
    }

    private StageTask(Backend backend, Object context, CoroutineOptions options, Callable<? extends T> body) {
        super(null, backend, context, options, body);
    }

    /** Starts a coroutine. {@return the future for its result} */
    static <T extends @Nullable Object> CompletableFuture<T> start(
            Backend backend, Object context, CoroutineOptions options, Callable<? extends T> body) {
        var task = new StageTask<T>(backend, context, options, body);
        task.start();
        return task.future;
    }

    @Override
    protected void succeeded(T result) {
        if (!future.endedWith(result)) discard(result);
    }

    @Override
    protected void failed(Throwable failure) {
        if (!future.endedBy(failure)) drop(failure);
    }

    @Override
    protected void cancelled(@Nullable Throwable failure) {
        if (failure == null) future.endedBy(CancelledException.plain(Outcome.Cancelled.by(cancellation())));
        else failed(failure);
    }
}
