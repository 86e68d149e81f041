package dev.weft.examples.cluster;

import static dev.weft.Async.withTimeout;

import dev.weft.AsyncAction;
import dev.weft.AsyncBody;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The checks that the program makes of itself. */
final class Check {
    private static final Duration SOON = Duration.ofSeconds(60);

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
    @SuppressWarnings("overloads")
    static <T extends @Nullable Object, X extends Exception> T soon(String what, AsyncBody<T, X> body) throws X {
        try {
            return withTimeout(SOON, body);
        } catch (TimeoutException late) {
            throw new Failed("waited for " + SOON.toSeconds() + " s: " + what);
        }
    }

    /** Does what waits for something. */
    @SuppressWarnings("overloads") // a lambda that fits both selects the one with a result, and does the same
    static <X extends Exception> void soon(String what, AsyncAction<X> body) throws X {
        Check.<@Nullable Void, X>soon(what, () -> {
            body.run();
            return null;
        });
    }
}
