package dev.weft.spi;

/**
 * Marks the places where another thread may step in between: before each compare-and-set and each volatile step of the
 * engine.
 *
 * <p>In production it does nothing and is compiled away. With {@code -Dweft.simulation=true} it yields, so that a
 * single-threaded, seeded carrier of virtual threads can choose who goes on, and a stress run interleaves more.
 */
final class SchedulePoint {
    private static final boolean ON = Boolean.getBoolean("weft.simulation");

    private SchedulePoint() {}

    static void pass() {
        if (ON) Thread.yield();
    }
}
