package dev.weft;

import dev.weft.spi.CoroutineOptions;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Something that was started and will end: the handle of a coroutine or of a source that runs in a scope. It can be awaited
 * any number of times, by anybody.
 *
 * <p>A result belongs to the handle until somebody has read it, by any method here. If the scope in which it was started fails or is
 * cancelled before, nobody will: the result goes to the hook for values, and from then on this counts as cancelled. What only follows
 * another handle or a {@link java.util.concurrent.CompletionStage} leaves the value there.
 *
 * <p>Memory consistency effects: what it did until it ended <i>happens-before</i> whatever follows a method here that says so: the return
 * of {@link #await}, an {@link #outcome} that is not null, the callback of {@link #whenComplete}.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public sealed interface Deferred<T extends @Nullable Object> extends Awaitable<T> permits Handle {
    /** What has become of it. */
    enum State {
        /** It has not ended. */
        RUNNING,
        /** It has a result. */
        SUCCEEDED,
        /** It failed. */
        FAILED,
        /** It was cancelled before it had a result, or its scope ended before anybody had read that. */
        CANCELLED
    }

    /**
     * Waits for the result. Cancelling this wait does not cancel what was started.
     *
     * @return the result
     * @throws CancelledException if it was cancelled, or the current coroutine is
     * @throws IllegalStateException if it has not ended and the current coroutine is it, or inside it: that would wait for ever
     * @throws AwaitException if it failed with a checked exception; an unchecked one is thrown as the same instance
     */
    @Override
    T await();

    /**
     * Cancels it; returns at once, while it may still clean up.
     *
     * @return false if it had ended or was cancelled before
     */
    boolean cancel();

    /**
     * Cancels it; returns at once, while it may still clean up.
     *
     * @param reason what {@link CancelledException}s say of it, in it and to those who await it
     * @return false if it had ended or was cancelled before
     */
    boolean cancel(String reason);

    /** {@return how it has ended, or null while it runs} */
    @Nullable
    Outcome<T> outcome();

    /** {@return whether it has ended} */
    default boolean isDone() {
        return state() != State.RUNNING;
    }

    /** {@return what has become of it; a failure still has to be awaited or read to count as seen} */
    State state();

    /**
     * {@return a future that ends as this does, and that cancels it when it is cancelled itself (a future derived from it does
     * not)}
     */
    CompletableFuture<T> toCompletableFuture();

    /**
     * Tells a callback how this ends: a result and null, or null and a failure, which counts as seen then; if it was cancelled, a
     * {@link CancelledException}. The callback runs on the thread that ends it, or at once on the current one if it has ended.
     * There it must be quick and cannot await as a part of it; what it throws goes to the dropped-error hook.
     *
     * @param callback what to call, once
     */
    void whenComplete(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> callback);

    /**
     * {@return this as a type of an installed backend, such as {@code Mono.class}; each subscriber gets the same outcome}
     *
     * @param type a type for one value
     */
    default <N> N as(Class<N> type) {
        if (type.isAssignableFrom(CompletableFuture.class)) return type.cast(toCompletableFuture());
        return Backends.of(type).createOne(this::await, CoroutineOptions.NONE, type);
    }
}
