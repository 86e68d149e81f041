package dev.weft;

import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Where a listener puts the values it receives, for one subscriber of an {@link AsyncStream#fromListener} stream. All
 * methods may be called on any thread, by several threads at once, and none waits for the subscriber: while one thread
 * passes a signal on, the others leave theirs with it and return.
 *
 * <p>Memory consistency effects: what a thread did before it handed over a value <i>happens-before</i> the subscriber,
 * or the loop, receives the value; what it did before it ended the stream happens-before they see the end.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public final class ListenerSink<T> {
    private final ListenerIteration<T> cell;

    ListenerSink(ListenerIteration<T> cell) {
        this.cell = cell;
    }

    ListenerIteration<T> cell() {
        return cell;
    }

    /**
     * Hands over a value. If there is no room for it, the {@link Overflow} policy decides; if nobody can receive it any
     * more, it goes to the discard hook.
     *
     * @param value the value
     * @throws NullPointerException if it is null; the stream stays alive
     */
    public void next(T value) {
        cell.next(Objects.requireNonNull(value, "value"));
    }

    /** Completes the stream, after the values that were handed over. Does nothing if it has ended. */
    public void complete() {
        cell.complete();
    }

    /**
     * Ends the stream with a failure, after the values that were handed over. If it has ended, the failure goes to the
     * dropped-error hook; but an {@link Exception} that follows the {@link #onClose} action, because the subscriber has
     * left, only confirms that, and is counted.
     *
     * @param failure what the stream fails with
     */
    public void fail(Throwable failure) {
        cell.fail(Objects.requireNonNull(failure, "failure"));
    }

    /**
     * Says how to deregister the listener. The action runs once, when the stream ends. If the source ends it, the
     * action runs on that thread, before the subscriber learns of the end. If the subscriber leaves or is cancelled, it
     * runs on the subscriber's thread, or, while the registration is still running, on a thread of its own. If the stream
     * has already ended, it runs at once, on the current thread. What it throws when the subscriber leaves is thrown by
     * {@link AsyncIterator#close}, or suppressed in the exception that made the subscriber leave; otherwise it is
     * dropped. Without an action the listener stays registered: a value that comes after the end is a warning, once.
     *
     * @param action what deregisters the listener
     * @throws IllegalStateException if an action is set already
     */
    public void onClose(AsyncAction<?> action) {
        cell.onClose(Objects.requireNonNull(action, "action"));
    }

    /**
     * Says how to request values from the source; to be used with {@link Overflow#suspend}, and before the registration
     * returns. The first request is made at once, further ones as values are consumed; at most 32 values are
     * outstanding. The requests come one at a time, on the thread that sets this or on the subscriber's, and none after
     * the stream has ended. A source that sends more than was requested ends the stream with an
     * {@link OverflowException}. What the action throws is the stream's failure.
     *
     * @param action requests that many more values
     * @throws IllegalStateException if an action is set already, or the overflow policy is a different one
     */
    public void onRequest(LongConsumer action) {
        cell.onRequest(Objects.requireNonNull(action, "action"));
    }
}
