package dev.weft.spi;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One subscription: the source, until it is subscribed to, then the subscription that it gives, and the calls on that.
 *
 * <p>{@code upstream} is null, then the subscription, then COMPLETED (the source gave all that it had), TERMINATED (it ended otherwise),
 * CLOSED (we cancelled it) or an {@link Abort} (a thread does). Whoever takes the subscription out cancels it; so it is cancelled at most
 * once, also when it comes late, and one that has completed never.
 *
 * <p>The calls on a subscription come one at a time (Reactive Streams 2.7). {@code asking} is the thread that is inside a request, or null.
 * Whoever has to cancel meanwhile leaves that to it, as {@link Left}, and it cancels when the request has returned, or when the source
 * calls it back before; it need not be left where that thread cancels itself. Each side writes its own field before it reads the
 * other's.
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

    /** The source, or behind the subscription its class; the awaiter's own. */
    private @Nullable Object source;

    private volatile @Nullable Object upstream;
    private volatile @Nullable Object asking;

    UpstreamCell(Backend backend, @Nullable Object source, @Nullable Object context) {
        this.backend = backend;
        this.source = source;
        this.context = context;
    }

    /** Requests values from the subscription; for a source without demand, does nothing. */
    protected void request(Object subscription, long count) {}

    /** Cancels the source's subscription. Called at most once, never while {@link #request} runs on another thread. */
    protected abstract void cancelUpstream(Object subscription);

    /** {@return whether that neither blocks nor throws, as code of our own, so that a canceller may run it} */
    protected boolean isCancelQuick() {
        return false;
    }

    /** {@return the backend whose hooks take what comes too late} */
    protected final Backend backend() {
        return backend;
    }

    /** {@return the context that this runs in, or null on a plain thread and after the outcome} */
    protected final @Nullable Object carried() {
        return context;
    }

    /** Puts a context of the library's own kind in the place of a neutral one, for the rest of the time. */
    protected final void carry(@Nullable Object own) {
        context = own;
    }

    /** {@return the source, which is forgotten} */
    final Object takeSource() {
        Object taken = Objects.requireNonNull(source);
        source = taken.getClass();
        return taken;
    }

    /** {@return as {@link #takeSource}, which is subscribed to next} On a virtual clock its signals wait for the current coroutine. */
    final Object sourceInStep() {
        VirtualTime.followCurrent(backend);
        return takeSource();
    }

    /** Ends each signal that may have woken somebody. */
    final void keepStep() {
        VirtualTime.keepStep(backend);
    }

    /** {@return what the source is called in reports} */
    final String sourceName() {
        return source instanceof Class<?> type ? type.getName() : String.valueOf(source);
    }

    // --- what nobody receives

    final void drop(Throwable failure) {
        Reports.drop(backend, context, failure);
    }

    /** A failure that may be no more than the answer to a cancel of ours. */
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

    /** {@return whether the source has completed, and before anybody cancelled it} */
    final boolean hasCompleted() {
        return upstream == Mark.COMPLETED;
    }

    static boolean isClosed(@Nullable Object upstream) {
        return upstream == Mark.CLOSED || upstream instanceof Abort;
    }

    /** Takes the subscription if there was none. {@return null, or what is there instead} */
    final @Nullable Object attachFirst(Object subscription) {
        SchedulePoint.pass();
        return UPSTREAM.compareAndSet(this, null, subscription) ? null : upstream;
    }

    /**
     * The source gave up its subscription for one that only stands for a failure, which follows: the first is cancelled.
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

    /** Notes that the source is over. {@return what the upstream was before} */
    final @Nullable Object terminated() {
        return over(Mark.TERMINATED);
    }

    /** Notes that the source has completed; its value is kept by now. {@return as {@link #terminated}} */
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

    /** Requests values, unless the subscription is not wanted any more. */
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

    /** Called where the source calls back while nothing is wanted of it any more: it may be inside a request that only this ends. */
    final void cancelLeft() {
        if (asking instanceof Left left
                && left.asker() == Thread.currentThread()
                && ASKING.compareAndSet(this, left, left.asker())) cancelGuarded(left.subscription());
    }

    /**
     * Cancels the upstream, unless it is cancelled or over, or that is left to the thread which is asking; and waits for a thread that
     * cancels, if there is one. For the one that awaits. If it takes long, that is reported.
     *
     * @return what its cancel threw
     */
    final @Nullable Throwable closeOrJoin() {
        if (upstream instanceof Mark || isCancelQuick()) return close(true);
        long start = System.nanoTime();
        Throwable failure = close(true);
        long took = System.nanoTime() - start;
        if (took > Watchdog.slowNanos()) Reports.slowCancel(sourceName(), took);
        return failure;
    }

    /** As {@link #closeOrJoin}, where the source is not wanted any more before the wait is over: it waits for no other thread. */
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

    /** As {@link #closeEarly}, for a canceller, which it does not hold up: a thread does it, and the one that awaits waits for that. */
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

    /** Closes the upstream if that calls nobody who might block. {@return whether it is closed} */
    final boolean isClosedAtOnce() {
        if (isCancelQuick()) return true;
        SchedulePoint.pass();
        return upstream instanceof Mark || UPSTREAM.compareAndSet(this, null, Mark.CLOSED) || upstream instanceof Mark;
    }

    /** Runs something that may block, such as a cancel, for threads that do not wait for it, on one of its own. */
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

    /** Leaves the cancel of a subscription that was taken out to a thread that is just asking. {@return false if there is no other} */
    private boolean leave(Object subscription) {
        SchedulePoint.pass();
        Object asker = asking;
        if (!(asker instanceof Thread thread) || thread == Thread.currentThread()) return false;
        SchedulePoint.pass();
        return ASKING.compareAndSet(this, thread, new Left(thread, subscription));
    }

    /** A cancel that is left to the thread which is asking. */
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

        /** Waits for its end, for as long as that takes. {@return what the cancel threw} */
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
