package dev.weft.spi;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Lets a coroutine start on the platform thread that starts it, and continue on the one that signals to it.
 *
 * <p>The JDK asks the scheduler of a virtual thread to run it whenever somebody wakes it. What is ours runs here and now: a start or
 * a signal, for whose duration the current thread is marked. Everything else (timers, sockets, locks, another virtual thread, a
 * canceller) goes to the scheduler of the JDK. While a coroutine runs here, the current thread is its own, a virtual one; so what
 * it wakes in turn never runs here, and the depth of the stack stays one. When it waits for anything at all, it leaves this
 * thread, and the call returns.
 */
final class InlineCarrier extends Carrier implements Executor {
    static final InlineCarrier INSTANCE = new InlineCarrier();

    /** Whether the current platform thread is inside a start or signal of ours. */
    private static final ThreadLocal<boolean[]> OURS = ThreadLocal.withInitial(() -> new boolean[1]);

    /** Whether there is any such coroutine; written before its thread is made. */
    static boolean used;

    private InlineCarrier() {}

    @Override
    Thread thread(String name, Runnable body) {
        used = true;
        return VirtualThreads.create(this, name, body);
    }

    @Override
    void start(Thread thread) {
        ours(thread, Thread::start);
    }

    static void resume(Thread thread) {
        ours(thread, LockSupport::unpark);
    }

    private static void ours(Thread thread, Consumer<Thread> wake) {
        if (Thread.currentThread().isVirtual()) {
            wake.accept(thread);
            return;
        }
        boolean[] ours = OURS.get();
        boolean before = ours[0];
        ours[0] = true;
        try {
            wake.accept(thread);
        } finally {
            ours[0] = before;
        }
    }

    @Override
    public void execute(Runnable continuation) {
        if (Thread.currentThread().isVirtual() || !takeOurs()) VirtualThreads.execute(continuation);
        else carry(continuation);
    }

    /** The mark is for one continuation: what the JDK does on this thread behind it is not ours. */
    private static boolean takeOurs() {
        boolean[] ours = OURS.get();
        boolean marked = ours[0];
        ours[0] = false;
        return marked;
    }
}
