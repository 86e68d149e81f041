package dev.weft.spi;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine whose outcome is a signal to a subscriber, which may leave earlier, and may break rule 3.9.
 *
 * @param <T> the type of the result
 * @param <S> the type of the subscriber
 * @since 0.1
 */
public abstract class SubscriberTask<T extends @Nullable Object, S> extends CoroutineTask<T> {
    /** The subscriber; null as soon as it must no longer be signalled. */
    private volatile @Nullable S downstream;

    private volatile @Nullable IllegalArgumentException refused;

    /**
     * A coroutine that is not started yet.
     *
     * @param downstream the subscriber
     * @param backend the backend selected inside
     * @param context the context inside
     * @param options what else its builder was told about it
     * @param body what it does
     */
    protected SubscriberTask(
            S downstream, Backend backend, Object context, CoroutineOptions options, Callable<? extends T> body) {
        super(null, backend, context, options, body);
        this.downstream = downstream;
    }

    /** For a subclass that overrides {@link #invoke}. */
    SubscriberTask(S downstream, Backend backend, Object context, CoroutineOptions options) {
        super(null, backend, context, options);
        this.downstream = downstream;
    }

    /**
     * As {@link CoroutineTask#start}; on a virtual clock, returns when the coroutine is at rest. The clock is looked up
     * first: if two threads look up Reactor's for the first time at once, it is disposed of.
     */
    @Override
    public final void start() {
        boolean virtual = VirtualTime.drives(backend());
        super.start();
        if (virtual) VirtualTime.started(this);
    }

    /** Signals to the subscriber that the coroutine has failed; on the coroutine's thread. */
    protected abstract void fail(S subscriber, Throwable failure);

    /** Cancels the coroutine; the subscriber is no longer signalled. Never waits, except on a virtual clock. */
    public void cancel() {
        SchedulePoint.pass();
        downstream = null;
        left();
        VirtualTime.keepStep(backend());
    }

    /** Cancels the coroutine because its subscriber has left. */
    final void left() {
        cancel(Cancellation.Reason.REQUESTED, "its subscriber has left", null);
    }

    /**
     * A subscriber's context says what to take over, not the subscribing thread: that may belong to a library, and may
     * still have the thread-locals of another request. A library without contexts subscribes in the context of the
     * current coroutine, with its thread-locals.
     */
    @Override
    final boolean takesOver() {
        Scope here = Scope.current();
        return here == null ? Scope.isCalling() : here.context() == context();
    }

    @Override
    protected final void failed(Throwable failure) {
        S subscriber = forget();
        if (subscriber != null) fail(subscriber, failure);
        else drop(failure);
    }

    /** A subscriber that is still there has not cancelled the coroutine, and receives the reason. */
    @Override
    protected final void cancelled(@Nullable Throwable failure) {
        S subscriber = forget();
        Throwable last = refused == null ? failure : refused;
        if (failure != null && (subscriber == null || last != failure)) drop(failure);
        if (subscriber != null) fail(subscriber, last == null ? cancelledException() : last);
    }

    /** {@return the subscriber, or null if it has left or has received the end} */
    protected final @Nullable S downstream() {
        SchedulePoint.pass();
        return downstream;
    }

    /** {@return the subscriber, for its last signal, or null if it has left} */
    protected final @Nullable S forget() {
        SchedulePoint.pass();
        S subscriber = downstream;
        SchedulePoint.pass();
        downstream = null;
        return subscriber;
    }

    /** Ends the coroutine because the subscriber broke rule 3.9; its last signal will say so. */
    protected final void refuse(long count) {
        SchedulePoint.pass();
        if (refused == null)
            refused = new IllegalArgumentException("request(" + count + "): rule 3.9 asks for a positive number");
        cancel(Cancellation.Reason.REQUESTED, "a request of its subscriber", refused);
        VirtualTime.keepStep(backend());
    }

    /** {@return the failure that the subscriber must receive instead of a result, or null} */
    protected final @Nullable IllegalArgumentException refused() {
        SchedulePoint.pass();
        return refused;
    }
}
