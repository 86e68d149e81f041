package dev.weft.spi;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One await: subscribes to a source, parks the awaiting thread, and has exactly one outcome.
 *
 * <p>Three fields tell the whole story; each is changed by compare-and-set only:
 *
 * <ul>
 *   <li>{@code state}: null, then COMPLETE, CANCELLED (or a {@link LateFailures}, which says more) or the error. That
 *       step is the linearization point of the await: a signal that loses it is late, and goes to a hook. But a
 *       cancelled thread must still see the cancellation: it then cancels its source, and if the source has completed
 *       meanwhile, the await has succeeded.
 *   <li>{@code held}: null, then a value, then TAKEN. A value belongs to the thread that takes it out: the awaiter to
 *       return it, any other to discard it. So it is returned or discarded, never both.
 *   <li>{@code upstream}: the source's subscription, and what has become of it; {@link UpstreamCell} explains it.
 * </ul>
 *
 * <p>The awaiting thread itself cancels the source. Only while it is inside {@link #start}, and so cannot, does a
 * canceller have a separate thread cancel it: exactly then, {@code waiter} is null.
 *
 * <p>A cell is used once. After its outcome it refers to neither source nor subscription. The context stays unless the
 * source has completed, for the discard hook of values that are still in flight; it also stays after a failure, such as
 * the timeout of an operator.
 *
 * @param <T> the type of the value
 * @since 0.1
 */
public abstract class AwaitCell<T extends @Nullable Object> extends UpstreamCell {
    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<AwaitCell, @Nullable Object> STATE =
            AtomicReferenceFieldUpdater.newUpdater(AwaitCell.class, Object.class, "state");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<AwaitCell, @Nullable Object> HELD =
            AtomicReferenceFieldUpdater.newUpdater(AwaitCell.class, Object.class, "held");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<AwaitCell, @Nullable Object> WAITER =
            AtomicReferenceFieldUpdater.newUpdater(AwaitCell.class, Object.class, "waiter");

    private enum Mark {
        COMPLETE,
        CANCELLED,
        NULL,
        TAKEN,
        LEFT
    }

    private volatile @Nullable Object state;
    private volatile @Nullable Object held;

    /**
     * The parked thread, or what to run at the outcome; null before the awaiter parks, LEFT after it has gone on.
     * Written by the awaiter.
     */
    private volatile @Nullable Object waiter;

    /**
     * A cell that is not started.
     *
     * @param backend the backend whose hooks receive what comes too late
     */
    protected AwaitCell(Backend backend) {
        super(backend, null, null);
    }

    /** A cell for a source, not started. */
    AwaitCell(Backend backend, Object source) {
        super(backend, source, null);
    }

    /** Subscribes to the source. Called once. What it throws is the outcome, unless there is one already. */
    protected abstract void start() throws Exception;

    /** {@return the result if the source completed without a value: null, unless a subclass throws} */
    protected @Nullable T empty() {
        return null;
    }

    /**
     * Starts the cell and waits for its outcome, on the current thread: a coroutine, a plain virtual thread, or a
     * platform thread that may block. A value that won against a cancellation is returned.
     *
     * @return the value, or the result of {@link #empty}
     * @throws java.util.concurrent.CancellationException if the scope is cancelled, or a plain thread interrupted (its
     *     flag stays set)
     */
    public final @Nullable T await() {
        Scope scope = Scope.current();
        Suspension outer = null;
        if (scope == null) {
            enterPlain();
            Scope around = Scope.surrounding();
            if (around != null) carry(around.context());
        } else {
            scope.checkpoint();
            carry(scope.context());
            outer = scope.suspended();
            if (!scope.suspend(this)) {
                scope.resume(outer);
                throw scope.observed(Objects.requireNonNull(scope.cancellation()));
            }
        }
        if (scope == null) beginPlain();
        else begin();
        if (state == null) park(scope);
        if (scope != null) scope.resumeDecided(outer);
        return outcome(scope);
    }

    /** {@return whether the source keeps its value for others too, so that it is not ours to discard} */
    protected boolean isShared() {
        return false;
    }

    /**
     * Discards a value that lost against a cancellation or failure: passes it to the backend's discard hook, unless
     * overridden.
     */
    protected void discardValue(T value) {
        Reports.discard(backend(), carried(), value);
    }

    /** {@return the name of the awaiting operation in errors} */
    protected String operation() {
        return "await";
    }

    @Override
    public final boolean wakeForCancel(Cancellation c) {
        if (!settle(mark(LateFailures.of(c)))) return false;
        if (waiter != null) return true;
        abort();
        return false;
    }

    @Override
    public final boolean isParked() {
        return waiter != null && state == null;
    }

    @Override
    public WaitKind kind() {
        return WaitKind.SOURCE;
    }

    @Override
    public @Nullable String waitsFor() {
        return operation();
    }

    // --- signals, from a subclass

    /**
     * The source handed over its subscription. A subscription that comes after the cancellation is cancelled at once,
     * on this thread.
     *
     * @return false if it is not wanted, because it is too late or not the first
     */
    protected final boolean attach(Object subscription) {
        Object first = attachFirst(subscription);
        if (isClosed(first)) cancelGuarded(subscription);
        return first == null;
    }

    /**
     * The source gave its only value, or null for none, and has ended.
     *
     * @return false if there was an outcome already; then the value is still the caller's
     */
    protected final boolean succeed(@Nullable T value) {
        SchedulePoint.pass();
        if (!HELD.compareAndSet(this, null, value == null ? Mark.NULL : value)) return false;
        completedUpstream();
        return settle(Mark.COMPLETE) || hasSucceeded() || takeHeld() == null;
    }

    /**
     * The source failed, and has ended.
     *
     * @return false if there was an outcome already; then the failure is still the caller's
     */
    protected final boolean fail(Throwable failure) {
        terminated();
        return settle(failure);
    }

    /**
     * The source threw out of {@link #start}, and its library has reported that: it is the outcome, unless there is
     * one.
     */
    protected final void thrownAndReported(Throwable failure) {
        decide(failure);
    }

    // --- for SourceAwaitCell and DetachedTask

    /**
     * Starts a cell that has no awaiting thread; {@code done} runs once, at the outcome, on the thread that decides it.
     */
    final void startDetached(@Nullable Object context, Runnable done) {
        carry(context);
        if (state == null) begin();
        waiter = done;
        SchedulePoint.pass();
        if (state != null) wake();
    }

    /** Cancels a cell that has no awaiting thread. {@return false if there was an outcome already} */
    final boolean cancelDetached(@Nullable LateFailures aside) {
        if (!settle(mark(aside))) return false;
        if (waiter == null) abort();
        return true;
    }

    final boolean isDecided() {
        return state != null;
    }

    final @Nullable Throwable failure() {
        return state instanceof Throwable failure ? failure : null;
    }

    /** {@return whether the await has succeeded, with a value or empty; nothing that happens later changes that} */
    protected final boolean hasSucceeded() {
        return state == Mark.COMPLETE || isCancelled() && hasCompleted();
    }

    final boolean isCancelled() {
        return isCancelled(state);
    }

    private static boolean isCancelled(@Nullable Object decided) {
        return decided == Mark.CANCELLED || decided instanceof LateFailures;
    }

    private static Object mark(@Nullable LateFailures aside) {
        return aside == null ? Mark.CANCELLED : aside;
    }

    /** Decides the outcome before the source has ended, and so cancels the source: here, if the awaiter cannot. */
    final boolean decide(@Nullable Throwable failure) {
        boolean won = settle(failure == null ? Mark.COMPLETE : failure);
        if (waiter == null || failure != null && isCancelled())
            closeEarly(); // what it completes with after that is no result
        return won;
    }

    /** The source threw out of a call of ours: that is the outcome, or is dropped if there is a different one. */
    final void thrownBySource(Throwable failure) {
        if (!decide(failure) && state != failure) refused(failure);
    }

    /** {@return the value that has arrived and was not taken, or null} */
    final @Nullable Object held() {
        Object value = held;
        return value instanceof Mark ? null : value;
    }

    /**
     * Keeps a value until the awaiter takes it, to return or discard it. {@return false if there is one already, or the
     * awaiter has already looked}
     */
    final boolean hold(T value) {
        SchedulePoint.pass();
        return HELD.compareAndSet(this, null, value);
    }

    /** Keeps a value in place of the previous one, which is discarded. */
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

    /** Drops a failure that has come too late; after a cancellation it may only be an answer to it. */
    protected final void refused(Throwable failure) {
        if (state instanceof LateFailures aside) aside.take(failure, backend(), carried());
        else if (isCancelled()) late(failure);
        else drop(failure);
    }

    /**
     * {@return the result of a cell that has its outcome} Called by the awaiter, which throws here if there is none.
     */
    @SuppressWarnings("unchecked")
    final @Nullable T outcome(@Nullable Scope scope) {
        Object decided = state;
        boolean sourceHasEnded = isTerminated(upstream());
        Throwable fromCancel = leave();
        if (isCancelled(decided) && hasCompleted()) {
            decided = Mark.COMPLETE;
            if (scope != null) scope.interruptSelf(); // the canceller has only woken the thread here
        }
        Object value = takeHeld();
        if (decided == Mark.COMPLETE) {
            if (fromCancel != null) late(fromCancel);
            if (sourceHasEnded) carry(null);
            return value == null ? empty() : value == Mark.NULL ? null : (T) value;
        }
        discard(value);
        if (isCancelled(decided)) throw cancellation(scope, fromCancel);
        if (fromCancel != null) late(fromCancel);
        throw Failures.thrown((Throwable) Objects.requireNonNull(decided));
    }

    /** Cleans up a cell without an awaiting thread that was cancelled or has failed. */
    final void release() {
        discard(takeHeld());
        Throwable fromCancel = closeOrJoin();
        if (fromCancel != null) late(fromCancel);
    }

    private void beginPlain() {
        boolean outermost = Scope.enterCall();
        try {
            begin();
        } finally {
            if (outermost) Scope.leaveCall();
        }
    }

    private void enterPlain() {
        SchedulePoint.suspensionPoint();
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
        if (scope != null) scope.task().waits();
        SchedulePoint.pass();
        waiter = Thread.currentThread();
        SchedulePoint.pass();
        if (!Parking.untilWoken(this, scope)) settle(Mark.CANCELLED);
    }

    private void wake() {
        SchedulePoint.pass();
        Object w = waiter;
        if (w instanceof Thread thread) Parking.wake(thread);
        else if (w instanceof Runnable done && WAITER.compareAndSet(this, w, null)) done.run();
    }

    private @Nullable Object takeHeld() {
        SchedulePoint.pass();
        Object value = HELD.getAndSet(this, Mark.TAKEN);
        return value == Mark.TAKEN ? null : value;
    }

    /**
     * Ends the wait: no one needs the waiter where there is nothing left to cancel. {@return what cancelling the
     * upstream threw}
     */
    private @Nullable Throwable leave() {
        if (waiter == null && isTerminated(upstream())) return null;
        waiter = Mark.LEFT;
        return closeOrJoin();
    }

    private RuntimeException cancellation(@Nullable Scope scope, @Nullable Throwable fromCancel) {
        Cancellation c = scope == null ? null : scope.cancellation();
        RuntimeException thrown = scope != null && c != null ? scope.observed(c) : interrupted();
        if (fromCancel != null) thrown.addSuppressed(fromCancel);
        return thrown;
    }

    private static RuntimeException interrupted() {
        return Host.get().interrupted(new InterruptedException("interrupted while awaiting"));
    }
}
