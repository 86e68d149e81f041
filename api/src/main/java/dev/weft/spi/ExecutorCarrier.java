package dev.weft.spi;

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
final class ExecutorCarrier extends Carrier implements Executor {
    private static final AtomicIntegerFieldUpdater<ExecutorCarrier> GIVEN_BACK =
            AtomicIntegerFieldUpdater.newUpdater(ExecutorCarrier.class, "givenBack");

    private static final System.Logger LOG = System.getLogger("dev.weft");

    /** The JDK's thread that hands on virtual threads which are next at a monitor. */
    private static final String UNBLOCKER = "VirtualThread-unblocker";

    private static final Object A_MONITOR = new Object();
    private static final long FIRST_LOOK_MILLIS = 10;
    private static final long LAST_LOOK_MILLIS = 1000;

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

    /** The thread that has given the last turn. */
    private volatile @Nullable Thread carriedBy;

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
        Thread thread = task == null ? null : task.thread();
        if (thread == null || carriedBy == null) return null;
        if (Thread.currentThread().getName().equals(UNBLOCKER)) return A_MONITOR;
        Object blocker = LockSupport.getBlocker(thread);
        return blocker instanceof Suspension || blocker instanceof Scope ? null : blocker;
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
            carrier.carriedBy = Thread.currentThread();
            go();
        }

        /** Gives the turn, on whatever thread. */
        private void go() {
            if (carrier.pending == this) carrier.pending = null;
            carry(continuation);
            if (carrier.ended) carrier.giveBack();
        }
    }
}
