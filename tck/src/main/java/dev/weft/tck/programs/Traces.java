package dev.weft.tck.programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The traces that programs leave on any backend: in the text, a line without indent names a program, and the indented
 * lines below are its events. Empty lines and lines that begin with {@code #} are ignored.
 */
final class Traces {
    private static final String FILE = "traces.txt";

    private final Map<String, List<String>> byName;

    private Traces(Map<String, List<String>> byName) {
        this.byName = byName;
    }

    /** The traces that are part of this kit. */
    static Traces load() {
        try (InputStream in = Objects.requireNonNull(Traces.class.getResourceAsStream(FILE), FILE);
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return parse(reader.lines().toList());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(FILE, unreadable);
        }
    }

    static Traces parse(List<String> lines) {
        Map<String, List<String>> byName = new LinkedHashMap<>();
        List<String> events = null;
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) continue;
            if (line.startsWith("  ")) {
                if (events == null) throw new IllegalArgumentException("an event of no program: " + line);
                events.add(line.substring(2));
            } else {
                events = new ArrayList<>();
                if (byName.put(line, events) != null) throw new IllegalArgumentException("twice: " + line);
            }
        }
        return new Traces(byName);
    }

    /** A trace in the format of the file. */
    static String format(String name, List<String> events) {
        return events.stream().map(event -> "  " + event).collect(Collectors.joining("\n", name + "\n", "\n"));
    }

    Set<String> names() {
        return byName.keySet();
    }

    List<String> of(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /**
     * Compares a trace with the one in the file.
     *
     * @throws AssertionError if they differ; its message shows both and where they differ
     */
    void check(String name, String backend, List<String> actual) {
        List<String> expected = of(name);
        if (expected.isEmpty())
            throw new AssertionError(
                    "there is no trace of this program; on " + backend + " it is\n\n" + format(name, actual));
        if (!expected.equals(actual))
            throw new AssertionError(name + " leaves another trace on " + backend + " (- expected, + seen):\n\n"
                    + difference(expected, actual));
    }

    /** Both lists merged along their longest common subsequence. */
    static String difference(List<String> expected, List<String> actual) {
        int[][] common = common(expected, actual);
        var text = new StringBuilder();
        int e = 0;
        int a = 0;
        while (e < expected.size() || a < actual.size()) {
            if (e < expected.size() && a < actual.size() && expected.get(e).equals(actual.get(a))) {
                text.append("    ").append(expected.get(e++)).append('\n');
                a++;
            } else if (a == actual.size() || e < expected.size() && common[e + 1][a] >= common[e][a + 1]) {
                text.append("  - ").append(expected.get(e++)).append('\n');
            } else {
                text.append("  + ").append(actual.get(a++)).append('\n');
            }
        }
        return text.toString();
    }

    /** The length of the longest common subsequence from each pair of positions on. */
    private static int[][] common(List<String> expected, List<String> actual) {
        int[][] length = new int[expected.size() + 1][actual.size() + 1];
        for (int e = expected.size() - 1; e >= 0; e--)
            for (int a = actual.size() - 1; a >= 0; a--)
                length[e][a] = expected.get(e).equals(actual.get(a))
                        ? length[e + 1][a + 1] + 1
                        : Math.max(length[e + 1][a], length[e][a + 1]);
        return length;
    }
}
