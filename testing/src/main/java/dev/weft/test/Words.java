package dev.weft.test;

import java.time.Duration;
import java.util.Locale;

/** Durations in sentences. */
final class Words {
    private Words() {}

    /** {@return such as {@code 1h30m} or {@code 0.25s}} */
    static String of(Duration time) {
        return time.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
