package dev.weft.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs rows, all columns of a row in one run of JMH, each in its own JVM, and prints a table for each row.
 *
 * <p>The argument is a row or {@code all}. System properties: {@code quick} for a short run, {@code columns} for a regular
 * expression of columns, {@code dispatchers} for a list of dispatchers of Weft, {@code operators} for some operators, {@code prefetch}, {@code profiler} for one more
 * profiler of JMH, whose report is in the log; {@code logs} is where JMH's own reports go, and its results, for the program {@code Charts}.
 */
public final class Rows {
    private Rows() {}

    /**
     * Runs rows.
     *
     * @param arguments the row, or {@code all}
     * @throws RunnerException if a column fails
     * @throws IOException if there is no place for the logs
     */
    public static void main(String... arguments) throws RunnerException, IOException {
        long start = System.nanoTime();
        System.out.println(Machine.describe());
        Path logs = Files.createDirectories(Path.of(System.getProperty("logs", "target/benchmarks")));
        for (Row row : Row.named(arguments.length == 0 ? "all" : arguments[0])) {
            System.out.println(new Table(row, run(row, logs)));
        }
        System.out.printf("%nin %d s; the logs of JMH are in %s%n", (System.nanoTime() - start) / 1_000_000_000, logs);
    }

    private static Collection<RunResult> run(Row row, Path logs) throws RunnerException {
        Path log = logs.resolve(row.label() + ".log");
        try {
            Collection<RunResult> results = new Runner(options(row, log, RowResults.file(logs, row))).run();
            if (results.isEmpty()) throw new IllegalStateException("no column of " + row.label() + " was run");
            return results;
        } catch (RunnerException failure) {
            throw new RunnerException("a column of " + row.label() + " failed; see " + log, failure);
        }
    }

    private static Options options(Row row, Path log, Path results) {
        boolean quick = Boolean.getBoolean("quick");
        String profiler = System.getProperty("profiler", "");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(row.include(System.getProperty("columns", ".*")))
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .forks(1)
                .warmupIterations(quick ? 2 : 4)
                .warmupTime(TimeValue.milliseconds(500))
                .measurementIterations(quick ? 3 : 7)
                .measurementTime(TimeValue.milliseconds(500))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuProfiler.class)
                .jvmArgs("-Xms1g", "-Xmx1g", "--add-opens", "java.base/java.lang=ALL-UNNAMED")
                .param("prefetch", System.getProperty("prefetch", "256"))
                .shouldFailOnError(true)
                .output(log.toString())
                .resultFormat(ResultFormatType.JSON)
                .result(results.toString());
        choose(options, "dispatcher");
        choose(options, "operator");
        String[] named = profiler.split(":", 2); // in JMH's form: name:options
        if (!profiler.isEmpty()) options.addProfiler(named[0], named.length == 1 ? "" : named[1]);
        return options.build();
    }

    /** Restricts a parameter of a row to what the property of its plural says, if it says something. */
    private static void choose(ChainedOptionsBuilder options, String parameter) {
        String chosen = System.getProperty(parameter + "s", "");
        if (!chosen.isEmpty())
            options.param(
                    parameter, chosen.toUpperCase(Locale.ROOT).replace('-', '_').split(","));
    }
}
