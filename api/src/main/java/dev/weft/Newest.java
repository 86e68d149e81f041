package dev.weft;

import dev.weft.spi.SchedulePoint;
import org.jspecify.annotations.Nullable;

/** Holds the newest value of a source; the subclass says when it is due. */
abstract class Newest<T> extends Relay<T> {
    /** In place of a number, for whatever value is held. */
    static final long ANY = 0;

    /** The newest value, unless it was taken out; and its number, by which it is found replaced. */
    private @Nullable T newest;

    private long number;
    private boolean isDue;

    Newest(String operator) {
        super(operator);
    }

    /**
     * Holds a value in place of the one before, which is discarded.
     *
     * @param staysDue whether it is due if that one was
     * @return its number
     */
    final long replace(T value, boolean staysDue) {
        SchedulePoint.pass();
        T replaced;
        long mine;
        synchronized (this) {
            replaced = newest;
            newest = value;
            isDue &= staysDue;
            mine = ++number;
        }
        Async.discard(replaced);
        return mine;
    }

    /** Makes the value that is held due, if it is still the one with this number. */
    final void due(long which) {
        SchedulePoint.pass();
        synchronized (this) {
            if (newest == null || which != ANY && which != number) return;
            isDue = true;
        }
        changed();
    }

    @Override
    final boolean isDue() {
        return isDue;
    }

    @Override
    final @Nullable T poll() {
        T value = newest;
        newest = null;
        isDue = false;
        return value;
    }

    @Override
    final boolean isEmpty() {
        return newest == null;
    }
}
