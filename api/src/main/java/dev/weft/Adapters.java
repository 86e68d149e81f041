package dev.weft;

import dev.weft.spi.BufferPolicy;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Violation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter of a reactive library needs of the users' types, and nobody else: how {@link dev.weft.spi} and this package meet.
 *
 * @see dev.weft.spi.Backend
 * @since 0.1
 */
public final class Adapters {
    private Adapters() {}

    /**
     * {@return an iterator over a cell, for the library's {@code each}}
     *
     * @param cell the cell, opened already
     */
    public static <T> AsyncIterator<T> iterator(IterationCell<T> cell) {
        return new CellIterator<>(Objects.requireNonNull(cell, "cell"));
    }

    /** {@return what makes the values of a stream, so that the library's subscribers can be served without a publisher in between} */
    public static <T> Generator<T> generator(AsyncStream<T> stream) {
        return Objects.requireNonNull(stream, "stream").generator();
    }

    /** {@return what else is said of the coroutine of each subscriber of a stream} */
    public static CoroutineOptions options(AsyncStream<?> stream) {
        return Objects.requireNonNull(stream, "stream").options();
    }

    /** {@return what a builder says of its coroutines if it is given nothing but a dispatcher} */
    public static CoroutineOptions options(Dispatcher dispatcher) {
        return Dispatcher.optionsOf(dispatcher);
    }

    /**
     * {@return a dispatcher to where options say that a coroutine runs}
     *
     * @param options what says where, such as {@link CoroutineOptions#onWorkers}; nothing else of them is taken over
     * @throws IllegalArgumentException if they do not say where
     */
    public static Dispatcher dispatcher(CoroutineOptions options) {
        return Dispatcher.of(options);
    }

    /**
     * {@return the buffer for a source that cannot be asked to wait}
     *
     * @param overflow what its user has chosen
     * @param source what such a source is called in the error
     * @throws IllegalArgumentException for {@link Overflow#suspend}
     */
    public static BufferPolicy buffering(Overflow overflow, String source) {
        return Objects.requireNonNull(overflow, "overflow").buffering(source);
    }

    /**
     * Calls the hook for a value that nobody can receive: the innermost {@link Async#withDiscard} that takes it, or else that of
     * {@link Hooks#onDiscard}. For a library without a hook of its own.
     *
     * @param value the value
     * @param context the context of the coroutine or subscriber it was meant for; null where there is none, or where the library has asked
     *     {@code withDiscard} already
     */
    public static void discard(Object value, @Nullable Object context) {
        Hooks.discard(value, context);
    }

    /** Calls the hook of {@link Hooks#onDropped} for an error that nobody can receive. For a library without a hook of its own. */
    public static void drop(Throwable error) {
        Hooks.drop(error);
    }

    /** Calls the hook of {@link Hooks#onViolation} for a breach of protocol. For a library without a hook of its own. */
    public static void violate(Violation violation) {
        Hooks.violate(violation);
    }
}
