package dev.weft.reactor;

import dev.weft.Awaitable;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Detachable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A {@code Mono} as something to await, or to start in a group without a thread. */
record MonoAwaitable<T extends @Nullable Object>(Mono<? extends T> mono) implements Awaitable<T>, Detachable<T> {
    @Override
    public AwaitCell<T> cell() {
        return new PublisherAwait<>(mono, AwaitMode.MAYBE);
    }

    @Override
    @SuppressWarnings("NullAway") // null is a T where the Mono may be empty
    public T await() {
        return ReactorAsync.take(mono, AwaitMode.MAYBE);
    }
}
