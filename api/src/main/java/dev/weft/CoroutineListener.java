package dev.weft;

/**
 * Is told about coroutines: when they start, wait, go on, and end. For meters, traces and logs of one's own.
 *
 * <p>{@link Hooks#addListener} registers one, and {@link java.util.ServiceLoader} finds those that are to listen from
 * the start, on the class loader of this interface. Each is told about the coroutines that start while it is
 * registered, and about no other:
 *
 * <ul>
 *   <li>A coroutine is started once and ends once, even if it was cancelled before it could begin; then no thread has
 *       run its body.
 *   <li>In between, {@code suspended} and {@code resumed} alternate, in this order; a wait that is over before the
 *       thread has to park is not told. A wait outside of Weft, such as for a lock of the JDK, is not told.
 *   <li>A source that was started as a member has no thread. It is started and ends, and all it does is wait, so that
 *       it is neither suspended nor resumed.
 *   <li>A {@code Coroutine} that is awaited without a dispatcher of its own, and a block such as a timeout or a group,
 *       is a part of the coroutine around it, and not told. A {@code Mono} or {@code Single} of a builder is a coroutine
 *       for each subscriber; awaited in another coroutine, it has that one as its parent.
 *   <li>So has a loop over a stream that others generate: the generator is a coroutine, the loop is none.
 * </ul>
 *
 * <p>{@code started} is called on the thread that starts the coroutine, before the body runs; {@code around} next, on
 * that thread or on its own; the others are called on its own thread, or for a source on the thread that ends it. All
 * are called at once, in the order in which the listeners were registered: so they must be quick, must not wait, and
 * may be called for many coroutines at a time.
 * The end is told before anybody else receives the outcome. What a listener itself starts is not told. What it throws
 * changes nothing; the first failure of each listener is logged, as a warning of the system logger {@code dev.weft}.
 *
 * @since 0.1
 */
public interface CoroutineListener {
    /** A coroutine is started. */
    default void started(CoroutineInfo coroutine) {}

    /**
     * Wraps the body of a coroutine, to set what belongs to its thread, such as a thread-local; and by
     * {@link CoroutineInfo#addToContext} what belongs to its context.
     *
     * <p>Called once, before the body runs, where the thread has the thread-locals that the coroutine takes over by the
     * rule of {@link Context}: on the thread that starts it; or, where a library subscribes, on its own, which has none
     * yet. Not called for a source, or if no thread is to run the body.
     *
     * @param coroutine the coroutine
     * @param body what to wrap
     * @return an action that runs the body at once, on the same thread; or the body itself, as here. It runs on the
     *     coroutine's thread, inside the thread-locals of the coroutine, perhaps more than once: a generator may need it
     *     for what it does for its subscriber. Whatever the action does, the body runs once each time
     */
    default Runnable around(CoroutineInfo coroutine, Runnable body) {
        return body;
    }

    /** A coroutine is about to wait. */
    default void suspended(CoroutineInfo coroutine, CoroutineWait wait) {}

    /** A coroutine goes on after a wait, for whatever reason. */
    default void resumed(CoroutineInfo coroutine) {}

    /** A coroutine has ended, and with it all that it started. */
    default void ended(CoroutineInfo coroutine, CoroutineEnd end) {}

    /** A value that nobody could receive is about to be discarded; the hook for that closes it, not a listener. */
    default void discarded(Object value) {}
}
