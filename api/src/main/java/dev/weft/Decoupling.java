package dev.weft;

import dev.weft.spi.BufferPolicy;
import dev.weft.spi.SchedulePoint;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Holds values in their order, as many as an overflow policy allows. */
final class Decoupling<T> extends Relay<T> {
    private final BufferPolicy buffering;
    private final WaitCondition room;
    private final Deque<T> values = new ArrayDeque<>();

    Decoupling(Overflow overflow) {
        super("buffer");
        this.buffering = overflow.buffering();
        this.room = new WaitCondition(this, group.backend(), "room in a buffer");
    }

    @Override
    void put(T value) {
        if (buffering.whenFull() == BufferPolicy.WhenFull.REQUESTED) awaitRoom(value);
        SchedulePoint.pass();
        T lost;
        synchronized (this) {
            lost = add(value);
        }
        changed();
        if (lost == null) return;
        Async.discard(lost);
        if (buffering.whenFull() == BufferPolicy.WhenFull.ERROR)
            throw new OverflowException("buffer: more than " + buffering.capacity() + " values that are not requested");
    }

    /** {@return the value for which there is no room, or null} */
    private @Nullable T add(T value) {
        boolean full = isFull();
        boolean oldest = buffering.whenFull() == BufferPolicy.WhenFull.DROP_OLDEST;
        if (full && !oldest) return value;
        T lost = full ? values.poll() : null;
        values.add(value);
        return lost;
    }

    private void awaitRoom(T value) {
        try {
            if (isFull()) room.suspendUntil(() -> !isFull());
        } catch (Throwable cancelled) {
            Async.discard(value);
            throw cancelled;
        }
    }

    private synchronized boolean isFull() {
        return values.size() >= buffering.capacity();
    }

    @Override
    boolean isDue() {
        return !values.isEmpty();
    }

    @Override
    @Nullable
    T poll() {
        return values.poll();
    }

    @Override
    boolean isEmpty() {
        return values.isEmpty();
    }

    @Override
    void taken() {
        room.signal();
    }
}
