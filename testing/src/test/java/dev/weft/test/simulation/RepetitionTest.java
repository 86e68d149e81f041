package dev.weft.test.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** For comparison, the same programs on real threads: {@code -Dweft.repetitions=1000} prints the table of the guide. */
@EnabledIfSystemProperty(named = "weft.repetitions", matches = "\\d+")
class RepetitionTest {
    private static final int RUNS = Integer.getInteger("weft.repetitions", 1);
    private static final Duration HANGS = Duration.ofSeconds(5);

    @Test
    void whichRunFindsEachMistake() throws Exception {
        System.out.println("| mistake | seed: jdk | Reactor | RxJava | run: jdk | Reactor | RxJava |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (Mistake mistake : Mistake.values()) {
            var row = new StringBuilder(
                    "| " + mistake.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            for (Engine engine : Engine.values())
                row.append(" | ").append(MistakesTest.seedThatFinds(mistake, engine) + 1);
            for (Engine engine : Engine.values()) row.append(" | ").append(runThatFinds(mistake, engine));
            System.out.println(row + " |");
        }
        assertThat(RUNS).isPositive();
    }

    /** {@return the first run that goes wrong, and how many did; or a dash} */
    private static String runThatFinds(Mistake mistake, Engine engine) throws InterruptedException {
        for (int run = 1; run <= RUNS; run++) {
            var failure = new AtomicReference<Throwable>();
            Thread thread = Thread.ofVirtual().start(() -> {
                try {
                    engine.run(() -> mistake.play(engine, false));
                } catch (Throwable found) {
                    failure.set(found);
                }
            });
            if (!thread.join(HANGS)) {
                thread.interrupt();
                return run + " (hangs)";
            }
            if (failure.get() != null) return String.valueOf(run);
        }
        return "–";
    }
}
