package dev.weft.spi;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * One run of some threads and coroutines under a schedule that a seed decides.
 *
 * <p>All of them are virtual threads on one carrier, the thread that calls {@link #run}. At each {@link SchedulePoint} of the
 * engine, and wherever else a thread yields or parks, the seed chooses who goes on; timers fire on a virtual clock, between any
 * two steps. So a run is repeated exactly by its seed, and a few thousand seeds see most orders of the steps of a race.
 *
 * <p>A run ends when nothing can go on. Whoever is alive then waits for ever: that is a failure, and names who it is.
 */
public final class Simulation implements Timer {
    private static final int MAX_STEPS = 200_000;
    private static final long SOON = TimeUnit.SECONDS.toNanos(2);
    private static final Long ONLY = Long.getLong("weft.seed");

    private record Due(long at, long number, Runnable action) {}

    private final List<Runnable> ready = new ArrayList<>();
    private final TreeSet<Due> timers =
            new TreeSet<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final Random random;

    /** How probable it is that the thread that has just run goes on, and that a timer fires although threads are ready. */
    private final double steadiness;

    private final double haste;
    private long now;
    private long number;
    private int steps;
    private int trace = 1;

    private Simulation(long seed) {
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        steadiness = List.of(0.0, 0.5, 0.9).get(random.nextInt(3));
        haste = List.of(0.0, 0.02, 0.2).get(random.nextInt(3));
    }

    /** What is run under every seed; it calls {@link #run} once, and says in a word how the race has ended. */
    @FunctionalInterface
    public interface Scenario {
        /** {@return the outcome} */
        String play(Simulation simulation) throws Exception;
    }

    /** {@return null if threads can be simulated here, or what is missing} */
    public static String missing() {
        if (!Boolean.getBoolean("weft.simulation")) return "simulated only with -Dweft.simulation=true";
        try {
            builder(Runnable::run);
            return null;
        } catch (ReflectiveOperationException | RuntimeException closed) {
            return "simulated only with --add-opens java.base/java.lang=ALL-UNNAMED on a JDK whose virtual threads take a"
                    + " scheduler: " + closed;
        }
    }

    /**
     * Plays a scenario under many seeds, or under the one that {@code -Dweft.seed} names.
     *
     * @return how often it ended how
     * @throws AssertionError at the first seed that fails
     */
    public static Map<String, Integer> explore(int seeds, Scenario scenario) {
        Map<String, Integer> outcomes = new TreeMap<>();
        for (long seed = ONLY == null ? 0 : ONLY; seed < (ONLY == null ? seeds : ONLY + 1); seed++)
            outcomes.merge(play(seed, scenario), 1, Integer::sum);
        return outcomes;
    }

    /** {@return how a scenario ends under a seed} */
    public static String play(long seed, Scenario scenario) {
        var simulation = new Simulation(seed);
        SchedulePoint.threads = simulation::thread;
        try {
            return scenario.play(simulation);
        } catch (Throwable failure) {
            throw new AssertionError(
                    "seed " + seed + " (replay it with -Dweft.seed=" + seed + "): " + failure, failure);
        } finally {
            SchedulePoint.threads = null;
        }
    }

    /** Starts a plain thread of the simulation. */
    public Thread start(String name, Body body) {
        Thread thread = thread(name, () -> {
            try {
                body.run();
            } catch (Throwable failure) {
                failures.add(failure);
            }
        });
        thread.start();
        return thread;
    }

    /** What a thread does. */
    @FunctionalInterface
    public interface Body {
        /** Does it. */
        void run() throws Exception;
    }

    /** Goes on until nothing can, and fails if somebody is still alive, or something was thrown or left behind. */
    public void run() {
        while (!ready.isEmpty() || !timers.isEmpty() && threads.stream().anyMatch(Thread::isAlive)) step();
        List<Thread> alive = threads.stream().filter(Thread::isAlive).toList();
        if (!alive.isEmpty())
            throw new AssertionError(alive.stream()
                    .map(Simulation::describe)
                    .collect(Collectors.joining("\n", "waiting for ever:\n", "")));
        for (Throwable failure : failures) throw new AssertionError(failure);
        if (!timers.isEmpty()) throw new AssertionError("left in the timer: " + timers);
    }

    /** {@return a number that two runs have in common only if they took the same way} */
    public int trace() {
        return trace;
    }

    /** {@return the time on the virtual clock} */
    public long now() {
        return now;
    }

    /** Yields now and then, for code of a scenario that takes its time. */
    public static void dawdle() {
        for (int i = 0; i < 3; i++) Thread.yield();
    }

    /** A timer may park for a lock of its own, and so use up a permit; this one does. */
    @Override
    public Entry schedule(long nanos, Runnable action) {
        LockSupport.unpark(Thread.currentThread());
        LockSupport.park();
        Due due = new Due(now + nanos < 0 ? Long.MAX_VALUE : now + nanos, number++, action);
        timers.add(due);
        return () -> timers.remove(due);
    }

    private void step() {
        if (++steps > MAX_STEPS)
            throw new AssertionError("no end: "
                    + threads.stream()
                            .filter(Thread::isAlive)
                            .map(Simulation::describe)
                            .toList());
        if (ready.isEmpty() || !timers.isEmpty() && timers.first().at() <= now + SOON && random.nextDouble() < haste) {
            fire();
            return;
        }
        int last = ready.size() - 1;
        int chosen = random.nextDouble() < steadiness ? last : random.nextInt(last + 1);
        trace = trace * 31 + chosen * 7 + last;
        ready.remove(chosen).run();
    }

    private void fire() {
        Due due = timers.pollFirst();
        now = Math.max(now, due.at());
        start("timer", due.action()::run);
    }

    private Thread thread(String name, Runnable body) {
        Thread thread;
        try {
            thread = builder(ready::add)
                    .name(name)
                    .inheritInheritableThreadLocals(false)
                    .unstarted(() -> {
                        body.run();
                        if (Thread.currentThread().isInterrupted())
                            failures.add(new AssertionError(name + " has ended with its interrupt flag set"));
                    });
        } catch (ReflectiveOperationException closed) {
            throw new AssertionError(closed);
        }
        thread.setUncaughtExceptionHandler((t, failure) -> failures.add(failure));
        threads.add(thread);
        return thread;
    }

    private static Thread.Builder.OfVirtual builder(Executor carrier) throws ReflectiveOperationException {
        Constructor<?> constructor =
                Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder").getDeclaredConstructor(Executor.class);
        constructor.setAccessible(true);
        return (Thread.Builder.OfVirtual) constructor.newInstance(carrier);
    }

    private static String describe(Thread thread) {
        return thread.getName() + " " + thread.getState()
                + Arrays.stream(thread.getStackTrace())
                        .map(frame -> "\n    at " + frame)
                        .collect(Collectors.joining());
    }
}
