package dev.weft.spi;

import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Something that was started in a scope and does not outlive it. */
interface Member {
    /** Cancels it from outside; a scope adds itself to those through which the canceller still has to go. */
    void cancel(Cancellation c, Deque<Scope> marked);

    /** {@return whether, now that it has ended, a cancellation from outside is what ended it} */
    boolean wasCut();

    /** {@return its failure, if it failed and nobody has been told} */
    @Nullable
    Throwable unobservedFailure();

    /** {@return its result, if it has one that nobody has read, for its scope; null when that is asked again} */
    default @Nullable Unread unread() {
        return null;
    }

    /** What {@code rest} gives for one that is not at rest. */
    long RUNNING = -1;

    /**
     * {@return a number that stays the same as long as it is suspended, with all that is inside, or has ended; -1 if it is neither}
     */
    long rest();

    /** {@return what to call it in a line} */
    String title();

    /** {@return what to call it in a warning, with its stack where it has one} */
    String describe();
}
