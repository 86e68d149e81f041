package dev.weft.spi;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The time of a test, in which nothing passes unless the test lets it. While it is in force, by {@link VirtualTime#begin},
 * everything in the engine that waits for time waits for it, on every backend, and so do the schedulers of the libraries
 * that {@link Backend#follow} it.
 *
 * @since 0.1
 */
public interface TestTime {
    /** {@return how many nanoseconds have passed since the test began} */
    long nanoTime();

    /**
     * Runs an action of the engine once, later. The action is short and never throws. If the test is over before that,
     * the rest passes in real time, since what waits for it need not belong to the test.
     *
     * @param nanos how many nanoseconds from now, at least 1
     * @param action what to run
     * @return the entry, to remove it before it runs
     */
    Timer.Entry schedule(long nanos, Runnable action);

    /**
     * Runs a task of a library's scheduler once, on a platform thread of its own, so that it may block.
     *
     * @param worker tasks of the same worker run one after another, in the order of their times; null for a task that
     *     waits for no other
     * @param mayBlock whether the scheduler's own threads may block; the test's may in any case, unless it forbids that
     * @param nanos how many nanoseconds from now; 0 or less is as soon as the test lets it
     * @param task what to run
     * @return the entry, to remove the task before it runs, or to interrupt it while it does
     * @throws RejectedExecutionException if the test is over
     */
    Timer.Entry execute(@Nullable Object worker, boolean mayBlock, long nanos, Runnable task);

    /**
     * A coroutine has been started, or a source that was started without a thread has its outcome. Called on the thread
     * that has done that, before this goes on.
     *
     * @param living the coroutine or source, without a parent
     */
    void moved(Living living);

    /**
     * A thread has been woken that waited in the engine, such as that of a coroutine. Called on the thread that has woken
     * it, before this goes on; so a coroutine that is parked by what it {@linkplain Living#waitsIn waits in} stays so until
     * another one that runs, a task, or a thread outside of the test calls this.
     */
    void woken(Thread thread);
}
