package dev.weft;

import dev.weft.spi.Timer;
import dev.weft.spi.VirtualTime;
import org.jspecify.annotations.Nullable;

/** Holds the newest value of a source, which is due when no other has come for some time. */
final class Debounce<T> extends Newest<T> {
    private final long nanos;

    /** Of the newest value; written by the source's coroutine, read by the subscriber's when that has ended. */
    private Timer.@Nullable Entry entry;

    Debounce(long nanos) {
        super("debounce");
        this.nanos = nanos;
    }

    @Override
    void put(T value) {
        close();
        long mine = replace(value, false);
        if (nanos <= 0) due(mine);
        else if (nanos != Long.MAX_VALUE) entry = VirtualTime.schedule(group.backend(), nanos, () -> due(mine));
    }

    @Override
    void close() {
        if (entry != null) entry.cancel();
        entry = null;
    }
}
