package dev.weft.spi;

import java.util.concurrent.Executor;

/**
 * What gives one coroutine its turns, such as a worker of a library's scheduler. It runs what it is given one after the other, on
 * platform threads, never inside {@code execute}, and throws a {@link java.util.concurrent.RejectedExecutionException} when it takes
 * no more.
 *
 * @since 0.1
 */
public interface Worker extends Executor, AutoCloseable {
    /** Gives it back. Called once, behind the last turn. */
    @Override
    void close();
}
