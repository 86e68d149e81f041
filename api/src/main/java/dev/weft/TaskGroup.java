package dev.weft;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Members that end together: {@link Async#group} is left when all of them are done. The first failure cancels the rest and is
 * thrown by {@code group} as itself; later ones are suppressed in it. A member whose thread somebody else has interrupted has failed
 * too, with a {@link CancelledException}; one that was cancelled by its handle has not.
 *
 * <p>It may be used by the coroutine that opened it and by its members, until it is left.
 */
public sealed interface TaskGroup permits GroupScope {
    /**
     * Starts a member, a coroutine on a thread of its own. A checkpoint.
     *
     * @param body what it does
     * @return its handle
     * @throws CancelledException if the group or the current coroutine is cancelled
     * @throws IllegalStateException if called from outside the group, or after it was left
     */
    <T extends @Nullable Object> Deferred<T> async(Callable<T> body);

    /**
     * Starts a member without a result.
     *
     * @param body what it does
     * @return its handle
     * @see #async(Callable)
     */
    Deferred<@Nullable Void> async(AsyncAction<?> body);

    /**
     * Starts a member. A reactive source, a stage or a handle gets no thread of its own, only a subscription.
     *
     * @param source what to wait for
     * @return its handle
     * @see #async(Callable)
     */
    <T extends @Nullable Object> Deferred<T> start(Awaitable<T> source);

    /**
     * Cancels the members and the body; the group is left as soon as they have ended. A form of {@code group} without a result
     * then returns normally, and the handles keep the results that were there.
     */
    void cancel();

    /**
     * Cancels the members and the body.
     *
     * @param reason what {@link CancelledException}s say of it
     * @see #cancel()
     */
    void cancel(String reason);
}
