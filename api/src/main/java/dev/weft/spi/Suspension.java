package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/** What a thread is suspended in, as others see it. */
interface Suspension {
    /**
     * Wakes the suspended thread, which then looks at its scope. Called by the canceller, on any thread; never blocks.
     *
     * @param c what the scope is cancelled by
     * @return false if the thread does not wait: the wait is over, or runs foreign code before it begins; then the canceller
     *     has to reach the thread in another way
     */
    boolean wakeForCancel(Cancellation c);

    /** {@return whether the thread is parked, or about to be, and nothing has woken it} */
    boolean isParked();

    /** {@return what it waits for, as reports say it; null if that is not reported. Called on any thread, while it may end} */
    default @Nullable String waitsFor() {
        return null;
    }

    /** {@return whether an interrupt for the scope has to wait until this is over: the thread makes up for it then} */
    default boolean keepsInterrupts() {
        return false;
    }

    /** The thread runs code of somebody else's, such as a subscriber's, behind an emit: the scope goes on when that has returned. */
    Suspension AWAY = new Suspension() {
        @Override
        public boolean wakeForCancel(Cancellation c) {
            return true;
        }

        @Override
        public boolean isParked() {
            return false;
        }

        @Override
        public boolean keepsInterrupts() {
            return true;
        }
    };
}
