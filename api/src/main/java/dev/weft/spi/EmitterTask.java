package dev.weft.spi;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A generator: a coroutine that emits values to a subscriber and suspends while none is requested.
 *
 * <p>Demand is one number that grows only by {@link #request} and shrinks only by {@link #emit}. It saturates at
 * {@link Long#MAX_VALUE}, and then stays there. A value reaches the subscriber on the coroutine's thread, inside
 * {@code emit}.
 *
 * @param <T> the type of the values
 * @param <S> the type of the subscriber
 * @since 0.1
 */
public abstract class EmitterTask<T, S> extends SubscriberTask<@Nullable Object, S> implements Suspension {
    private static final String SUBSCRIBER_FAILED = "a failure of its subscriber";

    @SuppressWarnings("rawtypes")
    private static final AtomicLongFieldUpdater<EmitterTask> REQUESTED =
            AtomicLongFieldUpdater.newUpdater(EmitterTask.class, "requested");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<EmitterTask, @Nullable Thread> WAITER =
            AtomicReferenceFieldUpdater.newUpdater(EmitterTask.class, Thread.class, "waiter");

    private volatile long requested;
    private volatile @Nullable Thread waiter;

    /** Null until other coroutines than the generator may emit; written by the generator before it starts them. */
    private @Nullable TicketLock tickets;

    /**
     * A generator that is not started yet.
     *
     * @param downstream the subscriber
     * @param backend the backend selected inside
     * @param context the context inside
     * @param options what else its builder was told about it
     */
    protected EmitterTask(S downstream, Backend backend, Object context, CoroutineOptions options) {
        super(downstream, backend, context, options);
    }

    @Override
    final @Nullable Object invoke() throws Exception {
        generate();
        return null;
    }

    /** Generates the values by calling {@link #emit}; on the coroutine's thread. */
    protected abstract void generate() throws Exception;

    /** {@return the name of the builder in errors} */
    protected String builder() {
        return "stream";
    }

    /** Hands a value to the subscriber; on the coroutine's thread. */
    protected abstract void next(S subscriber, T value);

    /** Signals to the subscriber that the stream is complete; on the coroutine's thread. */
    protected abstract void complete(S subscriber);

    /**
     * Requests more values. Never blocks, never calls the subscriber.
     *
     * @param count how many; fewer than 1 ends the stream with an {@link IllegalArgumentException} (Reactive Streams
     *     3.9)
     */
    public void request(long count) {
        if (count <= 0) {
            refuse(count);
            return;
        }
        add(count);
        VirtualTime.keepStep(backend());
    }

    private void add(long count) {
        for (; ; ) {
            SchedulePoint.pass();
            long before = requested;
            if (before == Long.MAX_VALUE) return;
            long sum = before + count;
            if (!REQUESTED.compareAndSet(this, before, sum < 0 ? Long.MAX_VALUE : sum)) continue;
            if (before == 0) wake();
            return;
        }
    }

    /** From now on, lets coroutines inside this one emit too, one at a time, in the order of their calls. */
    public final void share() {
        if (tickets != null) return; // an operator in a member, as of a merged stream, shares what is already shared
        if (CoroutineTask.current() != this)
            throw new IllegalStateException(
                    "shared from outside the generator's coroutine: call it there, before others emit");
        tickets = new TicketLock(backend());
    }

    /**
     * Hands a value to the subscriber; suspends while none is requested.
     *
     * @param value the value
     * @throws java.util.concurrent.CancellationException if the stream is cancelled, even inside a shield; the value
     *     was not delivered and is discarded
     */
    public final void emit(T value) {
        if (value == null) throw new NullPointerException(builder() + ": emit(null), but a stream has no nulls");
        TicketLock shared = tickets;
        if (shared == null) {
            emitNow(requireGenerator(), value);
            return;
        }
        Scope here = Scope.current();
        if (here == null || !here.isInside(this)) throw EmittingScope.refused(true);
        TicketLock.Ticket ticket = shared.take();
        try {
            ticket.await(value);
            emitNow(here, value);
        } finally {
            ticket.release();
        }
    }

    /**
     * Suspends until a value is requested; does nothing if other coroutines than the generator may emit.
     *
     * @throws java.util.concurrent.CancellationException if the stream or the coroutine is cancelled
     */
    public final void awaitDemand() {
        if (tickets != null) return;
        awaitDemand(requireGenerator());
    }

    private Scope requireGenerator() {
        Scope here = Scope.current();
        if (here == null || here.task() != this) throw EmittingScope.refused(false);
        return here;
    }

    private void emitNow(Scope here, T value) {
        try {
            awaitDemand(here);
        } catch (Throwable cancelled) {
            Reports.discard(backend(), here.context(), value);
            throw cancelled;
        }
        spendOne();
        if (!deliver(here, value)) gone(here, value);
    }

    @Override
    public final boolean wakeForCancel(Cancellation c) {
        wake();
        return true;
    }

    @Override
    public final boolean isParked() {
        return waiter != null;
    }

    @Override
    public final WaitKind kind() {
        return WaitKind.DEMAND;
    }

    @Override
    public final String waitsFor() {
        S subscriber = downstream();
        return "emit of " + builder() + ": demand of its subscriber "
                + (subscriber == null ? "" : subscriber.getClass().getName() + " ") + "that has not come";
    }

    @Override
    protected final void cancelRequested() {
        wake();
    }

    @Override
    protected final void succeeded(@Nullable Object result) {
        S subscriber = forget();
        if (subscriber != null) complete(subscriber);
    }

    private boolean deliver(Scope here, T value) {
        S subscriber = downstream();
        if (subscriber == null) return false;
        Throwable fromSubscriber = null;
        Suspension before = here.stepOut();
        here.task().signalling(this);
        try {
            if (here == this) next(subscriber, value);
            else
                asAtFirst(() ->
                        next(subscriber, value)); // the scope or coroutine that emits may have changed thread-locals
        } catch (Throwable thrown) {
            fromSubscriber = thrown;
        }
        here.stepIn(before);
        if (fromSubscriber == null) return true;
        forget();
        throw subscriberFailed(fromSubscriber);
    }

    private void spendOne() {
        long before;
        do {
            SchedulePoint.pass();
            before = requested;
        } while (before != Long.MAX_VALUE && !REQUESTED.compareAndSet(this, before, before - 1));
    }

    /**
     * The subscriber has left between the check for a cancellation and the delivery. It is about to cancel, or has done
     * so.
     */
    private void gone(Scope here, T value) {
        left();
        try {
            throwIfStreamCancelled(here);
        } finally {
            Reports.discard(backend(), here.context(), value);
        }
    }

    private void awaitDemand(Scope here) {
        here.checkpoint();
        throwIfStreamCancelled(here);
        while (requested == 0) {
            park(here);
            throwIfStreamCancelled(here);
        }
    }

    /** A shield hides cancellation from the body, but not from emit: there is no subscriber left. */
    private void throwIfStreamCancelled(Scope here) {
        Cancellation inner = here.cancellation();
        if (inner != null) throw here.observed(inner);
        Cancellation c = cancellation();
        if (c != null) throw here.task() == this ? observed(c) : Host.get().cancelled(c);
    }

    private void park(Scope here) {
        Suspension outer = here.suspended();
        here.task().waits();
        SchedulePoint.pass();
        waiter = Thread.currentThread();
        SchedulePoint.pass();
        if (here.suspend(this) && requested == 0 && cancellation() == null) Parking.untilWoken(this, here);
        waiter = null;
        here.resume(outer); // no interrupt to redeliver: if the scope is cancelled, what follows throws
    }

    private boolean wake() {
        SchedulePoint.pass();
        Thread waiting = waiter;
        if (waiting == null || !WAITER.compareAndSet(this, waiting, null)) return false;
        Parking.wake(waiting);
        return true;
    }

    /** Rule 2.13: a subscriber that throws counts as cancelled; its exception does not concern the generator's code. */
    private RuntimeException subscriberFailed(Throwable failure) {
        drop(failure);
        Failures.reportFatal(failure);
        cancel(Cancellation.Reason.REQUESTED, SUBSCRIBER_FAILED, failure);
        Cancellation c = Objects.requireNonNull(cancellation());
        return Host.get().cancelled(new Cancellation(c.origin(), c.reason(), SUBSCRIBER_FAILED, failure));
    }
}
