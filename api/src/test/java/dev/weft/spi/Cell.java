package dev.weft.spi;

import static dev.weft.spi.Exploration.shared;

import java.util.concurrent.atomic.AtomicInteger;

/** A cell that is signalled by hand, and whose values have fates. */
final class Cell extends AwaitCell<Integer> {
    private final Fates fates;
    private final AtomicInteger cancels = new AtomicInteger();

    private final Runnable start;

    /** A silent one. */
    Cell(Fates fates) {
        this(fates, () -> {});
    }

    /** A cell that does this when it is started. */
    Cell(Fates fates, Runnable start) {
        super(fates);
        this.fates = fates;
        this.start = start;
        shared(this);
    }

    @Override
    protected void start() {
        start.run();
    }

    @Override
    protected void cancelUpstream(Object subscription) {
        cancels.incrementAndGet();
    }

    @Override
    protected boolean isCancelQuick() {
        return true;
    }

    @Override
    protected void discardValue(Integer value) {
        fates.add(value);
    }

    /** {@return false if it was refused} */
    boolean value(int value) {
        boolean taken = succeed(value);
        if (!taken) fates.add(value);
        return taken;
    }

    int cancels() {
        return cancels.get();
    }
}
