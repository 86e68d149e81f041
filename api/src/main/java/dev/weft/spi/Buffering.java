package dev.weft.spi;

/**
 * How many values an iteration keeps that the loop has not seen yet, and what becomes of the next one.
 *
 * @param policy what becomes of it
 * @param capacity how many are kept, at least 1
 */
public record Buffering(Policy policy, int capacity) {
    /** What to do when the buffer is full. */
    public enum Policy {
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
    public Buffering {
        if (capacity < 1)
            throw new IllegalArgumentException(
                    (policy == Policy.REQUESTED ? "prefetch" : "capacity") + " must be at least 1, is " + capacity);
    }

    /** {@return the buffer of a source that gives what is requested} */
    static Buffering requested(int prefetch) {
        return new Buffering(Policy.REQUESTED, prefetch);
    }
}
