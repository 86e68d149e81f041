package dev.weft.spi;

import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A reactive library behind the coroutine API: how its sources are awaited, how coroutines become its types, and which clock,
 * hooks and threads it has.
 *
 * <p>Backends are found by {@link java.util.ServiceLoader} on the class loader of this interface and must carry
 * {@link SpiLevel}. All methods may be called on any thread and none blocks.
 */
public interface Backend {
    /** {@return the name by which configuration chooses this backend, lower case, unique among the installed ones} */
    String id();

    /** {@return whether sources of this type can be awaited or iterated, and coroutines be turned into it} */
    boolean understands(Class<?> type);

    /**
     * Makes the cell that awaits a source. Nothing is subscribed to before the cell is started.
     *
     * @param source a source of a type that this backend understands
     * @param take which of its values is awaited
     * @return a new cell
     */
    <T> AwaitCell<T> one(Object source, Take take);

    /**
     * Makes the cell that iterates over a source. Nothing is subscribed to before the cell is started.
     *
     * @param source a source of a type that this backend understands
     * @param prefetch how many values may be under way, at least 1
     * @return a new cell
     */
    <T> StreamCell<T> many(Object source, int prefetch);

    /**
     * Makes a cold source of this library that runs a coroutine for each subscription.
     *
     * @param body what the coroutine does; null as a result means empty where the type can be empty
     * @param type a type that this backend understands
     * @return the source
     */
    <N> N createOne(Callable<?> body, Class<N> type);

    /**
     * Makes a source of this library that passes on the values of a publisher, demand for demand.
     *
     * @param source where the values come from
     * @param type a multi-valued type that this backend understands
     * @return the source
     */
    <N> N createStream(Flow.Publisher<?> source, Class<N> type);

    /** {@return the clock for delays and timeouts, looked up anew each time so that a virtual one can be put in its place} */
    Timer timer();

    /**
     * Passes a signal that nobody can receive to the hook of this library, or to that of Weft where the library has none.
     * What the hook throws is the caller's to handle.
     *
     * @param signal the signal
     * @param context the context of the coroutine or subscriber it was meant for, or null where there is none
     */
    void undeliverable(Undeliverable signal, @Nullable Object context);

    /** {@return whether the current thread, which is no coroutine's, may be made to wait} */
    boolean mayBlock();

    /**
     * Prepares what a new coroutine takes over from the thread that starts it: called on the starting thread; what it returns
     * is run on the coroutine's thread, and runs the body in between setting thread-locals and resetting them.
     *
     * @param context the coroutine's context
     * @param body what to run
     * @return the body itself where there is nothing to take over
     */
    Runnable propagate(Object context, Runnable body);
}
