package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.Failures;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The await of a {@link CompletionStage}. A stage may be shared: cancelling the await does not affect it, and a later
 * value stays in the stage, so nothing is discarded.
 */
final class StageAwait<T> extends AwaitCell<T> {
    private @Nullable CompletionStage<? extends T> stage;

    StageAwait(CompletionStage<? extends T> stage, Backend backend) {
        super(backend);
        this.stage = stage;
    }

    @Override
    protected void start() {
        CompletionStage<? extends T> source = stage;
        stage = null;
        if (source == null) return;
        var link = new Link<T>(this);
        attach(link);
        source.handle(link); // whenComplete would wrap the failure for its own stage, and ask it for its message
    }

    @Override
    protected void cancelUpstream(Object subscription) {
        ((Link<?>) subscription).cell = null;
    }

    @Override
    protected boolean isCancelQuick() {
        return true;
    }

    @Override
    protected boolean isShared() {
        return true;
    }

    @Override
    protected void discardValue(T value) {}

    @Override
    public String waitsFor() {
        return operation() + " of a CompletionStage";
    }

    private void done(@Nullable T value, @Nullable Throwable failure) {
        if (failure == null) succeed(value);
        else fail(unwrapped(failure));
    }

    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? Failures.cause(failure) : null;
        return cause == null ? failure : cause;
    }

    /** The only part of a cancelled await that its stage keeps. */
    private static final class Link<T> implements BiFunction<T, @Nullable Throwable, @Nullable Void> {
        volatile @Nullable StageAwait<T> cell;

        Link(StageAwait<T> cell) {
            this.cell = cell;
        }

        @Override
        public @Nullable Void apply(T value, @Nullable Throwable failure) {
            StageAwait<T> waiting = cell;
            if (waiting != null) waiting.done(value, failure);
            return null;
        }
    }
}
