package dev.weft.spi;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A queue of tasks that one thread runs, one after the other: while a task blocks, no other runs. So no task may block,
 * but a coroutine may run there step by step.
 *
 * @since 0.1
 */
public interface EventLoop {
    /**
     * {@return the executor that queues a task, to run from the top of the loop; null if there is none} A loop that
     * runs its tasks on virtual threads must let each of them wait until its step is done.
     */
    @Nullable
    Executor executor();

    /** Makes this loop the current thread's, on which a coroutine begins, for the loop's library. */
    default void enter() {}

    /**
     * {@return whether a coroutine that is started here {@linkplain #enter enters} this loop wherever it runs, so that
     * what it asks of the loop's library is answered here} Not if code of this loop may wait: it could wait for a
     * coroutine that waits for this loop.
     */
    default boolean isContext() {
        return false;
    }

    /** {@return the loop that the current thread runs, or null} Not for threads of coroutines. */
    static @Nullable EventLoop current() {
        for (EventLoops known : KnownLoops.ALL) {
            EventLoop loop = known.current();
            if (loop != null) return loop;
        }
        return null;
    }

    /** {@return the loop that the current thread runs, if it is the context of coroutines that are started here} */
    static @Nullable EventLoop context() {
        EventLoop loop = current();
        return loop != null && loop.isContext() ? loop : null;
    }
}
