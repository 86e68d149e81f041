package dev.weft.spring;

import java.util.List;

/**
 * Methods that Spring calls return types of Weft that it would take for data: a handler would answer {@code {}}, a
 * scheduled method would never run. The message names each method and what to do.
 *
 * @since 0.1
 */
public final class UnknownReturnTypeException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    UnknownReturnTypeException(List<String> findings) {
        super(String.join(System.lineSeparator(), findings));
    }
}
