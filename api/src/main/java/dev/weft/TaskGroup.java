package dev.weft;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Members that end together: {@link Async#group} is left when all of them are done. The first failure cancels the rest and is
 * thrown by {@code group} as itself; later ones are suppressed in it. A member whose thread somebody else has interrupted has failed
 * too, with a {@link CancelledException}; one that was cancelled by its handle has not.
 *
 * <p>It may be used by the coroutine that opened it and by its members, until it is left.
 *
 * <p>Memory consistency effects: what a thread did before it started a member <i>happens-before</i> the member's body, and that before
 * {@code group} returns or throws.
 *
 * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="taskGroup"}
 *
 * @since 0.1
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

    /**
     * Lets the group be left without members that do not end. It waits for all of them, however long that takes; members that are
     * cancelled and still running after 5 s are named in a warning, with their stacks. With this it waits no longer than the limit,
     * counted from when the group is cancelled and its body has ended: then those that are not done are named in a warning, and the
     * group ends as if they had been cut off there. They run on, with what they have started. What one of them returns later is
     * discarded, what it throws is dropped, and its handle tells its outcome.
     *
     * @apiNote The way out where a member calls code that cannot be ended, such as a native library. The body itself runs on the thread
     *     that has opened the group, so it has to end by itself.
     * @param limit for how long, on the clock of the backend; zero or less is not at all, more than 292 years is for ever. The last one
     *     that is given before the group begins to wait counts
     */
    void detachAfter(Duration limit);
}
