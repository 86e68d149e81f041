package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Runs the threads of coroutines, and their time, in place of the JDK: for a test that decides which thread goes on.
 * {@link SchedulePoint#simulate} sets it; then each suspension point yields at its entry.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Simulator {
    /**
     * {@return a new thread, not started; null for one of the JDK, as where the current thread is not simulated}
     *
     * @param name its name
     * @param body what it runs
     */
    @Nullable
    Thread thread(String name, Runnable body);

    /** {@return the clock for the {@code jdk} backend; null for the real one, as where the current thread is not simulated} */
    default @Nullable Timer timer() {
        return null;
    }

    /** {@return the time in nanoseconds since some moment, where a library has no virtual clock of its own} */
    default long nanoTime() {
        return System.nanoTime();
    }
}
