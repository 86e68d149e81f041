package dev.weft.spi;

/** What a thread is suspended in, as a canceller sees it. */
@FunctionalInterface
interface Suspension {
    /**
     * Wakes the suspended thread, which then looks at its scope. Called by the canceller, on any thread; never blocks.
     *
     * @return false if the wait was over already, so that the canceller has to reach the thread in another way
     */
    boolean cancelled();
}
