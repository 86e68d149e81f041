package dev.weft;

import dev.weft.spi.Failures;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries a checked exception out of an await; the cause is the very instance that the source failed with. */
public final class AwaitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Throwable failure;

    AwaitException(Throwable failure) {
        super(null, Objects.requireNonNull(failure, "failure"));
        this.failure = failure;
    }

    /** {@return the checked exception as text; the name of its class alone, if it cannot say more without throwing} */
    @Override
    public String getMessage() {
        return Failures.text(failure);
    }

    /** {@return the checked exception, never null} */
    @Override
    public synchronized Throwable getCause() {
        return failure;
    }

    /**
     * Runs something that awaits, and lets the checked exception that is named out of its carrier; for adapters.
     *
     * @param type the checked exception
     * @param await what to run
     * @return its result
     * @throws X if it failed with that
     */
    public static <T extends @Nullable Object, X extends Exception> T naming(Class<X> type, Supplier<T> await)
            throws X {
        Objects.requireNonNull(type, "type");
        try {
            return await.get();
        } catch (AwaitException carrier) {
            if (type.isInstance(carrier.failure)) throw type.cast(carrier.failure);
            throw carrier;
        }
    }
}
