package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.Failures;
import org.jspecify.annotations.Nullable;

/**
 * How something that was started has ended.
 *
 * @param <T> the type of the result
 * @since 0.1
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

    /**
     * It was cancelled before it had a result, or before the result was read.
     *
     * @param reason what was given to {@code cancel}, or what cancelled it, such as {@code a timeout of PT1S}; null if
     *     no reason was given
     * @param cause what led to it, or null
     */
    record Cancelled<T extends @Nullable Object>(
            @Nullable String reason, @Nullable Throwable cause) implements Outcome<T> {
        /** Has no reason and no cause, for comparisons. */
        public Cancelled() {
            this(null, null);
        }

        static <T extends @Nullable Object> Cancelled<T> by(@Nullable Cancellation c) {
            return c == null ? new Cancelled<>() : new Cancelled<>(c.why(), c.cause());
        }

        @Override
        public T getOrThrow() {
            throw CancelledException.ofAwaited(this);
        }
    }
}
