package dev.weft.test.simulation;

import dev.weft.CoroutineDump;
import dev.weft.Coroutines;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Simulator;
import dev.weft.spi.Timer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run of several threads and coroutines under a schedule that a seed decides; {@link Exploration} plays many.
 *
 * <p>All of them are virtual threads on one carrier: the coroutines, the threads that {@link #start} starts, and each
 * virtual thread that one of them makes. Wherever one suspends, parks, yields or begins, the seed chooses which one
 * continues; timers fire on a virtual clock, between any two steps, and at once when no thread can continue. So a seed
 * repeats its run exactly, and a few thousand seeds see most orders of the steps of a race. Even seeds choose at random,
 * odd ones by ranks that change now and then.
 *
 * <p>From one such step to the next, a thread has the only processor: what it does to plain fields there is never
 * interleaved. An await is a step at its entry, even if its source has a value already; a lock of the JDK is one only
 * if the thread has to wait for it. {@link Thread#yield} makes any place one.
 *
 * <p>A thread that meets a held monitor ({@code synchronized}) continues when nothing else can; so does one that is in a
 * timed wait of the JDK, such as {@code Thread.sleep}, when it is its turn on the virtual clock, and takes its time.
 *
 * <p>A run fails if its body or a thread throws; if a thread is still alive when nothing can continue, since it waits
 * forever; if there is no end; or if something outside wakes a thread, such as one of a platform thread, the network or
 * a pool of the JDK: then the seed would not decide.
 *
 * @since 0.1
 */
public final class Simulation implements Timer {
    /** How long the JVM may take to resume a thread whose monitor is free. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** The same, if it is more likely that the monitor is not free, since its holder waits for a timer. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** How many of the longest pauses of the carrier are added to that: the JVM's thread has to wait as well. */
    private static final int PAUSES = 10;

    private static final long MOST_PAUSES_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The JVM's threads that resume a virtual thread: its monitor is free, or it has waited for long enough. */
    private static final String OF_THE_JVM = "VirtualThread-un";

    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** Timers that are due later than this never fire while threads can continue. */
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int CLEANING_STEPS = 10_000;
    private static final int STUCK_FRAMES = 12;

    /** The name of a coroutine that has none, with a number that goes on from run to run. */
    private static final Pattern NUMBERED = Pattern.compile("coroutine-\\d+");

    private static final Simulator SIMULATOR = new Simulator() {
        @Override
        public @Nullable Thread thread(String name, Runnable body) {
            Simulation present = present();
            return present == null ? null : present.coroutine(name, body);
        }

        @Override
        public @Nullable Timer timer() {
            return present();
        }

        @Override
        public long nanoTime() {
            Simulation present = present();
            return present == null ? System.nanoTime() : present.now;
        }
    };

    private static volatile @Nullable Simulation current;

    /** The body of a thread. */
    @FunctionalInterface
    public interface Body {
        /**
         * Runs it.
         *
         * @throws Exception if it fails, and so the run
         */
        void run() throws Exception;
    }

    /**
     * What a test of an engine plays under every seed, outside of the threads of the run: it starts threads, calls
     * {@link Simulation#run} once, looks at what they have left, and returns in a few words how they ended.
     */
    @FunctionalInterface
    public interface Scenario {
        /**
         * Plays it once.
         *
         * @param simulation the run
         * @return the outcome
         * @throws Exception if it fails, and so the run
         */
        String play(Simulation simulation) throws Exception;
    }

    /** Something due on the clock: an action, or the end of a thread's timed wait in the JDK. */
    record Due(
            long at,
            long number,
            @Nullable Runnable action,
            @Nullable Actor waiting) {
        boolean isPeriodic() {
            return action instanceof SimulatedExecutor.Tick;
        }
    }

    /** What a run found by itself. */
    static final class Found extends AssertionError {
        private static final long serialVersionUID = 1;
        final String what;

        Found(String what, String details) {
            super(what + details);
            this.what = what;
        }

        @Override
        public String toString() {
            return String.valueOf(getMessage());
        }
    }

    private final List<Actor> ready = new ArrayList<>();
    private final List<Actor> enabled = new ArrayList<>();
    private final TreeSet<Due> timers =
            new TreeSet<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
    private final List<Actor> actors = new ArrayList<>();
    private final Map<Object, Actor> byThread = new IdentityHashMap<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final List<Runnable> checks = new ArrayList<>();
    private final List<Picker.Switch> switches = new ArrayList<>();
    private final Thread carrier = Thread.currentThread();
    private final Random coins;
    private final Picker picker;
    private final Exploration rules;
    private final @Nullable List<String> trace;
    private final boolean pauses;

    /** Continuations that the JVM has given back; written by its threads. */
    private final Queue<Runnable> resumed = new ConcurrentLinkedQueue<>();

    /** The thread that has the carrier; read by other threads that ask where they are. */
    private volatile @Nullable Thread mounted;

    private volatile @Nullable Throwable disturbed;
    private @Nullable Actor last;
    private int inARow;
    private long now;
    private long number;
    private int steps;
    private int way = 1;
    private int coroutines;

    Simulation(long seed, Picker picker, Exploration rules, @Nullable List<String> trace) {
        coins = new Random(~seed * 0x9E3779B97F4A7C15L);
        this.picker = picker;
        this.rules = rules;
        this.trace = trace;
        pauses = coins.nextBoolean();
    }

    /** {@return null if threads can be simulated here, else what is missing and what to do about it} */
    public static @Nullable String missing() {
        return Continuations.missing();
    }

    /**
     * {@return the current run}
     *
     * @throws IllegalStateException if there is none
     */
    public static Simulation current() {
        Simulation present = current;
        if (present == null) throw new IllegalStateException("no simulation runs");
        return present;
    }

    /** {@return the run that the current thread belongs to, or null} */
    static @Nullable Simulation present() {
        Simulation present = current;
        return present != null && present.runs(Thread.currentThread()) ? present : null;
    }

    /** {@return whether there is a step between any two operators of a library: in every other run; else they may be fused} */
    static boolean pauses() {
        Simulation present = present();
        return present != null && present.pauses;
    }

    /**
     * Starts a plain thread of the run. What it throws fails the run.
     *
     * @param name its name
     * @param body what it does
     * @return the thread, started
     */
    public Thread start(String name, Body body) {
        Objects.requireNonNull(body, "body");
        Thread thread = thread(Objects.requireNonNull(name, "name"), () -> {
            try {
                body.run();
            } catch (Throwable failure) {
                failures.add(failure);
            }
        });
        thread.start();
        return thread;
    }

    /**
     * Waits, on a thread of the run, until a condition holds.
     *
     * @param what what is waited for, in words
     * @param condition looked at between any two steps
     */
    public static void until(String what, BooleanSupplier condition) {
        Actor actor = current().running();
        while (!condition.getAsBoolean()) {
            actor.awaited = what;
            actor.condition = condition;
            Thread.yield();
        }
        actor.condition = null;
    }

    /** {@return true or false, as the seed decides: for a fake that may fail, say} */
    public boolean coin() {
        return coins.nextBoolean();
    }

    /**
     * Makes the run fail, even where the caller would swallow a thrown error.
     *
     * @param promise what was broken
     */
    public void broken(String promise) {
        failures.add(new AssertionError(promise));
    }

    /**
     * Adds a check for the end, when no thread can continue.
     *
     * @param check throws if it fails
     */
    public void atEnd(Runnable check) {
        checks.add(Objects.requireNonNull(check, "check"));
    }

    /** {@return the time on the virtual clock, in nanoseconds since the run began} */
    public long now() {
        return now;
    }

    /**
     * Schedules an action on the virtual clock, on a thread of its own. A timer may park for its own lock, and so use up
     * a permit; this one does.
     */
    @Override
    public Entry schedule(long nanos, Runnable action) {
        LockSupport.unpark(Thread.currentThread());
        LockSupport.park();
        Due due = due(nanos, action, null);
        return () -> timers.remove(due);
    }

    /**
     * Runs until nothing can continue: in a {@link Scenario}, once.
     *
     * @throws AssertionError if a thread has thrown or waits forever, or a check fails
     * @throws IllegalStateException if a thread of the run calls it
     */
    public void run() {
        if (Thread.currentThread() != carrier) throw new IllegalStateException("run() is for the scenario");
        while ((rules.isStrict() || failures.isEmpty()) && disturbed == null && step())
            if (++steps > rules.maxSteps()) throw new Found("no end after " + rules.maxSteps() + " steps", alive());
        if (disturbed != null) throw new AssertionError(disturbed);
        for (Throwable failure : failures) Explorer.rethrow(failure);
        if (actors.stream().anyMatch(Actor::isAlive)) throw new Found("waiting forever", alive());
        if (!timers.isEmpty()) throw new Found("left in the timer", ": " + timers);
        checks.forEach(Runnable::run);
    }

    /** From now on it is the current run. */
    void begin() {
        current = this;
        SchedulePoint.simulate(SIMULATOR);
    }

    /** Plays a scenario in this run, which is the current one until then. Afterwards nothing of it goes on. */
    String play(Scenario scenario) throws Exception {
        boolean succeeded = false;
        try {
            String outcome = scenario.play(this);
            succeeded = true;
            return outcome;
        } finally {
            if (!succeeded) abandon();
            release();
        }
    }

    /** From now on it is no longer the current run, if it was. */
    void release() {
        if (current != this) return;
        SchedulePoint.simulate(null);
        current = null;
    }

    List<Picker.Switch> switches() {
        return switches;
    }

    int steps() {
        return steps;
    }

    /** {@return a number that is another one, most likely, if the run has taken another way} */
    int way() {
        return way;
    }

    /** {@return where a step is that does not end; for another thread} */
    String stuck() {
        Thread running = mounted;
        Thread thread = running == null ? carrier : running;
        return thread.getName()
                + Stream.of(thread.getStackTrace())
                        .limit(STUCK_FRAMES)
                        .map(Object::toString)
                        .collect(Collectors.joining("\n    at ", "\n    at ", ""));
    }

    private boolean step() {
        for (Actor actor : ready) if (actor.mayGoOn()) enabled.add(actor);
        try {
            if (enabled.isEmpty()) return resume() || fire();
            Actor plain = plain();
            Actor chosen = picker.pick(enabled, plain, isTimed(), steps);
            if (chosen != plain)
                switches.add(new Picker.Switch(steps, chosen == null ? Picker.Switch.TIMER : chosen.index));
            if (chosen == null) return fire();
            way = way * 31 + chosen.index * 7 + enabled.size();
            inARow = chosen == last ? inARow + 1 : 0;
            last = chosen;
            goOn(chosen);
            return true;
        } finally {
            enabled.clear();
        }
    }

    /** {@return which thread continues if nothing is to be switched} */
    private Actor plain() {
        Actor before = last;
        return before != null && inARow < Picker.PATIENCE && enabled.contains(before) ? before : enabled.get(0);
    }

    private void goOn(Actor chosen) {
        ready.remove(chosen);
        mount(chosen, Objects.requireNonNull(chosen.task));
        while (rules.isStrict() && chosen.isBlocked()) mount(chosen, unblocked(chosen));
        long timeout = Continuations.takeTimeout(chosen.thread);
        if (timeout > 0) beginTimedWait(chosen, timeout);
        if (trace != null) note(trace, rules.isStrict() ? chosen.place() : chosen.act());
    }

    /** Several steps inside one call are one line. */
    private void note(List<String> lines, String act) {
        if (lines.isEmpty() || !lines.get(lines.size() - 1).endsWith(" " + act)) lines.add(steps + " " + act);
    }

    /** The JDK may have ended it already, if this machine is slow. */
    private void beginTimedWait(Actor actor, long nanos) {
        ready.remove(actor);
        actor.expiry = due(nanos, null, actor);
    }

    private void mount(Actor actor, Runnable continuation) {
        mounted = actor.thread;
        actor.goOn(continuation);
        mounted = null;
    }

    /**
     * {@return how a thread continues that has met a held monitor} A thread of the JVM, such as a Cleaner's, releases
     * it soon, and that is no step of the schedule; in a test of an engine, a thread of the run never would.
     */
    private Runnable unblocked(Actor actor) {
        for (long start = System.nanoTime(); System.nanoTime() - start < PATIENCE_NANOS; Thread.yield()) {
            Runnable continuation = resumed.poll();
            if (continuation != null) return continuation;
        }
        throw new Found("in a monitor that another holds across a step", alive());
    }

    /**
     * When nothing else can continue, lets those go on whose monitor is free, in an order that does not depend on when
     * the JVM has noticed that.
     */
    private boolean resume() {
        int size = ready.size();
        long start = System.nanoTime();
        long looked = start;
        long pause = 0;
        long patience = timers.isEmpty() ? PATIENCE_NANOS : GRACE_NANOS;
        do {
            for (Runnable task = resumed.poll(); task != null; task = resumed.poll()) resumed(task);
            if (actors.stream().noneMatch(Actor::isToBeResumed)) break;
            Thread.yield();
            long before = looked;
            looked = System.nanoTime();
            pause = Math.max(pause, looked - before);
        } while (looked - start < patience + Math.min(PAUSES * pause, MOST_PAUSES_NANOS));
        if (ready.size() == size) return false;
        ready.sort(Comparator.comparingInt(actor -> actor.index));
        return true;
    }

    /** Notes that the JVM lets a thread go on: at once, or when its timed wait is over on the clock, too. */
    private void resumed(Runnable task) {
        Actor actor = actorOf(task);
        actor.task = task;
        if (actor.expiry == null) ready.add(actor);
    }

    private boolean isTimed() {
        return !timers.isEmpty()
                && timers.first().waiting() == null
                && timers.first().at() <= now + SOON_NANOS;
    }

    /** When all threads have ended, what is left in the timer was forgotten; it may be meant to, unless it never ends. */
    private boolean fire() {
        if (timers.isEmpty()) return false;
        if (actors.stream().noneMatch(Actor::isAlive)
                && (rules.isStrict() || timers.stream().allMatch(Due::isPeriodic))) return false;
        Due due = Objects.requireNonNull(timers.pollFirst());
        now = Math.max(now, due.at());
        way = way * 31 + 3;
        if (due.waiting() != null) expire(due.waiting());
        else start("timer", Objects.requireNonNull(due.action())::run);
        return true;
    }

    /** Waits, in real time, until the JDK ends the wait of a thread. */
    private void expire(Actor actor) {
        actor.expiry = null;
        while (actor.task == null) {
            Runnable task = resumed.poll();
            if (task != null) resumed(task);
            else LockSupport.parkNanos(POLL_NANOS);
        }
        if (!ready.contains(actor)) ready.add(actor);
    }

    private Due due(long nanos, @Nullable Runnable action, @Nullable Actor waiting) {
        Due due = new Due(now + nanos < 0 ? Long.MAX_VALUE : now + nanos, number++, action, waiting);
        timers.add(due);
        return due;
    }

    private Thread coroutine(String name, Runnable body) {
        return thread(NUMBERED.matcher(name).matches() ? "coroutine-" + ++coroutines : name, body);
    }

    private Thread thread(String name, Runnable body) {
        Thread thread = Continuations.builder(this::execute)
                .name(name)
                .inheritInheritableThreadLocals(false)
                .unstarted(() -> {
                    body.run();
                    if (rules.isStrict() && Thread.currentThread().isInterrupted())
                        failures.add(new AssertionError(name + " has ended with its interrupt flag set"));
                });
        return admit(thread).thread;
    }

    private Actor admit(Thread thread) {
        var actor = new Actor(actors.size(), thread, picker.rank());
        actors.add(actor);
        byThread.put(thread, actor);
        if (thread.getUncaughtExceptionHandler() == thread.getThreadGroup())
            thread.setUncaughtExceptionHandler((t, failure) -> failures.add(failure));
        return actor;
    }

    /** The scheduler of all threads of the run. */
    private void execute(Runnable task) {
        Thread by = Thread.currentThread();
        if (by == carrier || by == mounted) {
            ready(actorOf(task), task);
        } else if (by.getName().startsWith(OF_THE_JVM)) {
            resumed.add(task);
        } else {
            disturbed =
                    new IllegalStateException(Continuations.threadOf(task).getName() + " was woken by " + by.getName()
                            + ", which is not part of the simulation: a platform thread, a pool of the JDK, a scheduler made"
                            + " before the test, or real I/O");
        }
    }

    private void ready(Actor actor, Runnable task) {
        if (actor.expiry != null) timers.remove(actor.expiry);
        actor.expiry = null;
        if (actor.task == null)
            ready.add(actor); // reading the stack of a ready thread makes the JDK submit it once more
        actor.task = task;
    }

    /** {@return the thread that a continuation belongs to} If it is new, another one has made it. */
    private Actor actorOf(Runnable task) {
        Thread thread = Continuations.threadOf(task);
        Actor actor = byThread.get(thread);
        return actor == null ? admit(thread) : actor;
    }

    private boolean runs(Thread thread) {
        return thread == carrier || thread == mounted;
    }

    private Actor running() {
        Actor actor = byThread.get(Thread.currentThread());
        if (actor == null)
            throw new IllegalStateException(Thread.currentThread().getName() + " is not a thread of the simulation");
        return actor;
    }

    /** Interrupts what is left of a run that has failed, and lets it clean up, so that it does not disturb the next. */
    private void abandon() {
        for (Actor actor : List.copyOf(actors)) if (actor.isAlive()) actor.thread.interrupt();
        disturbed = null;
        for (int i = 0; i < CLEANING_STEPS && disturbed == null; i++) {
            timers.clear();
            if (!step()) return;
        }
    }

    private String alive() {
        CoroutineDump dump = Coroutines.dump();
        Map<Long, String> suspensions = dump.entries().stream()
                .filter(entry -> entry.waitsFor() != null && entry.thread() >= 0)
                .collect(Collectors.toMap(CoroutineDump.Entry::thread, entry -> String.valueOf(entry.waitsFor())));
        String cycles = dump.cycles().stream()
                .map(cycle -> Stream.concat(cycle.stream(), Stream.of(cycle.get(0)))
                        .map(number -> dump.entries().get(number).name())
                        .collect(Collectors.joining(", which waits for ", "\nA cycle: ", "")))
                .collect(Collectors.joining());
        return actors.stream()
                .filter(Actor::isAlive)
                .map(actor -> actor.describe(suspensions.get(actor.thread.threadId())))
                .collect(Collectors.joining("\n", ":\n", cycles));
    }
}
