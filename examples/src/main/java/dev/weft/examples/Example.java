package dev.weft.examples;

import static dev.weft.Async.withTimeout;

import dev.weft.AsyncAction;
import java.io.PrintStream;
import java.time.Duration;

/** Runs an example, for a minute at most; a failure is reported in a sentence and ends the process with status 1. */
final class Example {
    private static final Duration AT_MOST = Duration.ofMinutes(1);

    /** What an example does. */
    @FunctionalInterface
    interface Body {
        /** Runs the example, and tells what it sees. */
        void run(PrintStream out) throws Exception;
    }

    private Example() {}

    static void main(Class<?> example, Body body) {
        try {
            withTimeout(AT_MOST, (AsyncAction<Exception>) () -> body.run(System.out));
        } catch (Exception | AssertionError fault) {
            System.out.flush();
            System.err.println(example.getSimpleName() + ": " + sentence(fault));
            System.exit(1);
        }
    }

    private static String sentence(Throwable fault) {
        return fault instanceof Check.Failed ? String.valueOf(fault.getMessage()) : fault.toString();
    }
}
