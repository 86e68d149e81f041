package dev.weft.spi;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One subscription: the source until it is subscribed to, then the subscription that it gives, and the calls on that
 * subscription.
 *
 * <p>{@code upstream} is null, then the subscription, then COMPLETED (the source gave all that it had), TERMINATED (it
 * ended otherwise), CLOSED (we cancelled it) or an {@link Abort} (a separate thread cancels it). The thread that takes
 * the subscription out cancels it; so it is cancelled at most once, even if it comes late, and never after the source
 * has completed.
 *
 * <p>The calls on a subscription come one at a time (Reactive Streams 2.7). {@code asking} is the thread that is inside
 * a request, or null. A canceller on another thread leaves the cancel to it, as {@link Left}: it cancels when the
 * request has returned, or earlier if the source calls back from inside it. If the asking thread itself cancels, it
 * does so at once. Each side writes its own field before it reads the other's.
 */
abstract class UpstreamCell implements Suspension {
    private static final AtomicReferenceFieldUpdater<UpstreamCell, @Nullable Object> UPSTREAM =
            AtomicReferenceFieldUpdater.newUpdater(UpstreamCell.class, Object.class, "upstream");

    private static final AtomicReferenceFieldUpdater<UpstreamCell, @Nullable Object> ASKING =
            AtomicReferenceFieldUpdater.newUpdater(UpstreamCell.class, Object.class, "asking");

    /** The name of the threads that cancel for others. */
    static final String CANCELLER = "weft-cancel";

    private enum Mark {
        COMPLETED,
        TERMINATED,
        CLOSED
    }

    private final Backend backend;
    private @Nullable Object context;

    /** The source, or its class once it is subscribed to; written by the awaiter only. */
    private @Nullable Object source;

    private volatile @Nullable Object upstream;
    private volatile @Nullable Object asking;

    UpstreamCell(Backend backend, @Nullable Object source, @Nullable Object context) {
        this.backend = backend;
        this.source = source;
        this.context = context;
        if (source != null) SourceWatch.used(source);
    }

    /** Requests values from the subscription; for a source without demand, does nothing. */
    protected void request(Object subscription, long count) {}

    /** Cancels the subscription. Called at most once, and never while {@link #request} runs on another thread. */
    protected abstract void cancelUpstream(Object subscription);

    /** {@return whether {@code cancelUpstream} is known to neither block nor throw, so that a canceller may run it} */
    protected boolean isCancelQuick() {
        return false;
    }

    /** {@return the backend whose hooks receive what comes too late} */
    protected final Backend backend() {
        return backend;
    }

    /** {@return the context that this cell runs in, or null on a plain thread and after the outcome} */
    protected final @Nullable Object carried() {
        return context;
    }

    /** Replaces the neutral context by one of the library's own kind, for good. */
    protected final void carry(@Nullable Object own) {
        context = own;
    }

    /** Forgets the source. {@return the source} */
    final Object takeSource() {
        Object taken = Objects.requireNonNull(source);
        source = taken.getClass();
        return taken;
    }

    /**
     * As {@link #takeSource}, just before the subscription: on a virtual clock, signals of the source wait for the
     * current coroutine.
     */
    final Object sourceInStep() {
        VirtualTime.followCurrent(backend);
        return takeSource();
    }

    /**
     * Called at the end of each signal that may have woken a coroutine; on a virtual clock, waits for that coroutine.
     */
    protected final void keepStep() {
        VirtualTime.keepStep(backend);
    }

    /** {@return the name of the source in reports} */
    protected final String sourceName() {
        Class<?> type = source instanceof Class<?> forgotten ? forgotten : source == null ? null : source.getClass();
        if (type == null || type != source && !type.isHidden()) return String.valueOf(source);
        int lambda = type.isHidden() ? type.getName().indexOf("$$Lambda") : -1;
        return lambda < 0 ? type.getName() : "a lambda of " + type.getName().substring(0, lambda);
    }

    /** {@return what it waits for, with the operators of the source, as far as its library tells} */
    @Override
    public final String what() {
        String reported = Suspension.super.what();
        Object subscription = upstream;
        if (subscription == null || !isSubscription(subscription)) return reported;
        try {
            String operators = backend.describe(subscription);
            return operators == null ? reported : reported + ": " + operators;
        } catch (RuntimeException | LinkageError unknown) {
            return reported; // the library's own code, of any version, while it runs
        }
    }

    /** {@return whether the source is, or was, of this type} */
    protected final boolean isFrom(Class<?> type) {
        return source instanceof Class<?> forgotten ? type.isAssignableFrom(forgotten) : type.isInstance(source);
    }

    // --- what nobody receives

    final void drop(Throwable failure) {
        Reports.drop(backend, context, failure);
    }

    /** Reports a failure that may only be the answer to a cancel of ours. */
    final void late(Throwable failure) {
        Reports.late(backend, context, failure);
    }

    final void violation(String rule, String message) {
        Reports.violation(backend, context, new Violation(rule, sourceName(), message));
    }

    // --- the subscription

    final @Nullable Object upstream() {
        return upstream;
    }

    static boolean isSubscription(@Nullable Object upstream) {
        return upstream != null && !(upstream instanceof Mark) && !(upstream instanceof Abort);
    }

    static boolean isTerminated(@Nullable Object upstream) {
        return upstream == Mark.COMPLETED || upstream == Mark.TERMINATED;
    }

    /** {@return whether the source has completed, before it was cancelled} */
    final boolean hasCompleted() {
        return upstream == Mark.COMPLETED;
    }

    static boolean isClosed(@Nullable Object upstream) {
        return upstream == Mark.CLOSED || upstream instanceof Abort;
    }

    /** Keeps the subscription if it is the first. {@return null, or what is there instead} */
    final @Nullable Object attachFirst(Object subscription) {
        SchedulePoint.pass();
        return UPSTREAM.compareAndSet(this, null, subscription) ? null : upstream;
    }

    /**
     * The source replaced its subscription by one that only stands for a failure, which follows: the first one is
     * cancelled.
     *
     * @return false if there was none before, so that this is the subscription
     */
    protected final boolean supersede(Object subscription) {
        SchedulePoint.pass();
        Object first = upstream;
        if (first == null) return false;
        if (isSubscription(first) && UPSTREAM.compareAndSet(this, first, subscription)) cancelGuarded(first);
        return true;
    }

    /** Notes that the source has ended. {@return what the upstream was before} */
    final @Nullable Object terminated() {
        return over(Mark.TERMINATED);
    }

    /** Notes that the source has completed; its value has been kept before. {@return as {@link #terminated}} */
    final @Nullable Object completedUpstream() {
        return over(Mark.COMPLETED);
    }

    private @Nullable Object over(Mark how) {
        Object before;
        do {
            SchedulePoint.pass();
            before = upstream;
            if (before instanceof Abort abort) return abort.terminated();
            if (isTerminated(before)) return before;
        } while (!UPSTREAM.compareAndSet(this, before, before == Mark.CLOSED ? Mark.TERMINATED : how));
        return before;
    }

    /** Requests values, unless the subscription has been taken out. */
    final void ask(Object subscription, long count) {
        SchedulePoint.pass();
        asking = Thread.currentThread();
        SchedulePoint.pass();
        try {
            if (upstream == subscription) request(subscription, count);
        } finally {
            SchedulePoint.pass();
            if (ASKING.getAndSet(this, null) instanceof Left) cancelGuarded(subscription);
        }
    }

    /**
     * Called when the source signals although it is no longer wanted: it may be inside a request that only this cancel
     * ends.
     */
    final void cancelLeft() {
        if (asking instanceof Left left
                && left.asker() == Thread.currentThread()
                && ASKING.compareAndSet(this, left, left.asker())) cancelGuarded(left.subscription());
    }

    /**
     * Cancels the upstream, unless it is cancelled or over, or the cancel is left to the asking thread; and waits for a
     * thread that cancels it, if there is one. For the awaiting thread. Reports a cancel that takes long.
     *
     * @return what the cancel threw
     */
    final @Nullable Throwable closeOrJoin() {
        if (upstream instanceof Mark || isCancelQuick()) return close(true);
        long start = System.nanoTime();
        Throwable failure = close(true);
        long took = System.nanoTime() - start;
        if (took > Watchdog.slowNanos()) Reports.slowCancel(sourceName(), took);
        return failure;
    }

    /**
     * As {@link #closeOrJoin}, when the source is no longer wanted before the await is over: waits for no other thread.
     */
    final void closeEarly() {
        Throwable failure = close(false);
        if (failure != null) late(failure);
    }

    private @Nullable Throwable close(boolean join) {
        Object subscription;
        do {
            SchedulePoint.pass();
            subscription = upstream;
            if (subscription instanceof Mark) return null;
            if (subscription instanceof Abort abort) return join ? abort.join() : null;
        } while (!UPSTREAM.compareAndSet(this, subscription, Mark.CLOSED));
        if (subscription == null || leave(subscription)) return null;
        try {
            cancelUpstream(subscription);
            return null;
        } catch (Throwable failure) {
            return failure;
        }
    }

    /**
     * As {@link #closeEarly}, for a canceller, which must not be held up: a separate thread cancels, and the awaiting
     * thread waits for it.
     */
    final void abort() {
        if (isCancelQuick()) {
            closeEarly();
            return;
        }
        for (; ; ) {
            SchedulePoint.pass();
            Object subscription = upstream;
            if (subscription instanceof Mark || subscription instanceof Abort) return;
            if (subscription == null) {
                if (UPSTREAM.compareAndSet(this, null, Mark.CLOSED)) return;
                continue;
            }
            var abort = new Abort(this, subscription);
            if (!UPSTREAM.compareAndSet(this, subscription, abort)) continue;
            if (leave(subscription)) abort.over();
            else if (asking == Thread.currentThread()) abort.run();
            else inAThread(abort);
            return;
        }
    }

    /**
     * Closes the upstream if nothing has to be called that might block. {@return whether it is closed, or may be closed
     * at once}
     */
    final boolean isClosedAtOnce() {
        if (isCancelQuick()) return true;
        SchedulePoint.pass();
        return upstream instanceof Mark || UPSTREAM.compareAndSet(this, null, Mark.CLOSED) || upstream instanceof Mark;
    }

    /**
     * Runs an action that may block, such as a cancel, on a thread of its own, so that the caller does not wait for it.
     */
    public static void inAThread(Runnable action) {
        Thread thread;
        try {
            thread = SchedulePoint.thread(CANCELLER, action);
            thread.start();
        } catch (Throwable noThread) {
            action.run();
        }
    }

    final void cancelGuarded(Object subscription) {
        try {
            cancelUpstream(subscription);
        } catch (Throwable failure) {
            late(failure);
        }
    }

    /**
     * Leaves the cancel of a subscription that was taken out to the thread that is asking. {@return false if no other
     * thread asks}
     */
    private boolean leave(Object subscription) {
        SchedulePoint.pass();
        Object asker = asking;
        if (!(asker instanceof Thread thread) || thread == Thread.currentThread()) return false;
        SchedulePoint.pass();
        return ASKING.compareAndSet(this, thread, new Left(thread, subscription));
    }

    /** A cancel that is left to the asking thread. */
    private record Left(Thread asker, Object subscription) {}

    /** A cancel on a thread of its own, since it may block. */
    static final class Abort implements Runnable {
        private static final AtomicReferenceFieldUpdater<Abort, @Nullable Object> WAITER =
                AtomicReferenceFieldUpdater.newUpdater(Abort.class, Object.class, "waiter");
        private static final Object OVER = new Object();

        private final UpstreamCell cell;
        private final Object subscription;
        private @Nullable Throwable failure;
        private volatile @Nullable Object waiter;

        /** Whether the source has ended; written and read by its signals. */
        private volatile boolean terminated;

        Abort(UpstreamCell cell, Object subscription) {
            this.cell = cell;
            this.subscription = subscription;
        }

        @Override
        public void run() {
            try {
                cell.cancelUpstream(subscription);
            } catch (Throwable thrown) {
                failure = thrown;
            }
            over();
        }

        String waitsFor() {
            return "the end of cancel() of " + cell.sourceName();
        }

        void over() {
            SchedulePoint.pass();
            if (WAITER.getAndSet(this, OVER) instanceof Thread thread) LockSupport.unpark(thread);
        }

        Object terminated() {
            boolean before = terminated;
            terminated = true;
            return before ? Mark.TERMINATED : Mark.CLOSED;
        }

        /** Waits for the end of the cancel, however long it takes. {@return what the cancel threw} */
        @Nullable
        Throwable join() {
            SchedulePoint.pass();
            boolean interrupted = false;
            if (WAITER.compareAndSet(this, null, Thread.currentThread())) {
                while (waiter != OVER) {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
            }
            if (interrupted) Thread.currentThread().interrupt();
            Throwable thrown = failure;
            failure = null;
            return thrown;
        }
    }
}
