package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Await-style code that is given two things and has a result.
 *
 * @param <A> the first thing that it is given
 * @param <B> the second
 * @param <T> the type of the result
 * @param <X> what it may throw; inferred as {@link RuntimeException} for a lambda that throws nothing checked
 * @since 0.1
 */
@FunctionalInterface
public interface AsyncBiFunction<A, B, T extends @Nullable Object, X extends Exception> {
    /** {@return the result} */
    T apply(A first, B second) throws X;
}
