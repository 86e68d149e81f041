package dev.weft;

import dev.weft.spi.EmitterTask;

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
     * @throws IllegalStateException if called from outside the generator's own coroutine; see {@link #concurrent}
     */
    void emit(T value);

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
