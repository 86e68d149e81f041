package dev.weft.scheduling;

import org.jspecify.annotations.Nullable;

/**
 * A coroutine as its scheduler sees it.
 *
 * @since 0.1
 */
public interface Scheduled {
    /**
     * Its executor does not run its steps: it fails, and ends on the scheduler of the JDK. Called at most once, before
     * the first step there.
     *
     * @param why what the executor did
     */
    void abandoned(RuntimeException why);

    /** The coroutine has ended, but giving back its worker has failed. */
    void notGivenBack(Throwable failure);

    /**
     * {@return whether the coroutine is suspended in the engine, rather than waiting for a lock or the like in foreign
     * code}
     *
     * @param blocker the object that its thread is parked on, or null
     */
    boolean isSuspendedIn(@Nullable Object blocker);
}
