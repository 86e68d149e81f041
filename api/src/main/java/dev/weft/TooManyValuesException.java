package dev.weft;

/**
 * A source had more values than allowed; it was cancelled and the values were discarded.
 *
 * @since 0.1
 */
public final class TooManyValuesException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    TooManyValuesException(String message) {
        super(message);
    }
}
