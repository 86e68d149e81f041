package dev.weft.spi;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How the thread of a coroutine waits: {@link AwaitCell}, {@link IterationCell}, {@link EmitterTask} and {@link Members} each do the same.
 *
 * <ol>
 *   <li>They name what they suspend in ({@link Scope#suspend}), publish the thread that is to be woken, and look again at what they wait
 *       for: each writes before it reads what the other side writes, so that either it sees that there is nothing to wait for or the
 *       other side sees the thread.
 *   <li>They park until they are woken. An interrupt that comes meanwhile is foreign, since a canceller wakes the suspension instead: it
 *       cancels the coroutine, which wakes this as well unless a shield is around.
 *   <li>They go on in what was suspended in before ({@link Scope#resume}).
 * </ol>
 *
 * <p>A canceller that has woken the thread has not interrupted it. If the code goes on though its scope is cancelled, it may be about to
 * wait in foreign code, so the interrupt is made up for ({@link InterruptGate#redeliver}): after an iteration, where a value that has
 * arrived is returned all the same; after an await that was woken by a canceller while its source had completed; and after the wait for
 * members, which no cancellation ends. After an emit's wait for demand it is not: no value wins there, a scope that is cancelled always
 * throws, and so the thread sees the cancellation before any foreign code.
 *
 * <p>Two waits are none of these. {@link UpstreamCell}'s for a thread that cancels, and that of the caller of {@code run}, are those of
 * threads that nothing but an interrupt could cancel here, and both keep the flag until the wait is over.
 */
final class Parking {
    private Parking() {}

    /**
     * Parks the current thread until something has woken it.
     *
     * @param in what it is suspended in, as a canceller sees it by now
     * @param scope the innermost scope of the thread, or null for a plain thread
     * @return false if a plain thread was interrupted before that; its flag stays set
     */
    static boolean untilWoken(Suspension in, @Nullable Scope scope) {
        while (in.isParked()) if (!once(in, scope)) return false;
        return true;
    }

    /** As {@link #untilWoken}, but may return at any time before. */
    static boolean once(Suspension in, @Nullable Scope scope) {
        LockSupport.park(in);
        if (!Thread.currentThread().isInterrupted()) return true;
        if (!in.isParked()) return true; // it was woken: the flag may be a canceller's, for the code after this
        if (scope == null) return false;
        scope.task().cancelSelf();
        return true;
    }
}
