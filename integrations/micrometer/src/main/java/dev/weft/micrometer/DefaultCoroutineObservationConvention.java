package dev.weft.micrometer;

import dev.weft.micrometer.CoroutineObservationDocumentation.HighCardinalityKeyNames;
import dev.weft.micrometer.CoroutineObservationDocumentation.LowCardinalityKeyNames;
import io.micrometer.common.KeyValues;

/**
 * The convention that this module has by itself, for others to extend: {@link CoroutineObservationDocumentation} lists
 * its names. The span of a trace has the name of the coroutine, with a {@code #} in place of each number.
 *
 * @since 0.1
 */
public class DefaultCoroutineObservationConvention implements CoroutineObservationConvention {
    /** The convention. */
    public DefaultCoroutineObservationConvention() {}

    @Override
    public String getName() {
        return "weft.coroutine";
    }

    @Override
    public String getContextualName(CoroutineObservationContext context) {
        return Words.name(context.getCoroutine());
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(CoroutineObservationContext context) {
        return KeyValues.of(
                LowCardinalityKeyNames.NAME.withValue(Words.name(context.getCoroutine())),
                LowCardinalityKeyNames.BACKEND.withValue(context.getCoroutine().backend()),
                LowCardinalityKeyNames.OUTCOME.withValue(Words.outcome(context.getEnd())),
                LowCardinalityKeyNames.REASON.withValue(Words.reason(context.getEnd())));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(CoroutineObservationContext context) {
        return KeyValues.of(HighCardinalityKeyNames.COROUTINE.withValue(
                context.getCoroutine().name()));
    }
}
