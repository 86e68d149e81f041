package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Why a scope is cancelled. The same object marks the cancelled scope and everything inside it.
 *
 * @param origin the scope that was cancelled; only its boundary may absorb the cancellation
 * @param reason what cancelled it
 * @param why what exceptions say about it, such as {@code a timeout of PT1S}, or null if no reason was given
 * @param cause what led to it, or null
 * @since 0.1
 */
public record Cancellation(
        Scope origin,
        Reason reason,
        @Nullable String why,
        @Nullable Throwable cause) {
    /** What cancelled a scope. */
    public enum Reason {
        /** It was requested: through a handle, or by a downstream subscriber. */
        REQUESTED,
        /** Its time ran out. */
        TIMEOUT,
        /** It failed, and what is left inside must end. */
        FAILURE,
        /** Another member has decided the result of them all: it is no longer needed. */
        DECIDED,
        /** Foreign code has interrupted its thread: no canceller asked for that, so it has failed. */
        INTERRUPTED
    }

    /** Whether this is a failure of the coroutine itself: nothing has cancelled it, and it is only winding up. */
    boolean isOwnFailureOf(CoroutineTask<?> task) {
        return origin == task && (reason == Reason.FAILURE || reason == Reason.INTERRUPTED);
    }
}
