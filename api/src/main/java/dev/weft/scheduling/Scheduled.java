package dev.weft.scheduling;

import org.jspecify.annotations.Nullable;

/**
 * A coroutine, as its scheduler sees it.
 *
 * @since 0.1
 */
public interface Scheduled {
    /**
     * Its executor does not give it its turns: it fails, and ends on the scheduler of the JDK. Called at most once, before the first turn
     * there.
     *
     * @param why what the executor did
     */
    void abandoned(RuntimeException why);

    /** The coroutine has ended, and giving back its worker failed. */
    void notGivenBack(Throwable failure);

    /**
     * {@return whether the coroutine is suspended, and does not wait for a lock or the like of foreign code}
     *
     * @param blocker what its thread is parked for, or null
     */
    boolean isSuspendedIn(@Nullable Object blocker);
}
