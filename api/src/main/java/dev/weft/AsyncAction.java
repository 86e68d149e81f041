package dev.weft;

/**
 * Await-style code without a result.
 *
 * @param <X> what it may throw; inferred as {@link RuntimeException} for a lambda that throws nothing checked
 * @since 0.1
 */
@FunctionalInterface
public interface AsyncAction<X extends Exception> {
    /** Runs the code. */
    void run() throws X;
}
