package dev.weft.tck;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Sources of a backend's library, made as the library's users make them.
 *
 * <p>A backend supplies the sources that its types can express. A source whose method is not overridden is not
 * supplied; the rules that need it are skipped, each with a sentence.
 *
 * @since 0.1
 */
public interface Sources {
    /** {@return the type for one value, which {@code createOne} must make} */
    Class<?> one();

    /** {@return the type for many values, which {@code createStream} must make; null if there is none} */
    default @Nullable Class<?> many() {
        return null;
    }

    /**
     * {@return whether the type for one value is cold: each subscription runs again, and is cancelled on its own} A
     * handle of something that runs anyway, such as a future, is not cold: an await does not cancel it, and the rules
     * about its subscription are skipped.
     */
    default boolean isCold() {
        return true;
    }

    // --- of the type for one value

    /** {@return a source that has this value when it is subscribed to} */
    default @Nullable Object succeeded(Object value) {
        return null;
    }

    /** {@return a source that fails when it is subscribed to, with this instance} */
    default @Nullable Object failed(Throwable failure) {
        return null;
    }

    /** {@return a source that ends without a value} */
    default @Nullable Object empty() {
        return null;
    }

    /** {@return a source that never ends} */
    default @Nullable Object never() {
        return null;
    }

    /** {@return a source that the kit signals by hand, on any thread} */
    default @Nullable Later later() {
        return null;
    }

    // --- of the type for many values

    /** {@return a source with these values and then the end, synchronously and as they are requested} */
    default @Nullable Object many(List<?> values) {
        return null;
    }

    /** {@return a source with these values and then this failure} */
    default @Nullable Object failing(List<?> values, Throwable failure) {
        return null;
    }

    /** {@return a source with the values 0, 1, 2 … (as {@link Integer}) as they are requested, without end} */
    default @Nullable Object infinite() {
        return null;
    }

    /** {@return a source that the kit signals by hand} */
    default @Nullable Later laterMany() {
        return null;
    }

    /**
     * {@return a publisher of the kit that breaks its protocol, as the library's type, with as little in between as
     * possible}
     *
     * @param publisher the publisher that breaks its protocol
     */
    default @Nullable Object misbehaving(Flow.Publisher<?> publisher) {
        return null;
    }

    // --- threads

    /** {@return an executor whose thread the library forbids to block} */
    default @Nullable Executor nonBlocking() {
        return null;
    }

    // --- from the library to the kit

    /**
     * {@return a source of the library as a publisher, through which the kit subscribes, requests and cancels}
     *
     * @param source a source that this object or the backend made
     */
    Flow.Publisher<?> publisher(Object source);
}
