package dev.weft.spi;

import java.util.concurrent.atomic.AtomicInteger;

/** An await without a thread that counts what happens to its one value and its source. */
final class Detached extends AwaitCell<String> {
    final AtomicInteger fates = new AtomicInteger();
    final AtomicInteger outcomes = new AtomicInteger();
    final AtomicInteger cancels = new AtomicInteger();

    Detached() {
        super(Host.get().backend());
        startDetached(null, this::done);
    }

    /** The source's signal. */
    void value() {
        if (!succeed("value")) discardValue("value");
    }

    private void done() {
        outcomes.incrementAndGet();
        if (isCancelled()) release();
        else if (outcome(null) != null) fates.incrementAndGet();
    }

    @Override
    protected void start() {
        attach(this);
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
    protected void discardValue(String value) {
        fates.incrementAndGet();
    }
}
