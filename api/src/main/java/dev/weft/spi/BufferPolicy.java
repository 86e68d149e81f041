package dev.weft.spi;

/**
 * How many values an iteration keeps for its loop, and what becomes of one more.
 *
 * @param whenFull what becomes of one more
 * @param capacity how many are kept, at least 1
 * @since 0.1
 */
public record BufferPolicy(WhenFull whenFull, int capacity) {
    /** What to do when the buffer is full. */
    public enum WhenFull {
        /** Cannot happen, since no more are requested. A source that gives more breaks rule 1.1. */
        REQUESTED,
        /** The iteration fails after the values that are kept. */
        ERROR,
        /** The iteration ends after the values that are kept, and the source is cancelled. */
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

    /** {@return the policy for a source that gives what is requested: one value, if none is requested in advance} */
    static BufferPolicy requested(int prefetch) {
        if (prefetch < 0) throw new IllegalArgumentException("prefetch must be at least 0, is " + prefetch);
        return new BufferPolicy(WhenFull.REQUESTED, Math.max(1, prefetch));
    }
}
