package dev.weft;

import dev.weft.spi.EmitterTask;

/**
 * Where a {@link Generator} puts its values.
 *
 * <p>Memory consistency effects: what a thread did before it requested a value <i>happens-before</i> the {@link #emit}
 * that hands over that value returns. With {@link #concurrent}, what one coroutine did before its {@code emit} returned
 * happens-before the next coroutine's value is handed over.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public interface Emitter<T> {
    /**
     * Hands a value to the subscriber; suspends while there is no demand. The subscriber's {@code onNext} runs on the
     * current thread, inside this call.
     *
     * @param value the value
     * @throws CancelledException if the subscriber has cancelled, even inside {@link Async#shielded}; the value was not
     *     delivered and goes to the discard hook
     * @throws NullPointerException if the value is null; the stream stays alive
     * @throws IllegalStateException if called from outside the generator's own coroutine; see {@link #concurrent}
     */
    void emit(T value);

    /**
     * Suspends until there is demand, so that {@link #emit} then does not wait: for values that age, such as those of a
     * sensor, and should be read only when they are needed. Returns at once after {@link #concurrent}, since it is not
     * known then whose turn is next.
     *
     * @throws CancelledException if the subscriber has cancelled, or the coroutine is cancelled
     * @throws IllegalStateException if called from outside the generator's own coroutine
     */
    default void awaitDemand() {
        if (this instanceof EmitterTask<?, ?> task) task.awaitDemand();
    }

    /**
     * Emits the values of an iterator until its end, and closes it. Each value is taken out of the iterator's buffer
     * only when there is demand. So the subscriber's demand decides which values an {@link Overflow} policy discards
     * there.
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
     * Lets the coroutines that the generator starts emit too: each waits for its turn, in the order of their calls, and
     * the subscriber receives one value after the other. The generator calls it before it starts them.
     *
     * @return this emitter
     */
    default Emitter<T> concurrent() {
        if (this instanceof EmitterTask<?, ?> task) task.share();
        return this;
    }
}
