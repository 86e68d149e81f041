package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Reports;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A coroutine that a future stands for: cancelling the future cancels it, and what comes then goes to a hook. */
final class StageTask<T extends @Nullable Object> extends CoroutineTask<T> {
    private final CompletableFuture<T> future = new CompletableFuture<>() {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            StageTask.this.cancel(Cancellation.Reason.REQUESTED, "its future was cancelled", null);
            return cancelled;
        }
    };

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
        if (!future.complete(result)) Reports.discard(backend(), context(), result);
    }

    @Override
    protected void failed(Throwable failure) {
        if (!future.completeExceptionally(failure)) Reports.drop(backend(), context(), failure);
    }

    @Override
    protected void ended(@Nullable Throwable failure) {
        if (failure == null)
            future.completeExceptionally(CancelledException.plain(Outcome.Cancelled.by(cancellation())));
        else failed(failure);
    }
}
