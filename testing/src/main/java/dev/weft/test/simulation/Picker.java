package dev.weft.test.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chooses which thread continues. */
sealed interface Picker {
    /** How often in a row one thread may go on while others could: it may yield until one of them has done something. */
    int PATIENCE = 64;

    /**
     * A switch to another thread where the one that ran last could go on.
     *
     * @param step the number of the step
     * @param actor the index of the thread, or TIMER
     */
    record Switch(int step, int actor) {
        /** In place of a thread: the next timer fires. */
        static final int TIMER = -1;
    }

    /** {@return a picker that lets each thread go on for as long as it can, except for some switches} */
    static Picker of(List<Switch> switches) {
        return new Script(switches);
    }

    /** {@return a picker for a seed: even ones choose at random, odd ones by ranks} */
    static Picker of(long seed, Random random) {
        return (seed & 1) == 0 ? new Dice(random) : new Ranks(random);
    }

    /**
     * {@return the thread that continues; null if the next timer fires instead}
     *
     * @param enabled those that can continue, at least one; last the one that has become so last
     * @param plain which one continues if nothing is to be switched
     * @param isTimed whether the next timer may fire
     * @param step the number of the step
     */
    @Nullable
    Actor pick(List<Actor> enabled, Actor plain, boolean isTimed, int step);

    /** {@return the rank of a new thread} */
    default int rank() {
        return 0;
    }
}

/** How probable it is that a timer fires although threads can continue. */
record Haste(Random random, double probability) {
    Haste(Random random) {
        this(random, List.of(0.0, 0.02, 0.2).get(random.nextInt(3)));
    }

    boolean strikes() {
        return probability > 0 && random.nextDouble() < probability;
    }
}

/** Chooses any thread, or with some probability the one that ran last. */
record Dice(Random random, double steadiness, Haste haste) implements Picker {
    Dice(Random random) {
        this(random, List.of(0.0, 0.5, 0.9).get(random.nextInt(3)), new Haste(random));
    }

    @Override
    public @Nullable Actor pick(List<Actor> enabled, Actor plain, boolean isTimed, int step) {
        if (isTimed && haste.strikes()) return null;
        int last = enabled.size() - 1;
        return enabled.get(random.nextDouble() < steadiness ? last : random.nextInt(last + 1));
    }
}

/**
 * Probabilistic concurrency testing (Burckhardt and others, 2010): the thread of the highest rank runs, and at a few
 * random steps it loses its rank. The probability to meet a bug that needs d steps in a certain order depends only on d
 * and the numbers of threads and steps. A thread that runs on and on, for example because it yields while it waits for
 * another, loses its rank too; so does one now and then, since several may wait like that for one more.
 */
final class Ranks implements Picker {
    private static final int FAIRNESS = 256;

    private final Random random;
    private final Haste haste;
    private final Set<Integer> changes = new HashSet<>();
    private @Nullable Actor last;
    private int running;
    private int lowest;

    Ranks(Random random) {
        this.random = random;
        haste = new Haste(random);
        int within = List.of(20, 60, 200).get(random.nextInt(3));
        int depth = 2 + random.nextInt(3);
        for (int i = 1; i < depth; i++) changes.add(random.nextInt(within));
    }

    @Override
    public @Nullable Actor pick(List<Actor> enabled, Actor plain, boolean isTimed, int step) {
        if (isTimed && haste.strikes()) return null;
        Actor first = highest(enabled);
        if (changes.contains(step) || step % FAIRNESS == FAIRNESS - 1 || first == last && ++running > PATIENCE) {
            first.rank = --lowest;
            first = highest(enabled);
        }
        if (first != last) running = 0;
        last = first;
        return first;
    }

    @Override
    public int rank() {
        return random.nextInt(1 << 20);
    }

    private static Actor highest(List<Actor> enabled) {
        Actor highest = enabled.get(0);
        for (Actor actor : enabled) if (actor.rank > highest.rank) highest = actor;
        return highest;
    }
}

/** Lets each thread go on for as long as it can, except for some switches. */
final class Script implements Picker {
    private final Map<Integer, Integer> switches = new HashMap<>();

    Script(List<Picker.Switch> switches) {
        for (Picker.Switch each : switches) this.switches.put(each.step(), each.actor());
    }

    @Override
    public @Nullable Actor pick(List<Actor> enabled, Actor plain, boolean isTimed, int step) {
        Integer chosen = switches.get(step);
        if (chosen == null) return plain;
        if (chosen == Picker.Switch.TIMER) return isTimed ? null : plain;
        for (Actor actor : enabled) if (actor.index == chosen) return actor;
        return plain;
    }
}
