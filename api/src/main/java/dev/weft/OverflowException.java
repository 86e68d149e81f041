package dev.weft;

/**
 * A bounded buffer was full: its source sent more than was requested, or faster than its policy allows.
 *
 * @since 0.1
 */
public final class OverflowException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    OverflowException(String message) {
        super(message);
    }
}
