package dev.weft;

import dev.weft.spi.Failures;
import org.jspecify.annotations.Nullable;

/**
 * How something that was started has ended.
 *
 * @param <T> the type of the result
 */
public sealed interface Outcome<T extends @Nullable Object> {
    /**
     * {@return the result}
     *
     * @throws CancelledException if it was cancelled
     * @throws AwaitException if it failed with a checked exception; an unchecked one is thrown as the same instance
     */
    T getOrThrow();

    /**
     * It has a result.
     *
     * @param value the result, null if that is what it returned
     */
    record Success<T extends @Nullable Object>(T value) implements Outcome<T> {
        @Override
        public T getOrThrow() {
            return value;
        }
    }

    /**
     * It failed.
     *
     * @param error the real failure, the same instance, not wrapped
     */
    record Failure<T extends @Nullable Object>(Throwable error) implements Outcome<T> {
        @Override
        public T getOrThrow() {
            throw Failures.thrown(error);
        }
    }

    /** It was cancelled before it had a result. */
    record Cancelled<T extends @Nullable Object>() implements Outcome<T> {
        @Override
        public T getOrThrow() {
            throw CancelledException.ofAwaited();
        }
    }
}
