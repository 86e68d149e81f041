package dev.weft;

/**
 * The choice of a backend failed. The message says what was looked for, what was found, and what to do.
 *
 * @since 0.1
 */
public final class BackendException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    BackendException(String lookedFor, String found, String toDo) {
        super("looked for " + lookedFor + "; found " + found + "; " + toDo);
    }

    BackendException(String lookedFor, Throwable found, String toDo) {
        this(lookedFor, "a failure: " + found, toDo);
        initCause(found);
    }

    BackendException(BackendException earlier) {
        super(earlier.getMessage(), earlier);
    }
}
