package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * A result that lies in a handle, up to its first reader. Whoever reads it may do so as often as he likes, and then nobody discards it;
 * once it is taken to be discarded, nobody reads it.
 *
 * @since 0.1
 */
public interface Unread {
    /** {@return whether somebody has read it, or taken it} */
    boolean isOver();

    /** {@return the result, which is the caller's to discard, or null if it was read, or taken before} */
    @Nullable
    Object take();
}
