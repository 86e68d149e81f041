package dev.weft.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a builder says of its coroutines beside what they do. It goes from the builder to the task as a parameter, so that no
 * operator or wrapper in between can lose it.
 *
 * @param name the name of their threads, or null for numbered ones
 * @param carrier what carries them, or null for what carries the coroutine that starts them, or else the configured one
 * @param afresh whether they begin with what their context has, and with nothing of the thread or code that starts them
 */
public record CoroutineOptions(
        @Nullable String name, @Nullable Carrier carrier, boolean afresh) {
    /** Nothing is said. */
    public static final CoroutineOptions NONE = new CoroutineOptions(null, null, false);

    /** For what belongs to nobody who is there when it starts. */
    public static final CoroutineOptions AFRESH = new CoroutineOptions(null, null, true);

    /** {@return these with another name} */
    public CoroutineOptions named(String name) {
        return new CoroutineOptions(Objects.requireNonNull(name, "name"), carrier, afresh);
    }

    /** {@return these with another carrier} */
    public CoroutineOptions on(Carrier carrier) {
        return new CoroutineOptions(name, Objects.requireNonNull(carrier, "carrier"), afresh);
    }
}
