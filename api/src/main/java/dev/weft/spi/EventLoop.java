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

    /** Marks the current thread, on which a coroutine begins, as a thread of this loop for the loop's library. */
    default void enter() {}

    /** {@return the loop that the current thread runs, or null} Not for threads of coroutines. */
    static @Nullable EventLoop current() {
        for (EventLoops known : KnownLoops.ALL) {
            EventLoop loop = known.current();
            if (loop != null) return loop;
        }
        return null;
    }
}
