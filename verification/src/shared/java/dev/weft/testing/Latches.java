package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting for other threads, never for ever. */
public final class Latches {
    /** Longer than a thread needs that has a processor; one that has none needs ours. */
    private static final int SPINS = 1000;

    private Latches() {}

    public static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(Watched.SECONDS, TimeUnit.SECONDS))
                    .as("it happened in time")
                    .isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** Waits through interrupts, and leaves the flag as it would have been. */
    public static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                assertThat(latch.await(Watched.SECONDS, TimeUnit.SECONDS))
                        .as("it happened in time")
                        .isTrue();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** Waits until all are here, and awake, so that they go on at the same moment if there are processors for it. */
    public static void race(CountDownLatch all) {
        all.countDown();
        for (int spins = 0; spins < SPINS && all.getCount() > 0; spins++) Thread.onSpinWait();
        Watched.until("all here", () -> all.getCount() == 0);
    }

    /** Waits until all are here. */
    public static void meet(CountDownLatch all) {
        all.countDown();
        await(all);
    }

    public static void join(Thread thread) {
        try {
            assertThat(thread.join(Duration.ofSeconds(Watched.SECONDS))).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
