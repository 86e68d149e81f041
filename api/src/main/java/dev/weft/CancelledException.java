package dev.weft;

import dev.weft.spi.Scope;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a suspension point whose scope is cancelled, each time again until the scope is left. It says that the operation
 * had no effect for the caller: no value was consumed. Also thrown where something is awaited that was cancelled itself.
 */
public final class CancelledException extends CancellationException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Scope scope;

    CancelledException(String message, @Nullable Scope scope, @Nullable Throwable cause) {
        super(message);
        this.scope = scope;
        if (cause != null) initCause(cause);
    }

    /** {@return what tells that a coroutine was cancelled, to somebody else who asks for its result} */
    static CancelledException ofAwaited() {
        return new CancelledException("the awaited coroutine was cancelled", null, null);
    }

    /** {@return the scope around this code that was cancelled, or null: a plain thread was interrupted, or it was what is awaited} */
    public @Nullable Scope scope() {
        return scope;
    }
}
