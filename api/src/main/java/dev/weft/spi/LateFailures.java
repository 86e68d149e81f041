package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Why a source was cancelled, where a failure of its own is no news then: something else has failed, and what fails beside that is
 * suppressed in it; or something else has been decided for, and nobody wants to know what has become of the rest.
 *
 * @param first what has failed, or null
 */
record LateFailures(@Nullable Throwable first) {
    private static final LateFailures DECIDED = new LateFailures(null);

    /**
     * {@return what a cancellation makes of later failures; null if they are to be reported} One that goes back to another cancellation
     * has no failure that anybody looks at.
     */
    static @Nullable LateFailures of(Cancellation c) {
        return switch (c.reason()) {
            case FAILURE -> c.cause() == null || Failures.isEcho(c.cause()) ? null : new LateFailures(c.cause());
            case DECIDED -> DECIDED;
            case REQUESTED, TIMEOUT, INTERRUPTED -> null;
        };
    }

    /** Takes a failure; one that the first cannot bear is dropped after all. */
    void take(Throwable late, Backend backend, @Nullable Object context) {
        if (first == null || Failures.isEcho(late) || Failures.suppress(first, late)) Reports.echo(late);
        else Reports.drop(backend, context, late);
    }
}
