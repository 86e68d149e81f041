package dev.weft.stress;

import java.util.concurrent.atomic.AtomicInteger;

/** What happened to one subscription to a source: how often it was cancelled, and whether the source ended it. */
final class Line {
    private final AtomicInteger cancels = new AtomicInteger();
    private volatile boolean ended;

    void cancel() {
        cancels.incrementAndGet();
    }

    /** Called before the source signals its end. */
    void end() {
        ended = true;
    }

    boolean isCancelled() {
        return cancels.get() > 0;
    }

    /** Whether it was cancelled once, or, if it has ended, at most once. */
    boolean isClosed() {
        return cancels.get() == 1 || ended && cancels.get() == 0;
    }

    @Override
    public String toString() {
        return "a subscription that " + (ended ? "has ended" : "has not ended") + " and was cancelled " + cancels
                + " times";
    }
}
