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
 * Looks, every now and then, at all coroutines that have started since it is there, and reports those which have waited in one place
 * for longer than its limit.
 *
 * <p>A wait costs nothing by this: each one is counted anyway, so a coroutine that is found suspended under the same number again has
 * been so all the time. Whoever waits in code that is not ours, such as a lock, has no such number: it is taken for one wait as long as
 * it is found waiting, and suspends in nothing of ours and waits for nothing else in between. A wait that says itself how long it takes is none: a {@code delay},
 * and whatever the JDK calls timed.
 *
 * <p>It has a platform thread, since a virtual one would not run where all carriers are held, and looks by the wall clock.
 *
 * @since 0.1
 */
public final class Watchdog {
    private static final int LOOKS = 8;
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many stacks are taken at a look; the others are found at the next. */
    private static final int MOST_STACKS = 256;

    /** How many names are in one report. */
    private static final int MOST_NAMES = 8;

    /** What is in force instead of what is configured, or null. */
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
     * Puts a watchdog in the place of the one that is there, or is configured, for all coroutines that start from now on.
     *
     * @param limit how long a wait may last
     * @return what puts that back
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
     * {@return what a coroutine that is about to start is watched with, or null if there is no watchdog}
     *
     * @throws RuntimeException if what is configured cannot be read
     */
    static @Nullable WatchedTask watch(CoroutineTask<?> coroutine) {
        Watchdog own = instead;
        Watchdog watchdog = own == null ? Configured.get() : own;
        return watchdog == null ? null : watchdog.start(coroutine);
    }

    /** {@return how long what should be quick may take before it is reported: a second, or the watchdog's limit if that is less} */
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
                Reports.uncaught(failure); // what one coroutine has provoked does not end the watch over the others
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
            if (coroutine == null || !watch.isLate(coroutine, now, limit)) continue;
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

    /** What is waited for, and where. Those who wait for the same in the same place are one report. */
    record Wait(String what, List<StackTraceElement> frames) {}

    /**
     * {@return what a thread waits for in code that is not ours}
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

    /** The outermost of the JDK's frames on top of the stack: what the code has called there. */
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
     * {@return what is to be said of a value that a source has given, without its end} If it, or what one of its methods gives, is a
     * source of the same library, as a group, a window, a part or a result of a database are, it is what the end waits for.
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
        } catch (RuntimeException | LinkageError unknown) { // of a type that its methods name
            return null;
        }
    }

    private static boolean givesSources(Class<?> type, Backend backend) {
        return Arrays.stream(type.getMethods()).anyMatch(method -> backend.understands(method.getReturnType()));
    }

    /** What is configured; which may be nothing, or something that cannot be read and is then complained of at each use. */
    private static final class Configured {
        static final @Nullable Watchdog WATCHDOG;
        static final boolean BROKEN;

        static {
            Watchdog configured = null;
            boolean broken = false;
            try {
                configured = Host.get().watchdog().map(Watchdog::new).orElse(null);
            } catch (RuntimeException unreadable) {
                broken = true; // get says it
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

    /** How the JDK says who holds a lock; null unless it lets us ask. */
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
