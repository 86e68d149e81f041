package dev.weft.spi;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where values wait between a source and the thread that iterates over it. One thread offers, another polls; neither
 * locks or waits. The thread that removes a value owns it.
 */
abstract sealed class Buffer<T> {
    enum Offer {
        ADDED,
        FULL,
        /** Another thread is offering at the same time, which a source must not do. */
        BUSY
    }

    /** A ring allocates all its places at once; above this size, a queue is used, which grows with its content. */
    private static final int LARGEST_RING = 1 << 14;

    static <T> Buffer<T> of(BufferPolicy buffering) {
        int capacity = buffering.capacity();
        return switch (buffering.whenFull()) {
            case REQUESTED -> capacity <= LARGEST_RING ? new Ring<>(capacity) : new BoundedQueue<>(capacity);
            case ERROR, END, DROP_NEWEST -> new BoundedQueue<>(capacity);
            case DROP_OLDEST -> new NewestWindow<>(capacity);
        };
    }

    /** Adds a value, on the source's thread. A value that must make room for it goes to {@code displaced}. */
    abstract Offer offer(T value, Consumer<? super T> displaced);

    /** Removes the oldest value, on the consumer's thread; null if there is none. */
    abstract @Nullable T poll();

    /** Whether there is no value; on the consumer's thread. */
    abstract boolean isEmpty();

    /** Removes all values, on either thread. */
    abstract void drain(Consumer<? super T> to);
}

/** For a source that gives what was requested: an array with one place for each such value. */
final class Ring<T> extends Buffer<T> {
    private final AtomicReferenceArray<@Nullable T> places;

    /** Written and read by the source's thread only. */
    private int produceAt;

    /** Written by the consumer only; read by the source's thread only to drain, when the consumer has left. */
    private int consumeAt;

    Ring(int capacity) {
        places = new AtomicReferenceArray<>(capacity);
    }

    @Override
    Offer offer(T value, Consumer<? super T> displaced) {
        int at = produceAt;
        if (places.get(at) != null) return Offer.FULL;
        SchedulePoint.pass();
        if (!places.compareAndSet(at, null, value)) return Offer.BUSY;
        produceAt = after(at);
        return Offer.ADDED;
    }

    @Override
    @Nullable
    T poll() {
        int at = consumeAt;
        T value = places.get(at);
        if (value == null) return null;
        places.setRelease(at, null); // the source offers here again only after a request, and then sees this
        consumeAt = after(at);
        return value;
    }

    @Override
    boolean isEmpty() {
        return places.get(consumeAt) == null;
    }

    @Override
    void drain(Consumer<? super T> to) {
        int at = consumeAt;
        for (int n = places.length(); n > 0; n--) {
            T value = places.getAndSet(at, null);
            if (value != null) to.accept(value);
            at = after(at);
        }
    }

    private int after(int at) {
        return at + 1 == places.length() ? 0 : at + 1;
    }
}

/** For a source without demand: a queue of limited size. */
final class BoundedQueue<T> extends Buffer<T> {
    private final ConcurrentLinkedQueue<T> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final int capacity;

    BoundedQueue(int capacity) {
        this.capacity = capacity;
    }

    @Override
    Offer offer(T value, Consumer<? super T> displaced) {
        SchedulePoint.pass();
        if (size.get() >= capacity) return Offer.FULL;
        size.incrementAndGet();
        queue.add(value);
        return Offer.ADDED;
    }

    @Override
    @Nullable
    T poll() {
        T value = queue.poll();
        if (value != null) size.decrementAndGet();
        return value;
    }

    @Override
    boolean isEmpty() {
        return queue.isEmpty();
    }

    @Override
    void drain(Consumer<? super T> to) {
        for (T value = poll(); value != null; value = poll()) to.accept(value);
    }
}

/**
 * For a source without demand: the newest values. The oldest is claimed by moving {@code head}, either by the consumer
 * to return it or by the source's thread to make room; so the thread that moves {@code head} past a value owns that
 * value. A place is written again only after that.
 */
final class NewestWindow<T> extends Buffer<T> {
    private final AtomicReferenceArray<@Nullable Kept<T>> places;
    private final AtomicLong head = new AtomicLong();

    /** Twice the number of values ever added, plus one while a value is being added. */
    private final AtomicLong tail = new AtomicLong();

    NewestWindow(int capacity) {
        places = new AtomicReferenceArray<>(capacity);
    }

    @Override
    Offer offer(T value, Consumer<? super T> displaced) {
        long before = tail.get();
        if ((before & 1) != 0 || !tail.compareAndSet(before, before | 1)) return Offer.BUSY;
        SchedulePoint.pass();
        long added = before >> 1;
        T oldest = added - head.get() == places.length() ? claim(added - places.length()) : null;
        places.set(place(added), new Kept<>(value));
        SchedulePoint.pass();
        tail.set(before + 2);
        if (oldest != null) displaced.accept(oldest);
        return Offer.ADDED;
    }

    @Override
    @Nullable
    T poll() {
        for (; ; ) {
            long at = head.get();
            if (at == tail.get() >> 1) return null;
            T value = claim(at);
            if (value != null) return value;
        }
    }

    @Override
    boolean isEmpty() {
        return head.get() == tail.get() >> 1;
    }

    @Override
    void drain(Consumer<? super T> to) {
        for (T value = poll(); value != null; value = poll()) to.accept(value);
    }

    /**
     * Claims the value at a position; null if the other thread has claimed it. Clears its place, unless that is already
     * taken by a newer value.
     */
    private @Nullable T claim(long at) {
        Kept<T> kept = places.get(place(at));
        SchedulePoint.pass();
        if (kept == null || !head.compareAndSet(at, at + 1)) return null;
        places.compareAndSet(place(at), kept, null);
        return kept.value;
    }

    private int place(long at) {
        return (int) (at % places.length());
    }

    /** A value in its place: a new object each time, even for the same value. */
    private record Kept<T>(T value) {}
}
