package dev.weft.benchmarks;

import dev.weft.benchmarks.service.Engine;
import dev.weft.benchmarks.service.Rounds;
import dev.weft.benchmarks.service.Style;
import dev.weft.benchmarks.service.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Measures whole services, and prints a table for each: all styles in rounds, each in a JVM of its own.
 *
 * <p>The argument is a row, {@code page} or {@code crud}, or {@code all}. System properties: {@code engines},
 * {@code columns} for a regular expression of styles, {@code connections} for a list, {@code rounds}, {@code seconds} for a
 * service in a round, {@code jvm} for more arguments of the services' JVMs. Results go to {@code logs}, for the program {@code Charts}.
 */
public final class Service {
    private Service() {}

    /**
     * Measures services.
     *
     * @param arguments the row, or {@code all}
     * @throws IOException if a service fails or gives a wrong answer
     * @throws InterruptedException if interrupted
     */
    public static void main(String... arguments) throws IOException, InterruptedException {
        long start = System.nanoTime();
        System.out.println(Machine.describe());
        Path results = Files.createDirectories(Path.of(System.getProperty("logs", "target/benchmarks")));
        var rounds = new Rounds(
                Arrays.stream(System.getProperty("connections", "10,100,1000").split(","))
                        .map(Integer::valueOf)
                        .toList(),
                Integer.getInteger("rounds", 5),
                Duration.ofSeconds(Integer.getInteger("seconds", 7)),
                System.getProperty("jvm", ""));
        Pattern columns = Pattern.compile(System.getProperty("columns", ".*"));
        Predicate<Style> styles = style -> columns.matcher(style.id()).matches();
        for (Engine engine : Engine.named(System.getProperty("engines", "all")))
            for (Work work : Work.named(arguments.length == 0 ? "all" : arguments[0])) {
                var table = new ServiceTable(engine, work, rounds.run(engine, work, styles));
                System.out.println(table);
                ServiceResults.write(results, table);
            }
        System.out.printf("%nin %d s; the results are in %s%n", (System.nanoTime() - start) / 1_000_000_000, results);
    }
}
