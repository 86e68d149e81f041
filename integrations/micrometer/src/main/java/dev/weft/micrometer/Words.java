package dev.weft.micrometer;

import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import dev.weft.Deferred;
import dev.weft.spi.Cancellation;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Words for tags: few of each. */
final class Words {
    static final String UNKNOWN = "unknown";
    static final String NONE = "none";

    private static final Pattern NUMBER = Pattern.compile("\\p{Nd}+");

    private Words() {}

    static String name(CoroutineInfo coroutine) {
        return coroutine.isNamed() ? NUMBER.matcher(coroutine.name()).replaceAll("#") : "unnamed";
    }

    static String outcome(@Nullable CoroutineEnd end) {
        if (end == null) return UNKNOWN;
        return isTimeout(end) ? "timed_out" : of(end.state());
    }

    static String reason(@Nullable CoroutineEnd end) {
        if (end == null) return NONE;
        if (isTimeout(end)) return of(Cancellation.Reason.TIMEOUT);
        return end.reason() == null ? NONE : of(end.reason());
    }

    /** A coroutine that has run into its own timeout has failed, one that was inside of another's was cancelled. */
    static boolean isTimeout(CoroutineEnd end) {
        return end.state() == Deferred.State.FAILED && end.failure() instanceof TimeoutException
                || end.reason() == Cancellation.Reason.TIMEOUT;
    }

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
