package dev.weft.micrometer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * The name and the key values of the observations of coroutines, to be replaced where others are wanted: given to
 * {@link CoroutineObservations}, or to the registry as a {@code GlobalObservationConvention}.
 *
 * @since 0.1
 */
public interface CoroutineObservationConvention extends ObservationConvention<CoroutineObservationContext> {
    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof CoroutineObservationContext;
    }
}
