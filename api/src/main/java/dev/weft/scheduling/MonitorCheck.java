package dev.weft.scheduling;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether an executor runs its tasks while it holds a monitor. It checks only the first task, since the check
 * needs a safepoint.
 */
final class MonitorCheck {
    /** For executors that are known not to hold one. */
    static final MonitorCheck NEEDLESS = new MonitorCheck(true);

    private volatile boolean done;
    private volatile @Nullable String held;

    MonitorCheck() {
        this(false);
    }

    private MonitorCheck(boolean done) {
        this.done = done;
    }

    /**
     * {@return the classes of the monitors that the executor held at its first task, or null} Called by a task of the
     * executor.
     */
    @Nullable
    String held() {
        if (done) return held;
        try {
            held = Monitors.held(Thread.currentThread());
        } catch (LinkageError withoutManagement) {
            held = null;
        }
        done = true;
        return held;
    }

    /** A class of its own, since the module {@code java.management} may be absent. */
    private static final class Monitors {
        private Monitors() {}

        static @Nullable String held(Thread thread) {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            if (!threads.isObjectMonitorUsageSupported()) return null;
            ThreadInfo info = threads.getThreadInfo(new long[] {thread.threadId()}, true, false)[0];
            MonitorInfo[] held = info == null ? new MonitorInfo[0] : info.getLockedMonitors();
            if (held.length == 0) return null;
            return Arrays.stream(held).map(LockInfo::getClassName).distinct().collect(Collectors.joining(", "));
        }
    }
}
