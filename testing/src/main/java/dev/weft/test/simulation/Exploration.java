package dev.weft.test.simulation;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * Plays a test under many schedules, each of which a seed decides; {@link Simulated} does so for a JUnit test.
 *
 * <p>{@code -Dweft.seeds} says another number of seeds for all explorations, {@code -Dweft.seed} a single seed to play.
 * The first few seeds are played twice: both runs must take the same way. When a seed fails, the exploration looks for
 * the shortest schedule that fails alike, the one with the fewest switches between threads, and shows its steps.
 *
 * <p>Explorations run one after another, and not beside a test in virtual time, on a thread of their own, since their
 * hooks are process-wide: where Reactor or RxJava is on the class path, their schedulers belong to the run while it lasts.
 * Other tests may run meanwhile, unless they use those schedulers.
 *
 * @since 0.1
 */
public final class Exploration {
    private final int seeds;
    private final int maxSteps;
    private final Duration patience;
    private final boolean isStrict;

    /**
     * What an exploration has seen.
     *
     * @param seeds how many runs there were
     * @param ways how many different ways they took, as far as a hash can tell
     * @param steps how many steps they had together
     * @param outcomes how often a scenario ended in which way
     * @since 0.1
     */
    public record Explored(int seeds, int ways, long steps, Map<String, Integer> outcomes) {
        /** Copies the outcomes. */
        public Explored {
            outcomes = Map.copyOf(outcomes);
        }

        /** {@return the numbers in a line} */
        @Override
        public String toString() {
            return "%d seeds, %d ways, %d steps each".formatted(seeds, ways, seeds == 0 ? 0 : steps / seeds);
        }
    }

    private Exploration(int seeds, int maxSteps, Duration patience, boolean isStrict) {
        this.seeds = seeds;
        this.maxSteps = maxSteps;
        this.patience = patience;
        this.isStrict = isStrict;
    }

    /**
     * {@return an exploration of some seeds, of at most 200 000 steps and 10 seconds each}
     *
     * @param seeds how many, from 0 on
     * @throws IllegalArgumentException if that is less than 1
     */
    public static Exploration ofSeeds(int seeds) {
        return new Exploration(positive("seeds", seeds), 200_000, Duration.ofSeconds(10), false);
    }

    /**
     * {@return the same with another limit for the steps of a run}
     *
     * @param steps how many at most; more of them fail the run, since it may never end
     * @throws IllegalArgumentException if that is less than 1
     */
    public Exploration withSteps(int steps) {
        return new Exploration(seeds, positive("steps", steps), patience, isStrict);
    }

    /**
     * {@return the same with another limit for the real time of a run}
     *
     * @param limit how long a run may take; a step that blocks or computes for longer fails it
     * @throws IllegalArgumentException if that is not positive
     */
    public Exploration withPatience(Duration limit) {
        if (limit.isNegative() || limit.isZero())
            throw new IllegalArgumentException("patience must be positive, but is " + limit);
        return new Exploration(seeds, maxSteps, limit, isStrict);
    }

    /**
     * Plays a test under each seed, on a virtual thread of the run, and waits for it.
     *
     * @param test makes all that it uses, since it runs often
     * @return what was seen
     * @throws AssertionError at the first seed that fails, with what failed as its cause
     * @throws IllegalStateException if threads cannot be simulated here: it says what is missing; or inside another
     *     exploration, a test in virtual time or a coroutine
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public Explored explore(Simulation.Body test) throws InterruptedException {
        Objects.requireNonNull(test, "test");
        return new Explorer(this, run -> {
                    run.start("test", test);
                    run.run();
                    return "passed";
                })
                .explore();
    }

    /**
     * Plays a scenario of an engine under each seed, on the current thread, by strict rules: a run goes on when a thread
     * has thrown; it fails if a thread ends with its interrupt flag set, if an entry is left in the timer when all
     * threads have ended, or if a thread holds a monitor across a step.
     *
     * @param scenario starts threads, runs them, and looks at what they have left
     * @return what was seen
     * @throws AssertionError at the first seed that fails, with what failed as its cause
     * @throws IllegalStateException if threads cannot be simulated here: it says what is missing; or inside another
     *     exploration, a test in virtual time or a coroutine
     */
    public Explored play(Simulation.Scenario scenario) {
        Objects.requireNonNull(scenario, "scenario");
        return new Explorer(new Exploration(seeds, maxSteps, patience, true), scenario).exploreHere();
    }

    int seeds() {
        return seeds;
    }

    int maxSteps() {
        return maxSteps;
    }

    Duration patience() {
        return patience;
    }

    boolean isStrict() {
        return isStrict;
    }

    private static int positive(String what, int number) {
        if (number < 1) throw new IllegalArgumentException(what + " must be positive, but is " + number);
        return number;
    }
}
