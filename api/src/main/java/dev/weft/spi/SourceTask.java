package dev.weft.spi;

import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A source that was started in a scope and has no thread of its own: the twin of {@link CoroutineTask} for what needs only a
 * subscription. Exactly one of the three outcomes is called, once, on the thread that decides it.
 *
 * @param <T> the type of the value
 */
public abstract class SourceTask<T extends @Nullable Object> implements Member {
    private final Scope owner;
    private final AwaitCell<T> cell;

    /** Whether the scope cancels it; written before that happens. */
    private volatile boolean fromOutside;

    /**
     * A source that is not started yet.
     *
     * @param owner the scope that it belongs to
     * @param cell the cell that awaits it
     */
    protected SourceTask(Scope owner, AwaitCell<T> cell) {
        this.owner = owner;
        this.cell = cell;
    }

    /** {@return the scope that it belongs to} */
    protected final Scope owner() {
        return owner;
    }

    /** Subscribes, as a member of the owner; called inside the owner. */
    public final void start() {
        owner.admit(this);
        cell.startDetached(Objects.requireNonNull(Scope.current()).context(), this::done);
    }

    /**
     * Cancels the subscription.
     *
     * @return false if there was an outcome already
     */
    public final boolean cancel() {
        return cell.cancelDetached();
    }

    /** The source gave its value, or null if it is empty where that is allowed. */
    protected abstract void succeeded(@Nullable T value);

    /** The source failed. */
    protected abstract void failed(Throwable failure);

    /** The subscription was cancelled. */
    protected abstract void ended();

    @Override
    public final void cancel(Cancellation c, Deque<Scope> marked) {
        fromOutside = true;
        cell.cancelDetached();
    }

    @Override
    public final boolean wasCut() {
        return fromOutside && cell.isCancelled();
    }

    @Override
    public final long rest() {
        return cell.isDecided() ? RUNNING : 0;
    }

    @Override
    public final String describe() {
        return cell.getClass().getSimpleName();
    }

    /** A source that may block when it is cancelled is held up by its owner only, which waits for it. */
    private void done() {
        if (!cell.isCancelled()) leaving(this::take);
        else if (Thread.currentThread() == owner.task().thread() || cell.isClosedAtOnce()) leaving(this::close);
        else UpstreamCell.inAThread(() -> leaving(this::close));
    }

    private void leaving(Runnable last) {
        try {
            last.run();
        } finally {
            owner.dismiss(this);
        }
    }

    private void close() {
        cell.release();
        ended();
    }

    private void take() {
        Throwable fromSource = cell.failure();
        if (fromSource != null) {
            cell.release();
            owner.memberFailed(this, fromSource);
            failed(fromSource);
            return;
        }
        T value;
        try {
            value = cell.outcome(null);
        } catch (Throwable thrown) {
            Throwable failure = Host.get().unwrap(thrown);
            owner.memberFailed(this, failure);
            failed(failure);
            return;
        }
        succeeded(value);
    }
}
