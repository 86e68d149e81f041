package dev.weft.tck;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long the kit waits for what must happen. Each wait has a sentence, with which it fails when time runs out.
 *
 * @param limit the longest wait
 */
record Patience(Duration limit) {
    /** Waits until a condition holds. */
    void until(String otherwise, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) throw new AssertionError(otherwise);
            Thread.yield();
        }
    }

    void await(CountDownLatch latch, String otherwise) {
        try {
            if (latch.await(limit.toNanos(), TimeUnit.NANOSECONDS)) return;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(otherwise + ": the waiting thread was interrupted", interrupted);
        }
        throw new AssertionError(otherwise);
    }

    /** Runs an action on another thread, and fails if it does not return. */
    void run(Thread.Builder on, String otherwise, Runnable action) {
        var thrown = new AtomicReference<@Nullable Throwable>();
        var end = new CountDownLatch(1);
        on.start(() -> {
            try {
                action.run();
            } catch (Throwable failure) {
                thrown.set(failure);
            }
            end.countDown();
        });
        await(end, otherwise);
        Throwable failure = thrown.get();
        if (failure instanceof AssertionError said) throw said;
        if (failure != null) throw new AssertionError(otherwise + ": it threw " + failure, failure);
    }
}
