package dev.weft.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Plants faults in the sources, one at a time, and shows that the tests find each: {@code mvn -Pmutants test}.
 *
 * <p>A module's faults are in {@code src/test/mutants.txt}, one per paragraph: what is wrong, the source file, the
 * lines that it removes ({@code -}) and those that it adds instead ({@code +}). The removed lines must occur exactly
 * once, so a fault that no longer fits its source is an error. The tests are those of {@code *SimulationTest}; a line
 * {@code by} names others, and {@code plainly} others that run without the engine's own steps, as users run theirs.
 */
public final class Mutants {
    private static final Pattern SEED = Pattern.compile("seed (\\d+)");
    private static final int PATIENCE = 3;
    static final String SIMULATIONS = ".*SimulationTest";

    record Mutant(String fault, Path file, Tests tests, String source) {}

    /** Which tests are to find a fault: a pattern of their names, and whether the engine is simulated. */
    private record Tests(String names, boolean simulated) {
        List<String> options() {
            return simulated
                    ? List.of("-Dweft.simulation=true", "-Dweft.seeds=" + System.getProperty("weft.seeds", "10000"))
                    : List.of();
        }
    }

    /** How a fault was found, or null if it was not. */
    private record Verdict(Mutant mutant, String killedBy, long millis) {}

    private Mutants() {}

    /**
     * Tries the faults of one module.
     *
     * @param args the folder of the module, and words of which a fault must contain one; without words, all faults
     */
    public static void main(String[] args) throws Exception {
        Path module = Path.of(args[0]);
        List<String> words = List.of(args).subList(1, args.length);
        List<Mutant> mutants = read(module);
        List<Verdict> verdicts = new ArrayList<>();
        long start = System.nanoTime();
        for (Tests tests : unplanted(mutants)) {
            String failure = run(tests, module, Long.MAX_VALUE);
            if (failure != null) throw new IllegalStateException("fails without any fault: " + failure);
        }
        long patience = PATIENCE * (System.nanoTime() - start);
        for (Mutant mutant : mutants) {
            if (!words.isEmpty() && words.stream().noneMatch(mutant.fault()::contains)) continue;
            Verdict verdict = examine(mutant, patience);
            verdicts.add(verdict);
            System.out.printf(
                    "%3d  %5.1f s  %-100s  %s%n",
                    verdicts.size(),
                    verdict.millis() / 1000.0,
                    mutant.fault(),
                    verdict.killedBy() == null ? "SURVIVED" : verdict.killedBy());
        }
        long alive =
                verdicts.stream().filter(verdict -> verdict.killedBy() == null).count();
        System.out.printf("%d mutants, %d survived%n", verdicts.size(), alive);
        if (alive > 0) System.exit(1);
    }

    /** {@return the tests that are run without a fault first: the simulations, and those that run plainly} */
    private static List<Tests> unplanted(List<Mutant> mutants) {
        return Stream.concat(
                        Stream.of(new Tests(SIMULATIONS, true)),
                        mutants.stream().map(Mutant::tests).filter(tests -> !tests.simulated()))
                .distinct()
                .toList();
    }

    /** {@return the faults of a module, each of which can be planted} */
    static List<Mutant> read(Path module) throws IOException {
        List<Mutant> mutants = new ArrayList<>();
        for (String paragraph :
                Files.readString(module.resolve("src/test/mutants.txt")).split("\n{2,}")) {
            List<String> lines =
                    paragraph.lines().filter(line -> !line.startsWith("#")).toList();
            if (lines.isEmpty()) continue;
            Path file = module.resolve("src/main/java").resolve(lines.get(1));
            mutants.add(new Mutant(lines.get(0), file, tests(lines), planted(lines, file)));
        }
        return mutants;
    }

    private static Tests tests(List<String> paragraph) {
        return after("plainly ", paragraph)
                .findFirst()
                .map(names -> new Tests(names, false))
                .orElseGet(() -> new Tests(after("by ", paragraph).findFirst().orElse(SIMULATIONS), true));
    }

    private static Stream<String> after(String mark, List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(mark.length()).strip());
    }

    private static Verdict examine(Mutant mutant, long patience) throws Exception {
        Path folder = Files.createTempDirectory("mutant");
        try {
            long start = System.nanoTime();
            compile(mutant, folder);
            String killedBy = run(mutant.tests(), folder, patience);
            return new Verdict(mutant, killedBy, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
            }
        }
    }

    private static void compile(Mutant mutant, Path folder) throws IOException {
        Path source = folder.resolve(mutant.file().getFileName());
        Files.writeString(source, mutant.source());
        int errors = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-nowarn",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        if (errors != 0) throw new IllegalStateException("does not compile: " + mutant.fault());
    }

    /** {@return the source with the fault} */
    private static String planted(List<String> paragraph, Path file) throws IOException {
        List<String> from = after("- ", paragraph).toList();
        List<String> lines = Files.readAllLines(file);
        List<String> stripped = lines.stream().map(String::strip).toList();
        List<Integer> found = new ArrayList<>();
        int length = from.size();
        for (int at = 0; length > 0 && at + length <= lines.size(); at++)
            if (stripped.subList(at, at + length).equals(from)) found.add(at);
        if (found.size() != 1)
            throw new IllegalStateException("looked for the lines of \"" + paragraph.get(0) + "\" in " + file
                    + ", found them " + found.size() + " times: bring the list up to date");
        int at = found.get(0);
        return Stream.of(
                        lines.subList(0, at).stream(),
                        after("+ ", paragraph),
                        lines.stream().skip(at + length))
                .flatMap(part -> part)
                .collect(Collectors.joining("\n"));
    }

    /** In a separate JVM, since a mutant may spin. {@return what has found the fault in a folder, or null} */
    private static String run(Tests tests, Path folder, long patience) throws Exception {
        Path output = Files.createTempFile("mutant", "output");
        output.toFile().deleteOnExit();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-classpath",
                folder + File.pathSeparator + System.getProperty("java.class.path")));
        command.addAll(tests.options());
        command.addAll(List.of(FirstFailure.class.getName(), tests.names()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(patience, TimeUnit.NANOSECONDS)) {
            process.destroyForcibly().waitFor();
            return "it does not end";
        }
        if (process.exitValue() == 0) return null;
        List<String> said = Files.readAllLines(output);
        if (process.exitValue() != FirstFailure.FOUND)
            throw new IllegalStateException("no tests were run: " + String.join("\n", said));
        Matcher seed = SEED.matcher(String.join("\n", said));
        String test = said.stream()
                .filter(line -> line.startsWith(FirstFailure.MARK))
                .findFirst()
                .orElseThrow();
        return test.substring(FirstFailure.MARK.length()) + (seed.find() ? ", seed " + seed.group(1) : "");
    }
}
