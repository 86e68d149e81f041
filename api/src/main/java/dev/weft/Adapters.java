package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.BufferPolicy;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Violation;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter of a reactive library or an extension of Weft, and nobody else, needs of the public types: the
 * connection between {@link dev.weft.spi} and this package.
 *
 * @see dev.weft.spi.Backend
 * @since 0.1
 */
public final class Adapters {
    private Adapters() {}

    /**
     * {@return the backends of this process: those of the adapters that are installed, and the JDK's, which is last}
     *
     * @throws BackendException if one cannot be used
     */
    public static List<Backend> installed() {
        return Backends.all();
    }

    /**
     * {@return an iterator over a cell, for the library's {@code each}}
     *
     * @param cell the cell, opened already
     */
    public static <T> AsyncIterator<T> iterator(IterationCell<T> cell) {
        return new CellIterator<>(Objects.requireNonNull(cell, "cell"));
    }

    /** {@return the generator of a stream, so that the library's subscribers can be served without a publisher in between} */
    public static <T> Generator<T> generator(AsyncStream<T> stream) {
        return Objects.requireNonNull(stream, "stream").generator();
    }

    /** {@return the options for the coroutine of each subscriber of a stream} */
    public static CoroutineOptions options(AsyncStream<?> stream) {
        return Objects.requireNonNull(stream, "stream").options();
    }

    /** {@return the options for the coroutines of a builder that is given only a dispatcher} */
    public static CoroutineOptions options(Dispatcher dispatcher) {
        return Dispatcher.optionsOf(dispatcher);
    }

    /**
     * {@return a dispatcher for the place that options name}
     *
     * @param options options that say where coroutines run, such as {@link CoroutineOptions#onWorkers}; everything else
     *     in them is ignored
     * @throws IllegalArgumentException if they do not say where
     */
    public static Dispatcher dispatcher(CoroutineOptions options) {
        return Dispatcher.of(options);
    }

    /**
     * {@return the buffer for a source that cannot be asked to wait}
     *
     * @param overflow the chosen policy
     * @param source the name of such a source in the error
     * @throws IllegalArgumentException for {@link Overflow#suspend}
     */
    public static BufferPolicy buffering(Overflow overflow, String source) {
        return Objects.requireNonNull(overflow, "overflow").buffering(source);
    }

    /**
     * Acquires a resource from a source, uses it, and releases it, as {@link Async#using(AsyncBody, AsyncConsumer,
     * AsyncFunction)} does, without a coroutine for the acquisition. For the library's {@code using}.
     *
     * @param acquire awaits the source; not started, and without null among its results
     * @param release gives the resource back; it may await
     * @param use what to do with it
     * @return the result of {@code use}
     * @throws X what {@code use} threw, or {@code release}
     */
    public static <R, T extends @Nullable Object, X extends Exception> T using(
            AwaitCell<R> acquire,
            AsyncConsumer<? super R, ? extends X> release,
            AsyncFunction<? super R, T, ? extends X> use)
            throws X {
        return Async.usingSource(acquire, release, use);
    }

    /**
     * Calls the hook for a value that nobody can receive: the innermost {@link Async#withDiscard} that takes it, or
     * else the one set by {@link Hooks#onDiscard}. For a library without a hook of its own.
     *
     * @param value the value
     * @param context the context of the coroutine or subscriber it was meant for; null if there is none, or if the
     *     library has already tried {@code withDiscard}
     */
    public static void discard(Object value, @Nullable Object context) {
        Hooks.discard(value, context);
    }

    /** Calls the hook set by {@link Hooks#onDropped} for an error that nobody can receive. For a library without a hook of its own. */
    public static void drop(Throwable error) {
        Hooks.drop(error);
    }

    /** Calls the hook set by {@link Hooks#onViolation} for a breach of protocol. For a library without a hook of its own. */
    public static void violate(Violation violation) {
        Hooks.violate(violation);
    }
}
