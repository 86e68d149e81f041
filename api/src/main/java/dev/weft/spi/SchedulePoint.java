package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Marks the places where another thread may intervene: before each compare-and-set and each volatile access of the
 * engine, and of an adapter with such state of its own.
 *
 * <p>In production it does nothing and is compiled away. With {@code -Dweft.simulation=true} it yields, so that a
 * single-threaded, seeded scheduler of virtual threads can choose which thread goes on, and a stress run interleaves
 * more. An adapter without it is just as correct, but its races are found only by chance.
 *
 * <p>A {@link Simulator} of code that uses Weft needs none of these, and so not that property: it is asked at the entry
 * of each suspension point.
 *
 * @since 0.1
 */
public final class SchedulePoint {
    private static final boolean ON = Boolean.getBoolean("weft.simulation");

    /** Written before what it simulates begins, on the thread that all of that runs on; others may see it late. */
    private static @Nullable Simulator simulator;

    private SchedulePoint() {}

    /**
     * Lets another thread intervene, in a simulation. Must not be called while holding a lock that others wait for: the
     * thread that holds it may stop here while they run.
     */
    public static void pass() {
        if (ON) Thread.yield();
    }

    /**
     * Sets what runs coroutines and their time from now on, wherever it wants to.
     *
     * @param simulator the simulator, or null for the JDK alone
     */
    public static void simulate(@Nullable Simulator simulator) {
        SchedulePoint.simulator = simulator;
    }

    /**
     * As {@link #pass}, at the entry of a suspension point: in any simulation, since the code of users runs from one such
     * point to the next.
     */
    static void suspensionPoint() {
        if (ON || simulator != null) Thread.yield();
    }

    /**
     * As {@link #pass}, where other threads may be spinning until this one goes on. It yields in a simulation only,
     * whose scheduler gives each thread its turn: the JDK's may never come back to a thread that yields while two
     * others do.
     */
    static void passWhileOthersSpin() {
        if (ON && simulator != null) Thread.yield();
    }

    /** {@return a new virtual thread, not started} */
    static Thread thread(String name, Runnable body) {
        Simulator present = simulator;
        Thread simulated = present == null ? null : present.thread(name, body);
        if (simulated != null) return simulated;
        return Thread.ofVirtual()
                .name(name)
                .inheritInheritableThreadLocals(false)
                .unstarted(body);
    }

    /**
     * {@return the timer to use in place of one that no simulator replaces by other means}
     *
     * @param real the timer to use where nothing is simulated
     */
    public static Timer timer(Timer real) {
        Simulator present = simulator;
        Timer simulated = present == null ? null : present.timer();
        return simulated == null ? real : simulated;
    }

    /** {@return whether a simulator runs the current thread} */
    static boolean isSimulated() {
        Simulator present = simulator;
        return present != null && present.timer() != null;
    }

    /** {@return {@link System#nanoTime}, or that of a simulator} */
    static long nanoTime() {
        Simulator present = simulator;
        return present == null ? System.nanoTime() : present.nanoTime();
    }
}
