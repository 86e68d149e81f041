package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
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
        if (source != null) source.whenComplete(this::done);
    }

    @Override
    protected void cancelUpstream(Object handle) {
        throw new AssertionError("a stage has no handle");
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
}
