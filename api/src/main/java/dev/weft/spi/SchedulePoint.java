package dev.weft.spi;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Marks the places where another thread may step in between: before each compare-and-set and each volatile step of the
 * engine, and of an adapter that has such states of its own.
 *
 * <p>In production it does nothing and is compiled away. With {@code -Dweft.simulation=true} it yields, so that a
 * single-threaded, seeded carrier of virtual threads can choose who goes on, and a stress run interleaves more. An adapter
 * that leaves it out is as correct as before, but its races are seen by chance only.
 *
 * @since 0.1
 */
public final class SchedulePoint {
    private static final boolean ON = Boolean.getBoolean("weft.simulation");

    /** What makes the threads of coroutines in a simulation, by name and body; a simulator sets it before it starts any. */
    static @Nullable BiFunction<String, Runnable, Thread> threads;

    private SchedulePoint() {}

    /**
     * Lets another thread step in, in a simulation. Not to be called where a lock is held that others wait for: the thread that
     * holds it may stand here while they run.
     */
    public static void pass() {
        if (ON) Thread.yield();
    }

    /**
     * As {@link #pass}, where others may be spinning until this thread goes on: in a simulation only, whose carrier gives each its turn.
     * One of the JDK's may never come back to a thread that yields while two others do.
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
