package dev.weft.scheduling;

import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What gives the threads of coroutines their turns; its public face is {@code dev.weft.Dispatcher}.
 *
 * <p>A virtual thread may be mounted only where nobody further down the stack holds a monitor: it would take the monitors of its
 * carrier away with it when it leaves (JEP 491). So a coroutine never goes on inside a call that starts it or signals to it, only
 * from the top of a loop of the JDK or of an executor.
 *
 * @since 0.1
 */
public abstract sealed class CoroutineScheduler
        permits JdkScheduler, ChosenScheduler, WorkerScheduler, ExecutorScheduler {
    CoroutineScheduler() {}

    /**
     * {@return the scheduler of the JDK}
     *
     * @param threads makes a virtual thread by name and body, not started
     * @param enterLoop enters the event loop that its coroutines belong to, though that cannot run them; or null
     */
    public static CoroutineScheduler virtual(
            BiFunction<String, Runnable, Thread> threads, @Nullable Runnable enterLoop) {
        return new JdkScheduler(threads, enterLoop);
    }

    /**
     * {@return the threads of an executor} Only where {@link #missing} is null.
     *
     * @param word what the user has called, for errors
     * @param executor what runs each step of a coroutine, on platform threads
     * @param enterLoop if the executor is an event loop's, makes the current thread one of that loop; else null
     */
    public static CoroutineScheduler on(String word, Executor executor, @Nullable Runnable enterLoop) {
        return new ExecutorScheduler(word, executor, enterLoop);
    }

    /**
     * {@return a scheduler that takes a worker for each coroutine, and gives it back when the coroutine has ended} Only where
     * {@link #missing} is null.
     *
     * @param word what the user has called, for errors
     * @param workers gives the worker of one coroutine, on the thread that starts it; what it throws is the coroutine's failure
     */
    @SuppressWarnings("try") // closed by hand, and not by a try
    public static <W extends Executor & AutoCloseable> CoroutineScheduler workers(
            String word, Supplier<? extends W> workers) {
        return new WorkerScheduler<W>(word, workers);
    }

    /**
     * {@return a scheduler that is not known before a coroutine starts; what that starts in turn stays on the one that was chosen}
     *
     * @param choice chooses, on the thread that starts the coroutine
     */
    public static CoroutineScheduler chosenAtStart(Supplier<CoroutineScheduler> choice) {
        return new ChosenScheduler(choice);
    }

    /** {@return what this JVM lacks for any other scheduler than {@link #virtual}, and what to do about it; null if it has all} */
    public static @Nullable String missing() {
        return VirtualThreads.missing();
    }

    /** {@return what schedules the one coroutine from now on; called by the thread that starts it} */
    public CoroutineScheduler forTask(Scheduled task) {
        return this;
    }

    /** {@return a new thread for the coroutine, not started} */
    public abstract Thread thread(String name, Runnable body);

    /** {@return what makes the current thread one of the event loop that its coroutines belong to; null if they belong to none} */
    public @Nullable Runnable enterLoop() {
        return null;
    }

    /** The coroutine was cancelled. */
    public void taskCancelled() {}

    /** The coroutine is over; called once. */
    public void taskEnded() {}
}

/** The scheduler of the JDK, or in a simulation that of the simulation. */
final class JdkScheduler extends CoroutineScheduler {
    private final BiFunction<String, Runnable, Thread> threads;
    private final @Nullable Runnable enterLoop;

    JdkScheduler(BiFunction<String, Runnable, Thread> threads, @Nullable Runnable enterLoop) {
        this.threads = threads;
        this.enterLoop = enterLoop;
    }

    @Override
    public @Nullable Runnable enterLoop() {
        return enterLoop;
    }

    @Override
    public Thread thread(String name, Runnable body) {
        return threads.apply(name, body);
    }
}

/** Not known before a coroutine starts. */
final class ChosenScheduler extends CoroutineScheduler {
    private final Supplier<CoroutineScheduler> choice;

    ChosenScheduler(Supplier<CoroutineScheduler> choice) {
        this.choice = choice;
    }

    @Override
    public CoroutineScheduler forTask(Scheduled task) {
        return choice.get().forTask(task);
    }

    @Override
    public Thread thread(String name, Runnable body) {
        throw new AssertionError("a scheduler is chosen for each coroutine");
    }
}

/** A worker for each coroutine, also for those that one starts. */
@SuppressWarnings("try") // closed by hand, and not by a try
final class WorkerScheduler<W extends Executor & AutoCloseable> extends CoroutineScheduler {
    private final String word;
    private final Supplier<? extends W> workers;
    private final MonitorCheck check = new MonitorCheck();

    WorkerScheduler(String word, Supplier<? extends W> workers) {
        this.word = word;
        this.workers = workers;
    }

    @Override
    public CoroutineScheduler forTask(Scheduled task) {
        W worker = workers.get();
        return new ExecutorScheduler(word, worker, worker, this, check, task);
    }

    @Override
    public Thread thread(String name, Runnable body) {
        throw new AssertionError("a worker is taken for each coroutine");
    }
}
