package dev.weft.examples.field;

import static dev.weft.Async.async;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.RateLimiter;
import dev.weft.Deferred;
import dev.weft.test.TestScope;
import dev.weft.test.WeftTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** So many calls a second. */
class RateTest extends FieldTest {
    private static final int CALLS = 20;
    private static final Duration BETWEEN = Duration.ofMillis(100);
    private static final Duration CALL = Duration.ofMillis(350);

    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();

    private int call(int number) {
        started.incrementAndGet();
        atOnce.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        delay(CALL);
        underWay.decrementAndGet();
        return number;
    }

    /** They are started one after the other, and overlap. */
    private List<Integer> calls() {
        List<Deferred<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            int number = i;
            if (i > 0) delay(BETWEEN);
            calls.add(async(() -> call(number)));
        }
        return calls.stream().map(Deferred::await).toList();
    }

    @WeftTest
    void tenCallsASecondOverlap(TestScope test) {
        Deferred<List<Integer>> all = async(this::calls);
        test.advanceBy(Duration.ofMillis(950));
        assertThat(started).hasValue(10);
        assertThat(all.await()).hasSize(CALLS).isSorted();
        assertThat(test.currentTime()).isEqualTo(BETWEEN.multipliedBy(CALLS - 1).plus(CALL));
        assertThat(atOnce).hasValue(4);
    }

    /** Guava's limiter waits whatever happens, so the limit of time comes too late to have an effect. */
    @Test
    void guavasAcquireCannotBeCut() throws Exception {
        var limiter = RateLimiter.create(100);
        double waited = run(() -> withTimeout(Duration.ofMillis(1), () -> {
            limiter.acquire(120); // at once, and more than it can have saved up: the next one pays for it
            return limiter.acquire();
        }));
        assertThat(waited).isGreaterThan(0.1);
    }
}
