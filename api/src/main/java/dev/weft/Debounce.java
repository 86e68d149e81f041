package dev.weft;

import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Timer;
import dev.weft.spi.VirtualTime;
import org.jspecify.annotations.Nullable;

/** Holds the newest value of a source, which is due when no other has come for some time. */
final class Debounce<T> extends Relay<T> {
    private final long nanos;

    /** The newest value, unless it was taken out; and its number, by which the timer finds it replaced. */
    private @Nullable T newest;

    private long number;
    private boolean isDue;

    /** Of the newest value; written by the source's coroutine, read by the subscriber's when that has ended. */
    private Timer.@Nullable Entry entry;

    Debounce(long nanos) {
        super("debounce");
        this.nanos = nanos;
    }

    @Override
    void put(T value) {
        close();
        SchedulePoint.pass();
        T replaced;
        long mine;
        synchronized (this) {
            replaced = newest;
            newest = value;
            isDue = false;
            mine = ++number;
        }
        Async.discard(replaced);
        if (nanos <= 0) due(mine);
        else if (nanos != Long.MAX_VALUE) entry = VirtualTime.schedule(group.backend(), nanos, () -> due(mine));
    }

    private void due(long which) {
        SchedulePoint.pass();
        synchronized (this) {
            if (which != number || newest == null) return;
            isDue = true;
        }
        changed();
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
    void close() {
        if (entry != null) entry.cancel();
        entry = null;
    }
}
