package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Detachable;
import dev.weft.spi.Reports;
import dev.weft.spi.Scope;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A future that its only await owns: it ends when the await does. The future is already running, so it must be
 * cancelled even if it is never awaited, because the scope is cancelled first or a sibling has failed: the first to
 * come claims it, the await, or code that knows that there will be none.
 */
class Owned<T extends @Nullable Object> implements Awaitable<T> {
    final Future<T> future;

    private final AtomicBoolean claimed = new AtomicBoolean();

    Owned(Future<T> future) {
        this.future = future;
    }

    static <T extends @Nullable Object> Owned<T> of(Future<T> future) {
        Objects.requireNonNull(future, "future");
        return future instanceof CompletionStage<?> ? new OwnedStage<>(future) : new Owned<>(future);
    }

    /** Gives up those owned futures that were not awaited. */
    static void abandon(Collection<?> all) {
        for (Object each : all) if (each instanceof Owned<?> owned) owned.abandon();
    }

    final void claim() {
        if (!claimed.compareAndSet(false, true))
            throw new IllegalStateException("an owned future can be awaited only once");
    }

    final void abandon() {
        if (claimed.compareAndSet(false, true)) giveUp();
    }

    /** A future without callbacks blocks the thread that awaits it. */
    @Override
    public T await() {
        claim();
        try {
            return Async.awaitFuture(future);
        } catch (Throwable failure) {
            giveUp();
            throw failure;
        }
    }

    Handle<T> start(Scope scope) {
        return new Coroutine<T>(this::await, CoroutineOptions.NONE).startIn(scope).handle;
    }

    final Handle<T> startIn(Scope scope) {
        try {
            Handle<T> started = start(scope);
            started.whenDone(this::abandon);
            return started;
        } catch (Throwable refused) {
            abandon();
            throw refused;
        }
    }

    /** A value that comes even so is discarded. */
    private void giveUp() {
        try {
            if (!future.cancel(true) && future.state() == Future.State.SUCCESS) Async.discard(future.resultNow());
        } catch (Throwable fromFuture) {
            Scope here = Scope.surrounding();
            Reports.late(Async.backend(), here == null ? null : here.context(), fromFuture);
        }
    }
}

/** An owned future that reports its end by a callback. */
final class OwnedStage<T extends @Nullable Object> extends Owned<T> implements Detachable<T> {
    OwnedStage(Future<T> future) {
        super(future);
    }

    @Override
    public AwaitCell<T> cell() {
        return new OwnedAwait<>(this, Async.backend());
    }

    @Override
    @SuppressWarnings("NullAway") // null is a T where the future may give it
    public T await() {
        try {
            return cell().await();
        } finally {
            abandon();
        }
    }

    @Override
    Handle<T> start(Scope scope) {
        return DetachedMember.started(scope, cell());
    }
}

/** The await of a future that it owns: cancelling the await cancels the future. */
final class OwnedAwait<T extends @Nullable Object> extends AwaitCell<T>
        implements BiFunction<T, @Nullable Throwable, @Nullable Void> {
    private @Nullable OwnedStage<T> owned;

    OwnedAwait(OwnedStage<T> owned, Backend backend) {
        super(backend);
        this.owned = owned;
    }

    @Override
    @SuppressWarnings("unchecked")
    protected void start() {
        OwnedStage<T> source = Objects.requireNonNull(owned);
        owned = null;
        source.claim();
        attach(source.future);
        ((CompletionStage<T>) source.future).handle(this);
    }

    @Override
    protected void cancelUpstream(Object subscription) {
        ((Future<?>) subscription).cancel(true);
    }

    @Override
    public String waitsFor() {
        return operation() + " of a CompletionStage";
    }

    @Override
    public @Nullable Void apply(T value, @Nullable Throwable failure) {
        if (failure != null) {
            Throwable real = StageAwait.unwrapped(failure);
            if (!fail(real)) refused(real);
        } else if (!succeed(value) && value != null) {
            discardValue(value);
        }
        return null;
    }
}
