package dev.weft.scheduling;

import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Confines a coroutine to the threads of an executor. If the executor does not take a step, or runs it where it must
 * not, the coroutine fails with the reason. It then unwinds on the scheduler of the JDK, so that nothing waits for it
 * forever.
 */
final class ExecutorScheduler extends CoroutineScheduler implements Executor {
    private static final AtomicIntegerFieldUpdater<ExecutorScheduler> GIVEN_BACK =
            AtomicIntegerFieldUpdater.newUpdater(ExecutorScheduler.class, "givenBack");

    private static final System.Logger LOG = System.getLogger("dev.weft");

    /** The JDK's thread that submits virtual threads that are next at a monitor. */
    private static final String UNBLOCKER = "VirtualThread-unblocker";

    private static final Object A_MONITOR = new Object();
    private static final long FIRST_LOOK_MILLIS = 10;
    private static final long LAST_LOOK_MILLIS = 1000;

    /** The method that the user has called, for errors. */
    private final String word;

    private final Executor executor;

    /** The executor, if it must be given back; else null. */
    private final @Nullable AutoCloseable worker;

    /** The scheduler of the coroutines that this one starts; null if they use this executor. */
    private final @Nullable CoroutineScheduler workers;

    private final @Nullable Runnable enterLoop;
    private final MonitorCheck check;
    private final @Nullable Scheduled task;

    /** The thread of the task, null before it starts; written by the thread that starts it. */
    private volatile @Nullable Thread thread;

    /** Whether the executor was asked for a step. */
    private volatile boolean asked;

    /** Whether the executor has failed. */
    private volatile boolean left;

    /** Whether the task is over; written by its thread. */
    private volatile boolean ended;

    /** The step that the executor has taken but not begun. */
    private volatile @Nullable Step pending;

    /** The thread that ran the last step. */
    private volatile @Nullable Thread carriedBy;

    /** 1 if the worker was given back: by the task's thread or by a step that ends after it, whichever is first. */
    private volatile int givenBack;

    private ExecutorScheduler(
            String word,
            Executor executor,
            @Nullable AutoCloseable worker,
            @Nullable CoroutineScheduler workers,
            @Nullable Runnable enterLoop,
            MonitorCheck check,
            @Nullable Scheduled task) {
        this.word = word;
        this.executor = executor;
        this.worker = worker;
        this.workers = workers;
        this.enterLoop = enterLoop;
        this.check = check;
        this.task = task;
    }

    ExecutorScheduler(String word, Executor executor, @Nullable Runnable enterLoop) {
        this(
                word,
                executor,
                null,
                null,
                enterLoop,
                enterLoop == null ? new MonitorCheck() : MonitorCheck.NEEDLESS,
                null);
    }

    ExecutorScheduler(
            String word,
            Executor executor,
            AutoCloseable worker,
            CoroutineScheduler workers,
            MonitorCheck check,
            Scheduled task) {
        this(word, executor, worker, workers, null, check, task);
    }

    @Override
    public CoroutineScheduler forTask(Scheduled task) {
        if (workers != null) return workers.forTask(task);
        return new ExecutorScheduler(word, executor, null, null, enterLoop, check, task);
    }

    @Override
    public Thread thread(String name, Runnable body) {
        Thread created = VirtualThreads.create(this, name, body);
        thread = created;
        return created;
    }

    @Override
    public @Nullable Runnable enterLoop() {
        return enterLoop;
    }

    @Override
    public void execute(Runnable continuation) {
        if (left) {
            VirtualThreads.execute(continuation);
            return;
        }
        asked = true;
        var step = new Step(this, continuation);
        Object lock = lock();
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
        if (lock != null) watch(step, lock, FIRST_LOOK_MILLIS);
    }

    /**
     * {@return what the task is about to get: a lock, a synchronizer of the JDK that works like one, or
     * {@link #A_MONITOR}; null if it waits for none}
     */
    private @Nullable Object lock() {
        Thread waiting = thread;
        if (task == null || waiting == null || carriedBy == null) return null;
        if (Thread.currentThread().getName().equals(UNBLOCKER)) return A_MONITOR;
        Object blocker = LockSupport.getBlocker(waiting);
        return task.isSuspendedIn(blocker) ? null : blocker;
    }

    /**
     * The coroutine is next in the queue of a lock. If the thread that must run its step waits in the same queue, after
     * it, both would wait forever: then the coroutine goes on elsewhere.
     */
    private void watch(Step step, Object lock, long millis) {
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, Runnable::run)
                .execute(() -> {
                    if (pending != step) return;
                    Thread thread = Objects.requireNonNull(carriedBy);
                    if (waitsFor(lock, thread)) passBy(step, thread);
                    else watch(step, lock, Math.min(2 * millis, LAST_LOOK_MILLIS));
                });
    }

    private static boolean waitsFor(Object lock, Thread thread) {
        return lock == A_MONITOR ? thread.getState() == Thread.State.BLOCKED : LockSupport.getBlocker(thread) == lock;
    }

    private void passBy(Step step, Thread thread) {
        LOG.log(
                Level.WARNING,
                () -> "Thread " + thread.getName() + " waits for a lock that one of its own coroutines (" + word
                        + ") is to get first: the coroutine runs on another thread until its next wait. Code on an event loop should not wait"
                        + " for locks that its coroutines take.");
        VirtualThreads.execute(step::go);
    }

    /** An executor that was shut down may have lost a step that it had taken: offered the step again, it refuses. */
    @Override
    public void taskCancelled() {
        Step step = pending;
        if (step != null) execute(step.continuation);
    }

    /** If the thread is in a step of the worker, the worker is given back after that step. */
    @Override
    public void taskEnded() {
        ended = true;
        if (left || !asked) giveBack();
    }

    private void giveBack() {
        if (worker == null || !GIVEN_BACK.compareAndSet(this, 0, 1)) return;
        try {
            worker.close();
        } catch (Throwable failure) {
            Objects.requireNonNull(task).notGivenBack(failure);
        }
    }

    private void leave(Runnable continuation, RuntimeException why) {
        Scheduled lost = task;
        pending = null;
        if (left || lost == null) {
            VirtualThreads.execute(continuation);
            return;
        }
        left = true;
        VirtualThreads.execute(() -> {
            lost.abandoned(why);
            continuation.run();
        });
    }

    /** {@return why a step cannot be run on this thread, or null} */
    private @Nullable String refusal(Thread thread, @Nullable Thread submitter) {
        if (thread.isVirtual())
            return "it runs them on virtual threads; a coroutine is one itself, and needs a platform thread";
        if (submitter == thread)
            return "it runs them inside the call that hands them over, on the calling thread; it must queue them for"
                    + " threads of its own";
        String monitors = check.held();
        return monitors == null
                ? null
                : "it runs them while it holds a monitor (of " + monitors
                        + "), which a coroutine would take away from its thread when it waits; it must release the monitor before it runs a task";
    }

    /**
     * Runs a step on this platform thread, whose interrupt flag the JDK clears meanwhile, since it is not the
     * coroutine's.
     */
    private static void carry(Runnable continuation) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        continuation.run();
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** The coroutine from one wait to the next. Run twice, it does nothing the second time. */
    private static final class Step implements Runnable {
        private final ExecutorScheduler scheduler;
        private final Runnable continuation;

        /** The thread that is handing this to the executor; read by that thread only. */
        private @Nullable Thread submitter = Thread.currentThread();

        /** Whether it ran before the executor had returned to the submitter; used by that thread only. */
        private boolean ranInside;

        Step(ExecutorScheduler scheduler, Runnable continuation) {
            this.scheduler = scheduler;
            this.continuation = continuation;
        }

        /**
         * Runs the step. If the loop runs its tasks on virtual threads, this one waits while a platform thread runs the
         * step.
         */
        @Override
        public void run() {
            if (scheduler.enterLoop != null && Thread.currentThread().isVirtual()) onPlatformThread();
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
            String refusal = scheduler.refusal(Thread.currentThread(), submitter);
            if (refusal != null) {
                scheduler.leave(
                        continuation,
                        new IllegalStateException(scheduler.word + " cannot run the steps of a coroutine: " + refusal));
                return;
            }
            scheduler.carriedBy = Thread.currentThread();
            go();
        }

        /** Runs the step on the current thread. */
        private void go() {
            if (scheduler.pending == this) scheduler.pending = null;
            carry(continuation);
            if (scheduler.ended) scheduler.giveBack();
        }
    }
}
