package dev.weft.spi;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of several threads and coroutines under a schedule that a seed decides.
 *
 * <p>All of them are virtual threads on one carrier, the thread that calls {@link #run}. At each {@link SchedulePoint}
 * of the engine, and wherever else a thread yields or parks, the seed chooses which thread continues; timers fire on a
 * virtual clock, between any two steps, and at once when no thread can continue. So a seed repeats its run exactly, and
 * a few thousand seeds see most orders of the steps of a race. Even seeds choose at random, odd ones by {@link Ranks}.
 *
 * <p>A run ends when nothing can continue. It fails if a thread is still alive then, since it waits forever; if a
 * thread has thrown or has ended with its interrupt flag set; if an entry is left in the timer; or if a check of the
 * scenario itself fails, such as that every subscription has ended. The error names the seed and shows the last steps;
 * {@code -Dweft.seed} plays that seed alone.
 */
public final class Simulation implements Timer {
    private static final int MAX_STEPS = 200_000;
    private static final int SHOWN_STEPS = 80;
    private static final int PLAYED_TWICE = 10;

    /** The JVM's thread that resumes a virtual thread when its monitor is free. */
    private static final String UNBLOCKER = "VirtualThread-unblocker";

    private static final long SOON = TimeUnit.SECONDS.toNanos(2);
    private static final Long ONLY = Long.getLong("weft.seed");

    /** The current simulation, for schedulers of libraries, which are created once for all runs. */
    private static volatile Simulation current;

    private record Due(long at, long number, Runnable action) {}

    /** What runs under every seed; it calls {@link #run} once, and returns in a few words how the race ended. */
    @FunctionalInterface
    public interface Scenario {
        /** {@return the outcome} */
        String play(Simulation simulation) throws Exception;
    }

    /** The body of a thread. */
    @FunctionalInterface
    public interface Body {
        /** Runs it. */
        void run() throws Exception;
    }

    private final List<Actor> ready = new ArrayList<>();
    private final List<Actor> enabled = new ArrayList<>();
    private final TreeSet<Due> timers =
            new TreeSet<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
    private final List<Actor> actors = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final List<Runnable> checks = new ArrayList<>();
    private final List<String> shown;
    private final Thread carrier = Thread.currentThread();
    private final Random random;
    private final Picker picker;

    /** How probable it is that a timer fires although threads are ready. */
    private final double haste;

    private volatile Throwable disturbed;
    private long now;
    private long number;
    private int steps;
    private int way = 1;

    private Simulation(long seed, boolean show) {
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        picker = (seed & 1) == 0 ? new Dice(random) : new Ranks(random);
        haste = List.of(0.0, 0.02, 0.2).get(random.nextInt(3));
        shown = show ? new ArrayList<>() : null;
    }

    /** {@return null if threads can be simulated here, else what is missing} */
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
     * Plays a scenario under many seeds, 10 000 if {@code -Dweft.seeds} names no other number, or under the one that
     * {@code -Dweft.seed} names. The first few are played twice: both runs must take the same path.
     *
     * @return how often each outcome occurred
     * @throws AssertionError at the first seed that fails
     */
    public static Map<String, Integer> explore(Scenario scenario) {
        Map<String, Integer> outcomes = new TreeMap<>();
        Set<Integer> ways = new HashSet<>();
        long steps = 0;
        long first = ONLY == null ? 0 : ONLY;
        long behind = ONLY == null ? Integer.getInteger("weft.seeds", 10_000) : ONLY + 1;
        for (long seed = first; seed < behind; seed++) {
            var simulation = new Simulation(seed, false);
            outcomes.merge(simulation.play(seed, scenario), 1, Integer::sum);
            ways.add(simulation.way);
            steps += simulation.steps;
            if (seed < first + PLAYED_TWICE) playAgain(seed, scenario, simulation.way);
        }
        report(behind - first, ways.size(), steps, outcomes);
        return outcomes;
    }

    private static void playAgain(long seed, Scenario scenario, int before) {
        var again = new Simulation(seed, false);
        again.play(seed, scenario);
        if (again.way != before) throw new AssertionError("seed " + seed + " took another way when played again");
    }

    /** {@return the current simulation} */
    public static Simulation current() {
        return current;
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

    /** Waits, on a thread of the simulation, until a condition holds. */
    public static void until(String what, BooleanSupplier condition) {
        Actor actor = current.running();
        while (!condition.getAsBoolean()) {
            actor.awaited = what;
            actor.condition = condition;
            Thread.yield();
        }
        actor.condition = null;
    }

    /** {@return true or false, as the seed decides} */
    public boolean coin() {
        return random.nextBoolean();
    }

    /** Makes the run fail, even where the caller would swallow a thrown error. */
    public void broken(String promise) {
        failures.add(new AssertionError(promise));
    }

    /** Adds a check for the end, when no thread can continue. */
    public void atEnd(Runnable check) {
        checks.add(check);
    }

    /** Runs until nothing can continue, and fails if a thread is still alive, or something was thrown or left over. */
    public void run() {
        while (step()) {
            if (++steps > MAX_STEPS) throw new AssertionError("no end" + alive());
            if (disturbed != null) throw new AssertionError(disturbed);
        }
        for (Throwable failure : failures) throw new AssertionError(failure);
        if (actors.stream().anyMatch(Actor::isAlive)) throw new AssertionError("waiting forever" + alive());
        if (!timers.isEmpty()) throw new AssertionError("left in the timer: " + timers);
        checks.forEach(Runnable::run);
    }

    /** {@return the time on the virtual clock, in nanoseconds} */
    public long now() {
        return now;
    }

    /** Yields a few times, for code of a scenario that takes its time. */
    public static void dawdle() {
        for (int i = 0; i < 3; i++) Thread.yield();
    }

    /** A timer may park for its own lock, and so use up a permit; this one does. */
    @Override
    public Entry schedule(long nanos, Runnable action) {
        LockSupport.unpark(Thread.currentThread());
        LockSupport.park();
        return delayed(nanos, action);
    }

    /**
     * Schedules an action like {@link #schedule}, but without parking, for a library's scheduler, which parks by itself
     * or not.
     */
    public Entry delayed(long nanos, Runnable action) {
        Due due = new Due(now + nanos < 0 ? Long.MAX_VALUE : now + nanos, number++, action);
        timers.add(due);
        return () -> timers.remove(due);
    }

    private String play(long seed, Scenario scenario) {
        try {
            return play(scenario);
        } catch (Throwable failure) {
            throw new AssertionError(
                    "seed " + seed + " (-Dweft.seed=" + seed + " plays it alone): " + failure + steps(seed, scenario),
                    failure);
        }
    }

    private String play(Scenario scenario) throws Exception {
        current = this;
        SchedulePoint.threads = this::thread;
        try {
            return scenario.play(this);
        } finally {
            SchedulePoint.threads = null;
            current = null;
        }
    }

    private static String steps(long seed, Scenario scenario) {
        var replay = new Simulation(seed, true);
        try {
            replay.play(scenario);
        } catch (Throwable again) {
            List<String> shown = replay.shown;
            return shown.subList(Math.max(0, shown.size() - SHOWN_STEPS), shown.size()).stream()
                    .collect(Collectors.joining("\n  ", "\nits last steps:\n  ", "\n"));
        }
        return "\nPlayed again it did not fail: something does not depend on the seed.";
    }

    private static void report(long seeds, int ways, long steps, Map<String, Integer> outcomes) {
        String scenario = StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::toStackTraceElement)
                        .filter(frame -> frame.getClassName().matches(".*(SimulationTest|Races)"))
                        .findFirst()
                        .map(frame -> frame.getClassName().replaceFirst(".*\\.", "") + "." + frame.getMethodName())
                        .orElse("?"));
        String line =
                "%s: %d seeds, %d ways, %d steps each, %s%n".formatted(scenario, seeds, ways, steps / seeds, outcomes);
        try {
            Files.writeString(
                    Path.of("target", "simulated.txt"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException unwritten) {
            throw new AssertionError(unwritten);
        }
    }

    private boolean step() {
        for (Actor actor : ready) if (actor.mayGoOn()) enabled.add(actor);
        try {
            if (enabled.isEmpty() || isHasty()) return fire();
            Actor chosen = picker.pick(enabled, steps);
            way = way * 31 + chosen.index * 7 + enabled.size();
            ready.remove(chosen);
            chosen.goOn();
            while (isBlocked(chosen)) unblocked(chosen).run();
            if (shown != null) shown.add(steps + " " + chosen.place());
            return true;
        } finally {
            enabled.clear();
        }
    }

    private static boolean isBlocked(Actor actor) {
        return actor.task == null && actor.thread.getState() == Thread.State.BLOCKED;
    }

    /**
     * {@return how a thread continues that has met a held monitor} A thread of the JVM, such as a Cleaner's, releases
     * it soon, and that is no step of the schedule; a thread of the simulation never would.
     */
    private Runnable unblocked(Actor actor) {
        for (long start = System.nanoTime(); System.nanoTime() - start < SOON; Thread.yield()) {
            Runnable task = actor.unblocked;
            if (task == null) continue;
            actor.unblocked = null;
            return task;
        }
        throw new AssertionError("in a monitor that another holds across a step" + alive());
    }

    private boolean isHasty() {
        return haste > 0 && !timers.isEmpty() && timers.first().at() <= now + SOON && random.nextDouble() < haste;
    }

    /** When all threads have ended, what is left in the timer was forgotten. */
    private boolean fire() {
        if (timers.isEmpty() || actors.stream().noneMatch(Actor::isAlive)) return false;
        Due due = timers.pollFirst();
        now = Math.max(now, due.at());
        way = way * 31 + 3;
        start("timer", due.action()::run);
        return true;
    }

    private Thread thread(String name, Runnable body) {
        Actor actor = new Actor(actors.size(), picker.rank());
        try {
            actor.thread = builder(task -> ready(actor, task))
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
        actor.thread.setUncaughtExceptionHandler((t, failure) -> failures.add(failure));
        actors.add(actor);
        return actor.thread;
    }

    private void ready(Actor actor, Runnable task) {
        Thread by = Thread.currentThread();
        if (by.getName().equals(UNBLOCKER)) {
            actor.unblocked = task;
            return;
        }
        if (by != carrier && !by.isVirtual()) {
            disturbed = new IllegalStateException(
                    actor.thread.getName() + " was woken by " + by.getName() + ", which is not part of the simulation");
            return;
        }
        if (actor.task == null)
            ready.add(actor); // reading the stack of a ready thread makes the JDK submit it once more
        actor.task = task;
    }

    private Actor running() {
        Thread thread = Thread.currentThread();
        for (Actor actor : actors) if (actor.thread == thread) return actor;
        throw new IllegalStateException(thread.getName() + " is not a thread of the simulation");
    }

    private String alive() {
        return actors.stream().filter(Actor::isAlive).map(Actor::describe).collect(Collectors.joining("\n", ":\n", ""));
    }

    private static Thread.Builder.OfVirtual builder(Executor carrier) throws ReflectiveOperationException {
        Constructor<?> constructor =
                Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder").getDeclaredConstructor(Executor.class);
        constructor.setAccessible(true);
        return (Thread.Builder.OfVirtual) constructor.newInstance(carrier);
    }

    /** A thread of a simulation. */
    private static final class Actor {
        final int index;
        int rank;
        Thread thread;
        Runnable task;

        /** Written by the JVM's thread that unblocks others, while the carrier waits for it. */
        volatile Runnable unblocked;

        String awaited;
        BooleanSupplier condition;

        Actor(int index, int rank) {
            this.index = index;
            this.rank = rank;
        }

        boolean isAlive() {
            return thread.isAlive();
        }

        boolean mayGoOn() {
            return condition == null || condition.getAsBoolean();
        }

        void goOn() {
            Runnable run = task;
            task = null;
            run.run();
        }

        /** Where it is: the innermost frames that belong neither to the JDK nor to the simulation. */
        String place() {
            return thread.getName() + (isAlive() ? ": " + frames(3).collect(Collectors.joining(" < ")) : " has ended");
        }

        /** Its name and what it waits for. */
        String describe() {
            Object blocker = LockSupport.getBlocker(thread);
            String waits = condition != null
                    ? " waits until " + awaited
                    : task != null ? " goes on and on" : " waits" + (blocker == null ? "" : " in " + name(blocker));
            return thread.getName() + waits + frames(12).collect(Collectors.joining("\n    at ", "\n    at ", ""));
        }

        private static String name(Object blocker) {
            String type = blocker.getClass().getSimpleName();
            if (!(blocker instanceof AwaitCell<?> cell)) return type;
            Object upstream = cell.upstream();
            return cell.operation() + " (" + type + ", "
                    + (upstream == null
                            ? "not subscribed yet"
                            : AwaitCell.isSubscription(upstream)
                                    ? "subscribed: " + upstream.getClass().getSimpleName()
                                    : upstream)
                    + ")";
        }

        private Stream<String> frames(int most) {
            return Stream.of(thread.getStackTrace())
                    .filter(frame -> !frame.getClassName().startsWith("java.")
                            && !frame.getClassName().startsWith("jdk.")
                            && !frame.getClassName().startsWith(Simulation.class.getName())
                            && !frame.getClassName().equals(SchedulePoint.class.getName()))
                    .limit(most)
                    .map(frame -> frame.getClassName().replaceFirst(".*\\.", "") + "." + frame.getMethodName() + ":"
                            + frame.getLineNumber());
        }
    }

    /** Chooses which thread continues. */
    private sealed interface Picker {
        Actor pick(List<Actor> enabled, int step);

        /** {@return the rank of a new thread} */
        int rank();
    }

    /** Chooses any thread, or with some probability the one that ran last. */
    private record Dice(Random random, double steadiness) implements Picker {
        Dice(Random random) {
            this(random, List.of(0.0, 0.5, 0.9).get(random.nextInt(3)));
        }

        @Override
        public Actor pick(List<Actor> enabled, int step) {
            int last = enabled.size() - 1;
            return enabled.get(random.nextDouble() < steadiness ? last : random.nextInt(last + 1));
        }

        @Override
        public int rank() {
            return 0;
        }
    }

    /**
     * Probabilistic concurrency testing (Burckhardt and others, 2010): the thread of the highest rank runs, and at a
     * few random steps it loses its rank. The probability to meet a bug that needs d steps in a certain order depends
     * only on d and the numbers of threads and steps. A thread that runs on and on, for example because it yields while
     * it waits for another, loses its rank too.
     */
    private static final class Ranks implements Picker {
        private static final int PATIENCE = 64;

        private final Random random;
        private final Set<Integer> changes = new HashSet<>();
        private Actor last;
        private int running;
        private int lowest;

        Ranks(Random random) {
            this.random = random;
            int within = List.of(20, 60, 200).get(random.nextInt(3));
            int depth = 2 + random.nextInt(3);
            for (int i = 1; i < depth; i++) changes.add(random.nextInt(within));
        }

        @Override
        public Actor pick(List<Actor> enabled, int step) {
            Actor first = highest(enabled);
            if (changes.contains(step) || first == last && ++running > PATIENCE) {
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
}
