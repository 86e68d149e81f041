package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.Failures;
import dev.weft.spi.Reports;
import dev.weft.spi.Scope;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The scope of a race: the first member that succeeds decides, by one compare-and-set, and cancels the others; the scope is
 * left when all have ended.
 */
final class RaceScope<T extends @Nullable Object> extends Scope {
    private final AtomicReference<@Nullable Handle<? extends T>> winner = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    RaceScope(Scope parent) {
        super(parent, parent.backend(), parent.context(), false);
    }

    T run(Collection<? extends Awaitable<? extends T>> runners) throws Exception {
        try {
            this.<@Nullable Void>call(() -> {
                startAll(runners);
                return null;
            });
        } catch (CancelledException cancelled) {
            if (winner.get() == null) throw cancelled;
            unsee();
        }
        Handle<? extends T> won = winner.get();
        Throwable first = failure.get();
        if (won != null && first != null) Reports.echo(first); // of a loser that ended before the winner
        if (won != null) return Objects.requireNonNull(won.observe()).getOrThrow();
        if (first == null) throw new CancelledException("every runner was cancelled", null, null, null);
        throw Failures.thrown(first);
    }

    private void startAll(Collection<? extends Awaitable<? extends T>> runners) {
        for (Awaitable<? extends T> runner : runners) {
            if (winner.get() != null) return;
            start(runner);
        }
    }

    private <R extends T> void start(Awaitable<R> runner) {
        Handle<R> handle = GroupScope.started(runner, this);
        handle.whenDone(() -> {
            if (handle.settled() instanceof Outcome.Success<R> && !wins(handle)) GatherScope.discard(handle, this);
        });
    }

    private boolean wins(Handle<? extends T> handle) {
        if (!winner.compareAndSet(null, handle)) return false;
        cancel(Cancellation.Reason.DECIDED, "another runner has won", null);
        return true;
    }

    @Override
    protected boolean handsOutResults() {
        return false;
    }

    /** The failure of a loser matters only if all lose. */
    @Override
    protected boolean memberFailed(Throwable loser) {
        if (winner.get() != null) Reports.echo(loser);
        else if (!failure.compareAndSet(null, loser)
                && !Failures.suppress(Objects.requireNonNull(failure.get()), loser)) drop(loser);
        return true;
    }
}
