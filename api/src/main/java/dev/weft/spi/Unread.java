package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * A result in a handle that nobody has read yet. Once it has been read, it may be read again, and is never discarded;
 * once it has been taken to be discarded, it is never read.
 *
 * @since 0.1
 */
public interface Unread {
    /** {@return whether it has been read or taken, or nobody can read it any more, since its handle was collected} */
    boolean isOver();

    /** {@return the result, for the caller to discard, or null if it was read or taken before; called once} */
    @Nullable
    Object take();
}
