package dev.weft.spi;

import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A source that was started in a scope, or beside it, and has no thread of its own: the twin of {@link CoroutineTask}
 * for what needs only a subscription. Exactly one of the three outcome methods is called, once, on the thread that
 * decides the outcome.
 *
 * @param <T> the type of the value
 * @since 0.1
 */
public abstract class DetachedTask<T extends @Nullable Object> implements Member, Observer.Observed {
    private final Scope owner;
    private final AwaitCell<T> cell;

    /** The first cancellation, and whether it came from its scope; written before the cell is cancelled. */
    private @Nullable Cancellation by;

    private boolean fromOutside;

    /** Whether it is no member of the scope, which may end before it. */
    private final boolean beside;

    /** What is told about it, until its end has been told; written before the source is subscribed to. */
    private Observer.@Nullable Observation observation;

    /**
     * A source that is not started yet.
     *
     * @param owner the scope in which it is started
     * @param cell the cell that awaits it
     * @param beside false if it is a member of the scope; true if nobody cancels it, and the scope does not wait for it
     */
    protected DetachedTask(Scope owner, AwaitCell<T> cell, boolean beside) {
        this.owner = owner;
        this.cell = cell;
        this.beside = beside;
    }

    /** {@return whether the source keeps its value for others too} */
    protected final boolean isShared() {
        return cell.isShared();
    }

    final AwaitCell<T> cell() {
        return cell;
    }

    /** {@return the scope in which it was started} */
    protected final Scope owner() {
        return owner;
    }

    /** Subscribes; called inside the owner. */
    public final void start() {
        if (!beside) owner.admit(this);
        observation = Observers.started(this, beside ? null : owner.task());
        if (beside) startUninterrupted();
        else subscribe();
    }

    /** What subscribes here is not interrupted: nobody cancels it. */
    private void startUninterrupted() {
        Suspension before = owner.suspended();
        owner.suspend(Suspension.AWAY);
        owner.task().settleInterrupt();
        try {
            subscribe();
        } finally {
            owner.resume(before);
            owner.task().redeliver(owner);
        }
    }

    private void subscribe() {
        cell.startDetached(Objects.requireNonNull(Scope.current()).context(), this::done);
    }

    /**
     * Cancels the subscription.
     *
     * @param why what exceptions say about it, or null
     * @return false if there was an outcome already
     */
    public final boolean cancelBecause(@Nullable String why) {
        return cancel(new Cancellation(owner, Cancellation.Reason.REQUESTED, why, null), false);
    }

    /** The source gave its value, or null if it is empty and may be. */
    protected abstract void succeeded(@Nullable T value);

    /** The source failed. */
    protected abstract void failed(Throwable failure);

    /**
     * The subscription was cancelled.
     *
     * @param by the cancellation, or null if it is not known
     */
    protected abstract void cancelled(@Nullable Cancellation by);

    @Override
    public final void cancel(Cancellation c, Deque<Scope> marked) {
        cancel(c, true);
    }

    private boolean cancel(Cancellation c, boolean outside) {
        synchronized (this) {
            if (by == null) {
                by = c;
                fromOutside = outside;
            }
        }
        return cell.cancelDetached(LateFailures.of(c));
    }

    @Override
    public final boolean wasCut() {
        return cell.isCancelled() && fromOutside;
    }

    @Override
    public final long rest() {
        return cell.isDecided() ? RUNNING : 0;
    }

    @Override
    public final String title() {
        String what = cell.waitsFor();
        return what == null ? cell.getClass().getSimpleName() : what;
    }

    @Override
    public final boolean isNamed() {
        return false;
    }

    @Override
    public final Backend backend() {
        return owner.backend();
    }

    @Override
    public final Object context() {
        return owner.context();
    }

    @Override
    public final @Nullable Thread thread() {
        return null;
    }

    /** Tells of the end, once, before anybody receives the outcome. */
    private void tellEnded(@Nullable Throwable failure, @Nullable Cancellation with) {
        Observer.Observation told = observation;
        observation = null;
        if (told != null) told.ended(failure, with);
    }

    @Override
    public final String describe() {
        return title();
    }

    /**
     * Reports the outcome. A cancel that may block runs here only on the owner's thread, which would wait for it anyway,
     * and only if the owner waits without limit; else on a thread of its own.
     */
    private void done() {
        if (!beside) VirtualTime.moved(this);
        if (!cell.isCancelled()) leaving(this::take);
        else if (mayHoldUpOwner() || cell.isClosedAtOnce()) leaving(this::close);
        else UpstreamCell.inAThread(() -> leaving(this::close));
    }

    private boolean mayHoldUpOwner() {
        return Thread.currentThread() == owner.task().thread() && owner.patience() == Long.MAX_VALUE;
    }

    private void leaving(Runnable last) {
        try {
            last.run();
        } finally {
            tellEnded(cell.failure(), by);
            if (!beside) owner.dismiss(this);
        }
    }

    private void close() {
        cell.release();
        tellEnded(null, by);
        cancelled(by);
    }

    private void take() {
        Throwable fromSource = cell.failure();
        if (fromSource != null) {
            cell.release();
            if (!beside) owner.memberFailed(this, fromSource);
            tellEnded(fromSource, null);
            failed(fromSource);
            return;
        }
        T value;
        try {
            value = cell.outcome(null);
        } catch (Throwable thrown) {
            Throwable failure = Host.get().unwrap(thrown);
            if (!beside) owner.memberFailed(this, failure);
            tellEnded(failure, null);
            failed(failure);
            return;
        }
        tellEnded(null, null);
        succeeded(value);
    }
}
