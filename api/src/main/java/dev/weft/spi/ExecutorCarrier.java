package dev.weft.spi;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Confines a coroutine to the threads of an executor. If that does not take a step, or runs it where it must not, the coroutine fails
 * with the reason; to unwind it goes to the scheduler of the JDK, so that nobody waits for it in vain.
 */
final class ExecutorCarrier extends Carrier implements Executor {
    private final Executor executor;
    private final @Nullable CoroutineTask<?> task;

    /** Whether the executor has failed. */
    private volatile boolean left;

    /** The step that the executor has taken and not begun. */
    private volatile @Nullable Step pending;

    ExecutorCarrier(Executor executor, @Nullable CoroutineTask<?> task) {
        this.executor = executor;
        this.task = task;
    }

    @Override
    Carrier forTask(CoroutineTask<?> task) {
        return new ExecutorCarrier(executor, task);
    }

    @Override
    Thread thread(String name, Runnable body) {
        return VirtualThreads.create(this, name, body);
    }

    @Override
    public void execute(Runnable continuation) {
        if (left) {
            VirtualThreads.execute(continuation);
            return;
        }
        var step = new Step(this, continuation);
        pending = step;
        try {
            executor.execute(step);
        } catch (Throwable refused) {
            leave(
                    continuation,
                    new RejectedExecutionException("the executor of the dispatcher takes no more steps", refused));
        }
        step.submitter = null;
    }

    /** An executor that was shut down may have dropped a step that it had taken: it is asked again, and says so. */
    @Override
    void cancelled() {
        Step step = pending;
        if (step != null) execute(step.continuation);
    }

    private void leave(Runnable continuation, RuntimeException why) {
        CoroutineTask<?> lost = task;
        pending = null;
        if (left || lost == null) {
            VirtualThreads.execute(continuation);
            return;
        }
        left = true;
        VirtualThreads.execute(() -> {
            lost.cancel(Cancellation.Reason.FAILURE, why);
            continuation.run();
        });
    }

    /** The coroutine, from where it waited to where it waits next. Run twice, it does nothing the second time. */
    private static final class Step implements Runnable {
        private final ExecutorCarrier carrier;
        private final Runnable continuation;

        /** The thread that is just handing this to the executor; read by that thread only. */
        private @Nullable Thread submitter = Thread.currentThread();

        Step(ExecutorCarrier carrier, Runnable continuation) {
            this.carrier = carrier;
            this.continuation = continuation;
        }

        @Override
        public void run() {
            Thread thread = Thread.currentThread();
            if (thread.isVirtual()) {
                leave("it runs them on virtual threads; a coroutine is one itself, and needs a platform thread");
            } else if (submitter == thread) {
                leave(
                        "it runs them inside execute(…), on whatever thread that is; it has to queue them for threads of its own");
            } else {
                if (carrier.pending == this) carrier.pending = null;
                carry(continuation);
            }
        }

        private void leave(String why) {
            carrier.leave(
                    continuation,
                    new IllegalStateException(
                            "the executor of the dispatcher cannot run the steps of a coroutine: " + why));
        }
    }
}
