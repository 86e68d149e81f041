package dev.weft;

import java.util.NoSuchElementException;

/**
 * A source ended without a value where one was needed.
 *
 * @since 0.1
 */
public final class NoValueException extends NoSuchElementException {
    private static final long serialVersionUID = 1;

    NoValueException(String message) {
        super(message);
    }
}
