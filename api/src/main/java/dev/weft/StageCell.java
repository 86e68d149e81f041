package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The await of a {@link CompletionStage}. A stage may be shared: cancelling the await leaves it alone, and what it gives later
 * is still in the stage, so that nothing has to be discarded.
 */
final class StageCell<T> extends AwaitCell<T> {
    private @Nullable CompletionStage<? extends T> stage;

    StageCell(CompletionStage<? extends T> stage, Backend backend) {
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
        source.whenComplete(link);
    }

    @Override
    protected void cancelUpstream(Object handle) {
        ((Link<?>) handle).cell = null;
    }

    @Override
    protected boolean isCancelQuick() {
        return true;
    }

    @Override
    protected void discardValue(T value) {}

    private void done(@Nullable T value, @Nullable Throwable failure) {
        if (failure == null) succeed(value);
        else fail(unwrapped(failure));
    }

    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** All that a stage keeps of an await that was cancelled. */
    private static final class Link<T> implements BiConsumer<T, @Nullable Throwable> {
        volatile @Nullable StageCell<T> cell;

        Link(StageCell<T> cell) {
            this.cell = cell;
        }

        @Override
        public void accept(T value, @Nullable Throwable failure) {
            StageCell<T> waiting = cell;
            if (waiting != null) waiting.done(value, failure);
        }
    }
}
