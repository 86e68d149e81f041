package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.Scope;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a suspension point whose scope is cancelled, each time again until the scope is left. It says that the operation
 * had no effect for the caller: no value was consumed. Also thrown where something is awaited that was cancelled itself. It says who
 * cancelled or why, as far as that is known.
 *
 * <p>By the JDK's hierarchy a {@link CancellationException} is an {@link IllegalStateException}: a {@code catch} of that, or of
 * {@link RuntimeException}, takes it too, and its fallback would run for every call that is cancelled. Put
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

    /** {@return that the thread is interrupted} */
    static CancelledException interrupted(@Nullable Throwable cause) {
        return new CancelledException("interrupted", null, null, cause);
    }

    /** {@return that the code is in a scope which was cancelled} */
    static CancelledException of(Cancellation c) {
        return new CancelledException("cancelled", c.why(), c.origin(), c.cause());
    }

    /** {@return what tells that a coroutine was cancelled, to somebody else who asks for its result} */
    static CancelledException ofAwaited(Outcome.Cancelled<?> outcome) {
        return new CancelledException("the awaited coroutine was cancelled", outcome.reason(), null, outcome.cause());
    }

    /** {@return what tells a future that the coroutine behind it was cancelled; it knows no scopes} */
    static CancellationException plain(Outcome.Cancelled<?> outcome) {
        var plain = new CancellationException(said("the coroutine was cancelled", outcome.reason()));
        plain.initCause(outcome.cause());
        return plain;
    }

    /**
     * {@return what was given to {@code cancel}, or what cancelled it, such as {@code a timeout of PT1S}; null if nobody has said. What
     * led to that, if anything, is the cause}
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

    /** {@return the scope around this code that was cancelled, or null: a plain thread was interrupted, or it was what is awaited} */
    @Nullable
    Scope scope() {
        return scope;
    }
}
