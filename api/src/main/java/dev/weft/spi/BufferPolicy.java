package dev.weft.spi;

/**
 * How many values an iteration keeps that the loop has not seen yet, and what becomes of the next one.
 *
 * @param whenFull what becomes of it
 * @param capacity how many are kept, at least 1
 * @since 0.1
 */
public record BufferPolicy(WhenFull whenFull, int capacity) {
    /** What to do when the buffer is full. */
    public enum WhenFull {
        /** Cannot happen: only so many are requested. A source that gives more breaks rule 1.1. */
        REQUESTED,
        /** The iteration fails, behind the values that are kept. */
        ERROR,
        /** The iteration ends behind the values that are kept, and the source is cancelled. */
        END,
        /** The new value is discarded. */
        DROP_NEWEST,
        /** The oldest value that is kept is discarded. */
        DROP_OLDEST
    }

    /** Checks the capacity. */
    public BufferPolicy {
        if (capacity < 1) throw new IllegalArgumentException("capacity must be at least 1, is " + capacity);
    }

    /** {@return the buffer of a source that gives what is requested: one value, where none is requested in advance} */
    static BufferPolicy requested(int prefetch) {
        if (prefetch < 0) throw new IllegalArgumentException("prefetch must be at least 0, is " + prefetch);
        return new BufferPolicy(WhenFull.REQUESTED, Math.max(1, prefetch));
    }
}
