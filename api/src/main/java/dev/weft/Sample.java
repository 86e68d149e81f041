package dev.weft;

import dev.weft.spi.SchedulePoint;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Holds the newest value of a source, which is due when a period of time ends; a member counts the periods. */
final class Sample<T> extends Relay<T> {
    private final Duration period;
    private @Nullable T newest;
    private boolean isDue;

    /** Written and read by the subscriber's coroutine. */
    private @Nullable Handle<?> clock;

    Sample(Duration period) {
        super("sample");
        this.period = period;
    }

    @Override
    void begin() {
        clock = group.async(this::countPeriods);
    }

    private void countPeriods() {
        while (true) {
            Async.delay(period);
            tick();
        }
    }

    private void tick() {
        SchedulePoint.pass();
        synchronized (this) {
            if (newest == null) return;
            isDue = true;
        }
        changed();
    }

    @Override
    void put(T value) {
        SchedulePoint.pass();
        T replaced;
        synchronized (this) {
            replaced = newest;
            newest = value;
        }
        Async.discard(replaced);
    }

    @Override
    boolean isDue() {
        return isDue;
    }

    @Override
    @Nullable
    T poll() {
        T value = newest;
        newest = null;
        isDue = false;
        return value;
    }

    @Override
    boolean isEmpty() {
        return newest == null;
    }

    @Override
    void end() {
        if (clock != null) clock.cancel("the stream has ended");
    }
}
