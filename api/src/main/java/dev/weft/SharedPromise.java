package dev.weft;

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
    Deferred.State state() {
        return hasValue() && followed != null ? followed.state() : super.state();
    }

    @Override
    @Nullable
    Outcome<T> observe() {
        Outcome<T> present = super.observe();
        return hasValue() && followed != null ? followed.observe() : present;
    }

    /** A value that is to be given on is read where it lies. */
    @Override
    @Nullable
    Outcome<T> settled() {
        return observe();
    }

    @Override
    public boolean isOver() {
        return true;
    }

    @Override
    public @Nullable Object take() {
        return null;
    }

    private boolean hasValue() {
        return peek() instanceof Outcome.Success<T>;
    }
}
