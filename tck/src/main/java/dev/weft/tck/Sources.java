package dev.weft.tck;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Sources of the library behind a backend, made with that library's own means, as its users make them.
 *
 * <p>A backend supplies what its types can be. What it does not supply, by leaving a method as it is, the rules that need it
 * are skipped for, each with a sentence.
 *
 * @since 0.1
 */
public interface Sources {
    /** {@return the type for one value: what {@code createOne} is asked for} */
    Class<?> one();

    /** {@return the type for many values: what {@code createStream} is asked for; null if there is none} */
    default @Nullable Class<?> many() {
        return null;
    }

    /**
     * {@return whether the type for one value is cold: each subscription runs anew, and is cancelled by itself} A handle of
     * something that runs anyway, such as a future, is not: an await leaves it alone, and the rules about its subscription are
     * skipped.
     */
    default boolean isCold() {
        return true;
    }

    // --- of the type for one value

    /** {@return one that has this value when it is subscribed to} */
    default @Nullable Object succeeded(Object value) {
        return null;
    }

    /** {@return one that fails when it is subscribed to, with this instance} */
    default @Nullable Object failed(Throwable failure) {
        return null;
    }

    /** {@return one that ends without a value} */
    default @Nullable Object empty() {
        return null;
    }

    /** {@return one that never ends} */
    default @Nullable Object never() {
        return null;
    }

    /** {@return one that the kit signals by hand, on any thread} */
    default @Nullable Later later() {
        return null;
    }

    // --- of the type for many values

    /** {@return one with these values and then the end, synchronously and as they are requested} */
    default @Nullable Object many(List<?> values) {
        return null;
    }

    /** {@return one with these values and then this failure} */
    default @Nullable Object failing(List<?> values, Throwable failure) {
        return null;
    }

    /** {@return one with the values 0, 1, 2 … (as {@link Integer}) as they are requested, without end} */
    default @Nullable Object infinite() {
        return null;
    }

    /** {@return one that the kit signals by hand} */
    default @Nullable Later laterMany() {
        return null;
    }

    /**
     * {@return a publisher of the kit's, which breaks the protocol, as this type, with as little in between as the library allows}
     *
     * @param publisher the one that breaks the protocol
     */
    default @Nullable Object misbehaving(Flow.Publisher<?> publisher) {
        return null;
    }

    // --- threads

    /** {@return what runs an action on a thread on which the library forbids to wait} */
    default @Nullable Executor nonBlocking() {
        return null;
    }

    // --- the way back

    /**
     * {@return any source of the library as a publisher, through which the kit subscribes, requests and cancels}
     *
     * @param source one that these sources or the backend made
     */
    Flow.Publisher<?> publisher(Object source);
}
