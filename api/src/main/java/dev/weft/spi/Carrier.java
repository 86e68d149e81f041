package dev.weft.spi;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What gives the threads of coroutines their turns; its public face is {@code dev.weft.Dispatcher}.
 *
 * <p>A coroutine is on the carrier that its {@link CoroutineOptions} name, else on that of the coroutine which starts it, else on
 * the configured one; so its children start on the same.
 *
 * <p>A virtual thread may be mounted only where nobody further down the stack holds a monitor: it would take the monitors of its
 * carrier away with it when it leaves (JEP 491). So a coroutine never goes on inside a call that starts it or signals to it, only
 * from the top of a loop of the JDK or of an executor.
 */
public abstract sealed class Carrier permits JdkCarrier, LoopCarrier, WorkerCarrier, ExecutorCarrier {
    private static final String ON = "Dispatcher.on(executor)";

    Carrier() {}

    /** {@return the scheduler of the JDK} */
    public static Carrier virtual() {
        return JdkCarrier.INSTANCE;
    }

    /**
     * {@return the threads of an executor}
     *
     * @param executor what runs each step of a coroutine, on platform threads
     * @throws IllegalStateException if something is {@link #missing}
     */
    public static Carrier on(Executor executor) {
        Objects.requireNonNull(executor, "executor");
        VirtualThreads.require(ON);
        return new ExecutorCarrier(ON, executor);
    }

    /**
     * {@return the event loop of the thread that starts a coroutine, as {@link EventLoops} know it; the scheduler of the JDK where
     * there is none}
     *
     * @throws IllegalStateException if something is {@link #missing}
     */
    public static Carrier eventLoop() {
        VirtualThreads.require(LoopCarrier.WORD);
        return LoopCarrier.INSTANCE;
    }

    /**
     * {@return a carrier that takes a worker for each coroutine, and gives it back when the coroutine has ended}
     *
     * @param word what the user has called, for errors
     * @param workers gives the worker of one coroutine, on the thread that starts it; what it throws is the coroutine's failure
     * @throws IllegalStateException if something is {@link #missing}
     */
    public static Carrier workers(String word, Supplier<? extends Worker> workers) {
        Objects.requireNonNull(workers, "workers");
        VirtualThreads.require(word);
        return new WorkerCarrier(word, workers);
    }

    /** {@return what this JVM lacks for any other carrier than {@link #virtual}, and what to do about it; null if it has all} */
    public static @Nullable String missing() {
        return VirtualThreads.missing();
    }

    /** {@return the carrier for a coroutine that is made here} */
    static Carrier of(CoroutineOptions options) {
        Carrier chosen = options.carrier();
        if (chosen != null) return chosen;
        CoroutineTask<?> here = CoroutineTask.ofThread();
        return here == null ? Host.get().carrier() : here.carrier();
    }

    /** {@return what carries the one task from now on; called by the thread that starts it} */
    Carrier forTask(CoroutineTask<?> task) {
        return this;
    }

    /** {@return a new thread for the task, not started} */
    abstract Thread thread(String name, Runnable body);

    /** {@return the event loop that its coroutines belong to, or null} */
    @Nullable
    EventLoop loop() {
        return null;
    }

    /** The task was cancelled. */
    void cancelled() {}

    /** The task is over; called once. */
    void end() {}
}

/** The scheduler of the JDK, or in a simulation that of the simulation. */
final class JdkCarrier extends Carrier {
    static final Carrier INSTANCE = new JdkCarrier(null);

    private final @Nullable EventLoop loop;

    /** @param loop the event loop that its coroutines belong to, though it cannot carry them; or null */
    JdkCarrier(@Nullable EventLoop loop) {
        this.loop = loop;
    }

    @Override
    @Nullable
    EventLoop loop() {
        return loop;
    }

    @Override
    Thread thread(String name, Runnable body) {
        return SchedulePoint.thread(name, body);
    }
}

/** Not known before a coroutine starts: the event loop of the thread that starts it. What it starts in turn stays on that. */
final class LoopCarrier extends Carrier {
    static final String WORD = "Dispatcher.eventLoop()";
    static final Carrier INSTANCE = new LoopCarrier();

    private LoopCarrier() {}

    @Override
    Carrier forTask(CoroutineTask<?> task) {
        CoroutineTask<?> here = CoroutineTask.ofThread();
        if (here != null && here.carrier().loop() != null) return here.carrier().forTask(task);
        EventLoop loop = here == null ? EventLoop.current() : null;
        if (loop == null) return Carrier.virtual();
        Executor executor = loop.executor();
        return executor == null ? new JdkCarrier(loop) : new ExecutorCarrier(WORD, loop, executor).forTask(task);
    }

    @Override
    Thread thread(String name, Runnable body) {
        throw new AssertionError("a loop is chosen for each task");
    }
}

/** A worker for each coroutine, also for those that one starts. */
final class WorkerCarrier extends Carrier {
    private final String word;
    private final Supplier<? extends Worker> workers;
    private final MonitorCheck check = new MonitorCheck();

    WorkerCarrier(String word, Supplier<? extends Worker> workers) {
        this.word = word;
        this.workers = workers;
    }

    @Override
    Carrier forTask(CoroutineTask<?> task) {
        return new ExecutorCarrier(word, workers.get(), this, check, task);
    }

    @Override
    Thread thread(String name, Runnable body) {
        throw new AssertionError("a worker is taken for each task");
    }
}
