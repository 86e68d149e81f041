package dev.weft.spi;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A queue of tasks that one thread runs, one after the other: nothing else of it happens while a task waits. So nobody may wait on
 * it, and a coroutine may take its turns there.
 *
 * @since 0.1
 */
public interface EventLoop {
    /**
     * {@return what puts a task into the queue, to be run from the top of the loop; null if that cannot be had} A loop that runs its
     * tasks on virtual threads lets each wait until it is done.
     */
    @Nullable
    Executor executor();

    /** Makes the current thread, a coroutine's that begins, one of this loop in the eyes of the loop's library. */
    default void enter() {}

    /** {@return the loop that the current thread runs, or null; not for threads of coroutines} */
    static @Nullable EventLoop current() {
        for (EventLoops known : KnownLoops.ALL) {
            EventLoop loop = known.current();
            if (loop != null) return loop;
        }
        return null;
    }
}
