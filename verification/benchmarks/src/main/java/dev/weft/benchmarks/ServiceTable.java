package dev.weft.benchmarks;

import dev.weft.benchmarks.service.Engine;
import dev.weft.benchmarks.service.Measured;
import dev.weft.benchmarks.service.Style;
import dev.weft.benchmarks.service.Work;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The styles of a service, one below the other: medians of the rounds. "Of operators" is the median of the ratios within
 * a round. Once as text, and once as the rows of a table in Markdown.
 */
record ServiceTable(Engine engine, Work work, List<Measured> measured) {
    private static final List<String> HEAD = List.of(
            "processor µs",
            "of operators",
            "bytes",
            "of operators",
            "requests/s",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "heap");

    List<Integer> connections() {
        return measured.stream().map(Measured::connections).distinct().toList();
    }

    List<Style> styles() {
        return measured.stream().map(Measured::style).distinct().sorted().toList();
    }

    /** {@return the median of the rounds} */
    double median(Style style, int connections, ToDoubleFunction<Measured> figure) {
        return Numbers.median(
                rounds(style, connections).stream().mapToDouble(figure).toArray());
    }

    private List<Measured> rounds(Style style, int connections) {
        return measured.stream()
                .filter(one -> one.style() == style && one.connections() == connections)
                .toList();
    }

    @Override
    public String toString() {
        return connections().stream().map(this::series).collect(Collectors.joining());
    }

    private String series(int connections) {
        return "%n%s on %s, %d connections%n".formatted(work.label(), engine.label(), connections)
                + text("", HEAD)
                + lines(connections, ServiceTable::text)
                + "%n| | %s |%n|---|%s%n".formatted(String.join(" | ", HEAD), "---|".repeat(HEAD.size()))
                + lines(connections, ServiceTable::markdown);
    }

    private String lines(int connections, Format format) {
        return styles().stream()
                .map(style -> format.line(work.label(style), fields(style, connections)))
                .collect(Collectors.joining());
    }

    private List<String> fields(Style style, int connections) {
        Function<ToDoubleFunction<Measured>, String> median =
                figure -> Numbers.rounded(median(style, connections, figure));
        return List.of(
                median.apply(Measured::processor),
                ofOperators(style, connections, Measured::processor),
                median.apply(Measured::bytes),
                ofOperators(style, connections, Measured::bytes),
                median.apply(Measured::perSecond),
                median.apply(Measured::p50),
                median.apply(Measured::p99),
                median.apply(Measured::p999),
                median.apply(one -> orNaN(one.heap())));
    }

    private static double orNaN(@Nullable Double heap) {
        return heap == null ? Double.NaN : heap;
    }

    private String ofOperators(Style style, int connections, ToDoubleFunction<Measured> figure) {
        List<Measured> peers = rounds(Style.OPERATORS, connections);
        if (peers.isEmpty()) return Numbers.rounded(Double.NaN);
        List<Measured> own = rounds(style, connections);
        double[] ratios = new double[own.size()];
        for (int i = 0; i < ratios.length; i++)
            ratios[i] = figure.applyAsDouble(own.get(i)) / figure.applyAsDouble(peers.get(i));
        return "%.2f".formatted(Numbers.median(ratios));
    }

    private static String text(String label, List<String> fields) {
        return "%-45s".formatted(label)
                + fields.stream().map("%13s"::formatted).collect(Collectors.joining("", "", "%n".formatted()));
    }

    private static String markdown(String label, List<String> fields) {
        return "| %s | %s |%n".formatted(label, String.join(" | ", fields));
    }

    /** How a line is written. */
    private interface Format {
        String line(String label, List<String> fields);
    }
}
