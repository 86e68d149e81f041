package dev.weft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

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

    /**
     * Waits for the next value for a limited time, on the clock of the backend; a suspension point. When the time is
     * over, the iteration goes on, and nothing is lost: a value that comes later is the next one.
     *
     * @apiNote For a loop, {@link #orSilence} says when the stream has ended.
     * @param limit how long; with zero or less, it does not wait. More than 292 years is no limit
     * @return the next value, or empty if none came in time
     * @throws java.util.NoSuchElementException if the stream has ended, so that the end is not taken for silence
     * @throws CancelledException as {@link #hasNext}
     */
    Optional<T> next(Duration limit);

    /**
     * {@return the remaining values, with an empty one for each time in which none came} For a loop that must do
     * something when nothing happens, such as to send a heartbeat; it ends where the stream ends:
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="orSilence"}
     *
     * <p>The time begins each time the loop waits, on the clock of the backend. Nothing is lost: a value that comes
     * later is the next one. Cancellation and failures are those of {@link #hasNext}. Closing is still the task of this
     * iterator.
     *
     * @param limit how long a silence lasts, more than zero
     */
    Iterable<Optional<T>> orSilence(Duration limit);

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
