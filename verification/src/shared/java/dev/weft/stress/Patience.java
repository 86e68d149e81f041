package dev.weft.stress;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** How long something that must happen may take, counted from the construction of this. */
final class Patience {
    private static final long SECONDS = Long.getLong("weft.stress.patience", 60);

    private final long start = System.nanoTime();

    boolean lasts() {
        return left() > 0;
    }

    /** How many nanoseconds are left. */
    long left() {
        return TimeUnit.SECONDS.toNanos(SECONDS) - (System.nanoTime() - start);
    }

    /** {@return whether a thread ends in time} */
    boolean isGone(Thread thread) throws InterruptedException {
        return thread.join(Duration.ofNanos(Math.max(1, left())));
    }

    /** Spins until a condition holds. */
    static void until(String what, BooleanSupplier condition) {
        var patience = new Patience();
        while (!condition.getAsBoolean()) {
            if (!patience.lasts()) fail("not %s within %d s", what, SECONDS);
            Thread.yield();
        }
    }
}
