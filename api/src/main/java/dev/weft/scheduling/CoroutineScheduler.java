package dev.weft.scheduling;

import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the threads of coroutines, step by step; its public face is {@code dev.weft.Dispatcher}.
 *
 * <p>A virtual thread may be mounted only where no frame further down the stack holds a monitor: when it unmounts, it
 * would take the monitors of its carrier with it (JEP 491). So a coroutine never runs inside the call that starts it or
 * signals to it, but only from the top of a loop of the JDK or of an executor.
 *
 * @since 0.1
 */
public abstract sealed class CoroutineScheduler
        permits JdkScheduler, ChosenScheduler, WorkerScheduler, ExecutorScheduler {
    CoroutineScheduler() {}

    /**
     * {@return the scheduler of the JDK}
     *
     * @param threads makes a virtual thread, not started, from a name and a body
     * @param enterLoop enters the event loop that its coroutines belong to although it cannot run them; or null
     */
    public static CoroutineScheduler virtual(
            BiFunction<String, Runnable, Thread> threads, @Nullable Runnable enterLoop) {
        return new JdkScheduler(threads, enterLoop);
    }

    /**
     * {@return a scheduler that runs coroutines on the threads of an executor} Only if {@link #missing} is null.
     *
     * @param word the method that the user has called, for errors
     * @param executor what runs each step of a coroutine, on platform threads
     * @param enterLoop if the executor belongs to an event loop, makes the current thread one of that loop; else null
     */
    public static CoroutineScheduler on(String word, Executor executor, @Nullable Runnable enterLoop) {
        return new ExecutorScheduler(word, executor, enterLoop);
    }

    /**
     * {@return a scheduler that takes a worker for each coroutine, and gives it back when the coroutine has ended} Only
     * if {@link #missing} is null.
     *
     * @param word the method that the user has called, for errors
     * @param workers gives the worker of one coroutine, on the thread that starts it; what it throws is the coroutine's
     *     failure
     */
    @SuppressWarnings("try") // closed by hand, not by try-with-resources
    public static <W extends Executor & AutoCloseable> CoroutineScheduler workers(
            String word, Supplier<? extends W> workers) {
        return new WorkerScheduler<W>(word, workers);
    }

    /**
     * {@return a scheduler that is chosen when a coroutine starts; what that coroutine starts stays on the chosen one}
     *
     * @param choice chooses, on the thread that starts the coroutine
     */
    public static CoroutineScheduler chosenAtStart(Supplier<CoroutineScheduler> choice) {
        return new ChosenScheduler(choice);
    }

    /**
     * {@return what this JVM lacks for any scheduler but {@link #virtual}, and what to do about it; null if it lacks
     * nothing}
     */
    public static @Nullable String missing() {
        return VirtualThreads.missing();
    }

    /** {@return the scheduler of one coroutine from now on} Called by the thread that starts the coroutine. */
    public CoroutineScheduler forTask(Scheduled task) {
        return this;
    }

    /** {@return a new thread for the coroutine, not started} */
    public abstract Thread thread(String name, Runnable body);

    /**
     * {@return what makes the current thread one of the event loop that the coroutines belong to; null if they belong
     * to none}
     */
    public @Nullable Runnable enterLoop() {
        return null;
    }

    /** The coroutine was cancelled. */
    public void taskCancelled() {}

    /** The coroutine is over; called once. */
    public void taskEnded() {}
}

/** The scheduler of the JDK, or, in a simulation, that of the simulator. */
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

/** A scheduler that is chosen when a coroutine starts. */
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

/** A worker for each coroutine, including those that a coroutine starts. */
@SuppressWarnings("try") // closed by hand, not by try-with-resources
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
