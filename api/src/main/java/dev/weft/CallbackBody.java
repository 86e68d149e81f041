package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Starts an operation that reports through callbacks.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
@FunctionalInterface
public interface CallbackBody<T extends @Nullable Object> {
    /**
     * Starts the operation, on the awaiting thread.
     *
     * @param done what the callbacks must call
     * @throws Exception if it could not be started; the await ends with it
     */
    void register(Completion<T> done) throws Exception;
}
