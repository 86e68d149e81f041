package dev.weft.rxjava;

import dev.weft.spi.Failures;

/**
 * What a source threw out of its subscribe method. RxJava puts it into a {@link NullPointerException}, and reports it itself,
 * except for a Single or Maybe; only what is fatal, or a NullPointerException of the source's own, comes as it is.
 */
final class SubscribeFailure {
    private static final String CORE = "io.reactivex.rxjava3.core.";

    private SubscribeFailure() {}

    /** {@return the source's own exception, if {@code RxJavaPlugins.onError} was told already; else it is thrown, as it is} */
    static Throwable reported(NullPointerException thrown) {
        if (thrown.getClass() != NullPointerException.class) throw thrown; // foreign code: it is not asked for anything
        StackTraceElement[] trace = thrown.getStackTrace();
        Throwable cause = thrown.getCause();
        String by = trace.length == 0 ? "" : trace[0].getClassName();
        if (cause == null || !by.startsWith(CORE)) throw thrown;
        if (by.equals(CORE + "Single") || by.equals(CORE + "Maybe")) throw Failures.<RuntimeException>sneak(cause);
        return cause;
    }
}
