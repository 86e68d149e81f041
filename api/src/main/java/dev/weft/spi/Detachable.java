package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Something that can be awaited without a thread of its own: it makes the cell that subscribes to it.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Detachable<T extends @Nullable Object> {
    /** {@return a new cell, not started} */
    AwaitCell<T> cell();
}
