package dev.weft.spi;

import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A coroutine or source that was started in a scope and does not outlive it. */
interface Member {
    /**
     * Cancels it from outside; a member that is a scope adds itself to {@code marked}, the scopes that the canceller
     * must still spread into.
     */
    void cancel(Cancellation c, Deque<Scope> marked);

    /** {@return whether a cancellation from outside has ended it; asked when it has ended} */
    boolean wasCut();

    /** {@return its failure, if it failed and nobody has seen that} */
    @Nullable
    Throwable unobservedFailure();

    /** {@return whether its scope does not wait for it, but ends it when all others are done} */
    default boolean isDaemon() {
        return false;
    }

    /** {@return its result, for its scope, if it has one that nobody has read; null if this is asked again} */
    default @Nullable Unread unread() {
        return null;
    }

    /** The result of {@code rest} for a member that is not at rest. */
    long RUNNING = -1;

    /**
     * {@return a number that stays the same while it is suspended, with everything inside, or has ended;
     * {@link #RUNNING} if it is neither}
     */
    long rest();

    /** {@return its name, for one line} */
    String title();

    /** {@return its name for one line, and where its code is} */
    default String whereabouts() {
        return title();
    }

    /** {@return its name for a warning, with its stack if it has one} */
    String describe();
}
