package dev.weft;

import dev.weft.spi.EmitterTask;

/**
 * Where a {@link Generator} puts its values.
 *
 * <p>Memory consistency effects: what a thread did before it asked for a value <i>happens-before</i> the return of the {@link #emit} that
 * hands that over. With {@link #concurrent}, what one coroutine did before its {@code emit} returned happens-before the next one's value
 * is handed over.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public interface Emitter<T> {
    /**
     * Hands a value to the subscriber; suspends while none is asked for. The subscriber's {@code onNext} runs on the current
     * thread, inside this call.
     *
     * @param value the value
     * @throws CancelledException if the subscriber has cancelled, even inside {@link Async#shielded}; the value was not
     *     delivered and goes to the discard hook
     * @throws NullPointerException if the value is null; the stream stays alive
     * @throws IllegalStateException if called from outside the generator's own coroutine; see {@link #concurrent}
     */
    void emit(T value);

    /**
     * Suspends until a value is asked for, so that {@link #emit} then does not wait: for values that age, such as those of a sensor,
     * which are to be read when they are wanted. Returns at once after {@link #concurrent}, where it is not known whose turn is next.
     *
     * @throws CancelledException if the subscriber has cancelled, or the coroutine is cancelled
     * @throws IllegalStateException if called from outside the generator's own coroutine
     */
    default void awaitDemand() {
        if (this instanceof EmitterTask<?, ?> task) task.awaitDemand();
    }

    /**
     * Emits the values of an iterator, each taken out of its buffer when it is asked for, until the end, and closes it. So what is
     * dropped there, by an {@link Overflow} policy, is decided by what the subscriber has asked for.
     *
     * @param values where the values come from, opened by the current thread
     * @throws CancelledException as {@link #emit}
     */
    default void emitAll(AsyncIterator<? extends T> values) {
        try (values) {
            while (values instanceof CellIterator<? extends T> cell ? cell.awaitNext() : values.hasNext()) {
                awaitDemand();
                emit(values.next());
            }
        }
    }

    /**
     * Lets the coroutines that the generator starts emit too: each waits for its turn, in the order in which they come, and the
     * subscriber sees one value after the other. To be called by the generator, before it starts them.
     *
     * @return this emitter
     */
    default Emitter<T> concurrent() {
        if (this instanceof EmitterTask<?, ?> task) task.share();
        return this;
    }
}
