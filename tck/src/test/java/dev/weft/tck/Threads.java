package dev.weft.tck;

import java.time.Duration;

/** What some broken backends do with threads. */
final class Threads {
    private Threads() {}

    /** Waits for a thread, longer than the kit is patient with a broken backend. */
    static void join(Thread thread) {
        try {
            thread.join(Duration.ofSeconds(3));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
