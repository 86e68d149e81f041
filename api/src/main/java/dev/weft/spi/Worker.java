package dev.weft.spi;

import java.util.concurrent.Executor;

/**
 * Runs the steps of one coroutine, as a worker of a library's scheduler does: one after the other, on platform threads,
 * never inside {@code execute}. It throws a {@link java.util.concurrent.RejectedExecutionException} when it takes no
 * more.
 *
 * @since 0.1
 */
public interface Worker extends Executor, AutoCloseable {
    /** Gives the worker back. Called once, after the last step. */
    @Override
    void close();
}
