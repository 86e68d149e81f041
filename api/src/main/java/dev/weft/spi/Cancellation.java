package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Why a scope is cancelled: the same object marks the scope that was cancelled and all that is inside it.
 *
 * @param origin the scope that was cancelled; only its boundary may absorb the cancellation
 * @param reason what cancelled it
 * @param cause what led to it, or null
 */
public record Cancellation(
        Scope origin, Reason reason, @Nullable Throwable cause) {
    /** What cancelled a scope. */
    public enum Reason {
        /** Somebody asked for it: a handle, a downstream subscriber, a foreign interrupt. */
        REQUESTED,
        /** Its time ran out. */
        TIMEOUT,
        /** It failed, and what is left inside has to end. */
        FAILURE
    }

    /** Whether the scope is only winding up after its own body failed, and nobody cancelled it. */
    boolean isOwnFailureOf(Scope scope) {
        return origin == scope && reason == Reason.FAILURE;
    }
}
