package dev.weft.spi;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where signals go that nobody can receive: counted, handed to the backend's hook, and never lost when the hook throws.
 *
 * @since 0.1
 */
public final class Reports {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    private Reports() {}

    /** Discards a value; null is no value. */
    public static void discard(Backend backend, @Nullable Object context, @Nullable Object value) {
        if (value == null) return;
        EngineCounter.DISCARDED.increment();
        pass(backend, context, new Undeliverable.Value(value));
    }

    /** Drops an error. */
    public static void drop(Backend backend, @Nullable Object context, Throwable error) {
        EngineCounter.DROPPED.increment();
        pass(backend, context, new Undeliverable.Failure(error));
    }

    /** An error that follows on a cancel of ours: dropped, unless that is all it says. */
    public static void late(Backend backend, @Nullable Object context, Throwable error) {
        Scope here = Scope.current();
        if (Failures.isEcho(error) || here != null && here.isAnswer(error)) echo(error);
        else drop(backend, context, error);
    }

    /** An error that only says that we have cancelled: counted, and logged for those who look for it. */
    public static void echo(Throwable error) {
        EngineCounter.CANCEL_ECHOES.increment();
        LOG.log(Level.DEBUG, "A cancellation was answered by", error);
    }

    /** Reports a breach of protocol. */
    public static void violation(Backend backend, @Nullable Object context, Violation violation) {
        EngineCounter.VIOLATIONS.increment();
        pass(backend, context, new Undeliverable.Breach(violation));
    }

    /** Reports something that is hardly meant. What the hook throws goes to the uncaught handler. */
    public static void warn(Warning warning) {
        try {
            Host.get().warn(warning);
        } catch (Throwable fromHook) {
            uncaught(fromHook);
        }
    }

    /**
     * As {@link #warn(Warning)}, of the current thread and where it is.
     *
     * @param message says it, given the name of the thread
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
