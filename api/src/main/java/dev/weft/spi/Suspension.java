package dev.weft.spi;

/** What a thread is suspended in, as others see it. */
interface Suspension {
    /**
     * Wakes the suspended thread, which then looks at its scope. Called by the canceller, on any thread; never blocks.
     *
     * @return false if the thread does not wait: the wait is over, or runs foreign code before it begins; then the canceller
     *     has to reach the thread in another way
     */
    boolean cancelled();

    /** {@return whether the thread is parked, or about to be, and nothing has woken it} */
    boolean isParked();
}
