package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for other threads, but never forever. */
public final class Latches {
    /** Spins longer than a thread with a processor needs; a thread without one needs ours. */
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

    /** Waits through interrupts, and restores the flag afterwards. */
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

    /** Waits until all are here and awake, so that they continue at the same moment if there are enough processors. */
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
