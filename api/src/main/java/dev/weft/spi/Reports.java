package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/** Where signals go that nobody can receive: counted, handed to the backend's hook, and never lost when the hook throws. */
public final class Reports {
    private Reports() {}

    /** Discards a value; null is no value. */
    public static void discard(Backend backend, @Nullable Object context, @Nullable Object value) {
        if (value == null) return;
        Counter.DISCARDED.increment();
        pass(backend, context, new Undeliverable.Value(value));
    }

    /** Drops an error; one that only echoes a cancellation is counted and goes no further. */
    public static void drop(Backend backend, @Nullable Object context, Throwable error) {
        if (Failures.isEcho(error)) {
            Counter.CANCEL_ECHOES.increment();
            return;
        }
        Counter.DROPPED.increment();
        pass(backend, context, new Undeliverable.Failure(error));
    }

    /** Reports a breach of protocol. */
    public static void violation(Backend backend, @Nullable Object context, Violation violation) {
        Counter.VIOLATIONS.increment();
        pass(backend, context, new Undeliverable.Breach(violation));
    }

    /** Hands a failure to the uncaught handler of the current thread. What that throws is ignored, as the JVM does. */
    public static void uncaught(Throwable failure) {
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
        if (handler == null) return;
        try {
            handler.uncaughtException(thread, failure);
        } catch (Throwable ignored) {
            // there is nobody left to tell
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private static void pass(Backend backend, @Nullable Object context, Undeliverable signal) {
        try {
            backend.undeliverable(signal, context);
        } catch (Throwable fromHook) {
            uncaught(fromHook);
        }
    }
}
