package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.shared;

import org.jspecify.annotations.Nullable;

/** A member without a thread, which ends once. */
final class Source extends DetachedTask<Integer> {
    private final Fates fates;
    private final Cell cell;
    volatile boolean over;

    Source(Scope owner, Fates fates) {
        this(owner, fates, new Cell(fates));
    }

    private Source(Scope owner, Fates fates, Cell cell) {
        super(owner, cell, false);
        this.fates = fates;
        this.cell = cell;
        shared(this);
    }

    void value(int value) {
        cell.value(value);
    }

    private void end() {
        check(!over, "ended twice");
        over = true;
    }

    @Override
    protected void succeeded(@Nullable Integer value) {
        end();
        if (value != null) fates.add(value);
    }

    @Override
    protected void failed(Throwable failure) {
        end();
    }

    @Override
    protected void cancelled(@Nullable Cancellation by) {
        end();
    }

    @Override
    public @Nullable Throwable unobservedFailure() {
        return null;
    }
}
