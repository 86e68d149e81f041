package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Await-style code that is given something and has a result.
 *
 * <p>It is an {@link AsyncConsumer} as well, so that the compiler selects this for a lambda that fits both, because its
 * body is a single call or only throws; see {@link GroupBody}.
 *
 * @param <A> what it is given
 * @param <T> the type of the result
 * @param <X> what it may throw
 * @since 0.1
 */
@FunctionalInterface
public interface AsyncFunction<A, T extends @Nullable Object, X extends Exception> extends AsyncConsumer<A, X> {
    /** {@return the result} */
    T apply(A argument) throws X;

    /** Runs the code; the result is discarded. */
    @Override
    @SuppressWarnings("FunctionalInterfaceMethodChanged") // the only difference is where the result goes
    default void accept(A argument) throws X {
        Async.discard(apply(argument));
    }
}
