package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * An awaitable that needs no thread of its own: it makes the cell that subscribes to its source.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Detachable<T extends @Nullable Object> {
    /** {@return a new cell that is not started} */
    AwaitCell<T> cell();
}
