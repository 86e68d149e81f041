package dev.weft.spi;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Marks the places where another thread may step in between: before each compare-and-set and each volatile step of the
 * engine.
 *
 * <p>In production it does nothing and is compiled away. With {@code -Dweft.simulation=true} it yields, so that a
 * single-threaded, seeded carrier of virtual threads can choose who goes on, and a stress run interleaves more.
 */
final class SchedulePoint {
    private static final boolean ON = Boolean.getBoolean("weft.simulation");

    /** What makes the threads of coroutines in a simulation, by name and body; a simulator sets it before it starts any. */
    static @Nullable BiFunction<String, Runnable, Thread> threads;

    private SchedulePoint() {}

    static void pass() {
        if (ON) Thread.yield();
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
