package dev.weft.spi;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks periodically at all coroutines that have started since it was installed, and reports those that have waited in
 * one place for longer than its limit, and those that run on for longer than that although they are cancelled.
 *
 * <p>It adds no cost to a wait: suspensions are counted anyway, so a coroutine that is found suspended with the same
 * number again has been suspended all the time. A wait in foreign code, such as for a lock, has no such number: it
 * counts as one wait as long as the coroutine is found waiting for the same thing and has not suspended in the engine
 * in between. A wait that limits itself is not reported: a {@code delay}, and whatever the JDK calls a timed wait.
 *
 * <p>It has a platform thread, since a virtual one would not run when all carriers are blocked, and it uses the wall
 * clock.
 *
 * @since 0.1
 */
public final class Watchdog {
    private static final int LOOKS = 8;
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many stacks it takes at a look; the others are found at the next look. */
    private static final int MOST_STACKS = 256;

    /** How many names one report lists. */
    private static final int MOST_NAMES = 8;

    /** The watchdog in use in place of the configured one, or null. */
    private static volatile @Nullable Watchdog instead;

    private final long limit;
    private final Set<WatchedTask> alive = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    private Watchdog(Duration limit) {
        this.limit = nanos(limit);
    }

    private static long nanos(Duration limit) {
        try {
            return limit.toNanos();
        } catch (ArithmeticException centuries) {
            return Long.MAX_VALUE;
        }
    }

    /**
     * Replaces the watchdog for all coroutines that start from now on.
     *
     * @param limit how long a wait may last
     * @return an action that restores the previous watchdog
     */
    public static Runnable replace(Duration limit) {
        var own = new Watchdog(limit);
        Watchdog before = instead;
        instead = own;
        return () -> {
            own.close();
            instead = before;
        };
    }

    /**
     * {@return the watch over a coroutine that is about to start, or null if there is no watchdog}
     *
     * @throws RuntimeException if the configuration cannot be read
     */
    static @Nullable WatchedTask watch(CoroutineTask<?> coroutine) {
        Watchdog own = instead;
        Watchdog watchdog = own == null ? Configured.get() : own;
        return watchdog == null ? null : watchdog.start(coroutine);
    }

    /**
     * {@return how many nanoseconds a quick call may take before it is reported: a second, or the watchdog's limit if
     * that is less}
     */
    public static long slowNanos() {
        Watchdog own = instead;
        Watchdog watchdog = own == null ? Configured.WATCHDOG : own;
        return watchdog == null ? SLOW_NANOS : Math.min(SLOW_NANOS, watchdog.limit);
    }

    void forget(WatchedTask watch) {
        alive.remove(watch);
    }

    private WatchedTask start(CoroutineTask<?> coroutine) {
        var watch = new WatchedTask(this, coroutine);
        alive.add(watch);
        if (!started.get() && started.compareAndSet(false, true)) {
            var own = new Thread(null, this::run, "weft-watchdog", 0, false);
            own.setDaemon(true);
            thread = own;
            own.start();
        }
        return watch;
    }

    private void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closed) {
            try {
                look(System.nanoTime());
            } catch (Throwable failure) {
                Reports.uncaught(failure); // a failure caused by one coroutine does not end the watch over the others
            }
            LockSupport.parkNanos(this, Math.max(1, limit / LOOKS));
        }
    }

    private void look(long now) {
        Map<Wait, List<String>> waiting = new LinkedHashMap<>();
        int stacks = 0;
        for (WatchedTask watch : alive) {
            CoroutineTask<?> coroutine = watch.get();
            if (coroutine == null) alive.remove(watch);
            if (coroutine == null) continue;
            long overdue = watch.overdue(coroutine, now, limit);
            if (overdue > 0) watch.warnOfOverdue(coroutine, overdue);
            if (!watch.isLate(coroutine, now, limit)) continue;
            if (++stacks > MOST_STACKS) break;
            Wait wait = watch.describe(coroutine);
            if (wait != null)
                waiting.computeIfAbsent(wait, place -> new ArrayList<>()).add(coroutine.title());
        }
        waiting.forEach((wait, names) -> report(wait, names, limit));
    }

    private static void report(Wait wait, List<String> names, long limit) {
        EngineCounter.LONG_WAITS.increment();
        int more = names.size() - 1;
        String who = String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())))
                + (more < MOST_NAMES ? "" : ", …, " + names.size() + " coroutines in one place")
                + (more == 0 ? " has" : " have");
        Reports.warn(new Warning(
                Warning.Kind.LONG_WAIT,
                names.get(0),
                who + " waited for more than " + millis(limit) + " ms: " + wait.what(),
                wait.frames()));
    }

    static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** What is waited for, and where. Coroutines that wait for the same thing in the same place share one report. */
    record Wait(String what, List<StackTraceElement> frames) {}

    /**
     * {@return what a thread waits for in foreign code}
     *
     * @param stack its stack, the innermost frame first
     */
    static String elsewhere(Thread thread, StackTraceElement[] stack) {
        Object blocker = LockSupport.getBlocker(thread);
        if (blocker instanceof UpstreamCell.Abort abort) return abort.waitsFor();
        String where = "in " + call(stack);
        if (thread.getState() == Thread.State.BLOCKED) return where + ", for a monitor (synchronized)";
        return blocker == null
                ? where
                : where + ", blocked by " + blocker.getClass().getName() + '@'
                        + Integer.toHexString(System.identityHashCode(blocker)) + owner(blocker);
    }

    /**
     * {@return the method of the JDK that the code has called: the outermost of the JDK's frames at the top of the
     * stack}
     */
    private static String call(StackTraceElement[] stack) {
        StackTraceElement call = null;
        for (StackTraceElement frame : stack) {
            if (call != null && !isOfTheJdk(frame.getClassName())) break;
            call = frame;
        }
        return call == null ? "code without a stack" : call.getClassName() + '.' + call.getMethodName();
    }

    private static boolean isOfTheJdk(String type) {
        return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
    }

    private static String owner(Object blocker) {
        Method getter = Owner.GETTER;
        if (getter == null || !(blocker instanceof AbstractOwnableSynchronizer)) return "";
        try {
            return getter.invoke(blocker) instanceof Thread owner ? ", which " + owner.getName() + " holds" : "";
        } catch (ReflectiveOperationException unknown) {
            return "";
        }
    }

    /**
     * {@return what to report about a source that has given a value, but has not ended} If the value, or a result of
     * one of its methods, is a source of the same library, the end waits for that to be consumed: such a value is a
     * group, a window, a part or a database result.
     */
    static String withoutItsEnd(Object value, Backend backend) {
        Class<?> type = value.getClass();
        Class<?> source = consumed(type, backend);
        String named = source == null || source == type ? "" : " (" + source.getName() + ')';
        return "has a value of type " + type.getName() + named
                + (source == null ? ", but not its end: where the value is enough, use awaitFirst; if it" : ", which")
                + " must be consumed before its source can end: use a loop, awaitFirst, or collect(flatMap(…))";
    }

    private static @Nullable Class<?> consumed(Class<?> type, Backend backend) {
        try {
            if (backend.understands(type)) return type;
            for (Class<?> t = type; t != null; t = t.getSuperclass())
                for (Class<?> face : t.getInterfaces()) if (givesSources(face, backend)) return face;
            return givesSources(type, backend) ? type : null;
        } catch (RuntimeException | LinkageError unknown) { // one of the types that its methods name cannot be loaded
            return null;
        }
    }

    private static boolean givesSources(Class<?> type, Backend backend) {
        return Arrays.stream(type.getMethods()).anyMatch(method -> backend.understands(method.getReturnType()));
    }

    /** The configured watchdog: null if there is none; if the configuration cannot be read, each use throws. */
    private static final class Configured {
        static final @Nullable Watchdog WATCHDOG;
        static final boolean BROKEN;

        static {
            Watchdog configured = null;
            boolean broken = false;
            try {
                configured = Host.get().watchdog().map(Watchdog::new).orElse(null);
            } catch (RuntimeException unreadable) {
                broken = true; // get() throws it
            }
            WATCHDOG = configured;
            BROKEN = broken;
        }

        private Configured() {}

        static @Nullable Watchdog get() {
            if (BROKEN) Host.get().watchdog();
            return WATCHDOG;
        }
    }

    /** How to ask the JDK which thread holds a lock; null unless it lets us ask. */
    private static final class Owner {
        static final @Nullable Method GETTER = getter();

        private Owner() {}

        private static @Nullable Method getter() {
            try {
                Method getter = AbstractOwnableSynchronizer.class.getDeclaredMethod("getExclusiveOwnerThread");
                return getter.trySetAccessible() ? getter : null;
            } catch (NoSuchMethodException none) {
                return null;
            }
        }
    }
}
