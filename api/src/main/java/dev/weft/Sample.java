package dev.weft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Holds the newest value of a source, which is due when a period of time ends; a member counts the periods. */
final class Sample<T> extends Newest<T> {
    private final Duration period;

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
            due(ANY);
        }
    }

    @Override
    void put(T value) {
        replace(value, true);
    }

    @Override
    void end() {
        if (clock != null) clock.cancel("the stream has ended");
    }
}
