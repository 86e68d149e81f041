package dev.weft.micrometer;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of this module.
 *
 * @since 0.1
 */
public enum CoroutineObservationDocumentation implements ObservationDocumentation {
    /** A coroutine with a name, from its start to its end. */
    COROUTINE;

    @Override
    public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
        return DefaultCoroutineObservationConvention.class;
    }

    @Override
    public KeyName[] getLowCardinalityKeyNames() {
        return LowCardinalityKeyNames.values();
    }

    @Override
    public KeyName[] getHighCardinalityKeyNames() {
        return HighCardinalityKeyNames.values();
    }

    /** Keys with few values. */
    public enum LowCardinalityKeyNames implements KeyName {
        /** The name that the program has given, with a {@code #} in place of each number. */
        NAME("name"),
        /** The id of the backend. */
        BACKEND("backend"),
        /** {@code succeeded}, {@code failed}, {@code timed_out} or {@code cancelled}; {@code unknown} before the end. */
        OUTCOME("outcome"),
        /** What has cancelled it, in a word; {@code timeout} also if it failed by its own; else {@code none}. */
        REASON("reason");

        private final String key;

        LowCardinalityKeyNames(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }

    /** Keys with many values. */
    public enum HighCardinalityKeyNames implements KeyName {
        /** The name as the program has given it. */
        COROUTINE;

        @Override
        public String asString() {
            return "coroutine";
        }
    }
}
