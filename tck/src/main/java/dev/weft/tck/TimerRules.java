package dev.weft.tck;

import dev.weft.spi.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules 6: the clock, {@code Backend.timer}. Nothing here fails because a machine is slow. */
abstract class TimerRules extends Fixture {
    private static final long MILLI = Duration.ofMillis(1).toNanos();

    TimerRules(BackendContract contract) {
        super(contract);
    }

    @Test
    void rule601_anEntryFiresOnce() {
        var fired = new AtomicInteger();
        schedule(MILLI, fired::incrementAndGet);
        awaitAnother(20 * MILLI);
        patience.until("an entry of one millisecond has not fired", () -> fired.get() > 0);
        requireEqual(1, fired.get(), "the number of times an entry fired");
    }

    /** Three times: on a slow machine, an entry that fires early may still look late. */
    @Test
    void rule602_anEntryDoesNotFireBeforeItsTime() {
        for (int attempt = 0; attempt < 3; attempt++) {
            var firedAt = new AtomicLong();
            var fired = new CountDownLatch(1);
            long start = System.nanoTime();
            schedule(30 * MILLI, () -> {
                firedAt.set(System.nanoTime());
                fired.countDown();
            });
            patience.await(fired, "an entry of 30 ms has not fired");
            long after = firedAt.get() - start;
            require(after >= 29 * MILLI, "an entry of 30 ms fired after " + Duration.ofNanos(after));
        }
    }

    /** If the machine is so slow that the entry was due before it could be removed, it tries again with more time. */
    @Test
    void rule603_anEntryThatIsRemovedDoesNotFire() {
        for (long time = 20 * MILLI; ; time *= 2) {
            var fired = new AtomicInteger();
            long start = System.nanoTime();
            schedule(time, fired::incrementAndGet).cancel();
            if (System.nanoTime() - start >= time) continue;
            awaitAnother(2 * time);
            requireEqual(0, fired.get(), "the number of times a removed entry fired");
            return;
        }
    }

    @Test
    void rule604_removingWhatHasFiredDoesNothing() {
        Timer.Entry fired = awaitAnother(MILLI);
        fired.cancel();
        fired.cancel();
        awaitAnother(MILLI);
    }

    @Test
    void rule605_removingAnEntryDoesNotInterruptItsAction() {
        var running = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var interrupted = new AtomicBoolean();
        Timer.Entry entry = schedule(MILLI, () -> {
            running.countDown();
            while (cancelled.getCount() > 0) Thread.yield();
            interrupted.set(Thread.interrupted());
            ended.countDown();
        });
        patience.await(running, "an entry of one millisecond has not fired");
        entry.cancel();
        cancelled.countDown();
        patience.await(ended, "the action has not ended");
        require(!interrupted.get(), "removing the entry has interrupted its action, which was running");
    }

    @Test
    void rule606_entriesFireInTheOrderOfTheirTimes() {
        List<String> order = List.of();
        for (int attempt = 0; attempt < 3 && !order.equals(List.of("sooner", "later")); attempt++) order = race();
        requireEqual(List.of("sooner", "later"), order, "the order of an entry of 1 ms and one of 100 ms");
    }

    @Test
    void rule607_aNanosecondIsEnough() {
        awaitAnother(1);
    }

    @Test
    void rule608_centuriesAreNotOver() {
        var fired = new AtomicInteger();
        Timer.Entry entry = schedule(Long.MAX_VALUE, fired::incrementAndGet);
        awaitAnother(10 * MILLI);
        requireEqual(0, fired.get(), "the number of times an entry fired that was for the end of time");
        entry.cancel();
    }

    @Test
    void rule609_theActionRunsOnAnotherThread() {
        var thread = new AtomicReference<@Nullable Thread>();
        var fired = new CountDownLatch(1);
        schedule(1, () -> {
            thread.set(Thread.currentThread());
            fired.countDown();
        });
        patience.await(fired, "an entry of one nanosecond has not fired");
        require(thread.get() != Thread.currentThread(), "the action ran on the thread that scheduled it");
    }

    private Timer.Entry schedule(long nanos, Runnable action) {
        return backend.timer().schedule(nanos, action);
    }

    /** Schedules an entry and waits until it has fired. */
    private Timer.Entry awaitAnother(long nanos) {
        var fired = new CountDownLatch(1);
        Timer.Entry entry = schedule(nanos, fired::countDown);
        patience.await(fired, "an entry of " + Duration.ofNanos(nanos) + " has not fired");
        return entry;
    }

    private List<String> race() {
        List<String> order = new CopyOnWriteArrayList<>();
        schedule(100 * MILLI, () -> order.add("later"));
        schedule(MILLI, () -> order.add("sooner"));
        patience.until("two entries have not fired", () -> order.size() == 2);
        return order;
    }
}
