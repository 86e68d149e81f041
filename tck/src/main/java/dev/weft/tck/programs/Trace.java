package dev.weft.tck.programs;

import dev.weft.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a program did, one line for each event, in words that name no library. */
final class Trace {
    private final List<String> events = new ArrayList<>();

    synchronized void add(String event) {
        events.add(event);
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    @Override
    public String toString() {
        return String.join("\n", events());
    }

    /** Any value on one line: for a failure its class, message, cause and what it suppresses. */
    static String describe(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Throwable failure -> describe(failure);
            case Outcome.Success<?> success -> "Success " + describe(success.value());
            case Outcome.Failure<?> failure -> "Failure " + describe(failure.error());
            case Outcome.Cancelled<?> cancelled -> "Cancelled";
            case Collection<?> all -> all.stream().map(Trace::describe).collect(Collectors.joining(", ", "[", "]"));
            default -> value.toString();
        };
    }

    private static String describe(Throwable failure) {
        var text = new StringBuilder(failure.getClass().getSimpleName());
        if (failure.getMessage() != null)
            text.append(": ").append(failure.getMessage().replace("\n", "\\n"));
        Throwable cause = failure.getCause();
        if (cause != null) text.append(" {cause ").append(describe(cause)).append('}');
        for (Throwable suppressed : failure.getSuppressed())
            if (!isAwaitSite(suppressed))
                text.append(" {suppressed ").append(describe(suppressed)).append('}');
        return text.toString();
    }

    /** Whether a failure notes where it was awaited depends on configuration. */
    private static boolean isAwaitSite(Throwable suppressed) {
        return suppressed.getClass().getName().equals("dev.weft.AwaitTrace");
    }
}
