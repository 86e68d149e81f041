package dev.weft.spi;

import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An iteration over a source by one thread, with bounded demand: a buffer with one producer and one consumer.
 *
 * <p>At most {@code prefetch} values are in flight; when three quarters are consumed, the consumer's thread requests as
 * many again. From a source without demand, the buffer takes what it can. The producer never locks: it adds its value,
 * then checks whether the consumer waits or has left. All values that arrived before a terminal signal are seen before
 * it.
 *
 * <p>The first request is made by the thread that calls {@code onSubscribe}. While that request is running on another
 * thread, the consumer keeps the next one back, so that a source never has two requests at the same time (rule 2.7):
 *
 * <table>
 * <caption>Who requests</caption>
 * <tr><th>{@code asked}</th><th>{@code owing}</th><th>the consumer, which has a batch to request</th>
 *   <th>the thread of the first request, when it returns</th></tr>
 * <tr><td>false</td><td>false</td><td>sets {@code owing}, looks again, and parks</td>
 *   <td>sets {@code asked}, wakes no one</td></tr>
 * <tr><td>false</td><td>true</td><td>is parked, or about to look again</td>
 *   <td>sets {@code asked}, then wakes it</td></tr>
 * <tr><td>true</td><td>either</td><td>requests</td><td>has gone</td></tr>
 * </table>
 *
 * <p>A canceller finds the consumer in one of three places:
 *
 * <table>
 * <caption>Who cancels the source</caption>
 * <tr><th>{@code waiter}</th><th>{@code calling}</th><th>the thread</th><th>the canceller</th></tr>
 * <tr><td>set</td><td>false</td><td>is parked</td><td>wakes it; it cancels the source when it leaves</td></tr>
 * <tr><td>null</td><td>true</td><td>subscribes or requests, in code of the source that may block</td>
 *   <td>has a separate thread cancel the source, and interrupts; {@code terminal} is CANCELLED</td></tr>
 * <tr><td>null</td><td>false</td><td>is in the body of the loop, or just woken</td>
 *   <td>interrupts; the next {@code hasNext} throws and cancels the source</td></tr>
 * </table>
 *
 * <p>The thread that removes a value from the buffer owns it. The consumer removes values to return them, and after
 * {@code closed} to discard them. A producer that finds {@code closed} after adding a value removes what is there, to
 * discard it. Each writes first and then reads what the other wrote, so no value is left in the buffer.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public abstract class IterationCell<T> extends UpstreamCell implements AutoCloseable {
    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<IterationCell, @Nullable Object> TERMINAL =
            AtomicReferenceFieldUpdater.newUpdater(IterationCell.class, Object.class, "terminal");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<IterationCell, @Nullable Thread> WAITER =
            AtomicReferenceFieldUpdater.newUpdater(IterationCell.class, Thread.class, "waiter");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<IterationCell> LEFT =
            AtomicIntegerFieldUpdater.newUpdater(IterationCell.class, "left");

    private static final String CHOICE =
            ", which come faster than they are taken: choose dropOldest(n), dropNewest(n), latest(), unbounded() or more of them";
    private static final String BUFFERED =
            ", which breaks rule 1.1: put an operator after it that requests no more than it passes on, as onBackpressureBuffer()";

    private enum Mark {
        COMPLETE,
        CANCELLED
    }

    private final BufferPolicy buffering;
    private final int batch;

    /** Whether a value is requested only when the consumer waits for it. */
    private final boolean lockStep;

    private final Buffer<T> buffer;
    private @Nullable Scope openedIn;

    /** The consumer and its coroutine; null when the iteration is over. */
    private @Nullable Thread owner = Thread.currentThread();

    private @Nullable CoroutineTask<?> task = CoroutineTask.current();

    private volatile @Nullable Object terminal;
    private volatile @Nullable Thread waiter;
    private volatile boolean closed;

    /**
     * What becomes of failures after the end that are not worth a report of their own; written by the canceller or the
     * leaving consumer, before {@code terminal} or {@code closed}.
     */
    private @Nullable LateFailures aside;

    /**
     * Whether the iteration is being ended: by the consumer, or on behalf of the garbage collector; the thread that
     * changes it ends it.
     */
    private volatile int left;

    /**
     * Whether the consumer is inside code of the source, and so cannot cancel the upstream itself; written by the
     * consumer.
     */
    private volatile boolean calling;

    /** Whether the first request has returned; written by the thread that makes it. */
    private volatile boolean asked;

    /** Whether the consumer has kept a request back because the first had not returned; written by the consumer. */
    private volatile boolean owing;

    /**
     * How many consumed values have not been requested again. Written and read by the consumer only, like all fields
     * below.
     */
    private int unrequested;

    private @Nullable Suspension around;
    private @Nullable T next;
    private boolean ended;
    private @Nullable Throwable failure;

    @Nullable
    IterationCell<?> nextOpened;

    @Nullable
    IterationCell<?> previousOpened;

    /**
     * A cell that is not started; the current thread is its consumer.
     *
     * @param backend the backend whose hooks receive what is left over
     * @param prefetch how many values may be in flight; with 0, one is requested when the consumer waits for it
     * @param source the source
     * @throws IllegalArgumentException if prefetch is less than 0
     */
    protected IterationCell(Backend backend, int prefetch, Object source) {
        this(backend, BufferPolicy.requested(prefetch), prefetch == 0, source);
    }

    /**
     * A cell that is not started; the current thread is its consumer.
     *
     * @param backend the backend whose hooks receive what is left over
     * @param buffering how many values to keep of a source without demand, and what to do with more
     * @param source the source
     */
    protected IterationCell(Backend backend, BufferPolicy buffering, Object source) {
        this(backend, buffering, false, source);
    }

    private IterationCell(Backend backend, BufferPolicy buffering, boolean lockStep, Object source) {
        super(backend, source, context());
        int capacity = buffering.capacity();
        this.buffering = buffering;
        this.lockStep = lockStep;
        this.unrequested = lockStep ? capacity : 0;
        this.batch = Math.max(1, capacity - (capacity >> 2));
        this.buffer = Buffer.of(buffering);
    }

    private static @Nullable Object context() {
        Scope scope = Scope.surrounding();
        return scope == null ? null : scope.context();
    }

    /**
     * Subscribes to the source. Called once; the cell has forgotten the source by then. What it throws ends the
     * iteration.
     */
    protected abstract void subscribe(Object source) throws Exception;

    /**
     * Subscribes, on the current thread, which must be the one that made the cell. Inside a coroutine, the iteration is
     * closed at the latest with the innermost scope.
     */
    public final void open() {
        Scope scope = Scope.current();
        if (scope != null) scope.checkpoint();
        else enterPlain();
        if (scope != null) {
            openedIn = scope;
            scope.opened(this);
        }
        if (enterSource()) {
            boolean outermost = scope == null && Scope.enterCall();
            try {
                subscribe(sourceInStep());
            } catch (Throwable thrown) {
                thrownBySource(thrown);
            } finally {
                if (outermost) Scope.leaveCall();
            }
        }
        leaveSource();
    }

    /**
     * Waits for the next value or the end. A suspension point.
     *
     * @return false at the end
     * @throws java.util.concurrent.CancellationException if the coroutine is cancelled; then the iteration is over, its
     *     upstream is cancelled, the queued values are discarded, and every later call throws the same exception
     */
    public final boolean hasNext() {
        requireOwner("iterated");
        if (next != null) return true;
        if (ended) return over();
        checkpoint();
        return poll() || waitForNext(true, null);
    }

    /**
     * As {@link #hasNext}, but waits for a limited time, on the clock of the backend that is selected here.
     *
     * @param nanos how many nanoseconds; with zero or less, it asks the source, if that has not been done, and looks
     * @return false if neither a value nor the end has come in time; the iteration goes on. Else true, and
     *     {@link #hasNext} returns at once
     */
    public final boolean hasNextWithin(long nanos) {
        requireOwner("iterated");
        if (next != null || ended) return true;
        checkpoint();
        if (poll()) return true;
        var limit = new Limit(nanos);
        try {
            return waitForNext(true, limit) || ended;
        } finally {
            limit.cancel();
        }
    }

    /**
     * As {@link #hasNext}, but leaves the value in the buffer until the next call; a newer one may replace it there.
     */
    public final boolean awaitNext() {
        requireOwner("iterated");
        if (next != null) return true;
        if (ended) return over();
        checkpoint();
        return !buffer.isEmpty() || waitForNext(false, null);
    }

    /**
     * {@return the next value, waiting for it if necessary}
     *
     * @throws NoSuchElementException after the end
     */
    public final T next() {
        if (!hasNext()) throw new NoSuchElementException("the source has ended");
        T value = next;
        next = null;
        if (value == null) throw new NoSuchElementException("the source has ended");
        return value;
    }

    /** Leaves the iteration: cancels the upstream, once, if it has not ended, and discards the queued values. */
    @Override
    public final void close() {
        requireOwner("closed");
        Throwable fromCancel = leave(null);
        if (fromCancel != null) throw Failures.thrown(fromCancel);
    }

    /** {@return whether it is over, so that its scope need not keep it} */
    final boolean isLeft() {
        return left != 0;
    }

    /** Leaves the iteration when its scope ends; drops what cancel throws. */
    final void closeWithScope() {
        Throwable fromCancel = leave(
                terminal == Mark.COMPLETE && buffer.isEmpty()
                        ? null
                        : new IllegalStateException("the scope in which this iteration was opened has been left"));
        if (fromCancel != null) late(fromCancel);
    }

    /**
     * Ends an iteration that can no longer be used or closed, since nothing refers to its iterator any more; its scope
     * may end at the same time. Does nothing if the iteration is over. Reports nothing if the source has ended and no
     * values are left. It works on a thread of its own: a cancel may block, and the caller has one thread for all
     * iterations.
     *
     * @param leak gives the failure to report
     */
    public final void abandon(Supplier<? extends Throwable> leak) {
        if (ended || !claim()) return;
        inAThread(() -> endAbandoned(leak));
    }

    private void endAbandoned(Supplier<? extends Throwable> leak) {
        boolean leaks = terminal != Mark.COMPLETE || next != null || !buffer.isEmpty();
        Throwable report = leaks ? leak.get() : null;
        Throwable fromCancel = letGo(report);
        if (report != null) drop(report);
        if (fromCancel != null) late(fromCancel);
    }

    @Override
    public final boolean wakeForCancel(Cancellation c) {
        if (wake()) return true;
        if (!calling) return false;
        aside = LateFailures.of(c);
        if (TERMINAL.compareAndSet(this, null, Mark.CANCELLED)) abort();
        return false;
    }

    @Override
    public final boolean isParked() {
        return waiter != null;
    }

    @Override
    public final WaitKind kind() {
        return WaitKind.VALUE;
    }

    @Override
    public final String waitsFor() {
        String which = "the next value of " + sourceName() + ", which ";
        if (upstream() == null) return which + "has never called onSubscribe";
        return which
                + (buffering.whenFull() == BufferPolicy.WhenFull.REQUESTED
                        ? "has not given those that were requested"
                        : "has given no more");
    }

    /** {@return whether the source has neither ended nor been left, so that it may hold what others wait for} */
    final boolean holdsSource() {
        return isSubscription(upstream());
    }

    // --- signals, from a subclass

    /** The source's first signal: its subscription. */
    protected final void subscribed(@Nullable Object subscription) {
        if (subscription == null) throw nullSignal("onSubscribe");
        Object first = attachFirst(subscription);
        if (first != null) {
            if (first == subscription) {
                violation("2.5", "onSubscribe twice with the same subscription");
                return;
            }
            if (!isClosed(first)) violation("2.5", "onSubscribe twice");
            cancelGuarded(subscription);
            return;
        }
        try {
            if (!lockStep) ask(subscription, buffering.capacity());
        } catch (Throwable thrown) {
            thrownBySource(thrown);
        }
        asked = true;
        SchedulePoint.pass();
        if (owing) wake();
    }

    /**
     * The source threw out of {@link #subscribe}, and its library has reported that: this ends the iteration, unless it
     * has ended.
     */
    protected final void thrownAndReported(Throwable thrown) {
        closeEarly();
        end(thrown);
    }

    /** A value. */
    protected final void value(@Nullable T value) {
        if (value == null) throw nullSignal("onNext");
        Object subscription = upstream();
        if (subscription == null) {
            violation("1.9", "onNext before onSubscribe");
            discard(value);
            end(new IllegalStateException("onNext before onSubscribe (rule 1.9) from " + sourceName()));
        } else if (isTerminated(subscription)) {
            violation("1.7", "onNext after a terminal signal");
            discard(value);
        } else if (closed || terminal != null) {
            discard(value);
            cancelLeft();
        } else {
            offer(value);
        }
        keepStep();
    }

    /** The source completed. */
    protected final void completed() {
        if (terminated("onComplete")) end(Mark.COMPLETE);
        keepStep();
    }

    /** The source failed. */
    protected final void failed(@Nullable Throwable thrown) {
        if (thrown == null) throw nullSignal("onError");
        if (!terminated("onError")) drop(thrown);
        else if (closed || !end(thrown)) refused(thrown);
        keepStep();
    }

    private boolean terminated(String signal) {
        Object before = super.terminated();
        if (isTerminated(before)) violation("1.7", signal + " after a terminal signal");
        if (before == null) violation("1.9", signal + " before onSubscribe");
        return !isTerminated(before);
    }

    private void offer(T value) {
        switch (buffer.offer(value, this::discard)) {
            case ADDED -> added();
            case FULL -> full(value);
            case BUSY -> {
                violation("1.3", "onNext from two threads at once");
                discard(value);
            }
        }
    }

    private void added() {
        SchedulePoint.pass();
        if (closed) buffer.drain(this::discard);
        else wake();
    }

    private void full(T value) {
        discard(value);
        if (buffering.whenFull() == BufferPolicy.WhenFull.DROP_NEWEST) return;
        boolean breach = buffering.whenFull() == BufferPolicy.WhenFull.REQUESTED;
        if (breach) violation("1.1", "more values than requested");
        closeEarly();
        if (buffering.whenFull() == BufferPolicy.WhenFull.END) end(Mark.COMPLETE);
        else
            end(Host.get()
                    .overflow("more than the " + buffering.capacity()
                            + (breach ? " requested values from " : " values kept from ") + sourceName()
                            + (breach ? BUFFERED : CHOICE)));
    }

    private boolean end(Object outcome) {
        SchedulePoint.pass();
        boolean first = TERMINAL.compareAndSet(this, null, outcome);
        wake();
        return first;
    }

    private boolean wake() {
        SchedulePoint.pass();
        Thread waiting = waiter;
        if (waiting == null || !WAITER.compareAndSet(this, waiting, null)) return false;
        Parking.wake(waiting);
        return true;
    }

    // --- the consumer

    private void requireOwner(String verb) {
        if (ended || Thread.currentThread() == owner) return;
        throw new IllegalStateException(verb + " from another thread: a loop belongs to the coroutine that opened it;"
                + " hand its values over, or use mapConcurrent");
    }

    private boolean poll() {
        T value = buffer.poll();
        if (value == null) return false;
        next = value;
        if (++unrequested >= batch && !lockStep && mayRequest()) replenish();
        return true;
    }

    /** False while the first request is running; the thread that makes it then wakes the consumer. */
    private boolean mayRequest() {
        if (asked) return true;
        owing = true;
        SchedulePoint.pass();
        return asked;
    }

    private void replenish() {
        int count = unrequested;
        unrequested = 0;
        Object subscription = upstream();
        if (subscription == null || !isSubscription(subscription)) return;
        if (enterSource()) {
            try {
                ask(subscription, count);
            } catch (Throwable thrown) {
                thrownBySource(thrown);
            }
        }
        leaveSource();
    }

    /** False if the scope is cancelled; then the iteration is over and the source must not be called. */
    private boolean enterSource() {
        calling = true;
        Scope scope = scope();
        around = scope == null ? null : scope.suspended();
        if (scope == null || scope.suspend(this)) return true;
        wakeForCancel(Objects.requireNonNull(scope.cancellation()));
        return false;
    }

    private void leaveSource() {
        calling = false;
        Suspension outer = around;
        around = null;
        Scope scope = scope();
        if (scope != null) scope.resume(outer);
    }

    /** The source threw out of a call of ours: that ends the iteration, or is dropped if a different outcome has. */
    private void thrownBySource(Throwable thrown) {
        closeEarly();
        if (!end(thrown) && terminal != thrown) refused(thrown);
    }

    /** A failure after the end: if we have cancelled, it may only be an answer to the cancel. */
    private void refused(Throwable thrown) {
        boolean cancelled = closed || terminal == Mark.CANCELLED;
        if (cancelled && aside != null) aside.take(thrown, backend(), carried());
        else if (cancelled) late(thrown);
        else drop(thrown);
    }

    /**
     * Waits for a value, the end or the limit, in this order if several have come. A value that won against a
     * cancellation is returned.
     */
    private boolean waitForNext(boolean take, @Nullable Limit limit) {
        for (; ; ) {
            boolean over = terminal != null;
            if (take ? poll() : !buffer.isEmpty()) return true;
            if (over) {
                finish();
                return false;
            }
            throwIfCancelled();
            if (unrequested >= batch && mayRequest()) replenish();
            else if (limit != null && limit.passed) return false;
            else park(limit);
        }
    }

    private void park(@Nullable Limit limit) {
        Scope scope = scope();
        Suspension outer = scope == null ? null : scope.suspended();
        if (scope != null) scope.task().waits();
        SchedulePoint.pass();
        waiter = Thread.currentThread();
        SchedulePoint.pass();
        boolean wait = terminal == null && buffer.isEmpty() && (unrequested < batch || !asked);
        if (limit != null) wait &= !limit.passed;
        if (wait && (scope == null || scope.suspend(this))) Parking.untilWoken(this, scope);
        waiter = null;
        if (scope == null) return;
        scope.resume(outer);
        scope.task()
                .redeliver(scope); // a canceller that has woken this did not interrupt; a value may be here, and win
    }

    /**
     * The limit of one wait. The timer's thread writes {@code passed}, then looks for the waiter; the consumer does it
     * the other way round. A wake that comes after its wait is one more look in a later one.
     */
    private final class Limit {
        volatile boolean passed;
        private Timer.@Nullable Entry entry;

        Limit(long nanos) {
            Scope scope = scope();
            passed = nanos <= 0;
            if (!passed && nanos != Long.MAX_VALUE)
                entry = VirtualTime.schedule(scope == null ? backend() : scope.backend(), nanos, this::pass);
        }

        private void pass() {
            passed = true;
            wake();
        }

        void cancel() {
            if (entry != null) entry.cancel();
        }
    }

    /** {@return the innermost scope of the consumer's coroutine, or null if it has none} */
    private @Nullable Scope scope() {
        if (task == null) return null;
        Scope top = task.top();
        if (top == null) throw new IllegalStateException("iterated in the code of a subscriber");
        return top;
    }

    private static void enterPlain() {
        SchedulePoint.suspensionPoint();
        Host.get().requireMayBlock("each");
        if (Thread.currentThread().isInterrupted())
            throw Host.get().interrupted(new InterruptedException("interrupted before iterating"));
    }

    private void checkpoint() {
        Scope scope = scope();
        if (scope == null) {
            throwIfCancelled();
            return;
        }
        try {
            scope.checkpoint();
        } catch (Throwable cancelled) {
            throw leaveWith(cancelled);
        }
    }

    private void throwIfCancelled() {
        Scope scope = scope();
        if (scope == null) {
            if (Thread.currentThread().isInterrupted())
                throw leaveWith(Host.get().interrupted(new InterruptedException("interrupted while iterating")));
            return;
        }
        Cancellation c = scope.cancellation();
        if (c != null) throw leaveWith(scope.observed(c));
    }

    private RuntimeException leaveWith(Throwable cancelled) {
        Throwable fromCancel = leave(cancelled);
        if (fromCancel != null) cancelled.addSuppressed(fromCancel);
        return Failures.sneak(cancelled);
    }

    private void finish() {
        Object outcome = terminal;
        Throwable thrown = outcome == Mark.CANCELLED ? Host.get().interrupted(null) : null;
        Throwable fromCancel = leave(outcome instanceof Throwable t ? t : thrown);
        if (fromCancel != null) late(fromCancel);
        if (failure != null) throw Failures.thrown(failure);
    }

    private boolean over() {
        if (failure != null) throw Failures.thrown(failure);
        return false;
    }

    private @Nullable Throwable leave(@Nullable Throwable with) {
        if (ended || !claim()) return null;
        if (openedIn != null) openedIn.closed(this);
        return letGo(with);
    }

    private boolean claim() {
        SchedulePoint.pass();
        return LEFT.compareAndSet(this, 0, 1);
    }

    private @Nullable Throwable letGo(@Nullable Throwable with) {
        ended = true;
        failure = with;
        openedIn = null;
        owner = null;
        task = null;
        Scope here = Scope.current();
        Cancellation c = here == null ? null : here.cancellation();
        if (c != null) aside = LateFailures.of(c);
        closed = true;
        Throwable fromCancel = closeOrJoin();
        discard(next);
        next = null;
        buffer.drain(this::discard);
        Object unread = TERMINAL.getAndSet(this, Mark.COMPLETE);
        if (unread instanceof Throwable unseen && unseen != with) leaveUnread(unseen, c);
        if (isTerminated(upstream())) carry(null); // else the hook of values in flight needs it
        return fromCancel;
    }

    /** An end that the loop has not seen. After a cancellation, one that only echoes it is not reported. */
    private void leaveUnread(Throwable unseen, @Nullable Cancellation c) {
        if (aside != null) aside.take(unseen, backend(), carried());
        else if (c != null && Failures.isEcho(unseen)) Reports.echo(unseen);
        else drop(unseen);
    }

    private void discard(@Nullable Object value) {
        Reports.discard(backend(), carried(), value);
    }

    private NullPointerException nullSignal(String signal) {
        violation("2.13", signal + "(null)");
        var thrown = new NullPointerException(signal + "(null) from " + sourceName() + " (rule 2.13)");
        closeEarly();
        end(thrown);
        return thrown;
    }
}
