package dev.weft.rxjava;

import dev.weft.Awaitable;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Detachable;
import org.jspecify.annotations.Nullable;

/** A {@code Single}, {@code Maybe} or {@code Completable} as something to await, or to start in a group without a thread. */
record RxAwaitable<T extends @Nullable Object>(Object source, AwaitMode take) implements Awaitable<T>, Detachable<T> {
    @Override
    public AwaitCell<T> cell() {
        return new ObserverAwait<>(source, take);
    }

    @Override
    @SuppressWarnings("NullAway") // null is a T where the source may be empty
    public T await() {
        return cell().await();
    }
}
