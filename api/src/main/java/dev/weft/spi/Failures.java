package dev.weft.spi;

import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Operations on a {@link Throwable}. It is foreign code, handled in the middle of a signal: its methods are called only
 * where necessary, and what they throw changes nothing.
 *
 * @since 0.1
 */
public final class Failures {
    private static final int MAX_SUPPRESSED = 32;
    private static final int MAX_CAUSES = 8;

    private Failures() {}

    /** Throws anything as if it were unchecked, for callers that guarantee the right type by other means. */
    @SuppressWarnings("unchecked")
    public static <X extends Throwable> X sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    /**
     * {@return what an await throws for a failure: the failure itself if it is unchecked, with a note of the await
     * site; else its wrapper}
     */
    public static RuntimeException thrown(Throwable failure) {
        Throwable marked = Host.get().noteAwaitSite(failure);
        if (marked instanceof Error error) throw error;
        return marked instanceof RuntimeException unchecked
                ? unchecked
                : Host.get().wrapChecked(marked);
    }

    /**
     * {@return whether a failure only says that something was cancelled or interrupted} Blocking calls without checked
     * exceptions, such as {@code block()}, {@code blockingGet()} and reading the lines of an HTTP body, wrap their
     * interrupt in a failure of their own. A failure that wraps a cancellation is a failure in its own right.
     */
    public static boolean isEcho(Throwable failure) {
        Throwable real = Host.get().unwrap(failure);
        if (real instanceof CancellationException) return true;
        Throwable cause = real;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause(cause)) {
            if (cause instanceof InterruptedException || cause instanceof ClosedByInterruptException) return true;
            if (cause instanceof CancellationException) return false;
        }
        return false;
    }

    /** {@return a failure as text; only the name of its class, if {@code toString} throws} */
    public static String text(Throwable failure) {
        try {
            return failure.toString();
        } catch (Throwable unwilling) {
            return failure.getClass().getName();
        }
    }

    /** {@return the cause of a failure; null if it has none, or {@code getCause} throws} */
    public static @Nullable Throwable cause(Throwable failure) {
        try {
            return failure.getCause();
        } catch (Throwable unwilling) {
            return null;
        }
    }

    /**
     * Adds a later failure to the one that is thrown.
     *
     * @return false if the later one could not be added, because there are 32 already or it refers to the one that is
     *     thrown
     */
    public static boolean suppress(Throwable thrown, Throwable later) {
        if (thrown == later) return true;
        boolean circular = contains(later, thrown); // locks later, so not while thrown is locked
        synchronized (thrown) { // the lock that addSuppressed takes too
            if (contains(thrown, later)) return true;
            if (circular) return false;
            Throwable[] present = thrown.getSuppressed();
            if (present.length >= MAX_SUPPRESSED) return false;
            thrown.addSuppressed(later);
            return thrown.getSuppressed().length > present.length;
        }
    }

    /** Whether a failure is another one, or has it as its cause or among its suppressed ones, one level deep. */
    private static boolean contains(Throwable whole, @Nullable Throwable part) {
        if (whole == part || cause(whole) == part) return true;
        for (Throwable suppressed : whole.getSuppressed()) if (suppressed == part) return true;
        return false;
    }

    /** Hands a fatal error, which was delivered as a signal before, to the thread's uncaught handler too. */
    static void reportFatal(Throwable failure) {
        if (failure instanceof VirtualMachineError
                || failure.getClass().getName().equals("java.lang.ThreadDeath")) Reports.uncaught(failure);
    }
}
