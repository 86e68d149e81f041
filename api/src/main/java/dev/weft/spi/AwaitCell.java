package dev.weft.spi;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One suspension: it is subscribed to a source, parks the thread that awaits, and has exactly one outcome.
 *
 * <p>Three fields tell the whole story, each changed by compare-and-set only:
 *
 * <ul>
 *   <li>{@code state}: null, then COMPLETE, CANCELLED or the error. That step is the linearization point of the await:
 *       whoever loses it is late, and his signal goes to a hook.
 *   <li>{@code held}: null, then a value, then TAKEN. A value belongs to whoever takes it out, the awaiter to return it,
 *       anyone else to discard it; so it is returned or discarded, and never both.
 *   <li>{@code upstream}: null, then the source's handle, then TERMINATED (the source ended) or CLOSED (we cancelled it).
 *       Whoever replaces the handle by CLOSED cancels it; so it is cancelled at most once, also when it comes late.
 * </ul>
 *
 * <p>The awaiting thread itself requests and cancels (Reactive Streams 2.7). Only while it is inside {@link #start}, and so
 * cannot, does another thread cancel the upstream: {@code waiter} is null exactly then.
 *
 * <p>A cell is used once. After its outcome it refers to neither source nor handle; the context stays after a cancellation,
 * for the discard hook of values that are still under way.
 *
 * @param <T> the type of the value
 */
public abstract class AwaitCell<T extends @Nullable Object> implements Suspension {
    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<AwaitCell, @Nullable Object> STATE =
            AtomicReferenceFieldUpdater.newUpdater(AwaitCell.class, Object.class, "state");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<AwaitCell, @Nullable Object> HELD =
            AtomicReferenceFieldUpdater.newUpdater(AwaitCell.class, Object.class, "held");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<AwaitCell, @Nullable Object> UPSTREAM =
            AtomicReferenceFieldUpdater.newUpdater(AwaitCell.class, Object.class, "upstream");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<AwaitCell, @Nullable Object> WAITER =
            AtomicReferenceFieldUpdater.newUpdater(AwaitCell.class, Object.class, "waiter");

    private enum Mark {
        COMPLETE,
        CANCELLED,
        NULL,
        TAKEN,
        TERMINATED,
        CLOSED,
        LEFT
    }

    private final Backend backend;
    private @Nullable Object context;
    private volatile @Nullable Object state;
    private volatile @Nullable Object held;
    private volatile @Nullable Object upstream;

    /** The parked thread, or what to run at the outcome; written by the awaiter, null before it parks, LEFT when it goes on. */
    private volatile @Nullable Object waiter;

    /**
     * A cell that is not started.
     *
     * @param backend whose hooks take what comes too late
     */
    protected AwaitCell(Backend backend) {
        this.backend = backend;
    }

    /** Subscribes to the source. What it throws is the outcome, unless there is one already. Called once. */
    protected abstract void start() throws Exception;

    /** Cancels the source's handle. Called at most once, on the awaiting thread wherever possible. */
    protected abstract void cancelUpstream(Object handle);

    /** {@return the result when the source completed without a value: null, unless a subclass throws} */
    protected @Nullable T empty() {
        return null;
    }

    /**
     * Starts the cell and waits for its outcome, on the current thread: a coroutine, a plain virtual thread, or a platform
     * thread that may block. A value that won against a cancellation is returned.
     *
     * @return the value, or what {@link #empty} gives
     * @throws java.util.concurrent.CancellationException if the scope is cancelled, or a plain thread interrupted (its flag
     *     stays set)
     */
    public final @Nullable T await() {
        Scope scope = Scope.current();
        Suspension outer = null;
        if (scope == null) {
            enterPlain();
            Scope around = Scope.surrounding();
            if (around != null) context = around.context();
        } else {
            scope.checkpoint();
            context = scope.context();
            outer = scope.suspended();
            if (!scope.suspend(this)) {
                scope.resume(outer);
                throw scope.observed(Objects.requireNonNull(scope.cancellation()));
            }
        }
        begin();
        if (state == null) park(scope);
        if (scope != null) scope.resumeDecided(outer);
        return outcome(scope);
    }

    /** Takes a value that lost against a cancellation or failure; passes it to the backend's discard hook unless overridden. */
    protected void discardValue(T value) {
        Reports.discard(backend, context, value);
    }

    /** {@return the context that the await runs in, or null on a plain thread and after the outcome} */
    protected final @Nullable Object carried() {
        return context;
    }

    /** Puts a context of the library's own kind in the place of a neutral one, for the rest of the await. */
    protected final void carry(Object own) {
        context = own;
    }

    /** {@return the backend whose hooks take what comes too late} */
    protected final Backend backend() {
        return backend;
    }

    /** {@return what awaits, as errors name it} */
    protected String operation() {
        return "await";
    }

    @Override
    public final boolean cancelled() {
        if (!settle(Mark.CANCELLED)) return false;
        if (waiter != null) return true;
        closeUpstream(true);
        return false;
    }

    @Override
    public final boolean isParked() {
        return waiter != null && state == null;
    }

    // --- what a subclass tells

    /**
     * The source handed over its handle. One that comes after the cancellation is cancelled at once, on this thread.
     *
     * @return false if it is not wanted: too late, or not the first
     */
    protected final boolean attach(Object handle) {
        Object first = attachFirst(handle);
        if (first == Mark.CLOSED) cancelGuarded(handle);
        return first == null;
    }

    /**
     * The source gave up its handle for one that only stands for a failure, which follows: the first is cancelled.
     *
     * @return false if there was none before, so that this is the handle
     */
    protected final boolean supersede(Object handle) {
        SchedulePoint.pass();
        Object first = upstream;
        if (first == null) return false;
        if (isHandle(first) && UPSTREAM.compareAndSet(this, first, handle)) cancelGuarded(first);
        return true;
    }

    /**
     * The one value, or null for none, from a source that gives nothing else.
     *
     * @return false if there was an outcome already; then the value is still the caller's
     */
    protected final boolean succeed(@Nullable T value) {
        SchedulePoint.pass();
        if (!HELD.compareAndSet(this, null, value == null ? Mark.NULL : value)) return false;
        terminated();
        return settle(Mark.COMPLETE) || takeHeld() == null;
    }

    /**
     * The source failed, and is over.
     *
     * @return false if there was an outcome already; then the failure is still the caller's
     */
    protected final boolean fail(Throwable failure) {
        terminated();
        return settle(failure);
    }

    /** The source threw out of {@link #start}, and its library has reported that: it is the outcome, unless there is one. */
    protected final void thrownAndReported(Throwable failure) {
        decide(failure);
    }

    // --- for SourceCell and SourceTask

    /** Starts the cell without a thread; {@code done} runs once, at the outcome, on the thread that decides it. */
    final void startDetached(@Nullable Object context, Runnable done) {
        this.context = context;
        if (state == null) begin();
        waiter = done;
        SchedulePoint.pass();
        if (state != null) wake();
    }

    /** Cancels a cell that has no thread. {@code false} if there was an outcome already. */
    final boolean cancelDetached() {
        if (!settle(Mark.CANCELLED)) return false;
        closeUpstream(true);
        return true;
    }

    final boolean isDecided() {
        return state != null;
    }

    final @Nullable Throwable failure() {
        return state instanceof Throwable failure ? failure : null;
    }

    final boolean isCancelled() {
        return state == Mark.CANCELLED;
    }

    /** Decides the outcome while the source is not over: it is cancelled, here if the awaiter cannot. */
    final boolean decide(@Nullable Throwable failure) {
        boolean won = settle(failure == null ? Mark.COMPLETE : failure);
        if (waiter == null) closeUpstream(true);
        return won;
    }

    /** The source threw out of a call of ours: that is the outcome, unless there is one; then it is dropped if it is another. */
    final void thrownBySource(Throwable failure) {
        if (!decide(failure) && state != failure) drop(failure);
    }

    /** Keeps a value until the awaiter takes it, to return or discard it; false if there is one already or he has been here. */
    final boolean hold(T value) {
        SchedulePoint.pass();
        return HELD.compareAndSet(this, null, value);
    }

    /** Keeps a value instead of the one before, which is discarded. */
    final void replace(T value) {
        for (; ; ) {
            SchedulePoint.pass();
            Object before = held;
            if (before == Mark.TAKEN) {
                discard(value);
                return;
            }
            if (HELD.compareAndSet(this, before, value)) {
                discard(before);
                return;
            }
        }
    }

    /** Notes that the source is over. {@return what the upstream was before} */
    final @Nullable Object terminated() {
        SchedulePoint.pass();
        return UPSTREAM.getAndSet(this, Mark.TERMINATED);
    }

    /** Takes the handle if there was none. {@return null, or what is there instead} */
    final @Nullable Object attachFirst(Object handle) {
        SchedulePoint.pass();
        return UPSTREAM.compareAndSet(this, null, handle) ? null : upstream;
    }

    final @Nullable Object upstream() {
        return upstream;
    }

    static boolean isHandle(@Nullable Object upstream) {
        return upstream != null && !(upstream instanceof Mark);
    }

    static boolean isTerminated(@Nullable Object upstream) {
        return upstream == Mark.TERMINATED;
    }

    final boolean complete() {
        return settle(Mark.COMPLETE);
    }

    final boolean settle(Object outcome) {
        SchedulePoint.pass();
        if (!STATE.compareAndSet(this, null, outcome)) return false;
        wake();
        return true;
    }

    @SuppressWarnings("unchecked")
    final void discard(@Nullable Object value) {
        if (value != null && value != Mark.NULL) discardValue((T) value);
    }

    final void drop(Throwable failure) {
        Reports.drop(backend, context, failure);
    }

    /** The result of a cell that has its outcome; whoever calls it is the awaiter. */
    @SuppressWarnings("unchecked")
    final @Nullable T outcome(@Nullable Scope scope) {
        Object decided = state;
        Object value = takeHeld();
        Throwable fromCancel = leave();
        if (decided == Mark.COMPLETE) {
            if (fromCancel != null) drop(fromCancel);
            context = null;
            return value == null ? empty() : value == Mark.NULL ? null : (T) value;
        }
        discard(value);
        if (decided == Mark.CANCELLED) throw cancellation(scope, fromCancel);
        if (fromCancel != null) drop(fromCancel);
        context = null;
        throw Failures.thrown((Throwable) Objects.requireNonNull(decided));
    }

    /** What is left to do for a cancelled cell without a thread. */
    final void release() {
        discard(takeHeld());
        closeUpstream(true);
    }

    private void enterPlain() {
        Host.get().requireMayBlock(operation());
        if (Thread.currentThread().isInterrupted()) throw interrupted();
    }

    private void begin() {
        try {
            start();
        } catch (Throwable failure) {
            thrownBySource(failure);
        }
    }

    private void park(@Nullable Scope scope) {
        Thread thread = Thread.currentThread();
        SchedulePoint.pass();
        waiter = thread;
        SchedulePoint.pass();
        while (state == null) {
            LockSupport.park(this);
            if (!thread.isInterrupted()) continue;
            if (scope != null) scope.task().cancelSelf();
            else settle(Mark.CANCELLED);
        }
    }

    private void wake() {
        SchedulePoint.pass();
        Object w = waiter;
        if (w instanceof Thread thread) LockSupport.unpark(thread);
        else if (w instanceof Runnable done && WAITER.compareAndSet(this, w, null)) done.run();
    }

    private @Nullable Object takeHeld() {
        SchedulePoint.pass();
        Object value = HELD.getAndSet(this, Mark.TAKEN);
        return value == Mark.TAKEN ? null : value;
    }

    /** Nobody looks for the waiter where there is nothing left to cancel. {@return as {@link #closeUpstream}} */
    private @Nullable Throwable leave() {
        if (waiter == null && upstream == Mark.TERMINATED) return null;
        waiter = Mark.LEFT;
        return closeUpstream(false);
    }

    /** Cancels the upstream if nobody did and it is not over. {@return what its cancel threw, unless that is to be dropped} */
    private @Nullable Throwable closeUpstream(boolean drop) {
        Object handle;
        do {
            SchedulePoint.pass();
            handle = upstream;
            if (handle instanceof Mark) return null;
        } while (!UPSTREAM.compareAndSet(this, handle, Mark.CLOSED));
        if (handle == null) return null;
        try {
            cancelUpstream(handle);
            return null;
        } catch (Throwable failure) {
            if (!drop) return failure;
            drop(failure);
            return null;
        }
    }

    final void cancelGuarded(Object handle) {
        try {
            cancelUpstream(handle);
        } catch (Throwable failure) {
            drop(failure);
        }
    }

    private RuntimeException cancellation(@Nullable Scope scope, @Nullable Throwable fromCancel) {
        Cancellation c = scope == null ? null : scope.cancellation();
        RuntimeException thrown = scope != null && c != null ? scope.observed(c) : interrupted();
        if (fromCancel != null) thrown.addSuppressed(fromCancel);
        return thrown;
    }

    private static RuntimeException interrupted() {
        return Host.get().cancelled(null, new InterruptedException("interrupted while awaiting"));
    }
}
