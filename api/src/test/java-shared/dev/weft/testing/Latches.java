package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting for other threads, never for ever. */
public final class Latches {
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
                latch.await();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
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
