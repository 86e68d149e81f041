package dev.weft.spi;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members of a scope that are not done, the failures that nobody has seen, and the results that nobody has read.
 *
 * <p>The monitor of this object guards all its fields but {@code joiner}. No code of users runs under it, and nothing
 * waits under it.
 */
final class Members implements Suspension {
    private static final System.Logger LOG = System.getLogger("dev.weft");
    private static final long STRAGGLER_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int PRUNED_ABOVE = 64;
    private static final int NAMED = 8;

    /** Why daemons are cancelled. */
    static final String REST_DONE = "the rest of its group is done";

    /** In the order in which they were started, which is the order of cancelling them. */
    private final Set<Member> alive = new LinkedHashSet<>();

    /** Those among them that are ended when the others are done; null if there never was one. */
    private @Nullable Set<CoroutineTask<?>> daemons;

    /** Whether only daemons were left when the body was over, so that they are ended, and nothing more is started. */
    private boolean closing;

    /** Null if none ever failed. */
    private @Nullable List<Member> failed;

    private int prunedAbove = PRUNED_ABOVE;

    /** The results that nobody has read. */
    private @Nullable List<Unread> unread;

    private int unreadPrunedAbove = PRUNED_ABOVE;

    /**
     * The thread that waits for the members, or has waited. It writes this before it checks whether any are left; other
     * threads read it after they have removed one.
     */
    private volatile @Nullable Thread joiner;

    /** Whether the cancellation of the scope ended a member, or should have ended it. */
    private boolean cut;

    /** Whether the time is up for members that do not end. */
    private boolean overdue;

    /** Whether some did not end in time, so that the scope was left without them. */
    private boolean leftBehind;

    /** {@return false if nothing more is started here} */
    synchronized boolean add(Member member) {
        if (closing) return false;
        alive.add(member);
        if (!member.isDaemon()) return true;
        if (daemons == null) daemons = new LinkedHashSet<>();
        return daemons.add((CoroutineTask<?>) member);
    }

    void remove(Member member) {
        SchedulePoint.pass();
        synchronized (this) {
            cut |= member.wasCut();
            if (!alive.remove(member)) return;
            if (daemons != null && member.isDaemon()) daemons.remove(member);
            if (alive.size() > daemonCount()) return;
        }
        Parking.wake(joiner);
    }

    /** Keeps a failed member until its failure has been seen, or until the scope is left. */
    synchronized void remember(Member member) {
        if (failed == null) failed = new ArrayList<>();
        if (failed.size() >= prunedAbove) {
            failed.removeIf(seen -> !alive.contains(seen) && seen.unobservedFailure() == null);
            prunedAbove = Math.max(PRUNED_ABOVE, 2 * failed.size());
        }
        failed.add(member);
    }

    /**
     * Keeps a result until it has been read or the scope is left. Code that has forgotten a handle has ignored its
     * result: if there are many, they are not kept either.
     *
     * @return false if the scope was left without this member
     */
    synchronized boolean keep(Unread result) {
        if (leftBehind) return false;
        if (unread == null) unread = new ArrayList<>();
        if (unread.size() >= unreadPrunedAbove) {
            unread.removeIf(Unread::isOver);
            unreadPrunedAbove = Math.max(PRUNED_ABOVE, 2 * unread.size());
        }
        unread.add(result);
        return true;
    }

    /** Forgets the results that nobody has read. {@return these results} */
    List<Object> takeUnread() {
        List<Unread> left;
        synchronized (this) {
            left = unread;
            unread = null;
        }
        if (left == null) return List.of();
        List<Object> results = new ArrayList<>();
        for (Unread result : left) {
            Object value = result.take();
            if (value != null) results.add(value);
        }
        return results;
    }

    void cancel(Cancellation c, Deque<Scope> marked) {
        for (Member member : snapshot()) member.cancel(c, marked);
    }

    /**
     * Waits until all members are done, and ends the daemons when the others are; or until those that do not end
     * although they are cancelled are given up. Neither cancellation nor an interrupt ends the wait; a foreign interrupt
     * cancels the coroutine.
     */
    void join(Scope scope) {
        if (isEmpty()) return;
        scope.task().waits();
        Suspension outer = scope.suspended();
        scope.suspend(this);
        scope.task().settleInterrupt();
        joiner = Thread.currentThread();
        Timer.Entry watch = null;
        Timer.Entry limit = null;
        while (!isOver()) {
            endDaemons();
            if (watch == null && (closing || scope.cancellation() != null)) {
                watch = scope.watch(STRAGGLER_NANOS, this::warn);
                long patience = scope.patience();
                if (patience != Long.MAX_VALUE) limit = scope.watch(Math.max(0, patience), this::giveUp);
                continue; // the timer may have parked, and used up the permit of the last member
            }
            Parking.once(this, scope);
        }
        if (watch != null) watch.cancel();
        if (limit != null) limit.cancel();
        if (!isEmpty()) leaveBehind(scope);
        scope.resume(outer);
        scope.task().redeliver(scope);
    }

    /** Ends the daemons, once, if only they are left. Called by the joiner. */
    private void endDaemons() {
        List<CoroutineTask<?>> left;
        synchronized (this) {
            if (closing || daemons == null || alive.size() > daemons.size()) return;
            closing = true;
            left = List.copyOf(daemons);
        }
        for (CoroutineTask<?> daemon : left) daemon.cancel(Cancellation.Reason.REQUESTED, REST_DONE, null);
    }

    private int daemonCount() {
        return daemons == null ? 0 : daemons.size();
    }

    synchronized boolean wereCut() {
        return cut;
    }

    @Override
    public boolean wakeForCancel(Cancellation c) {
        Parking.wake(joiner);
        return true;
    }

    /** Not while its thread is to end the daemons. */
    @Override
    public synchronized boolean isParked() {
        return !isOver() && (closing || daemons == null || alive.size() > daemons.size());
    }

    @Override
    public WaitKind kind() {
        return WaitKind.MEMBERS;
    }

    @Override
    public String waitsFor() {
        List<Member> members = snapshot();
        String more = members.size() > NAMED ? ", … (" + members.size() + ')' : "";
        return members.stream()
                .limit(NAMED)
                .map(Member::whereabouts)
                .collect(Collectors.joining("; ", "the end of what was started in its scope: ", more));
    }

    @Override
    public boolean keepsInterrupts() {
        return true;
    }

    /** As {@link Member#rest}, for all members. */
    long rest() {
        long sum = 0;
        for (Member member : snapshot()) {
            long rest = member.rest();
            if (rest == Member.RUNNING) return Member.RUNNING;
            sum += rest;
        }
        return sum;
    }

    /**
     * {@return the first failure that nobody has seen; the others are suppressed in it, or dropped if there are too
     * many}
     */
    @Nullable
    Throwable unobservedFailure(Scope scope) {
        Throwable first = null;
        for (Throwable failure : takeUnobserved()) {
            if (first == null) first = failure;
            else scope.suppressOrDrop(first, failure);
        }
        return first;
    }

    /** Drops the failures that nobody has seen, other than the one that the body itself ends with. */
    @Nullable
    Throwable reportUnobserved(Throwable thrown, Scope scope) {
        for (Throwable failure : takeUnobserved()) if (failure != thrown) scope.drop(failure);
        return null;
    }

    private synchronized List<Throwable> takeUnobserved() {
        if (failed == null) return List.of();
        List<Throwable> unobserved = new ArrayList<>();
        for (Member member : failed) {
            Throwable failure = member.unobservedFailure();
            if (failure != null) unobserved.add(failure);
        }
        failed.clear();
        return unobserved;
    }

    private void giveUp() {
        synchronized (this) {
            overdue = true;
        }
        Parking.wake(joiner);
    }

    /** Gives up the members that are not done; from here on, the scope has nothing to do with them. */
    private void leaveBehind(Scope scope) {
        List<Member> left;
        synchronized (this) {
            left = List.copyOf(alive);
            if (left.isEmpty()) return;
            // whatever their outcome, the result is incomplete; not without daemons, whose work was done
            cut |= left.size() > daemonCount() || scope.cancellation() != null;
            alive.clear();
            daemons = null;
            leftBehind = true;
        }
        scope.leftBehind();
        for (Member member : left) {
            EngineCounter.LEFT_BEHIND.increment();
            LOG.log(Level.WARNING, () -> "Left behind, cancelled and still running: " + member.describe());
        }
    }

    private synchronized boolean isOver() {
        return overdue || alive.isEmpty();
    }

    private synchronized boolean isEmpty() {
        return alive.isEmpty();
    }

    synchronized List<Member> snapshot() {
        return List.copyOf(alive);
    }

    private void warn() {
        LOG.log(
                Level.WARNING,
                () -> "Cancelled 5 s ago and still running: "
                        + snapshot().stream().map(Member::describe).collect(Collectors.joining(", ")));
    }
}
