package dev.weft.spi;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The clock of a backend. Everything in the engine that waits for time goes through it, so that virtual time can drive
 * it.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Timer {
    /**
     * Runs an action once, later. The action is short and never throws.
     *
     * @param nanos how many nanoseconds from now, at least 1
     * @param action what to run, on a thread of the timer
     * @return the entry, to remove it before it runs
     */
    Entry schedule(long nanos, Runnable action);

    /**
     * Schedules an action with a library that may interrupt a task by removing it: this entry passes on a removal only
     * before the action has begun.
     *
     * @param action what to run
     * @param schedule schedules a task, and returns the action that removes it, or null if it was refused or has
     *     already run
     * @return the entry
     * @throws RejectedExecutionException if it was refused
     */
    static Entry once(Runnable action, Function<Runnable, @Nullable Runnable> schedule) {
        var entry = new OnceEntry(action);
        entry.removal = schedule.apply(entry);
        if (entry.removal == null && !entry.get())
            throw new RejectedExecutionException("the library's scheduler takes no more tasks: it was shut down");
        return entry;
    }

    /** A scheduled action. */
    @FunctionalInterface
    interface Entry {
        /** Removes the entry and what it holds from the timer; does nothing if it has run or was removed already. */
        void cancel();
    }
}

/** An entry that is either run or removed, whichever comes first. */
@SuppressWarnings("serial")
final class OnceEntry extends AtomicBoolean implements Runnable, Timer.Entry {
    private @Nullable Runnable action;

    /** Written before the entry is handed out. */
    @Nullable
    Runnable removal;

    OnceEntry(Runnable action) {
        this.action = action;
    }

    @Override
    public void run() {
        SchedulePoint.pass();
        Runnable due = action;
        if (due != null && compareAndSet(false, true)) due.run();
    }

    @Override
    public void cancel() {
        SchedulePoint.pass();
        if (!compareAndSet(false, true)) return;
        action = null;
        if (removal != null) removal.run();
    }
}
