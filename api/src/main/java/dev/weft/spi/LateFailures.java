package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Why a source was cancelled, if its own failure is not worth a report after that: something else has failed first, and
 * later failures are suppressed in it; or another source has decided the result, and the rest does not matter.
 *
 * @param first the failure that came first, or null
 */
record LateFailures(@Nullable Throwable first) {
    private static final LateFailures DECIDED = new LateFailures(null);

    /**
     * {@return what becomes of failures after a cancellation; null if they are reported} If its cause is an echo of
     * another cancellation, nobody looks at that failure, so later ones are reported.
     */
    static @Nullable LateFailures of(Cancellation c) {
        return switch (c.reason()) {
            case FAILURE -> c.cause() == null || Failures.isEcho(c.cause()) ? null : new LateFailures(c.cause());
            case DECIDED -> DECIDED;
            case REQUESTED, TIMEOUT, INTERRUPTED -> null;
        };
    }

    /** Takes a later failure; drops it if the first one takes no more suppressed ones. */
    void take(Throwable late, Backend backend, @Nullable Object context) {
        if (first == null || Failures.isEcho(late) || Failures.suppress(first, late)) Reports.echo(late);
        else Reports.drop(backend, context, late);
    }
}
