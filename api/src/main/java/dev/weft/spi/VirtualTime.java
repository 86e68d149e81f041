package dev.weft.spi;

import java.util.concurrent.TimeUnit;

/**
 * Makes coroutines keep step with a test's virtual clock.
 *
 * <p>A virtual clock runs all that is due before it returns to the test, and expects that the work is done by then. A coroutine
 * works on its own thread; so whoever starts or wakes it on a virtual clock waits until it, and all that is started with it, is
 * suspended again or has ended.
 */
public final class VirtualTime {
    private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private VirtualTime() {}

    /** {@return whether a clock that shows this time is a virtual one: more than a day off the wall clock} */
    public static boolean isVirtual(long nowMillis) {
        return Math.abs(nowMillis - System.currentTimeMillis()) > DAY_MILLIS;
    }

    /** {@return an action that, once it has run, waits for the coroutine that schedules it} */
    public static Runnable inStep(Runnable action) {
        CoroutineTask<?> coroutine = CoroutineTask.current();
        if (coroutine == null) return action;
        return () -> {
            action.run();
            settle(coroutine);
        };
    }

    /**
     * Waits until a coroutine and its whole family is suspended or has ended; at most a second, for one that computes or blocks
     * elsewhere. It looks twice, since the one seen first may have been woken by the one seen last.
     */
    public static void settle(CoroutineTask<?> coroutine) {
        if (CoroutineTask.current() != null) return;
        CoroutineTask<?> root = coroutine.root();
        long start = System.nanoTime();
        for (int quiet = 0; quiet < 2 && System.nanoTime() - start < PATIENCE_NANOS; Thread.yield())
            quiet = root.isQuiet() ? quiet + 1 : 0;
    }
}
