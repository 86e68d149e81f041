package dev.weft.tck;

/** What some broken backends do with threads. */
final class Threads {
    private Threads() {}

    /** Waits for a thread, longer than the kit is patient with a broken backend. */
    static void join(Thread thread) {
        try {
            thread.join(Kit.BROKEN_ONE.multipliedBy(2));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does something when a thread has ended. */
    static void behind(Thread thread, Runnable action) {
        Thread.ofVirtual().start(() -> {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
            action.run();
        });
    }
}
