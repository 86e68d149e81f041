package dev.weft;

import dev.weft.spi.Failures;
import java.util.Objects;

/**
 * Carries a checked exception out of an await; the cause is the very instance that the source failed with. {@link Async#throwing} and
 * {@link Async#await(Awaitable, Class)} throw the cause itself.
 *
 * @since 0.1
 */
public final class AwaitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Throwable failure;

    AwaitException(Throwable failure) {
        super(null, Objects.requireNonNull(failure, "failure"));
        this.failure = failure;
    }

    /** {@return the checked exception as text; only the name of its class, if its {@code toString} throws} */
    @Override
    public String getMessage() {
        return Failures.text(failure);
    }

    /** {@return the checked exception, never null} */
    @Override
    public synchronized Throwable getCause() {
        return failure;
    }
}
