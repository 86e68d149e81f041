package dev.weft;

import dev.weft.spi.Failures;
import dev.weft.spi.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The scope of a stream that goes on until a signal comes, for which a member of the scope waits. The signal ends only
 * the generator: a value that has been emitted, or waits there for demand, is still processed downstream.
 */
final class UntilScope extends Scope {
    /** The signal's failure; written by the thread that signals. */
    private volatile @Nullable Throwable failure;

    /** Whether the stream has ended; written by the scope's thread. */
    private volatile boolean over;

    UntilScope(Scope parent) {
        super(parent, parent.backend(), parent.context(), false);
    }

    <T> void run(Generator<T> generator, Emitter<T> out, Awaitable<?> signal) throws Exception {
        try {
            this.<@Nullable Void>call(() -> {
                runInside(generator, out, signal);
                return null;
            });
        } catch (Throwable thrown) {
            if (failure != null) suppressOrDrop(thrown, failure);
            throw thrown;
        }
        if (failure != null) throw Failures.<RuntimeException>sneak(failure);
    }

    private <T> void runInside(Generator<T> generator, Emitter<T> out, Awaitable<?> signal) throws Exception {
        PipeScope<T> pipe = PipeScope.stoppable(out, value -> {
            out.emit(value);
            return true;
        });
        Handle<?> wait = GroupScope.started(signal, this);
        wait.whenDone(() -> signalled(wait, pipe));
        try {
            pipe.run(generator);
        } finally {
            over = true;
            wait.cancel("the stream has ended");
        }
    }

    private void signalled(Handle<?> wait, PipeScope<?> pipe) {
        Outcome<?> outcome = wait.settled();
        if (outcome instanceof Outcome.Success<?>) GatherScope.discard(wait, this);
        if (over || cancellation() != null) return;
        if (outcome instanceof Outcome.Cancelled<?> cancelled) failure = CancelledException.ofAwaited(cancelled);
        pipe.stop();
    }

    @Override
    protected boolean handsOutResults() {
        return false;
    }

    /** A failure is the stream's, after the value that is in progress. */
    @Override
    protected boolean memberFailed(Throwable thrown) {
        failure = thrown;
        return true;
    }
}
