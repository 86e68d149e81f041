package dev.weft.spi;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Marks the places where another thread may intervene: before each compare-and-set and each volatile access of the
 * engine, and of an adapter with such state of its own.
 *
 * <p>In production it does nothing and is compiled away. With {@code -Dweft.simulation=true} it yields, so that a
 * single-threaded, seeded scheduler of virtual threads can choose which thread goes on, and a stress run interleaves
 * more. An adapter without it is just as correct, but its races are found only by chance.
 *
 * @since 0.1
 */
public final class SchedulePoint {
    private static final boolean ON = Boolean.getBoolean("weft.simulation");

    /**
     * Makes the threads of coroutines in a simulation, from a name and a body; a simulator sets it before it starts
     * any.
     */
    static @Nullable BiFunction<String, Runnable, Thread> threads;

    private SchedulePoint() {}

    /**
     * Lets another thread intervene, in a simulation. Must not be called while holding a lock that others wait for: the
     * thread that holds it may stop here while they run.
     */
    public static void pass() {
        if (ON) Thread.yield();
    }

    /**
     * As {@link #pass}, where other threads may be spinning until this one goes on. It yields in a simulation only,
     * whose scheduler gives each thread its turn: the JDK's may never come back to a thread that yields while two
     * others do.
     */
    static void passWhileOthersSpin() {
        if (ON && threads != null) Thread.yield();
    }

    /** {@return a new virtual thread, not started} */
    static Thread thread(String name, Runnable body) {
        if (ON && threads != null) return threads.apply(name, body);
        return Thread.ofVirtual()
                .name(name)
                .inheritInheritableThreadLocals(false)
                .unstarted(body);
    }
}
