package dev.weft;

import dev.weft.spi.Cancellation;
import org.jspecify.annotations.Nullable;

/**
 * How a coroutine has ended, for a {@link CoroutineListener}.
 *
 * @param state {@link Deferred.State#SUCCEEDED}, {@code FAILED} or {@code CANCELLED}
 * @param failure what it has failed with; when it was cancelled, what it threw if that was more than an answer to the
 *     cancellation; else null
 * @param reason what kind of cancellation it was, or null if it was none
 * @param why what exceptions say about the cancellation, or null
 * @since 0.1
 */
public record CoroutineEnd(
        Deferred.State state,
        @Nullable Throwable failure,
        Cancellation.@Nullable Reason reason,
        @Nullable String why) {
    static CoroutineEnd of(@Nullable Throwable failure, @Nullable Cancellation by) {
        if (by != null) return new CoroutineEnd(Deferred.State.CANCELLED, failure, by.reason(), by.why());
        return new CoroutineEnd(
                failure == null ? Deferred.State.SUCCEEDED : Deferred.State.FAILED, failure, null, null);
    }
}
