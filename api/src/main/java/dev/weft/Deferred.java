package dev.weft;

import dev.weft.spi.CoroutineOptions;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Something that was started and will end: the handle of a coroutine or of a source that runs in a scope. It can be
 * awaited any number of times, by any code.
 *
 * <p>A result belongs to the handle until it is read, by any method here. If its scope fails or is cancelled first, the
 * result goes to the discard hook, and from then on this counts as cancelled. A handle that only follows another handle
 * or a {@link java.util.concurrent.CompletionStage} leaves the value there.
 *
 * <p>Memory consistency effects: what it did until it ended <i>happens-before</i> whatever follows a call that reports
 * the end: the return of {@link #await}, an {@link #outcome} that is not null, the callback of {@link #whenComplete}.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public sealed interface Deferred<T extends @Nullable Object> extends Awaitable<T> permits Handle {
    /** The state of what was started. */
    enum State {
        /** It has not ended. */
        RUNNING,
        /** It has a result. */
        SUCCEEDED,
        /** It failed. */
        FAILED,
        /** It was cancelled before it had a result, or its scope ended before the result was read. */
        CANCELLED
    }

    /**
     * Waits for the result. Cancelling this wait does not cancel what was started.
     *
     * @return the result
     * @throws CancelledException if it was cancelled, or the current coroutine is
     * @throws IllegalStateException if it has not ended and the current coroutine is it, or is inside it: that would
     *     wait forever
     * @throws AwaitException if it failed with a checked exception; an unchecked one is thrown as the same instance
     */
    @Override
    T await();

    /**
     * Cancels it; returns at once, while it may still be cleaning up.
     *
     * @return false if it had ended or was cancelled before
     */
    boolean cancel();

    /**
     * Cancels it; returns at once, while it may still be cleaning up.
     *
     * @param reason the reason that {@link CancelledException}s give, inside it and to those that await it
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

    /** {@return its state; a failure counts as seen only when it is awaited or read} */
    State state();

    /**
     * {@return a future that ends as this does; cancelling the future cancels this, cancelling a future derived from it
     * does not}
     */
    CompletableFuture<T> toCompletableFuture();

    /**
     * Calls a callback when this ends: with a result and null, or with null and a failure, which then counts as seen;
     * if it was cancelled, with a {@link CancelledException}. The callback runs on the thread that ends it, or at once
     * on the current thread if it has ended. It must be quick and is not part of the coroutine there; what it throws
     * goes to the dropped-error hook.
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
