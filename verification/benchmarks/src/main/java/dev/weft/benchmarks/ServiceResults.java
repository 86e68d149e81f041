package dev.weft.benchmarks;

import dev.weft.benchmarks.service.Engine;
import dev.weft.benchmarks.service.Measured;
import dev.weft.benchmarks.service.Style;
import dev.weft.benchmarks.service.Work;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What was measured of services, as files of JSON: an array with an object for each {@link Measured}. */
final class ServiceResults {
    private ServiceResults() {}

    private static Path file(Path folder, Engine engine, Work work) {
        return folder.resolve("service-" + work.id() + "-" + engine.id() + ".json");
    }

    static void write(Path folder, ServiceTable table) throws IOException {
        var all = new JsonArray();
        for (Measured one : table.measured()) all.add(toJson(one));
        Files.writeString(file(folder, table.engine(), table.work()), all.encodePrettily());
    }

    /** {@return the tables whose results are in a folder} */
    static List<ServiceTable> read(Path folder) throws IOException {
        List<ServiceTable> tables = new ArrayList<>();
        for (Work work : Work.values())
            for (Engine engine : Engine.values()) {
                Path file = file(folder, engine, work);
                if (Files.exists(file)) tables.add(new ServiceTable(engine, work, read(Files.readString(file))));
            }
        return tables;
    }

    private static List<Measured> read(String json) {
        return new JsonArray(json)
                .stream().map(one -> fromJson((JsonObject) one)).toList();
    }

    private static JsonObject toJson(Measured one) {
        return new JsonObject()
                .put("style", one.style().name())
                .put("connections", one.connections())
                .put("round", one.round())
                .put("processor", one.processor())
                .put("bytes", one.bytes())
                .put("perSecond", one.perSecond())
                .put("p50", one.p50())
                .put("p99", one.p99())
                .put("p999", one.p999())
                .put("heap", one.heap());
    }

    private static Measured fromJson(JsonObject one) {
        return new Measured(
                Style.valueOf(one.getString("style")),
                one.getInteger("connections"),
                one.getInteger("round"),
                one.getDouble("processor"),
                one.getDouble("bytes"),
                one.getDouble("perSecond"),
                one.getDouble("p50"),
                one.getDouble("p99"),
                one.getDouble("p999"),
                one.getDouble("heap"));
    }
}
