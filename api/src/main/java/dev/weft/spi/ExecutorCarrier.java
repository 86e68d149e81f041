package dev.weft.spi;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Confines a coroutine to the threads of an executor. If that does not take a step, or runs it where it must not, the coroutine fails
 * with the reason; to unwind it goes to the scheduler of the JDK, so that nobody waits for it in vain.
 */
final class ExecutorCarrier extends Carrier implements Executor {
    private static final AtomicIntegerFieldUpdater<ExecutorCarrier> GIVEN_BACK =
            AtomicIntegerFieldUpdater.newUpdater(ExecutorCarrier.class, "givenBack");

    /** What the user has called for it, for errors. */
    private final String word;

    private final Executor executor;

    /** What gives the children theirs; null if that is this. */
    private final @Nullable Carrier workers;

    private final @Nullable EventLoop loop;
    private final MonitorCheck check;
    private final @Nullable CoroutineTask<?> task;

    /** Whether the executor was asked for a step. */
    private volatile boolean asked;

    /** Whether the executor has failed. */
    private volatile boolean left;

    /** Whether the task is over; written by its thread. */
    private volatile boolean ended;

    /** The step that the executor has taken and not begun. */
    private volatile @Nullable Step pending;

    /** Whether the worker was given back: one, by whoever comes first, the thread or a step that ends behind it. */
    private volatile int givenBack;

    private ExecutorCarrier(
            String word,
            Executor executor,
            @Nullable Carrier workers,
            @Nullable EventLoop loop,
            MonitorCheck check,
            @Nullable CoroutineTask<?> task) {
        this.word = word;
        this.executor = executor;
        this.workers = workers;
        this.loop = loop;
        this.check = check;
        this.task = task;
    }

    ExecutorCarrier(String word, Executor executor) {
        this(word, executor, null, null, new MonitorCheck(), null);
    }

    ExecutorCarrier(String word, EventLoop loop, Executor executor) {
        this(word, executor, null, loop, MonitorCheck.NEEDLESS, null);
    }

    ExecutorCarrier(String word, Worker worker, Carrier workers, MonitorCheck check, CoroutineTask<?> task) {
        this(word, worker, workers, null, check, task);
    }

    @Override
    Carrier forTask(CoroutineTask<?> task) {
        return workers == null ? new ExecutorCarrier(word, executor, null, loop, check, task) : workers.forTask(task);
    }

    @Override
    Thread thread(String name, Runnable body) {
        return VirtualThreads.create(this, name, body);
    }

    @Override
    @Nullable
    EventLoop loop() {
        return loop;
    }

    @Override
    public void execute(Runnable continuation) {
        if (left) {
            VirtualThreads.execute(continuation);
            return;
        }
        asked = true;
        var step = new Step(this, continuation);
        pending = step;
        try {
            executor.execute(step);
        } catch (Throwable refused) {
            if (!step.ranInside)
                leave(
                        continuation,
                        new RejectedExecutionException(word + " takes no more steps of a coroutine", refused));
        }
        step.submitter = null;
    }

    /** An executor that was shut down may have dropped a step that it had taken: it is asked again, and says so. */
    @Override
    void cancelled() {
        Step step = pending;
        if (step != null) execute(step.continuation);
    }

    /** A worker is given back behind the step that the thread is in, if that is one of its own. */
    @Override
    void end() {
        ended = true;
        if (left || !asked) giveBack();
    }

    private void giveBack() {
        if (!(executor instanceof Worker worker) || !GIVEN_BACK.compareAndSet(this, 0, 1)) return;
        try {
            worker.close();
        } catch (Throwable failure) {
            CoroutineTask<?> of = Objects.requireNonNull(task);
            Reports.drop(of.backend(), of.context(), failure);
        }
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
            lost.cancelBecauseOf(why);
            continuation.run();
        });
    }

    /** {@return why a step cannot be run on this thread, or null} */
    private @Nullable String refusal(Thread thread, @Nullable Thread submitter) {
        if (thread.isVirtual())
            return "it runs them on virtual threads; a coroutine is one itself, and needs a platform thread";
        if (submitter == thread)
            return "it runs them inside the call that hands them over, on whatever thread that is; it has to queue them for"
                    + " threads of its own";
        String monitors = check.held();
        return monitors == null
                ? null
                : "it runs them while it holds a monitor (of " + monitors
                        + "), which a coroutine that waits would take away from its thread; it has to release that before it runs a task";
    }

    /** Gives a coroutine its turn on this platform thread, whose interrupt flag the JDK clears meanwhile: it is not the coroutine's. */
    private static void carry(Runnable continuation) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        continuation.run();
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** The coroutine, from where it waited to where it waits next. Run twice, it does nothing the second time. */
    private static final class Step implements Runnable {
        private final ExecutorCarrier carrier;
        private final Runnable continuation;

        /** The thread that is just handing this to the executor; read by that thread only. */
        private @Nullable Thread submitter = Thread.currentThread();

        /** Whether it was run before the executor had returned to the submitter; that thread's. */
        private boolean ranInside;

        Step(ExecutorCarrier carrier, Runnable continuation) {
            this.carrier = carrier;
            this.continuation = continuation;
        }

        /** On a virtual thread, where a loop has those: it waits here while a platform thread gives the turn. */
        @Override
        public void run() {
            if (carrier.loop != null && Thread.currentThread().isVirtual()) onPlatformThread();
            else turn();
        }

        private void onPlatformThread() {
            var done = new CompletableFuture<@Nullable Void>();
            VirtualThreads.execute(() -> {
                try {
                    turn();
                } finally {
                    done.complete(null);
                }
            });
            done.join();
        }

        private void turn() {
            ranInside = submitter == Thread.currentThread();
            String refusal = carrier.refusal(Thread.currentThread(), submitter);
            if (refusal != null) {
                carrier.leave(
                        continuation,
                        new IllegalStateException(carrier.word + " cannot run the steps of a coroutine: " + refusal));
                return;
            }
            if (carrier.pending == this) carrier.pending = null;
            carry(continuation);
            if (carrier.ended) carrier.giveBack();
        }
    }
}
