package dev.weft;

import java.util.Objects;

/**
 * A stream that exists whether anybody reads it or not, and into which any code emits: events of one part of a program
 * for all others. Each subscriber receives what is emitted while it is there, in the same order as all others.
 *
 * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="shared"}
 *
 * <p>Each subscriber has a buffer of its own, with the {@link Overflow} policy of the stream. With
 * {@link Overflow#suspend}, the slowest one slows the emitters; with the others, each loses values, or fails, alone.
 * What a subscriber has not read when it leaves goes to the discard hook, once for each subscriber; so does a value that
 * nobody has received.
 *
 * <p>It keeps its subscribers until they leave, and no thread, no timer and no coroutine. It may be held in a field of
 * any class.
 *
 * <p>Memory consistency effects: what a thread did before {@link #emit} <i>happens-before</i> a subscriber receives the
 * value; what it did before it ended the stream happens-before they see the end.
 *
 * @apiNote For a value that changes, of which only the present one matters, use {@link StateStream}; to share a stream
 *     that exists, {@link AsyncStream#share}.
 * @param <T> the type of the values
 * @since 0.1
 */
public final class SharedStream<T> {
    private final Broadcast<T> values;
    private final AsyncStream<T> stream;

    private SharedStream(int replay, Overflow overflow) {
        this.values = new Broadcast<>(replay, Objects.requireNonNull(overflow, "overflow"));
        this.stream = AsyncStream.fromListener(overflow, values);
    }

    /**
     * {@return a shared stream without subscribers}
     *
     * @param replay how many of the latest values a new subscriber receives first, at least 0; they are kept for as long
     *     as this stream exists
     * @param overflow what becomes of values that come faster than a subscriber reads; with {@link Overflow#suspend},
     *     each has a buffer for 32
     */
    public static <T> SharedStream<T> of(int replay, Overflow overflow) {
        return new SharedStream<>(replay, overflow);
    }

    /**
     * Hands a value to all subscribers, and keeps it for later ones. May be called by any coroutine and thread, by
     * several at once. With {@link Overflow#suspend}, it is a suspension point, which waits until each subscriber has
     * room, and emitters take turns in the order of their calls; with the others, it never waits, and may be called on an
     * event loop too. Without subscribers, it does not wait.
     *
     * @param value the value
     * @return false if the stream has ended, even while this waited; then the value goes to the discard hook
     * @throws CancelledException if the coroutine is cancelled while it waits; then nobody has received the value, and it
     *     goes to the discard hook
     */
    public boolean emit(T value) {
        return values.emit(Objects.requireNonNull(value, "value"));
    }

    /** Completes the stream, after what was emitted. Later subscribers receive the kept values and the end. Does nothing if it has ended. */
    public void complete() {
        values.end(null);
    }

    /**
     * Ends the stream with a failure, after what was emitted. Later subscribers receive the kept values and the failure.
     * If the stream has ended, the failure goes to the dropped-error hook.
     *
     * @param failure what the stream fails with
     */
    public void fail(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        if (!values.end(failure)) Async.drop(failure);
    }

    /**
     * {@return the stream of the values} Always the same. A loop over it ({@link AsyncStream#each}) is a subscriber as
     * soon as it is opened; a coroutine of its own, as of an operator or a library's subscriber, once that has begun.
     */
    public AsyncStream<T> stream() {
        return stream;
    }
}
