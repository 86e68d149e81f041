package dev.weft.micrometer;

import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import io.micrometer.observation.Observation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the handlers and conventions of a coroutine's observation see.
 *
 * @since 0.1
 */
public final class CoroutineObservationContext extends Observation.Context {
    private final CoroutineInfo coroutine;
    private volatile @Nullable CoroutineEnd end;

    /**
     * The context of an observation that is to be started.
     *
     * @param coroutine the coroutine
     */
    public CoroutineObservationContext(CoroutineInfo coroutine) {
        this.coroutine = Objects.requireNonNull(coroutine, "coroutine");
    }

    /** {@return the coroutine} */
    public CoroutineInfo getCoroutine() {
        return coroutine;
    }

    /** {@return how it has ended; null until then} */
    public @Nullable CoroutineEnd getEnd() {
        return end;
    }

    /** Says how the coroutine has ended. */
    public void setEnd(CoroutineEnd end) {
        this.end = Objects.requireNonNull(end, "end");
    }
}
