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
     * @param nanos how many nanoseconds from now; 0 or less is as soon as the test lets it
     * @param task what to run
     * @return the entry, to remove the task before it runs, or to interrupt it while it does
     * @throws RejectedExecutionException if the test is over
     */
    Timer.Entry execute(@Nullable Object worker, long nanos, Runnable task);
}
