package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Await-style code with a result.
 *
 * @param <T> the type of the result
 * @param <X> what it may throw; inferred as {@link RuntimeException} for a lambda that throws nothing checked
 * @since 0.1
 */
@FunctionalInterface
public interface AsyncBody<T extends @Nullable Object, X extends Exception> {
    /** {@return the result} */
    T run() throws X;
}
