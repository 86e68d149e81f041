package dev.weft;

/**
 * Await-style code that starts members of a group.
 *
 * @param <X> what it may throw
 * @since 0.1
 */
@FunctionalInterface
public interface GroupAction<X extends Exception> {
    /** Runs the code. */
    void run(TaskGroup group) throws X;
}
