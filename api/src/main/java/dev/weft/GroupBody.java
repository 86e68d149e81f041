package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Await-style code that starts members of a group and has a result.
 *
 * @param <T> the type of the result
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface GroupBody<T extends @Nullable Object, X extends Exception> {
    /** {@return the result} */
    T run(TaskGroup group) throws X;
}
