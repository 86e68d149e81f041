package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.pause;
import static dev.weft.spi.Exploration.shared;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A coroutine that keeps how it has ended. */
final class Task extends CoroutineTask<@Nullable Object> {
    enum End {
        SUCCEEDED,
        FAILED,
        CANCELLED
    }

    volatile @Nullable End end;

    /** A root. */
    Task(Backend backend, Callable<?> body) {
        super(null, backend, "context", CoroutineOptions.NONE, body);
        shared(this);
    }

    /** Makes a member of the current scope. */
    Task(Callable<?> body) {
        super(Scope.current(), Scope.current().backend(), "context", CoroutineOptions.NONE, body);
        shared(this);
    }

    /** Runs a body in a scope inside the current one. */
    static @Nullable Object within(boolean shield, Callable<?> body) throws Exception {
        Scope here = Scope.current();
        return new Scope(here, here.backend(), "context", shield).call(body);
    }

    boolean cancel() {
        return cancel(Cancellation.Reason.REQUESTED, null, null);
    }

    private void end(End how) {
        check(end == null, "ended twice");
        end = how;
        if (Thread.currentThread() == thread()) isNotInterrupted(); // else it ends in the code of its starter
    }

    /** For where no interrupt of the engine's may reach the thread, now or later. */
    static void isNotInterrupted() {
        check(!Thread.currentThread().isInterrupted(), "interrupted");
        pause();
        check(!Thread.currentThread().isInterrupted(), "interrupted late");
    }

    @Override
    protected void succeeded(@Nullable Object result) {
        end(End.SUCCEEDED);
    }

    @Override
    protected void failed(Throwable failure) {
        end(End.FAILED);
    }

    @Override
    protected void cancelled(@Nullable Throwable failure) {
        end(End.CANCELLED);
    }
}
