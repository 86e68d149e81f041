package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Await-style code that starts members of a group and has a result.
 *
 * <p>It is a {@link GroupAction} as well, so that the compiler selects this for a lambda that fits both, because its
 * body is a single call, only throws or never ends.
 *
 * @param <T> the type of the result
 * @param <X> what it may throw
 * @since 0.1
 */
@FunctionalInterface
public interface GroupBody<T extends @Nullable Object, X extends Exception> extends GroupAction<X> {
    /** {@return the result} */
    T call(TaskGroup group) throws X;

    /** Runs the code; the result is discarded. */
    @Override
    @SuppressWarnings("FunctionalInterfaceMethodChanged") // the only difference is where the result goes
    default void run(TaskGroup group) throws X {
        Async.discard(call(group));
    }
}
