package dev.weft;

import dev.weft.spi.Unread;
import org.jspecify.annotations.Nullable;

/** The outcome of something that follows a handle or a stage, which has the value too, and keeps it. */
final class SharedPromise<T extends @Nullable Object> extends Promise<T> {
    private final @Nullable Promise<T> followed;

    /**
     * A promise without an outcome.
     *
     * @param followed that of the handle, where it is one
     */
    SharedPromise(@Nullable Promise<T> followed) {
        this.followed = followed;
    }

    @Override
    @Nullable
    Outcome<T> observe() {
        Outcome<T> present = super.observe();
        return followed != null && present instanceof Outcome.Success<T> ? followed.observe() : present;
    }

    @Override
    @Nullable
    Unread unread() {
        return null;
    }
}
