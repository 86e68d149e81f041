package dev.weft.spi;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a thread is suspended in, as other threads see it. */
interface Suspension {
    /**
     * Wakes the suspended thread, which then looks at its scope. Called by the canceller, on any thread; never blocks.
     *
     * @param c what the scope is cancelled by
     * @return false if the thread does not wait, because the wait is over or still runs foreign code before it begins;
     *     then the canceller must reach the thread in another way
     */
    boolean wakeForCancel(Cancellation c);

    /** {@return whether the thread is parked, or about to park, and has not been woken} */
    boolean isParked();

    /** {@return what it waits for, in a word} */
    default WaitKind kind() {
        return WaitKind.STATE;
    }

    /** {@return what it waits for, even where that is not reported} */
    default String what() {
        String reported = waitsFor();
        return reported == null ? kind().name().toLowerCase(Locale.ROOT) : reported;
    }

    /**
     * {@return what it waits for, for reports; null if it is not reported} Called on any thread; the wait may end
     * meanwhile.
     */
    default @Nullable String waitsFor() {
        return null;
    }

    /** {@return whether an interrupt for the scope must wait until this is over; then the thread interrupts itself} */
    default boolean keepsInterrupts() {
        return false;
    }

    /**
     * The thread runs code outside the scope, such as a subscriber's, inside an emit; the scope goes on when that
     * returns.
     */
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
