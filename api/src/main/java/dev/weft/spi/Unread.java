package dev.weft.spi;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A result that lies in a handle, and whether anybody has read it: who reads it may do so as often as he likes, and then nobody discards
 * it; once it is discarded, nobody reads it. It does not keep the handle, without which nobody ever will.
 */
public final class Unread extends WeakReference<Object> {
    private static final AtomicReferenceFieldUpdater<Unread, Object> VALUE =
            AtomicReferenceFieldUpdater.newUpdater(Unread.class, Object.class, "value");

    private enum Mark {
        READ,
        DISCARDED
    }

    private volatile Object value;

    /**
     * A result that nobody has read.
     *
     * @param handle what it is read from
     * @param value the result
     */
    public Unread(Object handle, Object value) {
        super(handle);
        this.value = value;
    }

    /**
     * Notes that somebody reads it.
     *
     * @return false if it has been discarded
     */
    public boolean read() {
        SchedulePoint.pass();
        Object before = value;
        if (!(before instanceof Mark)) VALUE.compareAndSet(this, before, Mark.READ);
        return value == Mark.READ;
    }

    /** {@return whether somebody has read it} */
    boolean isRead() {
        return value == Mark.READ;
    }

    /** {@return whether it has been discarded} */
    public boolean isDiscarded() {
        return value == Mark.DISCARDED;
    }

    /** {@return the result, which is the caller's to discard, or null if it was read, or discarded before} */
    public @Nullable Object take() {
        SchedulePoint.pass();
        Object before = value;
        return !(before instanceof Mark) && VALUE.compareAndSet(this, before, Mark.DISCARDED) ? before : null;
    }
}
