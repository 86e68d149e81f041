package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Something whose result can be waited for in await style. Users may implement it.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public interface Awaitable<T extends @Nullable Object> {
    /**
     * Waits for the result, on the current thread.
     *
     * @return the result
     * @throws CancelledException if the current coroutine is cancelled, or the current plain thread interrupted
     * @throws AwaitException if it failed with a checked exception, which is the cause; an unchecked one or an {@link Error}
     *     is thrown as the same instance
     */
    T await();
}
