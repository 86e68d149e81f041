package dev.weft.examples;

import static dev.weft.Async.withTimeout;

import dev.weft.AsyncBody;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** The checks that an example makes of itself. */
final class Check {
    private static final Duration SOON = Duration.ofSeconds(30);

    /** Fails with a sentence unless something holds. */
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failed(String sentence) {
            super(sentence);
        }
    }

    private Check() {}

    static void that(boolean holds, String otherwise) {
        if (!holds) throw new Failed(otherwise);
    }

    static void same(Object expected, Object found, String what) {
        that(expected.equals(found), what + " should be \"" + expected + "\" and is \"" + found + "\"");
    }

    /** {@return what a body waits for} */
    static <T, X extends Exception> T soon(AsyncBody<T, X> body, String otherwise) throws X {
        try {
            return withTimeout(SOON, body);
        } catch (TimeoutException late) {
            throw new Failed(otherwise);
        }
    }
}
