package dev.weft.micrometer;

import static dev.weft.Async.coroutine;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class PinnedCarrierMetricsTest {
    /** Waits while it is initialized, which is native code to the JDK and holds the carrier on each version of it. */
    private static final class WaitsWhileInitialized {
        static final long DONE = pin();

        private WaitsWhileInitialized() {}

        private static long pin() {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
            for (long left; (left = end - System.nanoTime()) > 0; ) LockSupport.parkNanos(left);
            return end;
        }
    }

    @Test
    void aWaitThatHoldsItsCarrierIsTimed() {
        var registry = new SimpleMeterRegistry();
        try (var metrics = new PinnedCarrierMetrics(Duration.ofMillis(1))) {
            metrics.bindTo(registry);
            coroutine(() -> WaitsWhileInitialized.DONE).start().await();
            Timer pinned = registry.get("weft.carriers.pinned").timer();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (pinned.max(TimeUnit.MILLISECONDS) < 1) { // the recorder tells about once a second
                assertThat(System.nanoTime()).isLessThan(deadline);
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(pinned.count()).isPositive(); // noted before the maximum
        }
    }
}
