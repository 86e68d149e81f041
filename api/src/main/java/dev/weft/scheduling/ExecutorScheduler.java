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
 * Confines a coroutine to the threads of an executor. If that does not take a step, or runs it where it must not, the coroutine fails
 * with the reason; to unwind it goes to the scheduler of the JDK, so that nobody waits for it in vain.
 */
final class ExecutorScheduler extends CoroutineScheduler implements Executor {
    private static final AtomicIntegerFieldUpdater<ExecutorScheduler> GIVEN_BACK =
            AtomicIntegerFieldUpdater.newUpdater(ExecutorScheduler.class, "givenBack");

    private static final System.Logger LOG = System.getLogger("dev.weft");

    /** The JDK's thread that hands on virtual threads which are next at a monitor. */
    private static final String UNBLOCKER = "VirtualThread-unblocker";

    private static final Object A_MONITOR = new Object();
    private static final long FIRST_LOOK_MILLIS = 10;
    private static final long LAST_LOOK_MILLIS = 1000;

    /** What the user has called for it, for errors. */
    private final String word;

    private final Executor executor;

    /** The executor, if it is to be given back; else null. */
    private final @Nullable AutoCloseable worker;

    /** What gives the children theirs; null if that is this. */
    private final @Nullable CoroutineScheduler workers;

    private final @Nullable Runnable enterLoop;
    private final MonitorCheck check;
    private final @Nullable Scheduled task;

    /** The thread of the task, before it starts null; written by the thread that starts it. */
    private volatile @Nullable Thread thread;

    /** Whether the executor was asked for a step. */
    private volatile boolean asked;

    /** Whether the executor has failed. */
    private volatile boolean left;

    /** Whether the task is over; written by its thread. */
    private volatile boolean ended;

    /** The step that the executor has taken and not begun. */
    private volatile @Nullable Step pending;

    /** The thread that has given the last turn. */
    private volatile @Nullable Thread carriedBy;

    /** Whether the worker was given back: one, by whoever comes first, the thread or a step that ends behind it. */
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

    /** {@return the lock, or what of the JDK waits as if it were one, that the task is just given, or {@link #A_MONITOR}; or null} */
    private @Nullable Object lock() {
        Thread waiting = thread;
        if (task == null || waiting == null || carriedBy == null) return null;
        if (Thread.currentThread().getName().equals(UNBLOCKER)) return A_MONITOR;
        Object blocker = LockSupport.getBlocker(waiting);
        return task.isSuspendedIn(blocker) ? null : blocker;
    }

    /**
     * The coroutine is next in the queue of a lock. If the thread that has to give it its turn waits in the same queue, behind it, both
     * would do so for ever: then it goes on beside that.
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
                () -> "Thread " + thread.getName() + " waits for a lock that a coroutine of its own (" + word
                        + ") is to have first: that goes on beside it, up to where it waits next. What runs on an event loop should not wait"
                        + " for locks that its coroutines take.");
        VirtualThreads.execute(step::go);
    }

    /** An executor that was shut down may have dropped a step that it had taken: it is asked again, and says so. */
    @Override
    public void taskCancelled() {
        Step step = pending;
        if (step != null) execute(step.continuation);
    }

    /** A worker is given back behind the step that the thread is in, if that is one of its own. */
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
        private final ExecutorScheduler scheduler;
        private final Runnable continuation;

        /** The thread that is just handing this to the executor; read by that thread only. */
        private @Nullable Thread submitter = Thread.currentThread();

        /** Whether it was run before the executor had returned to the submitter; that thread's. */
        private boolean ranInside;

        Step(ExecutorScheduler scheduler, Runnable continuation) {
            this.scheduler = scheduler;
            this.continuation = continuation;
        }

        /** On a virtual thread, where a loop has those: it waits here while a platform thread gives the turn. */
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

        /** Gives the turn, on whatever thread. */
        private void go() {
            if (scheduler.pending == this) scheduler.pending = null;
            carry(continuation);
            if (scheduler.ended) scheduler.giveBack();
        }
    }
}
