package dev.weft.test.simulation;

import dev.weft.spi.VirtualTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Plays one scenario under many seeds, and explains the first that fails. */
final class Explorer {
    private static final int PLAYED_TWICE = 10;
    private static final int SHOWN_STEPS = 80;
    private static final int MOST_TRIALS = 1_000;
    private static final long TRIAL_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_MILLIS = 50;

    private final Exploration rules;
    private final Simulation.Scenario scenario;
    private final List<Library> libraries;
    private final AtomicBoolean isInstalled = new AtomicBoolean();

    /** The current run and its seed and start, for the thread that watches it. */
    private @Nullable Simulation run;

    private volatile long seed;
    private volatile long started;

    /** Guarded by this, as the current run is: what was given up must not begin another one. */
    private boolean isOver;

    Explorer(Exploration rules, Simulation.Scenario scenario) {
        String missing = Simulation.missing();
        if (missing != null) throw new IllegalStateException(missing);
        this.rules = rules;
        this.scenario = scenario;
        libraries = rules.isStrict() ? List.of() : Library.present();
    }

    /** Plays it on a thread of its own, which is given up if a step does not end. */
    Exploration.Explored explore() throws InterruptedException {
        Lock turn = VirtualTime.turn();
        FutureTask<Exploration.Explored> task = new FutureTask<>(this::play);
        Thread carrier = Thread.ofPlatform().daemon().name("simulation").unstarted(task);
        turn.lockInterruptibly();
        try {
            started = System.nanoTime();
            carrier.start();
            while (true) {
                try {
                    return task.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException running) {
                    if (System.nanoTime() - started > rules.patience().toNanos()) throw stuck();
                }
            }
        } catch (ExecutionException failed) {
            throw rethrow(failed.getCause());
        } catch (InterruptedException interrupted) {
            stuck();
            throw interrupted;
        } finally {
            turn.unlock();
        }
    }

    /** Plays it on the current thread. */
    Exploration.Explored exploreHere() {
        Lock turn = VirtualTime.turn();
        turn.lock();
        try {
            return play();
        } finally {
            turn.unlock();
        }
    }

    /** Gives up the thread of the exploration, which may go on whenever it wants to. */
    private synchronized AssertionError stuck() {
        isOver = true;
        uninstall();
        if (run == null) return new AssertionError("the exploration has not begun");
        run.release();
        return new AssertionError("seed " + seed + " (-Dweft.seed=" + seed + " plays it alone): has run for more than "
                + rules.patience().toMillis() + " ms: " + run.stuck());
    }

    private synchronized void begin(Simulation next) {
        if (isOver) throw new CancellationException("the exploration was given up");
        started = System.nanoTime();
        run = next;
        next.begin();
    }

    private Exploration.Explored play() {
        Long only = Long.getLong("weft.seed");
        long first = only == null ? 0 : only;
        int count = only == null ? Integer.getInteger("weft.seeds", rules.seeds()) : 1;
        libraries.forEach(Library::install);
        isInstalled.set(true);
        try {
            return play(first, count);
        } finally {
            uninstall();
        }
    }

    private void uninstall() {
        if (isInstalled.compareAndSet(true, false)) libraries.forEach(Library::uninstall);
    }

    private Exploration.Explored play(long first, int count) {
        Map<String, Integer> outcomes = new TreeMap<>();
        Set<Integer> ways = new HashSet<>();
        long steps = 0;
        for (long each = first; each < first + count; each++) {
            Simulation played = run(each, null, null);
            outcomes.merge(play(each, played), 1, Integer::sum);
            ways.add(played.way());
            steps += played.steps();
            if (each >= first + PLAYED_TWICE) continue;
            Simulation again = run(each, null, null);
            play(each, again);
            if (again.way() != played.way())
                throw new AssertionError("seed " + each + " took another way when played again: something in it"
                        + " does not depend on the seed, such as the wall clock, a hash code of identity, or what an"
                        + " earlier run has left");
        }
        return new Exploration.Explored(count, ways.size(), steps, outcomes);
    }

    private String play(long each, Simulation played) {
        try {
            return attempt(played);
        } catch (Throwable failure) {
            throw new AssertionError(
                    "seed " + each + " (-Dweft.seed=" + each + " plays it alone): " + failure
                            + explain(each, played, failure),
                    failure);
        }
    }

    private String attempt(Simulation played) throws Exception {
        begin(played);
        return played.play(each -> {
            libraries.forEach(Library::begin);
            return scenario.play(each);
        });
    }

    private Simulation run(long each, @Nullable List<Picker.Switch> script, @Nullable List<String> trace) {
        seed = each;
        Picker picker = script == null ? Picker.of(each, new Random(each * 0x9E3779B97F4A7C15L)) : Picker.of(script);
        return new Simulation(each, picker, rules, trace);
    }

    private String explain(long each, Simulation failed, Throwable failure) {
        String kind = kind(failure);
        Simulation least = shrink(each, failed, kind);
        List<String> trace = new ArrayList<>();
        if (least == null) {
            if (!kind.equals(failure(run(each, null, trace))))
                return "\nPlayed again it did not fail: something does not depend on the seed.";
            return "\nits last steps:" + shown(trace);
        }
        failure(run(each, least.switches(), trace));
        return "\nthe shortest schedule found that fails, with "
                + least.switches().size() + " switches of " + failed.switches().size() + " and " + least.steps()
                + " steps of " + failed.steps() + ":" + shown(trace);
    }

    private static String shown(List<String> trace) {
        return trace.subList(Math.max(0, trace.size() - SHOWN_STEPS), trace.size()).stream()
                .collect(Collectors.joining("\n  ", "\n  ", "\n"));
    }

    /**
     * Takes away switches as long as the run still fails: many at a time, then one by one.
     *
     * @return the run with the fewest; null if a run with all of them did not fail
     */
    private @Nullable Simulation shrink(long each, Simulation failed, String kind) {
        long start = System.nanoTime();
        Simulation least = run(each, failed.switches(), null);
        if (!kind.equals(failure(least))) return null;
        int trials = 0;
        int size = least.switches().size();
        while (size > 0) {
            int before = least.switches().size();
            for (int from = 0; from < least.switches().size(); ) {
                if (++trials > MOST_TRIALS || System.nanoTime() - start > TRIAL_NANOS) return least;
                Simulation trial = run(each, without(least.switches(), from, from + size), null);
                if (kind.equals(failure(trial))
                        && trial.switches().size() < least.switches().size()) least = trial;
                else from += size;
            }
            if (size > 1 || least.switches().size() == before) size /= 2;
        }
        return least;
    }

    private static List<Picker.Switch> without(List<Picker.Switch> switches, int from, int to) {
        List<Picker.Switch> rest = new ArrayList<>(switches.subList(0, from));
        rest.addAll(switches.subList(Math.min(to, switches.size()), switches.size()));
        return rest;
    }

    /** {@return the kind of failure of a run, or null} */
    private @Nullable String failure(Simulation trial) {
        try {
            attempt(trial);
            return null;
        } catch (Throwable failure) {
            return kind(failure);
        }
    }

    /** {@return what two failures have in common that are alike} */
    private static String kind(Throwable failure) {
        return failure instanceof Simulation.Found found
                ? found.what
                : failure.getClass().getName();
    }

    /** Throws it, unwrapped if that is possible. */
    static AssertionError rethrow(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException unchecked) throw unchecked;
        if (failure instanceof Error error) throw error;
        throw new AssertionError(failure);
    }
}
