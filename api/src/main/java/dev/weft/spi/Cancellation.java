package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Why a scope is cancelled: the same object marks the scope that was cancelled and all that is inside it.
 *
 * @param origin the scope that was cancelled; only its boundary may absorb the cancellation
 * @param reason what cancelled it
 * @param why what exceptions say of it, such as {@code a timeout of PT1S}, or null if nobody has said
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
        /** Somebody asked for it: a handle, a downstream subscriber. */
        REQUESTED,
        /** Its time ran out. */
        TIMEOUT,
        /** It failed, and what is left inside has to end. */
        FAILURE,
        /** Another one, beside it, has decided what is to become of all: it is not needed any more. */
        DECIDED,
        /** Somebody who is no canceller has interrupted its thread: nobody asked for that, so it has failed. */
        INTERRUPTED
    }

    /** Whether the coroutine has failed by that: nobody has cancelled it, and it is only winding up. */
    boolean isOwnFailureOf(CoroutineTask<?> task) {
        return origin == task && (reason == Reason.FAILURE || reason == Reason.INTERRUPTED);
    }
}
