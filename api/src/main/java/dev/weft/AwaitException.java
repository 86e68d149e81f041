package dev.weft;

import java.util.Objects;

/** Carries a checked exception out of an await; the cause is the very instance that the source failed with. */
public final class AwaitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Throwable failure;

    AwaitException(Throwable failure) {
        super(failure.toString(), Objects.requireNonNull(failure, "failure"));
        this.failure = failure;
    }

    /** {@return the checked exception, never null} */
    @Override
    public synchronized Throwable getCause() {
        return failure;
    }
}
