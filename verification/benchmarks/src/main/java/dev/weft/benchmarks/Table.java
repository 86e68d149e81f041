package dev.weft.benchmarks;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * The columns of a row, one below the other: the median of the iterations, the fastest and the slowest iteration,
 * processor time and bytes allocated, and the median as a multiple of the fastest peer's and of Weft's fastest.
 */
record Table(Row row, List<Line> lines) {
    /** In which columns are listed. */
    static final Comparator<Line> ORDER =
            Comparator.comparing(Line::operator).thenComparing(Line::column).thenComparing(Line::variant);

    private static final String FORMAT = "%n%-55s %10s %17s %10s %9s %8s %8s";

    Table(Row row, Collection<RunResult> results) {
        this(row, results.stream().map(Line::of).sorted(ORDER).toList());
    }

    @Override
    public String toString() {
        var text = new StringBuilder("%n%s: %s".formatted(row.label(), row.work()));
        text.append(FORMAT.formatted("", "ns", "fastest–slowest", "cpu ns", "bytes", "/ peer", "/ Weft"));
        for (Line line : lines) text.append(line.text(fastest(line.operator, false), fastest(line.operator, true)));
        return text.toString();
    }

    private double fastest(String operator, boolean weft) {
        return lines.stream()
                .filter(line -> line.operator.equals(operator) && line.column.isWeft() == weft)
                .mapToDouble(Line::median)
                .min()
                .orElse(Double.NaN);
    }

    /** One column; of an operator, in the row that has several. */
    record Line(String operator, Column column, String variant, double[] nanos, double cpu, double bytes) {
        static Line of(RunResult result) {
            BenchmarkParams params = result.getParams();
            String name = params.getBenchmark();
            double[] nanos = result.getBenchmarkResults().stream()
                    .flatMap(fork -> fork.getIterationResults().stream())
                    .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                    .sorted()
                    .toArray();
            return new Line(
                    lowerCase(params.getParam("operator")),
                    Column.valueOf(name.substring(name.lastIndexOf('.') + 1)),
                    lowerCase(params.getParam("dispatcher")),
                    nanos,
                    of(CpuProfiler.LABEL, result),
                    of("gc.alloc.rate.norm", result));
        }

        private static String lowerCase(@Nullable String parameter) {
            return parameter == null ? "" : parameter.toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private static double of(String profile, RunResult result) {
            Result<?> found = result.getSecondaryResults().get(profile);
            if (found == null)
                throw new IllegalStateException("looked for " + profile + ", found "
                        + result.getSecondaryResults().keySet());
            return found.getScore();
        }

        double median() {
            return Numbers.median(nanos);
        }

        String label() {
            String label = operator.isEmpty() ? column.label() : operator + ", " + column.label();
            return variant.isEmpty() ? label : label + ", " + variant;
        }

        String text(double peer, double weft) {
            return FORMAT.formatted(
                    label(),
                    Numbers.rounded(median()),
                    Numbers.rounded(nanos[0]) + "–" + Numbers.rounded(nanos[nanos.length - 1]),
                    Numbers.rounded(cpu),
                    Numbers.rounded(bytes),
                    Numbers.rounded(median() / peer),
                    Numbers.rounded(median() / weft));
        }
    }
}
