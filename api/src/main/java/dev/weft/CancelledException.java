package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.Scope;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by each suspension point whose scope is cancelled, until the scope is left. It means that the operation had no
 * effect for the caller: no value was consumed. Also thrown by the await of something that was itself cancelled. It
 * gives the reason for the cancellation, as far as that is known.
 *
 * <p>By the JDK's hierarchy a {@link CancellationException} is an {@link IllegalStateException}: a {@code catch} of
 * that, or of {@link RuntimeException}, catches it too, and its fallback would run for every cancelled call. Put
 * {@code catch (CancelledException cancelled) { throw cancelled; }} before it.
 *
 * @since 0.1
 */
public final class CancelledException extends CancellationException {
    private static final long serialVersionUID = 1;

    private final @Nullable String reason;
    private final transient @Nullable Scope scope;

    CancelledException(String message, @Nullable String reason, @Nullable Scope scope, @Nullable Throwable cause) {
        super(said(message, reason));
        this.reason = reason;
        this.scope = scope;
        if (cause != null) initCause(cause);
    }

    /** {@return the exception for an interrupted thread} */
    static CancelledException interrupted(@Nullable Throwable cause) {
        return new CancelledException("interrupted", null, null, cause);
    }

    /** {@return the exception for code in a cancelled scope} */
    static CancelledException of(Cancellation c) {
        return new CancelledException("cancelled", c.why(), c.origin(), c.cause());
    }

    /** {@return the exception for other code that awaits a cancelled coroutine} */
    static CancelledException ofAwaited(Outcome.Cancelled<?> outcome) {
        return new CancelledException("the awaited coroutine was cancelled", outcome.reason(), null, outcome.cause());
    }

    /** {@return the exception for the future of a cancelled coroutine, which knows no scopes} */
    static CancellationException plain(Outcome.Cancelled<?> outcome) {
        var plain = new CancellationException(said("the coroutine was cancelled", outcome.reason()));
        plain.initCause(outcome.cause());
        return plain;
    }

    /**
     * {@return what was given to {@code cancel}, or what cancelled it, such as {@code a timeout of PT1S}; null if no
     * reason was given. What led to the cancellation, if anything, is the cause}
     */
    public @Nullable String reason() {
        return reason;
    }

    /** {@return whether it says that a plain thread was interrupted} */
    boolean isInterruption() {
        return scope == null && getCause() instanceof InterruptedException;
    }

    private static String said(String message, @Nullable String reason) {
        return reason == null ? message : message + ": " + reason;
    }

    /** {@return the cancelled scope around this code, or null: a plain thread was interrupted, or what is awaited was cancelled} */
    @Nullable
    Scope scope() {
        return scope;
    }
}
