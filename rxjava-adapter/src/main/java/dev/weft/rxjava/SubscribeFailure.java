package dev.weft.rxjava;

import dev.weft.spi.Failures;

/**
 * What a source's subscribe method threw. RxJava wraps it in a {@link NullPointerException} and, except for a Single or
 * Maybe, reports it itself; only a fatal error or the source's own NullPointerException comes unwrapped.
 */
final class SubscribeFailure {
    private static final String CORE = "io.reactivex.rxjava3.core.";

    private SubscribeFailure() {}

    /**
     * {@return the source's own exception, if {@code RxJavaPlugins.onError} has received it already; else it is thrown
     * as it is}
     */
    static Throwable reported(NullPointerException thrown) {
        if (thrown.getClass() != NullPointerException.class) throw thrown; // foreign code: its methods are not called
        StackTraceElement[] trace = thrown.getStackTrace();
        Throwable cause = thrown.getCause();
        String by = trace.length == 0 ? "" : trace[0].getClassName();
        if (cause == null || !by.startsWith(CORE)) throw thrown;
        if (by.equals(CORE + "Single") || by.equals(CORE + "Maybe")) throw Failures.<RuntimeException>sneak(cause);
        return cause;
    }
}
