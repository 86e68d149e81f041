package dev.weft.spi;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How the thread of a coroutine waits; {@link AwaitCell}, {@link IterationCell}, {@link EmitterTask} and
 * {@link Members} all do the same.
 *
 * <ol>
 *   <li>They publish what they suspend in ({@link Scope#suspend}) and the thread to wake, and check again what they
 *       wait for. Each side writes before it reads what the other writes, so that either this side sees that there is
 *       nothing to wait for, or the other side sees the thread.
 *   <li>They park until they are woken. An interrupt that comes meanwhile is foreign, since a canceller wakes the
 *       suspension instead. It cancels the coroutine, which wakes this wait too, unless it is inside a shield.
 *   <li>They restore the outer suspension ({@link Scope#resume}).
 * </ol>
 *
 * <p>A canceller that has woken the thread has not interrupted it. If the code goes on although its scope is cancelled,
 * it may be about to wait in foreign code, so the thread interrupts itself ({@link InterruptGate#redeliver}): after an
 * iteration, where a value that has arrived is still returned; after an await that a canceller woke although its source
 * had completed; and after the wait for members, which no cancellation ends. After an emit's wait for demand it does
 * not: no value can win there, a cancelled scope always throws, and so the thread sees the cancellation before any
 * foreign code.
 *
 * <p>Two waits are different: {@link UpstreamCell} waits for a thread that cancels, and the caller of {@code run} waits
 * for its coroutine. Only an interrupt could cancel the waiting thread there, and both keep the flag until the wait is
 * over.
 */
final class Parking {
    private Parking() {}

    /**
     * Parks the current thread until it is woken.
     *
     * @param in what it is suspended in, already visible to cancellers
     * @param scope the innermost scope of the thread, or null for a plain thread
     * @return false if a plain thread was interrupted first; its flag stays set
     */
    static boolean untilWoken(Suspension in, @Nullable Scope scope) {
        if (!in.isParked()) return true;
        Observer.Observation told = suspended(in, scope);
        boolean woken = true;
        while (woken && in.isParked()) woken = parked(in, scope);
        if (told != null) told.resumed();
        return woken;
    }

    /** As {@link #untilWoken}, but may return earlier. */
    static boolean once(Suspension in, @Nullable Scope scope) {
        Observer.Observation told = suspended(in, scope);
        if (told == null) return parked(in, scope);
        boolean woken = !in.isParked() || parked(in, scope); // what is told may have used up the permit
        told.resumed();
        return woken;
    }

    /** Wakes a thread that waits, when others can see that its wait is over; does nothing for null. */
    static void wake(@Nullable Thread thread) {
        if (thread == null) return;
        LockSupport.unpark(thread);
        VirtualTime.woken(thread);
    }

    private static Observer.@Nullable Observation suspended(Suspension in, @Nullable Scope scope) {
        Observer.Observation told = scope == null ? null : scope.task().observation();
        if (told != null) told.suspended(in.kind(), in::what);
        return told;
    }

    private static boolean parked(Suspension in, @Nullable Scope scope) {
        LockSupport.park(in);
        if (!Thread.currentThread().isInterrupted()) return true;
        if (!in.isParked()) return true; // it was woken: the flag may be a canceller's, for the code after this
        if (scope == null) return false;
        scope.task().cancelSelf();
        return true;
    }
}
