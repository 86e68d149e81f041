package dev.weft.micrometer;

import dev.weft.CoroutineInfo;
import io.micrometer.core.instrument.Tags;

/**
 * The tags of the meters of coroutines, to be replaced where others are wanted.
 *
 * @since 0.1
 */
public interface CoroutineMeterConvention {
    /** The tags that this module has by itself. */
    CoroutineMeterConvention DEFAULT = new CoroutineMeterConvention() {};

    /**
     * {@return the tags of all meters of a coroutine, with the same keys for all coroutines} By default {@code name} and
     * {@code backend}. The name is the one that the program has given, with a {@code #} in place of each number, so that
     * <em>order 7</em> and <em>order 8</em> are one; or {@code unnamed}.
     *
     * <p>Called when the coroutine starts, on the thread that starts it. Each set of tags is a set of meters that stays:
     * so there must be few.
     *
     * @param coroutine the coroutine, or a source that was started as a member
     */
    default Tags getTags(CoroutineInfo coroutine) {
        return Tags.of("name", Words.name(coroutine), "backend", coroutine.backend());
    }
}
