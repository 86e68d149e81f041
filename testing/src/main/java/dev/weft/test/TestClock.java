package dev.weft.test;

import dev.weft.spi.Living;
import dev.weft.spi.TestTime;
import dev.weft.spi.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The time of one test, and all that is to happen in it. It stands still until {@link #next} takes a task that is due
 * later.
 */
final class TestClock implements TestTime {
    private static final Comparator<Task> BY_TIME = Comparator.<Task>comparingLong(task -> task.due)
            .thenComparing(task -> task.kind == Kind.LAST)
            .thenComparingLong(task -> task.number);

    /** What a task is. */
    enum Kind {
        /** An action of the engine: short, and nothing that a test leaves over. */
        ENGINE,
        /** A task of a library's scheduler. */
        LIBRARY,
        /** What happens after all else that is due. */
        LAST
    }

    /** What is to happen; the clock's monitor guards its fields. */
    final class Task implements Timer.Entry {
        final long due;
        final Kind kind;
        final long number;
        final @Nullable Object worker;
        final boolean mayBlock;
        final Runnable action;

        /** Where a task of a library was made. */
        final List<StackTraceElement> made;

        /** The thread that runs it; null before and after. */
        private @Nullable Thread runner;

        /** What it has become when the test was over; null before that. */
        private Timer.@Nullable Entry inRealTime;

        private Task(long due, Kind kind, @Nullable Object worker, boolean mayBlock, Runnable action) {
            this.due = due;
            this.kind = kind;
            this.number = count++;
            this.worker = worker;
            this.mayBlock = mayBlock;
            this.action = action;
            this.made = kind == Kind.LIBRARY ? Origin.here() : List.of();
        }

        /** Removes it, or, if it is a task of a library and another thread runs it, interrupts that one. */
        @Override
        public void cancel() {
            synchronized (TestClock.this) {
                if (tasks.remove(this)) return;
                Queue<Task> behind = waiting.get(worker);
                if (behind != null && behind.remove(this)) return;
                if (inRealTime != null) inRealTime.cancel();
                if (kind == Kind.LIBRARY && runner != null && runner != Thread.currentThread()) runner.interrupt();
            }
        }

        /** Runs it on this thread. That of a library is then not interrupted any more. */
        void run() {
            synchronized (TestClock.this) {
                runner = Thread.currentThread();
            }
            try {
                action.run();
            } finally {
                ended(this);
            }
        }
    }

    private final TreeSet<Task> tasks = new TreeSet<>(BY_TIME);

    /** The workers that run a task, each with the tasks that are due and wait for it. */
    private final Map<@Nullable Object, Queue<Task>> waiting = new HashMap<>();

    private final Movers movers = new Movers();

    private long now;
    private long count;
    private boolean over;

    /** The timer of what the engine schedules when this time is no longer in force; null before that. */
    private @Nullable Timer real;

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Timer.Entry schedule(long nanos, Runnable action) {
        return real == null ? add(nanos, Kind.ENGINE, null, true, action) : real.schedule(nanos, action);
    }

    @Override
    public Timer.Entry execute(@Nullable Object worker, boolean mayBlock, long nanos, Runnable task) {
        return add(nanos, Kind.LIBRARY, worker, mayBlock, task);
    }

    @Override
    public void moved(Living living) {
        movers.add(living);
    }

    @Override
    public void woken(Thread thread) {
        movers.woken(thread);
    }

    Movers movers() {
        return movers;
    }

    /** Runs an action when all else is over that is due by then. */
    void last(long nanos, Runnable action) {
        add(nanos, Kind.LAST, null, true, action);
    }

    private synchronized Task add(long nanos, Kind kind, @Nullable Object worker, boolean mayBlock, Runnable action) {
        if (over && kind != Kind.ENGINE) throw new RejectedExecutionException("the test is over, and with it its time");
        long later = Math.max(0, nanos);
        var task =
                new Task(later > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + later, kind, worker, mayBlock, action);
        tasks.add(task);
        return task;
    }

    /**
     * Takes the next task whose worker is free; that worker is busy until it has run.
     *
     * @param jump whether time may pass until then
     * @return the task, or null if there is none
     */
    synchronized @Nullable Task next(boolean jump) {
        while (!tasks.isEmpty()) {
            Task first = tasks.first();
            if (first.due > now && !jump) return null;
            tasks.remove(first);
            Queue<Task> behind = waiting.get(first.worker);
            if (first.worker != null && behind != null) {
                behind.add(first);
                continue;
            }
            if (first.worker != null) waiting.put(first.worker, new ArrayDeque<>());
            if (first.due != Long.MAX_VALUE) now = Math.max(now, first.due);
            return first;
        }
        return null;
    }

    private synchronized void ended(Task task) {
        task.runner = null;
        if (task.kind == Kind.LIBRARY) Thread.interrupted(); // a late one, meant for the task
        Queue<Task> behind = task.worker == null ? null : waiting.remove(task.worker);
        if (behind != null) tasks.addAll(behind);
    }

    /** From here on no task of a library is taken, and nothing runs. {@return the tasks of libraries that are left} */
    synchronized List<Task> close() {
        over = true;
        List<Task> left =
                tasks.stream().filter(task -> task.kind == Kind.LIBRARY).toList();
        tasks.removeIf(task -> task.kind != Kind.ENGINE);
        return left;
    }

    /**
     * Lets the rest of what the engine waits for pass in real time, such as the delay of a coroutine that is not of the
     * test. To be called when this time is no longer in force.
     */
    synchronized void passOn(Timer timer) {
        real = timer;
        for (Task task : tasks) task.inRealTime = timer.schedule(Math.max(1, task.due - now), task.action);
        tasks.clear();
    }

    /** {@return the time that it shows, for a sentence} */
    Duration time() {
        return Duration.ofNanos(nanoTime());
    }
}
