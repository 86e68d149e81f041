package dev.weft.rxjava4;

import dev.weft.Adapters;
import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import io.reactivex.rxjava4.core.Streamable;
import java.util.List;
import java.util.Objects;

/**
 * The verbs for RxJava's {@link Streamable}, for {@code import static} beside {@link RxAsync}. Experimental.
 *
 * <p>A streamer is asked for one value at a time, and for the next one when the loop waits for it. It is finished when
 * the loop is left or its values have ended, and the end is seen when that is done. What finishing it fails with is the
 * loop's failure, suppressed in that of the streamer if there is one; after the loop has been left, it goes to
 * {@code RxJavaPlugins.onError}. Cancelling disposes of the container that the streamer was given, and cancels the stage
 * that is waited for.
 *
 * <p>In the other direction, a coroutine is a Streamable by RxJava's own conversion: {@code
 * flowable(generator).toStreamable()}.
 *
 * @since 0.1
 */
public final class Streamables {
    private Streamables() {}

    /**
     * Opens a Streamable and iterates over it.
     *
     * @param streamable where the values come from
     * @return the iterator, to be closed
     */
    public static <T> AsyncIterator<T> each(Streamable<T> streamable) {
        Objects.requireNonNull(streamable, "streamable");
        var cell = new PublisherIteration<T>(new StreamablePublisher<>(streamable), 0);
        cell.open();
        return Adapters.iterator(cell);
    }

    /**
     * {@return all values of a Streamable, in order}
     *
     * @param streamable what to wait for
     * @param max how many there may be, at least 0
     * @throws dev.weft.TooManyValuesException if there are more; the streamer is finished and the values are discarded
     */
    public static <T> List<T> collect(Streamable<T> streamable, int max) {
        return each(streamable).collect(max);
    }

    /**
     * {@return a Streamable as a cold, neutral stream}
     *
     * @param streamable where the values come from
     */
    public static <T> AsyncStream<T> stream(Streamable<T> streamable) {
        Objects.requireNonNull(streamable, "streamable");
        return Async.stream(out -> out.emitAll(each(streamable)));
    }
}
