package dev.weft.benchmarks;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The files of results that JMH writes, an array with an object for each column. */
final class RowResults {
    private static final JsonObject NONE = new JsonObject();

    private RowResults() {}

    static Path file(Path folder, Row row) {
        return folder.resolve(row.label() + ".json");
    }

    /** {@return the columns of a row, in order; none if it was not measured} */
    static List<Table.Line> read(Path folder, Row row) throws IOException {
        Path file = file(folder, row);
        if (Files.notExists(file)) return List.of();
        return objects(new JsonArray(Files.readString(file)))
                .map(RowResults::line)
                .sorted(Table.ORDER)
                .toList();
    }

    private static Table.Line line(JsonObject result) {
        String benchmark = result.getString("benchmark");
        JsonObject nanos = result.getJsonObject("primaryMetric");
        JsonObject more = result.getJsonObject("secondaryMetrics");
        JsonObject params = result.getJsonObject("params", NONE);
        return new Table.Line(
                params.getString("operator", "").toLowerCase(Locale.ROOT).replace('_', '-'),
                Column.valueOf(benchmark.substring(benchmark.lastIndexOf('.') + 1)),
                params.getString("dispatcher", "").toLowerCase(Locale.ROOT),
                nanos.getJsonArray("rawData").stream()
                        .flatMap(fork -> ((JsonArray) fork).stream())
                        .mapToDouble(score -> ((Number) score).doubleValue())
                        .sorted()
                        .toArray(),
                more.getJsonObject(CpuProfiler.LABEL).getDouble("score"),
                more.getJsonObject("gc.alloc.rate.norm").getDouble("score"));
    }

    private static Stream<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast);
    }
}
