package dev.weft.spi;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What gives the threads of coroutines their turns; its public face is {@code dev.weft.Dispatcher}.
 *
 * <p>A coroutine is on the carrier that its body names ({@link Dispatched}), else on that of the coroutine which starts it, else on
 * the configured one; so its children start on the same.
 */
public abstract sealed class Carrier permits JdkCarrier, InlineCarrier, ExecutorCarrier {
    Carrier() {}

    /** {@return the scheduler of the JDK} */
    public static Carrier virtual() {
        return JdkCarrier.INSTANCE;
    }

    /**
     * {@return the thread that starts a coroutine or signals to it; any other wake-up goes to the scheduler of the JDK}
     *
     * @throws IllegalStateException if something is {@link #missing}
     */
    public static Carrier inline() {
        VirtualThreads.require("Dispatcher.inline()");
        return InlineCarrier.INSTANCE;
    }

    /**
     * {@return the threads of an executor}
     *
     * @param executor what runs each step of a coroutine, on platform threads
     * @throws IllegalStateException if something is {@link #missing}
     */
    public static Carrier on(Executor executor) {
        Objects.requireNonNull(executor, "executor");
        VirtualThreads.require("Dispatcher.on(executor)");
        return new ExecutorCarrier(executor, null);
    }

    /** {@return what this JVM lacks for any other carrier than {@link #virtual}, and what to do about it; null if it has all} */
    public static @Nullable String missing() {
        return VirtualThreads.missing();
    }

    /** {@return the carrier for a coroutine that is made here, with a body or generator} */
    static Carrier of(@Nullable Object body) {
        if (body instanceof Dispatched elsewhere) return elsewhere.carrier();
        CoroutineTask<?> here = CoroutineTask.current();
        return here == null ? Host.get().carrier() : here.carrier();
    }

    /** {@return what carries the one task from now on} */
    Carrier forTask(CoroutineTask<?> task) {
        return this;
    }

    /** {@return a new thread for the task, not started} */
    abstract Thread thread(String name, Runnable body);

    /** Starts a thread that {@link #thread} has made. */
    void start(Thread thread) {
        thread.start();
    }

    /** The task was cancelled. */
    void cancelled() {}

    /** Gives a coroutine its turn on this platform thread, whose interrupt flag the JDK clears meanwhile: it is not the coroutine's. */
    static void carry(Runnable continuation) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        continuation.run();
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** Wakes a parked thread. If a source signals to it, and no canceller or timer, its coroutine may go on inside this call. */
    static void wake(Thread thread, boolean signal) {
        if (signal && InlineCarrier.used) InlineCarrier.resume(thread);
        else LockSupport.unpark(thread);
    }
}

/** The scheduler of the JDK, or in a simulation that of the simulation. */
final class JdkCarrier extends Carrier {
    static final Carrier INSTANCE = new JdkCarrier();

    private JdkCarrier() {}

    @Override
    Thread thread(String name, Runnable body) {
        return SchedulePoint.thread(name, body);
    }
}
