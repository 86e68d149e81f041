package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.Timer;
import dev.weft.spi.VirtualTime;
import org.jspecify.annotations.Nullable;

/** The wait for a point in time; without an entry in the timer where that is for ever. */
final class DelayCell extends AwaitCell<@Nullable Object> {
    private final long nanos;

    DelayCell(long nanos, Backend backend) {
        super(backend);
        this.nanos = nanos;
    }

    @Override
    protected void start() {
        if (nanos != Long.MAX_VALUE) attach(VirtualTime.schedule(backend(), nanos, this::elapsed));
    }

    @Override
    protected void cancelUpstream(Object handle) {
        ((Timer.Entry) handle).cancel();
    }

    @Override
    protected boolean isCancelQuick() {
        return true;
    }

    @Override
    protected String operation() {
        return "delay";
    }

    @Override
    public @Nullable String waitsFor() {
        return nanos == Long.MAX_VALUE ? "delay for ever" : null;
    }

    private void elapsed() {
        succeed(null);
    }
}
