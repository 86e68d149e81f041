package dev.weft;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How long a wait may last, as configured by {@code weft.watchdog}. */
final class WatchdogLimit {
    private static final Pattern SHORT = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)");

    private WatchdogLimit() {}

    static Optional<Duration> configured() {
        return Configured.RESULT.get();
    }

    /**
     * The rule: the first of these that is set decides; else there is no limit.
     *
     * @throws BackendException if it is not a duration
     */
    static Optional<Duration> choose(@Nullable String property, @Nullable String environment, @Nullable String file) {
        String asked = Backends.firstSet(property, environment, file);
        if (asked == null || asked.strip().equals("off")) return Optional.empty();
        Duration limit = parse(asked.strip());
        if (limit != null && limit.isPositive()) return Optional.of(limit);
        throw new BackendException(
                "a time in weft.watchdog, such as 500ms, 10s, 2m or PT10S, or off",
                "\"" + asked + "\" (" + Backends.origin("weft.watchdog", property, environment) + ")",
                "correct it");
    }

    private static @Nullable Duration parse(String text) {
        Matcher matcher = SHORT.matcher(text);
        try {
            if (!matcher.matches()) return Duration.parse(text);
        } catch (DateTimeParseException none) {
            return null;
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    private static final class Configured {
        static final Backends.Once<Optional<Duration>> RESULT = Backends.Once.of(() -> choose(
                System.getProperty("weft.watchdog"),
                System.getenv("WEFT_WATCHDOG"),
                Backends.fromFile("weft.watchdog")));

        private Configured() {}
    }
}
