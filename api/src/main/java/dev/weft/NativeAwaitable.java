package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.CellSource;
import dev.weft.spi.Take;
import org.jspecify.annotations.Nullable;

/** A source of some backend, as something to await. */
record NativeAwaitable<T extends @Nullable Object>(Object source, Backend backend)
        implements Awaitable<T>, CellSource<T> {
    @Override
    public AwaitCell<T> cell() {
        return backend.one(source, Take.SINGLE_OR_EMPTY);
    }

    @Override
    @SuppressWarnings("NullAway") // null is a T where the source may be empty
    public T await() {
        return cell().await();
    }
}
