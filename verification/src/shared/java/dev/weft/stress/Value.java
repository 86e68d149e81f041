package dev.weft.stress;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A value equal to no other. It counts in its lower half how often it was returned, in its upper half how often
 * discarded.
 */
final class Value {
    private static final int DISCARDED = 1 << 16;

    final int number;
    private final AtomicInteger fates = new AtomicInteger();

    Value(int number) {
        this.number = number;
    }

    /** Notes that it was returned. */
    void returned() {
        fates.incrementAndGet();
    }

    /** Notes that a hook received it. */
    void discarded() {
        fates.addAndGet(DISCARDED);
    }

    /** Whether it was returned or discarded, once. */
    boolean isSettled() {
        int seen = fates.get();
        return seen == 1 || seen == DISCARDED;
    }

    @Override
    public String toString() {
        int seen = fates.get();
        return "value " + number + ", returned " + seen % DISCARDED + " times and discarded " + seen / DISCARDED
                + " times";
    }
}
