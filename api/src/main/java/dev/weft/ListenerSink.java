package dev.weft;

import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Where a listener puts what it is told, for one subscriber of an {@link AsyncStream#fromListener} stream. All methods may be
 * called on any thread, by several at once, and none waits for the subscriber: while one thread passes a signal on, the others
 * leave theirs with it and go.
 *
 * <p>Memory consistency effects: what a thread did before it handed over a value <i>happens-before</i> the subscriber, or the loop, gets
 * that; what it did before it ended the stream, before they see the end.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public final class ListenerSink<T> {
    private final ListenerIteration<T> cell;

    ListenerSink(ListenerIteration<T> cell) {
        this.cell = cell;
    }

    /**
     * Hands over a value. One that finds no room meets the {@link Overflow} policy; one that nobody can receive any more goes to the
     * discard hook.
     *
     * @param value the value
     * @throws NullPointerException if it is null; the stream stays alive
     */
    public void next(T value) {
        cell.next(Objects.requireNonNull(value, "value"));
    }

    /** Ends the stream behind the values that were handed over. Does nothing if it has ended. */
    public void complete() {
        cell.complete();
    }

    /**
     * Ends the stream with a failure, behind the values that were handed over. If it has ended, the failure goes to the
     * dropped-error hook; but an {@link Exception} that follows our own {@link #onClose} action, because the subscriber has left,
     * only says that, and is counted.
     *
     * @param failure what the stream fails with
     */
    public void fail(Throwable failure) {
        cell.fail(Objects.requireNonNull(failure, "failure"));
    }

    /**
     * Says how to deregister the listener. The action runs once, when the stream ends: on the thread that ends it if the source
     * does, before the subscriber learns of that; on that of the subscriber if he leaves or is cancelled, or on the canceller's
     * while the registration is still running; at once, on the current thread, if the stream has ended already. What it throws when
     * a subscriber leaves is thrown by {@link AsyncIterator#close} or suppressed in what made him leave, and is dropped otherwise.
     *
     * @param action what deregisters the listener
     * @throws IllegalStateException if there is such an action already
     */
    public void onClose(AsyncAction<?> action) {
        cell.onClose(Objects.requireNonNull(action, "action"));
    }

    /**
     * Says how to ask the source for values; together with {@link Overflow#suspend}, and before the registration returns. The first
     * request is made at once, further ones as values are consumed; at most 32 values are under way. They come one at a time, on
     * the thread that sets this or on that of the subscriber, and not when the stream has ended. A source that gives more than it
     * was asked for ends the stream with an {@link OverflowException}. What the action throws is the stream's failure.
     *
     * @param action what asks for so many more values
     * @throws IllegalStateException if there is such an action already, or the overflow policy is another
     */
    public void onRequest(LongConsumer action) {
        cell.onRequest(Objects.requireNonNull(action, "action"));
    }
}
