package dev.weft.spi;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Takes signals that nobody can receive: counts them and hands them to the backend's hook; none is lost silently if the
 * hook throws.
 *
 * @since 0.1
 */
public final class Reports {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    private Reports() {}

    /** Discards a value; does nothing for null. */
    public static void discard(Backend backend, @Nullable Object context, @Nullable Object value) {
        if (value == null) return;
        EngineCounter.DISCARDED.increment();
        Observers.discarded(value);
        pass(backend, context, new Undeliverable.Value(value));
    }

    /** Drops an error. */
    public static void drop(Backend backend, @Nullable Object context, Throwable error) {
        EngineCounter.DROPPED.increment();
        pass(backend, context, new Undeliverable.Failure(error));
    }

    /** Drops an error that follows a cancel of ours, unless it only echoes that cancel. */
    public static void late(Backend backend, @Nullable Object context, Throwable error) {
        Scope here = Scope.current();
        if (Failures.isEcho(error) || here != null && here.isAnswer(error)) echo(error);
        else drop(backend, context, error);
    }

    /** Takes an error that only echoes a cancel of ours: counts it, and logs it at {@code DEBUG}. */
    public static void echo(Throwable error) {
        EngineCounter.CANCEL_ECHOES.increment();
        LOG.log(Level.DEBUG, "A cancellation was answered by", error);
    }

    /** Reports a breach of protocol. */
    public static void violation(Backend backend, @Nullable Object context, Violation violation) {
        EngineCounter.VIOLATIONS.increment();
        pass(backend, context, new Undeliverable.Breach(violation));
    }

    /** Reports a warning. What the hook throws goes to the uncaught handler. */
    public static void warn(Warning warning) {
        try {
            Host.get().warn(warning);
        } catch (Throwable fromHook) {
            uncaught(fromHook);
        }
    }

    /**
     * As {@link #warn(Warning)}, about the current thread, with its stack.
     *
     * @param message gives the message, from the name of the thread
     */
    public static void warn(Warning.Kind kind, UnaryOperator<String> message) {
        Thread thread = Thread.currentThread();
        warn(new Warning(
                kind,
                thread.getName(),
                message.apply(thread.getName()),
                WatchedTask.ofTheUser(thread.getStackTrace())));
    }

    static void slowCancel(String source, long nanos) {
        EngineCounter.SLOW_CANCELS.increment();
        String took = "cancel() of " + source + " took " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms, for which ";
        warn(
                Warning.Kind.SLOW_CANCEL,
                name -> took + (name.equals(UpstreamCell.CANCELLER) ? "the scope that has started it" : name)
                        + " had to wait");
    }

    /**
     * Hands a failure to the uncaught handler of the current thread. What the handler throws is ignored, as the JVM
     * does.
     */
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
