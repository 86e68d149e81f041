package dev.weft;

import org.jspecify.annotations.Nullable;

/** Whether cancellers interrupt foreign code, where no scope says otherwise. */
final class Interrupts {
    private Interrupts() {}

    static boolean configured() {
        return Configured.RESULT.get();
    }

    /**
     * The rule: the first of these that is set decides; else they do.
     *
     * @throws BackendException if it is unknown
     */
    static boolean choose(@Nullable String property, @Nullable String environment, @Nullable String file) {
        String asked = Backends.firstSet(property, environment, file);
        if (asked == null) return true;
        return switch (asked.strip()) {
            case "sent" -> true;
            case "cooperative" -> false;
            default ->
                throw new BackendException(
                        "sent or cooperative in weft.interrupts",
                        "\"" + asked + "\" (" + Backends.origin("weft.interrupts", property, environment) + ")",
                        "correct it");
        };
    }

    private static final class Configured {
        static final Backends.Once<Boolean> RESULT = Backends.Once.of(() -> choose(
                System.getProperty("weft.interrupts"),
                System.getenv("WEFT_INTERRUPTS"),
                Backends.fromFile("weft.interrupts")));

        private Configured() {}
    }
}
