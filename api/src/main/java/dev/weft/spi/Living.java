package dev.weft.spi;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine or a source that is alive, as a {@link Census} has found it.
 *
 * @since 0.1
 */
public final class Living {
    private final Member member;
    private final @Nullable Living parent;

    private Living(Member member, @Nullable Living parent) {
        this.member = member;
        this.parent = parent;
    }

    static Living of(Member member, @Nullable Living parent) {
        return new Living(member, parent);
    }

    Member member() {
        return member;
    }

    /** {@return what it is} */
    public Observer.Observed subject() {
        return (Observer.Observed) member;
    }

    /** {@return what owns it, or has subscribed to it; null if there is none any more} */
    public @Nullable Living parent() {
        return parent;
    }

    /** {@return whether its parent does not end before it; else the parent has only subscribed to it} */
    public boolean isOwned() {
        return parent != null && !(member instanceof CoroutineTask<?> task && task.caller() != 0);
    }

    /** {@return whether it, or a coroutine that it is a member of, directly or not, is one of some} */
    public boolean isAmong(Set<?> some) {
        CoroutineTask<?> owner = member instanceof CoroutineTask<?> task
                ? task.owning()
                : ((DetachedTask<?>) member).owner().task();
        boolean among = some.contains(member);
        for (; !among && owner != null; owner = owner.owning()) among = some.contains(owner);
        return among;
    }

    /** {@return whether its thread waits for something outside of the engine, such as a lock, or sleeps} */
    public boolean waitsElsewhere() {
        if (suspension() != null) return false;
        Thread thread = subject().thread();
        return thread != null
                && switch (thread.getState()) {
                    case WAITING, TIMED_WAITING, BLOCKED -> true;
                    case NEW, RUNNABLE, TERMINATED -> false;
                };
    }

    /** {@return for how many nanoseconds it has been alive; -1 for a source, whose start nobody has noted} */
    public long ageNanos() {
        return member instanceof CoroutineTask<?> task ? System.nanoTime() - task.startedAt() : -1;
    }

    /** {@return how often it has suspended; 0 for a source} If that is the same later, it still waits. */
    public int suspensions() {
        return member instanceof CoroutineTask<?> task ? task.countedSuspensions() : 0;
    }

    /**
     * {@return for how many nanoseconds it has waited; -1 if it does not wait, or if nobody listened when it started and
     * there is no debug mode}
     */
    public long waitingNanos() {
        Observer.Observation told = member instanceof CoroutineTask<?> task ? task.observation() : null;
        long since = told == null ? 0 : told.waitingSince();
        return since == 0 ? -1 : System.nanoTime() - since;
    }

    /** {@return the reason of its cancellation, or null if it is not cancelled; for the innermost code of a coroutine} */
    public @Nullable Cancellation cancellation() {
        return member instanceof CoroutineTask<?> task ? task.innermost().cancellation() : null;
    }

    /** {@return what it is suspended in, or null: an object of the engine, such as the cell of an await} */
    public @Nullable Object waitsIn() {
        return suspension();
    }

    /** {@return what it waits for in the engine, in a word; null if it does not} */
    public @Nullable WaitKind kind() {
        Suspension in = suspension();
        return in == null ? null : in.kind();
    }

    /** {@return what it waits for in the engine, in a line; null if it does not} */
    public @Nullable String waitsFor() {
        Suspension in = suspension();
        return in == null ? null : in.what();
    }

    /** {@return the stack of its thread, without frames of Weft; empty if it has none} */
    public List<StackTraceElement> frames() {
        Thread thread = subject().thread();
        return thread == null ? List.of() : WatchedTask.ofTheUser(thread.getStackTrace());
    }

    /**
     * {@return the stack of the code that has made it, without frames of Weft: for a source of a library, of the code that
     * has made that; empty without debug mode, and for a source that is awaited without a thread}
     */
    public List<StackTraceElement> made() {
        return member instanceof CoroutineTask<?> task ? task.made() : List.of();
    }

    private @Nullable Suspension suspension() {
        if (member instanceof DetachedTask<?> source) return source.cell();
        Suspension in = ((CoroutineTask<?>) member).suspension();
        return in != null && in.isParked() ? in : null;
    }
}
