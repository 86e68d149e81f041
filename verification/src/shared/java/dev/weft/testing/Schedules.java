package dev.weft.testing;

import dev.weft.test.simulation.Exploration;
import dev.weft.test.simulation.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Plays the races of the engine by strict rules, and keeps a line about each in {@code target/simulated.txt}. */
public final class Schedules {
    private Schedules() {}

    /** {@return null if the engine can be simulated here, else what is missing} */
    public static String missing() {
        return Boolean.getBoolean("weft.simulation")
                ? Simulation.missing()
                : "simulated only with -Dweft.simulation=true";
    }

    /**
     * Plays a scenario under 10 000 seeds, or as many as {@code -Dweft.seeds} says.
     *
     * @return how often each outcome occurred
     */
    public static Map<String, Integer> explore(Simulation.Scenario scenario) {
        Exploration.Explored explored = Exploration.ofSeeds(10_000).play(scenario);
        report(explored);
        return explored.outcomes();
    }

    /** Yields a few times, for code of a scenario that takes its time. */
    public static void dawdle() {
        for (int i = 0; i < 3; i++) Thread.yield();
    }

    private static void report(Exploration.Explored explored) {
        String scenario = StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::toStackTraceElement)
                        .filter(frame -> frame.getClassName().matches(".*(SimulationTest|Races)"))
                        .findFirst()
                        .map(frame -> frame.getClassName().replaceFirst(".*\\.", "") + "." + frame.getMethodName())
                        .orElse("?"));
        String line = "%s: %s, %s%n".formatted(scenario, explored, explored.outcomes());
        try {
            Files.writeString(
                    Path.of("target", "simulated.txt"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException unwritten) {
            throw new AssertionError(unwritten);
        }
    }
}
