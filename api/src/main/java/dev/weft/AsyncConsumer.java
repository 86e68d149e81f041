package dev.weft;

/**
 * Await-style code that is given something and has no result.
 *
 * @param <A> what it is given
 * @param <X> what it may throw; inferred as {@link RuntimeException} for a lambda that throws nothing checked
 * @since 0.1
 */
@FunctionalInterface
public interface AsyncConsumer<A, X extends Exception> {
    /** Runs the code. */
    void accept(A argument) throws X;
}
