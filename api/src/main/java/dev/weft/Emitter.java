package dev.weft;

/**
 * Where a {@link Generator} puts its values.
 *
 * @param <T> the type of the values
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
     * @throws IllegalStateException if called from outside the generator's own coroutine
     */
    void emit(T value);
}
