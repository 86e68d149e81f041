package dev.weft.benchmarks;

import dev.weft.benchmarks.service.Measured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Draws what was measured last: a chart for each row and for each service whose results are there.
 *
 * <p>System properties: {@code logs}, where the results are, and {@code charts}, where the images go.
 */
public final class Charts {
    private Charts() {}

    /**
     * Draws.
     *
     * @param arguments none
     * @throws IOException if there are no results, or there is no place for the charts
     */
    public static void main(String... arguments) throws IOException {
        Path results = Path.of(System.getProperty("logs", "target/benchmarks"));
        Path charts = Files.createDirectories(Path.of(System.getProperty("charts", "docs/reference/charts")));
        for (Row row : Row.values()) {
            List<Table.Line> lines = RowResults.read(results, row);
            if (!lines.isEmpty()) write(charts.resolve(row.label() + ".svg"), chart(row, lines));
        }
        for (ServiceTable table : ServiceResults.read(results)) {
            String name = "service-" + table.work().id() + "-" + table.engine().id();
            write(charts.resolve(name + ".svg"), chart(table, "µs of processor time per request", Measured::processor));
        }
    }

    private static void write(Path file, Chart chart) throws IOException {
        Files.writeString(file, chart.svg());
        System.out.println(file.normalize());
    }

    private static Chart chart(Row row, List<Table.Line> lines) {
        return new Chart(
                row.label() + ", ns: " + row.work(),
                List.of("ns"),
                lines.stream()
                        .map(line ->
                                new Chart.Group(line.label(), line.column().isWeft(), new double[] {line.median()}))
                        .toList());
    }

    private static Chart chart(ServiceTable table, String what, ToDoubleFunction<Measured> figure) {
        return new Chart(
                "%s on %s: %s".formatted(table.work().label(), table.engine().label(), what),
                table.connections().stream()
                        .map(count -> count + " connections")
                        .toList(),
                table.styles().stream()
                        .map(style -> new Chart.Group(
                                table.work().label(style),
                                style.isWeft(),
                                table.connections().stream()
                                        .mapToDouble(count -> table.median(style, count, figure))
                                        .toArray()))
                        .toList());
    }
}
