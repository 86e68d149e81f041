package dev.weft;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entries of contexts that a dump shows, as configured by {@code weft.dump.context}: no others, since a context may
 * hold what is secret or large.
 *
 * @param keys the keys, as text
 */
record DumpContext(List<String> keys) {
    private static final Pattern BETWEEN = Pattern.compile("\\s*,\\s*");
    private static final int LONGEST = 80;

    static DumpContext configured() {
        return Configured.RESULT.get();
    }

    /** The rule: the first of these that is set decides. */
    static DumpContext choose(@Nullable String property, @Nullable String environment, @Nullable String file) {
        String asked = Backends.firstSet(property, environment, file);
        if (asked == null) return new DumpContext(List.of());
        return new DumpContext(BETWEEN.splitAsStream(asked.strip())
                .filter(key -> !key.isEmpty())
                .toList());
    }

    /** {@return the entries of a context whose keys are shown, as text that is not long} */
    Map<String, String> of(Object context) {
        if (keys.isEmpty() || !(context instanceof Context own)) return Map.of();
        Map<String, String> shown = new HashMap<>();
        own.forEach((key, value) -> {
            String name = text(key);
            if (keys.contains(name)) shown.put(name, text(value));
        });
        return shown;
    }

    /** What throws when it is asked is named by its class. */
    private static String text(Object value) {
        try {
            String text = String.valueOf(value);
            return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        } catch (RuntimeException | LinkageError broken) {
            return value.getClass().getName();
        }
    }

    private static final class Configured {
        static final Backends.Once<DumpContext> RESULT = Backends.Once.of(() -> choose(
                System.getProperty("weft.dump.context"),
                System.getenv("WEFT_DUMP_CONTEXT"),
                Backends.fromFile("weft.dump.context")));

        private Configured() {}
    }
}
