package dev.weft.test;

import dev.weft.spi.Census;
import dev.weft.spi.Living;
import dev.weft.spi.SchedulePoint;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out when all that belongs to a test is at rest: each coroutine, each source without a thread, and each thread
 * that runs a task of a library waits for another. Used by the thread of the test.
 *
 * <p>A coroutine that waits in the engine is not looked at until it was woken: who wakes it tells so, before going on
 * itself. So only those are looked at that may move, however many wait. One look means nothing, since one of them may
 * wake another meanwhile. But when two looks have found that nothing moves, and nothing was told in between, then all
 * was at rest in between, at the same moment. For if a coroutine was woken by then and not told of, what has woken it
 * was still running; that was either looked at, or woken in the same way before, and so on to a first one.
 *
 * <p>Nobody tells of a thread that waits in the JDK; it is looked at again and again for a while. And a thread that
 * another has just let into a monitor, or woken with {@code notify}, looks as if it waited until it gets a processor; so
 * this while is longer, the more so if this thread has to wait for one too. So it is for a platform thread, for tools
 * that do not wait for a signal, but look again and again, and on a JDK older than 24 for any thread that waits in the
 * JDK: a virtual one may be pinned to its carrier there, inside a monitor, and looks the same when it was woken until
 * that gets a processor.
 */
final class Stillness {
    private static final long WHILE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    private static final int LOOKS = 50;

    /** Those with the stack of a running thread, which take longer. */
    private static final int STACK_LOOKS = 5;

    private static final long LONG_WHILE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MONITOR_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How many of the longest pauses of this thread are added to a long while: others have to wait as well. */
    private static final int PAUSES = 10;

    private static final long MOST_PAUSES_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long SPIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** The beginnings of methods that look again and again whether something has happened. */
    private static final List<String> POLLERS = List.of(
            "reactor.test.DefaultStepVerifierBuilder$DefaultVerifySubscriber.pollTaskEventOrComplete",
            "org.awaitility.");

    /** Whether a virtual thread that waits inside a monitor keeps its carrier. */
    private static final boolean MAY_BE_PINNED = Runtime.version().feature() < 24;

    private final Workers workers;
    private final Movers movers;

    /** What was alive before the test began, and belongs to others. */
    private final Set<Object> others = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Look look = new Look();

    /** How many looks in a row have found the same as the one before. */
    private int equal;

    Stillness(Workers workers, Movers movers) {
        this.workers = workers;
        this.movers = movers;
        Census.take(Integer.MAX_VALUE, living -> others.add(living.subject()));
    }

    /** What was found: nothing moves, since some time. */
    record Found(long quietNanos, boolean endsByItself) {}

    /**
     * Waits until all is at rest.
     *
     * @param deadline until when, as {@link System#nanoTime} counts
     * @return how it is, or null if it was not at rest by then
     * @throws InterruptedException if this thread was interrupted
     */
    @Nullable
    Found await(long deadline) throws InterruptedException {
        long start = System.nanoTime();
        equal = 0;
        while (true) {
            if (Thread.interrupted()) throw new InterruptedException();
            Found found = look();
            if (found != null) return found;
            long now = System.nanoTime();
            if (now - deadline > 0) return null;
            look.tries = now - start > SPIN_NANOS;
            if (look.moves && look.tries) LockSupport.parkNanos(PAUSE_NANOS);
            else Thread.yield();
        }
    }

    /** Looks once. {@return how it is, if all has been at rest for long enough} */
    @Nullable
    Found look() {
        boolean same = look.again();
        long quiet = System.nanoTime() - look.since;
        equal = same ? equal + 1 : 0;
        boolean atRest = !look.moves && equal >= look.looks() && quiet >= look.whileNanos();
        return atRest ? new Found(quiet, look.endsByItself) : null;
    }

    /** {@return how many coroutines each look is at} */
    int lookedAt() {
        return look.unsettled.size();
    }

    /** Something has been done that may have changed anything: what was found before means nothing any more. */
    void disturb() {
        look.moves = true;
    }

    /** Gives all that is alive and belongs to the test. */
    void each(Consumer<Living> action) {
        Census.take(Integer.MAX_VALUE, living -> {
            if (!living.isAmong(others)) action.accept(living);
        });
    }

    /** {@return whether the innermost frame outside the JDK is that of a method that polls} */
    static boolean isOfPoller(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if ("java.base".equals(frame.getModuleName())) continue;
            String method = frame.getClassName() + '.' + frame.getMethodName();
            return POLLERS.stream().anyMatch(method::startsWith);
        }
        return false;
    }

    /** A look at everything that may move. */
    private final class Look {
        /** The coroutines that may move; the others wait in the engine, and are told of when they are woken. */
        private final Set<Living> unsettled = new LinkedHashSet<>();

        private boolean moves;

        /** Whether some thread waits in the JDK, or in a way in which it looks the same when it has been woken. */
        private boolean elsewhere;

        private boolean unclear;

        /** Whether some thread looks again and again whether something has happened. */
        private boolean polled;

        /** Whether some thread waits with a limit in real time. */
        private boolean endsByItself;

        /** Whether something has moved for long enough to look at the stack of what runs. */
        private boolean tries;

        /** The thread that was last found polling; null if there was none. */
        private @Nullable Thread poller;

        /** Whether some thread waits for a monitor, or in one. */
        private boolean blocked;

        /** When it looked last, and the longest time between two looks since {@code since}. */
        private long last;

        private long pause;

        /** What was found, as a number. */
        private long print;

        /** Since when that is the same. */
        private long since;

        /** {@return whether all is as it was at the last look} */
        boolean again() {
            long before = print;
            boolean moved = moves;
            moves = elsewhere = unclear = polled = blocked = endsByItself = false;
            print = 1;
            boolean told = listen();
            SchedulePoint.pass();
            for (Iterator<Living> each = unsettled.iterator(); !moves && each.hasNext(); SchedulePoint.pass())
                if (isSettled(each.next())) each.remove();
            workers.busy().forEach(this::add);
            long now = System.nanoTime();
            boolean same = !told && !moves && !moved && print == before;
            pause = same ? Math.max(pause, now - last) : 0;
            last = now;
            if (!same) since = now;
            return same;
        }

        int looks() {
            return polled ? STACK_LOOKS : elsewhere ? LOOKS : 1;
        }

        long whileNanos() {
            if (!unclear && !polled) return elsewhere ? WHILE_NANOS : 0;
            long others = unclear ? Math.min(PAUSES * pause, MOST_PAUSES_NANOS) : 0;
            return (blocked ? MONITOR_NANOS : LONG_WHILE_NANOS) + others;
        }

        /** {@return whether anything was told since the last look} */
        private boolean listen() {
            boolean told = false;
            for (Living next = movers.next(); next != null; next = movers.next()) {
                if (next.isAmong(others)) continue;
                told = true;
                if (next.subject().thread() != null) unsettled.add(next);
            }
            return told;
        }

        /** {@return whether a coroutine is over, or waits until somebody tells that it was woken} Else it is looked at. */
        private boolean isSettled(Living coroutine) {
            Thread thread = Objects.requireNonNull(coroutine.subject().thread());
            Object in = coroutine.waitsIn();
            SchedulePoint.pass();
            if (in != null && isParked(thread, in)) return true;
            if (thread.getState() == Thread.State.TERMINATED) {
                movers.forget(thread);
                return true;
            }
            print = 31 * (31 * print + System.identityHashCode(coroutine)) + coroutine.suspensions();
            if (in == null) add(thread);
            else moves = true; // is about to park, or has just gone on
            return false;
        }

        /**
         * {@return whether a thread is parked in something} Asked after that has said that nobody has woken it: else the
         * thread may have gone on in between, be back, and not park, since there is something for it.
         */
        private static boolean isParked(Thread thread, Object in) {
            return LockSupport.getBlocker(thread) == in && thread.getState() == Thread.State.WAITING;
        }

        private void add(Workers.Worker worker) {
            print = 31 * print + System.identityHashCode(worker);
            if (!worker.hasBegun()) moves = true;
            else if (!worker.isIdle()) add(worker.thread());
            unclear = true;
        }

        private void add(Thread thread) {
            switch (thread.getState()) {
                case NEW -> moves = true;
                case RUNNABLE -> {
                    if (polls(thread)) waits(false);
                    else moves = true;
                }
                case TERMINATED -> {}
                case BLOCKED -> {
                    blocked = true;
                    waits(true);
                }
                case WAITING -> {
                    boolean signalled = LockSupport.getBlocker(thread) != null;
                    blocked |= !signalled;
                    if (!signalled && readsOrWrites(thread)) moves = true;
                    else waits(!signalled || MAY_BE_PINNED);
                }
                case TIMED_WAITING -> {
                    endsByItself = true;
                    if (LockSupport.getBlocker(thread) == null && !polls(thread)) moves = true;
                    else waits(MAY_BE_PINNED);
                }
            }
        }

        private void waits(boolean unclearly) {
            elsewhere = true;
            unclear |= unclearly;
        }

        /** {@return whether a thread only looks again and again whether something has happened} */
        private boolean polls(Thread thread) {
            if (!tries && thread != poller || !isOfPoller(thread.getStackTrace())) return false;
            poller = thread;
            polled = true;
            return true;
        }

        /** {@return whether a virtual thread waits for a socket or a file} */
        private static boolean readsOrWrites(Thread thread) {
            for (StackTraceElement frame : thread.getStackTrace())
                if (frame.getClassName().startsWith("sun.nio.ch.")) return true;
            return false;
        }
    }
}
