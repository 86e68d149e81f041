package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A coroutine whose caller, a plain thread, waits for its end. */
final class RunTask<T extends @Nullable Object> extends CoroutineTask<T> {
    private final Thread caller = Thread.currentThread();
    private @Nullable T result;
    private @Nullable Throwable thrown;
    private volatile Deferred.State state = Deferred.State.RUNNING;

    private RunTask(Backend backend, CoroutineOptions options, Callable<? extends T> body) {
        super(null, backend, Async.context(), options, body);
    }

    /** Runs a body, for the public method {@code word}, and waits for its end. */
    static <T extends @Nullable Object> T run(
            String word, Backend backend, CoroutineOptions options, Callable<? extends T> body) throws Exception {
        Backends.requireMayBlock(word);
        if (Thread.currentThread().isInterrupted())
            throw CancelledException.interrupted(new InterruptedException("interrupted before run"));
        Throwable[] thrown = new Throwable[1];
        var task = new RunTask<T>(backend, options, () -> {
            try {
                return body.call();
            } catch (Throwable failure) {
                thrown[0] = failure;
                throw failure;
            }
        });
        task.start();
        return task.join(thrown);
    }

    @Override
    protected void succeeded(T value) {
        result = value;
        end(Deferred.State.SUCCEEDED);
    }

    @Override
    protected void failed(Throwable failure) {
        thrown = failure;
        end(Deferred.State.FAILED);
    }

    /** The caller receives it. */
    @Override
    protected void cancelledBy(Throwable echo) {
        cancelled(echo instanceof CancelledException ? null : echo);
    }

    @Override
    protected void cancelled(@Nullable Throwable failure) {
        thrown = failure;
        end(Deferred.State.CANCELLED);
    }

    private void end(Deferred.State with) {
        state = with;
        LockSupport.unpark(caller);
    }

    /** Waits for the end; an interrupt cancels the coroutine, and the wait goes on. */
    @SuppressWarnings("NullAway") // the result is a T when it succeeded
    private T join(Throwable[] asThrown) throws Exception {
        boolean interrupted = false;
        while (state == Deferred.State.RUNNING) {
            LockSupport.park(this);
            if (!Thread.interrupted()) continue;
            interrupted = true;
            cancel(
                    Cancellation.Reason.REQUESTED,
                    "an interrupt of its caller",
                    new InterruptedException("interrupted while running a coroutine"));
        }
        if (interrupted) caller.interrupt();
        return switch (state) {
            case SUCCEEDED -> result;
            case FAILED -> throw failure(asThrown[0]);
            case CANCELLED, RUNNING -> throw cancellationThrown();
        };
    }

    /** What the body threw, as it threw it; a member's failure, as an await would throw it. */
    private Exception failure(@Nullable Throwable asThrown) {
        Throwable failure = thrown;
        if (failure == null) throw new AssertionError("failed without a failure");
        if (asThrown == null || Host.get().unwrap(asThrown) != failure) return Failures.thrown(failure);
        AwaitTrace.mark(failure);
        if (asThrown instanceof Error error) throw error;
        return (Exception) asThrown;
    }

    private CancelledException cancellationThrown() {
        var exception = CancelledException.of(Objects.requireNonNull(cancellation()));
        if (thrown != null) exception.addSuppressed(thrown);
        return exception;
    }
}
