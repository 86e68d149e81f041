package dev.weft;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A stream to loop over, once, on the thread that opened it. Demand follows the loop.
 *
 * <pre>{@code
 * try (var rows = each(repository.findAll())) {
 *     for (Row row : rows) await(client.post(row));
 * }
 * }</pre>
 *
 * <p>Leaving the {@code try} early cancels the source, once, and hands the queued values to the discard hook. An
 * iterator that was left open, for example without {@code try} by an exception in the loop, is closed when it is
 * garbage-collected, and an {@link IllegalStateException} that says where it was opened goes to the dropped-error hook;
 * the first one from a coroutine names only that coroutine. Inside a coroutine, an iterator is closed silently with the
 * scope in which it was opened, if that ends first.
 *
 * <p>Memory consistency effects: what a thread did before it emitted a value <i>happens-before</i> {@link #next}
 * returns that value.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public interface AsyncIterator<T> extends Iterator<T>, Iterable<T>, AutoCloseable {
    /**
     * Waits for the next value or the end; a suspension point. Values that arrived before an error are seen before it.
     *
     * @return false at the end
     * @throws CancelledException if the coroutine is cancelled, or the plain thread interrupted; the iteration is then
     *     over, and every later call throws the same
     * @throws IllegalStateException if called on a thread other than the one that opened the iterator
     */
    @Override
    boolean hasNext();

    /**
     * {@return the next value, after waiting for it if necessary}
     *
     * @throws java.util.NoSuchElementException after the end
     */
    @Override
    T next();

    /** Leaves the iteration. Does nothing if it is over already. */
    @Override
    void close();

    /**
     * Collects the remaining values, and closes this iterator.
     *
     * @param max how many there may be, at least 0
     * @return the values, in order
     * @throws TooManyValuesException if there are more; the source is cancelled and the values are discarded
     */
    default List<T> collect(int max) {
        List<T> collected = new ArrayList<>();
        try (this) {
            if (max < 0) throw new IllegalArgumentException("max must not be negative, is " + max);
            while (hasNext()) {
                if (collected.size() == max) throw new TooManyValuesException("collect: more than " + max + " values");
                collected.add(next());
            }
            return collected;
        } catch (Throwable failure) {
            collected.forEach(Async::discard);
            throw failure;
        }
    }

    /** {@return this iterator} */
    @Override
    default Iterator<T> iterator() {
        return this;
    }
}
