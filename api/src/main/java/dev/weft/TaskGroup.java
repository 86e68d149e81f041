package dev.weft;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Members that end together: {@link Async#group} is left when all of them have ended. The first failure cancels the
 * rest and is thrown by {@code group} as itself; later ones are suppressed in it. A member whose thread is interrupted
 * by other code fails too, with a {@link CancelledException}; a member that is cancelled by its handle does not fail.
 *
 * <p>The coroutine that opened it and its members may start members, until it is left; any code may cancel it.
 *
 * <p>Memory consistency effects: what a thread did before it started a member <i>happens-before</i> the member's body,
 * and the body happens-before {@code group} returns or throws.
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
     * Starts a member that serves the others, such as a heartbeat: the group does not wait for it, but cancels it, with
     * that as the reason, when the body and all other members are done, and then waits for its clean-up. Its failure,
     * before that or in its clean-up, is a failure of the group. It may end earlier. Another member that it starts in
     * the group counts like any other.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="daemon"}
     *
     * @param body what it does
     * @return its handle; the outcome is cancelled if the group has ended it
     * @see #async(Callable)
     */
    Deferred<@Nullable Void> daemon(AsyncAction<?> body);

    /**
     * Cancels the members and the body; the group is left as soon as they have ended. The form of {@code group} without
     * a result then returns normally, and the handles keep the results that were there. Any thread may call it, at any
     * time; after the group was left it does nothing.
     */
    void cancel();

    /**
     * Cancels the members and the body. Any thread may call it.
     *
     * @param reason the reason that {@link CancelledException}s give
     * @see #cancel()
     */
    void cancel(String reason);

    /**
     * Limits how long the group waits for members that do not end. Without it, the group waits for all of them, however
     * long that takes; a warning names the members that are cancelled and still running after 5 s, with their stacks.
     * With it, the group waits no longer than the limit, counted from when it is cancelled and its body has ended, or
     * from when only {@linkplain #daemon daemons} are left: a
     * warning then names the members that have not ended, and the group ends as if they had ended there by its
     * cancellation. They run on, with what they have started. What such a member returns later is discarded, what it
     * throws is dropped, and its handle has its outcome.
     *
     * @apiNote For members that call code that cannot be stopped, such as a native library. The body itself runs on the
     *     thread that opened the group, so it must end by itself.
     * @param limit for how long, on the clock of the backend; zero or less means not at all, more than 292 years means
     *     forever. The last limit that is set before the group begins to wait counts
     */
    void detachAfter(Duration limit);
}
