package dev.weft.stress;

import java.util.concurrent.atomic.AtomicInteger;

/** A value that is no other. It counts how often it was returned, in the lower half, and how often discarded, in the upper. */
final class Value {
    private static final int DISCARDED = 1 << 16;

    final int number;
    private final AtomicInteger fates = new AtomicInteger();

    Value(int number) {
        this.number = number;
    }

    /** Somebody has got it. */
    void returned() {
        fates.incrementAndGet();
    }

    /** A hook has got it. */
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
