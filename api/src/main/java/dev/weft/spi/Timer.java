package dev.weft.spi;

/** The clock of a backend: all waiting for time in the engine goes through it, so that virtual time can drive it. */
@FunctionalInterface
public interface Timer {
    /**
     * Runs an action once, later. The action is short and never throws.
     *
     * @param nanos how many nanoseconds from now, at least 1
     * @param action what to run, on a thread of the timer
     * @return the entry, to remove it before it ran
     */
    Entry schedule(long nanos, Runnable action);

    /** Something scheduled. */
    @FunctionalInterface
    interface Entry {
        /** Removes the entry and what it holds from the timer; does nothing when it ran or was removed already. */
        void cancel();
    }
}
