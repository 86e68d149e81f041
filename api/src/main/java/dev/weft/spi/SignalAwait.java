package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * An await without a source: it is over when other code of ours {@linkplain #succeed says so}, and there is nothing to
 * cancel.
 *
 * @since 0.1
 */
public abstract class SignalAwait extends AwaitCell<@Nullable Object> {
    /**
     * An await that has not begun.
     *
     * @param backend the backend on whose clock what it waits for happens
     */
    protected SignalAwait(Backend backend) {
        super(backend);
    }

    @Override
    public final WaitKind kind() {
        return WaitKind.STATE;
    }

    @Override
    protected final void cancelUpstream(Object subscription) {}

    @Override
    protected final boolean isCancelQuick() {
        return true;
    }
}
