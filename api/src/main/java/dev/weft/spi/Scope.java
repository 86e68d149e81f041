package dev.weft.spi;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A region of a coroutine that is cancelled as one, and that nothing started inside it outlives.
 *
 * <p>Cancellation is a sticky state: once a scope is cancelled, every suspension point inside it throws, until the
 * scope is left. A cancellation spreads inwards at once (never outwards, and not into a shield), so that a suspension
 * point reads only one field.
 *
 * <p>A scope belongs to the thread of its {@link #task}. That thread writes {@code nested}, {@code steppedOut},
 * {@code suspension}, {@code interruptsOff} and {@code opened}; cancellers, on any thread, write {@code cancellation}
 * and read the rest. Each side writes its own field before it reads the other's, so that at least one of them sees the
 * other. {@link InterruptGate} explains the part of interrupts.
 *
 * @since 0.1
 */
public class Scope {
    private static final AtomicReferenceFieldUpdater<Scope, @Nullable Object> CANCELLATION =
            AtomicReferenceFieldUpdater.newUpdater(Scope.class, Object.class, "cancellation");
    private static final AtomicReferenceFieldUpdater<Scope, @Nullable Suspension> SUSPENSION =
            AtomicReferenceFieldUpdater.newUpdater(Scope.class, Suspension.class, "suspension");
    private static final AtomicReferenceFieldUpdater<Scope, @Nullable Members> MEMBERS =
            AtomicReferenceFieldUpdater.newUpdater(Scope.class, Members.class, "members");

    /** Set while a plain thread subscribes to what it awaits; never set on the threads of coroutines. */
    private static final ThreadLocal<@Nullable Boolean> CALLING = new ThreadLocal<>();

    /**
     * The values of {@link #interruptedIn}: no canceller's interrupt has arrived; it may have met foreign code; it has
     * certainly met foreign code.
     */
    static final byte NOT_INTERRUPTED = 0;

    static final byte BY_ITSELF = 1;
    static final byte IN_FOREIGN_CODE = 2;

    /** The state of a task that ended before it was cancelled. */
    private static final Object FINISHED = new Object();

    private final @Nullable Scope parent;
    private final CoroutineTask<?> task;
    private final Backend backend;

    /** Final but for a coroutine, which may be given another one before its body begins. */
    private Object context;

    private final boolean shield;

    private volatile @Nullable Scope nested;

    /** The innermost scope inside this one that the thread has stepped out of, to run code of this one. */
    private volatile @Nullable EmittingScope<?> steppedOut;

    private volatile @Nullable Suspension suspension;

    /**
     * Whether the thread must no longer be interrupted for this scope: it has seen the cancellation, or has left the
     * scope.
     */
    private volatile boolean interruptsOff;

    /**
     * How a canceller has interrupted the thread, until the thread sees the cancellation. A byte, since it fits into
     * padding of the object.
     */
    private volatile byte interruptedIn;

    private volatile @Nullable Object cancellation;
    private volatile @Nullable Members members;
    private @Nullable IterationCell<?> opened;

    /** The outermost scope of a task. */
    Scope(@Nullable Scope parent, Backend backend, Object context) {
        this.parent = parent;
        this.task = (CoroutineTask<?>) this;
        this.backend = backend;
        this.context = context;
        this.shield = false;
    }

    /**
     * A scope inside another one, on the same thread.
     *
     * @param parent the innermost scope of the current thread
     * @param backend the backend selected inside
     * @param context the context inside
     * @param shield whether cancellation from outside stops at this scope
     */
    public Scope(Scope parent, Backend backend, Object context, boolean shield) {
        this.parent = parent;
        this.task = parent.task;
        this.backend = backend;
        this.context = context;
        this.shield = shield;
    }

    /** For the thread of another coroutine that runs code of {@code parent}. */
    Scope(Scope parent, CoroutineTask<?> task) {
        this.parent = parent;
        this.task = task;
        this.backend = parent.backend;
        this.context = parent.context;
        this.shield = false;
    }

    /**
     * {@return the innermost scope of the current thread, or null outside any coroutine} The code of a subscriber that
     * a coroutine signals is outside.
     */
    public static @Nullable Scope current() {
        CoroutineTask<?> task = CoroutineTask.ofThread();
        return task == null ? null : task.top();
    }

    /**
     * {@return where to look for a context and a backend on this thread: {@link #current}, or, in the code of a
     * subscriber, the coroutine that signals it and has its context; null elsewhere}
     */
    public static @Nullable Scope surrounding() {
        CoroutineTask<?> task = CoroutineTask.ofThread();
        if (task == null) return null;
        Scope top = task.top();
        return top == null ? task.signalling() : top;
    }

    /**
     * {@return whether the current code belongs to an await: it runs in a coroutine, or in an await or loop of a plain
     * thread that is subscribing} A source that is subscribed to here takes over the thread-locals of this thread, if
     * its library has no context to carry them.
     */
    public static boolean isCalling() {
        return current() != null || CALLING.get() != null;
    }

    /**
     * Notes that a plain thread is about to subscribe to what it awaits. {@return whether it must call
     * {@link #leaveCall} afterwards}
     */
    static boolean enterCall() {
        if (CALLING.get() != null) return false;
        CALLING.set(true);
        return true;
    }

    static void leaveCall() {
        CALLING.remove();
    }

    /**
     * Begins a wait without a cell: does {@link #checkpoint} in a coroutine, and the equivalent checks on another
     * thread.
     *
     * @param operation what is about to wait
     * @throws IllegalStateException if the current thread must not block
     * @throws CancellationException if the scope is cancelled, or a plain thread interrupted (its flag stays set)
     */
    public static void requireMayWait(String operation) {
        Scope here = current();
        if (here != null) {
            here.checkpoint();
            return;
        }
        Host.get().requireMayBlock(operation);
        if (Thread.currentThread().isInterrupted())
            throw Host.get().interrupted(new InterruptedException("interrupted"));
    }

    /** {@return the coroutine whose thread this scope belongs to} */
    public final CoroutineTask<?> task() {
        return task;
    }

    /** {@return the scope whose members the coroutines and sources started here become} */
    public Scope home() {
        return this;
    }

    /** {@return the scope around this one, or null for the outermost} */
    public final @Nullable Scope parent() {
        return parent;
    }

    /** {@return the backend selected inside this scope} */
    public final Backend backend() {
        return backend;
    }

    /** {@return the context inside this scope; the engine only carries it} */
    public final Object context() {
        return context;
    }

    final void context(Object other) {
        context = other;
    }

    /** Passes a value that nobody receives to the discard hook; does nothing for null. */
    public final void discard(@Nullable Object value) {
        Reports.discard(backend, context, value);
    }

    /** Passes a failure that nobody receives to the hook for errors. */
    public final void drop(Throwable failure) {
        Reports.drop(backend, context, failure);
    }

    /** Adds a failure to the earlier one as suppressed, or drops it if that one takes no more. */
    protected final void suppressOrDrop(Throwable before, Throwable failure) {
        if (!Failures.suppress(before, failure)) drop(failure);
    }

    /** {@return why this scope is cancelled, or null if it is not} */
    public final @Nullable Cancellation cancellation() {
        return cancellation instanceof Cancellation c ? c : null;
    }

    /**
     * Throws if this scope is cancelled or the thread was interrupted. Every suspension point begins with it. A foreign
     * interrupt cancels the coroutine and is consumed.
     */
    public final void checkpoint() {
        SchedulePoint.suspensionPoint();
        if (Thread.currentThread().isInterrupted() && cancellation() == null) task.cancelSelf();
        Cancellation c = cancellation();
        if (c != null) throw observed(c);
    }

    /**
     * Cancels this scope and all that is inside it.
     *
     * @param reason what cancels it
     * @param why what exceptions say about it, or null
     * @param cause what led to it, or null
     * @return false if it was cancelled before or has ended
     */
    public final boolean cancel(Cancellation.Reason reason, @Nullable String why, @Nullable Throwable cause) {
        return cancel(new Cancellation(this, reason, why, cause));
    }

    /** Cancels this scope and all that is inside it because something in it has failed. */
    protected final void cancelBecauseOf(Throwable failure) {
        cancel(Cancellation.Reason.FAILURE, "a failure beside it", task.unwrap(failure));
    }

    /**
     * Interrupts the current thread, to which this scope belongs, if the scope is cancelled, since a canceller never
     * interrupts its own thread. For code that cancels its own scope and then lets the body go on, which may be about
     * to wait in foreign code.
     */
    public final void interruptSelf() {
        task.redeliver(this);
    }

    final boolean cancel(Cancellation c) {
        if (!mark(c)) return false;
        Deque<Scope> marked = new ArrayDeque<>();
        for (Scope next = this; next != null; next = marked.poll()) next.spread(c, marked);
        return true;
    }

    /**
     * Runs a body inside this scope, on the current thread, and leaves the scope when all members are done. If the body
     * fails, they are cancelled first. If a cancellation from outside ended one of them, the cancellation is thrown,
     * since the result is incomplete.
     *
     * @param body what to run
     * @return its result
     * @throws Exception what the body threw, the same instance
     */
    public final <R extends @Nullable Object> R call(Callable<? extends R> body) throws Exception {
        enter();
        boolean told = interruptsOff; // by the code around it, which is cleaning up
        R result;
        boolean swallowed;
        try {
            result = body.call();
            swallowed = !told && cancellation != null && hasMetCancellation();
        } catch (Throwable failure) {
            leave(failure);
            throw failure;
        }
        Throwable unobserved = leave(null);
        Cancellation outside = cutFromOutside();
        if (unobserved == null && outside == null) {
            if (swallowed) swallowed();
            return result;
        }
        discard(result);
        if (outside == null) throw Failures.thrown(Objects.requireNonNull(unobserved));
        if (unobserved != null) drop(unobserved);
        throw Objects.requireNonNull(parent).observed(outside);
    }

    /** {@return whether the cancellation of this scope ended a member, so that the body's result is incomplete} */
    protected final boolean membersWereCut() {
        Members inside = members;
        return inside != null && inside.wereCut();
    }

    /**
     * Schedules a warning. A timer that refuses, because its scheduler was shut down, must not prevent a scope from
     * cleaning up.
     *
     * @param nanos how many nanoseconds from now
     * @param warning what to do then
     * @return the entry in the timer, or one that does nothing
     */
    protected final Timer.Entry watch(long nanos, Runnable warning) {
        try {
            return VirtualTime.schedule(backend, nanos, warning);
        } catch (RuntimeException | Error refused) {
            drop(refused);
            return () -> {};
        }
    }

    /**
     * Replaces what this thread does before it next waits in the engine, once.
     *
     * @param action what to do, or null
     * @return what it would have done
     */
    protected final @Nullable Runnable onFirstWait(@Nullable Runnable action) {
        return task.onWait(action);
    }

    /**
     * Called on a member's thread when the member has failed, before the scope can be left.
     *
     * @param failure the real failure, without a wrapper
     * @return true if this scope handles the failure; false to end with it only if nobody else sees it
     */
    protected boolean memberFailed(Throwable failure) {
        return false;
    }

    final void memberFailed(Member member, Throwable failure) {
        if (!memberFailed(failure)) members().remember(member);
    }

    /** Admits a member. Called inside this scope, by its own thread or by one of its members. */
    final void admit(Member member) {
        Scope here = current();
        if (here == null || !here.isInside(this))
            throw new IllegalStateException(
                    "started from outside the scope, or after its end: start it in the code of the"
                            + " scope, or open a group here");
        here.checkpoint();
        Cancellation before = cancellation();
        if (before != null) throw Host.get().cancelled(before);
        SchedulePoint.pass();
        if (!members().add(member))
            throw Host.get().cancelled(new Cancellation(this, Cancellation.Reason.REQUESTED, Members.REST_DONE, null));
        Cancellation c = cancellation();
        if (c != null) cancelMember(member, c);
    }

    final void dismiss(Member member) {
        Unread result = handsOutResults() ? member.unread() : null;
        if (result != null && !members().keep(result) && !isCancelledByItself()) discard(result.take());
        members().remove(member);
    }

    /** {@return how many nanoseconds the end of this scope waits for members that are cancelled and do not end} */
    protected long patience() {
        return Long.MAX_VALUE;
    }

    /**
     * Called by this scope's own thread when it goes on without members that did not end in time. They may still fail.
     */
    protected void leftBehind() {}

    /**
     * {@return whether the results of the members belong to their handles: unread results are discarded when the scope
     * fails or is cancelled by other code} False for a scope that handles the results itself.
     */
    protected boolean handsOutResults() {
        return true;
    }

    /** Discards the results that nobody has read, since the scope has no result. */
    protected final void discardUnread() {
        Members inside = members;
        if (inside == null) return;
        for (Object result : inside.takeUnread()) discard(result);
    }

    /**
     * Publishes what the thread is about to suspend in. {@return false if the scope is cancelled; then the thread must
     * not suspend}
     */
    final boolean suspend(Suspension in) {
        task.countSuspension();
        SchedulePoint.pass();
        suspension = in;
        SchedulePoint.pass();
        return cancellation == null;
    }

    /** {@return what the thread is suspended in, or null; not null in a source's code that the thread itself runs} */
    final @Nullable Suspension suspended() {
        return suspension;
    }

    /** Restores the outer suspension. If a canceller has woken the inner one instead, wakes the outer one too. */
    final void resume(@Nullable Suspension outer) {
        suspension = outer;
        SchedulePoint.pass();
        Cancellation c = cancellation();
        if (outer != null && c != null) outer.wakeForCancel(c);
    }

    /**
     * As {@link #resume}, after an await that has its outcome. A canceller that still sees it gets {@code false} from
     * it, so a lazy write is enough.
     */
    final void resumeDecided(@Nullable Suspension outer) {
        if (outer != null) resume(outer);
        else SUSPENSION.lazySet(this, null);
    }

    /** From here on, the thread runs code that is not part of this scope. {@return what it was suspended in} */
    final @Nullable Suspension stepOut() {
        task.waits();
        Suspension before = suspension;
        suspend(Suspension.AWAY);
        task.settleInterrupt();
        return before;
    }

    /**
     * The thread is back. Clears an interrupt that it was sent outside, and delivers one that was withheld from it
     * meanwhile.
     */
    final void stepIn(@Nullable Suspension before) {
        task.top(this);
        task.settleInterrupt();
        resume(before);
        task.redeliver(this);
    }

    final @Nullable EmittingScope<?> steppedOut() {
        return steppedOut;
    }

    final void steppedOut(@Nullable EmittingScope<?> scope) {
        steppedOut = scope;
    }

    final void nested(@Nullable Scope scope) {
        nested = scope;
    }

    /** Decides that a task ended without being cancelled: the linearization point of its success. */
    final boolean finish() {
        SchedulePoint.pass();
        return CANCELLATION.compareAndSet(this, null, FINISHED);
    }

    final boolean mark(Cancellation c) {
        SchedulePoint.pass();
        if (!CANCELLATION.compareAndSet(this, null, c)) return false;
        if (this == task) task.marked(c);
        return true;
    }

    /** Notes that the thread has seen the cancellation, perhaps before the canceller has reached the scopes inside. */
    final RuntimeException observed(Cancellation c) {
        task.interruptSeen(this, c);
        WatchedTask watch = task.watch();
        if (watch != null) watch.observed(c);
        return Host.get().cancelled(c);
    }

    /**
     * Reverts {@link #observed} for this scope, which the thread has left: it goes on with a result, and the
     * cancellation must still reach the code after it.
     */
    protected final void unsee() {
        Cancellation c = cancellation();
        Scope outer = Objects.requireNonNull(parent);
        task.interruptUnseen(outer, c);
        WatchedTask watch = task.watch();
        if (watch != null) watch.unsee();
        outer.interruptSelf();
    }

    /**
     * {@return whether a failure inside only says that this scope was cancelled} Foreign code that we have interrupted
     * says so in any form, such as {@code SocketException: Closed by interrupt}; the type proves nothing.
     *
     * @param failure what was thrown
     */
    public final boolean isEcho(Throwable failure) {
        return isEcho(failure, BY_ITSELF);
    }

    /** As {@link #isEcho}, but counts an interrupt only if it has certainly met foreign code. */
    final boolean isAnswer(Throwable failure) {
        return isEcho(failure, IN_FOREIGN_CODE);
    }

    private boolean isEcho(Throwable failure, byte atLeast) {
        if (cancellation() == null) return false;
        return Failures.isEcho(failure) || interruptedIn >= atLeast && failure instanceof Exception;
    }

    /**
     * Reports what the code inside has thrown, where nobody receives it because this scope was cancelled.
     *
     * @param failure what was thrown
     */
    protected final void report(Throwable failure) {
        if (!isAnswer(failure)) drop(failure);
        else if (!(failure instanceof CancellationException)) Reports.echo(failure);
    }

    /**
     * Called when the body returns a result although this scope was cancelled meanwhile and an await, or an interrupt,
     * has told the body so. Does nothing, unless overridden: what runs in most scopes is the engine's own.
     */
    protected void swallowed() {}

    /** Counts a cancellation that the block of this scope has swallowed, and reports it if there is a watchdog. */
    protected final void reportSwallowed() {
        EngineCounter.CANCEL_SWALLOWED.increment();
        WatchedTask watch = task.watch();
        if (watch != null) watch.endedNormally(cancellation(), "a block in ");
    }

    /** {@return whether code of this cancelled scope was told so; asked by its thread, in the scope} */
    final boolean hasMetCancellation() {
        return interruptsOff || task.hasTakenInterrupt(this);
    }

    /** {@return what the thread is suspended in, as other threads see it} */
    final @Nullable Suspension suspension() {
        Suspension in = innermost().suspension;
        Scope top = in == Suspension.AWAY ? task.top() : null; // a guest elsewhere
        return top == null || top.suspension == null ? in : top.suspension;
    }

    /**
     * {@return the source of the innermost loop inside or around this scope that is open and whose source has not ended,
     * for a sentence; null if there is none}
     */
    public final @Nullable String openLoop() {
        IterationCell<?> loop = openLoop(null);
        return loop == null ? null : loop.sourceName();
    }

    /**
     * {@return the innermost loop inside or around this scope whose source has not ended, other than {@code in}; as
     * other threads see it}
     */
    final @Nullable IterationCell<?> openLoop(@Nullable Suspension in) {
        for (Scope s = innermost(); s != null; s = s.parent) {
            IterationCell<?> loop = s.opened;
            if (loop != null && loop != in && loop.holdsSource()) return loop;
        }
        return null;
    }

    final Scope innermost() {
        Scope s = this;
        for (Scope inner = s.nested; inner != null; inner = s.nested) s = inner;
        return s;
    }

    /** {@return whether cancellers may interrupt the code inside, or null if the scope around this one decides} */
    protected @Nullable Boolean interruptible() {
        return null;
    }

    /** {@return whether cancellers may interrupt the code inside} */
    public final boolean isInterruptible() {
        for (Scope s = this; ; s = Objects.requireNonNull(s.parent)) {
            Boolean own = s.interruptible();
            if (own != null) return own;
        }
    }

    // --- for InterruptGate

    final boolean interruptsOff() {
        return interruptsOff;
    }

    final void interruptsOff(boolean off) {
        interruptsOff = off;
    }

    final byte interruptedIn() {
        return interruptedIn;
    }

    final void interruptedIn(byte how) {
        interruptedIn = how;
    }

    final boolean isShield() {
        return shield;
    }

    final @Nullable Scope nested() {
        return nested;
    }

    /** {@return the members, or null if there never was one} */
    final @Nullable Members started() {
        return members;
    }

    final void opened(IterationCell<?> cell) {
        forgetAbandoned();
        cell.nextOpened = opened;
        if (opened != null) opened.previousOpened = cell;
        opened = cell;
    }

    final void closed(IterationCell<?> cell) {
        IterationCell<?> previous = cell.previousOpened;
        IterationCell<?> next = cell.nextOpened;
        if (previous != null) previous.nextOpened = next;
        else if (opened == cell) opened = next;
        if (next != null) next.previousOpened = previous;
        cell.previousOpened = null;
        cell.nextOpened = null;
    }

    /**
     * Removes iterations that ended as garbage. It waits until here, since only the thread of this scope changes the
     * list.
     */
    private void forgetAbandoned() {
        while (opened != null && opened.isLeft()) closed(opened);
    }

    /**
     * Closes the iterations opened inside and waits for the members. {@return the first failure that nobody has seen,
     * if the body did not fail}
     */
    final @Nullable Throwable end(@Nullable Throwable failure) {
        if (failure != null) cancelBecauseOf(failure);
        closeOpened();
        Members inside = members;
        if (inside == null) return null;
        inside.join(this);
        return failure == null ? inside.unobservedFailure(this) : inside.reportUnobserved(failure, this);
    }

    final void closeOpened() {
        for (IterationCell<?> cell = opened; cell != null; cell = opened) {
            closed(cell);
            cell.closeWithScope();
        }
    }

    private @Nullable Cancellation cutFromOutside() {
        Cancellation c = cancellation();
        return c != null && c.origin() != this && membersWereCut() ? c : null;
    }

    private void enter() {
        Scope outer = parent;
        if (outer == null || task.top() != outer) throw new IllegalStateException("entered on another thread");
        SchedulePoint.pass();
        outer.nested = this;
        task.top(this);
        if (shield || interruptible() != null) task.settleInterrupt(); // no earlier interrupt lands in here
        if (shield) return;
        interruptsOff = outer.interruptsOff;
        SchedulePoint.pass();
        Cancellation c = outer.cancellation();
        if (c != null) mark(c);
    }

    private @Nullable Throwable leave(@Nullable Throwable failure) {
        Throwable unobserved = end(failure);
        Scope outer = Objects.requireNonNull(parent);
        outer.nested = null;
        task.top(outer);
        task.turnOff(this);
        boolean whole = failure == null && unobserved == null && !membersWereCut();
        if (!whole && !isCancelledByItself()) discardUnread(); // before an interrupt that was kept away comes
        outer.resume(outer.suspension);
        task.redeliver(outer);
        return unobserved;
    }

    /**
     * {@return whether the code inside has cancelled this scope} Then unread results in handles are its own
     * responsibility.
     */
    protected final boolean isCancelledByItself() {
        Cancellation c = cancellation();
        return c != null && c.origin() == this && c.reason() == Cancellation.Reason.REQUESTED;
    }

    private void spread(Cancellation c, Deque<Scope> marked) {
        Scope s = this;
        for (; ; ) {
            Members inside = s.members;
            if (inside != null) inside.cancel(c, marked);
            SchedulePoint.pass();
            Scope inner = s.nested;
            SchedulePoint.pass();
            for (EmittingScope<?> beside = s.steppedOut; beside != null; beside = beside.below())
                if (beside.mark(c)) marked.add(beside);
            if (inner == null) break;
            if (inner.shield) return;
            if (!inner.mark(c) && inner.cancellation() != c) return; // one that is being entered marks itself
            s = inner;
        }
        Suspension in = s.suspension;
        if (in == null || !in.wakeForCancel(c)) task.interrupt(this);
    }

    private void cancelMember(Member member, Cancellation c) {
        Deque<Scope> marked = new ArrayDeque<>();
        member.cancel(c, marked);
        for (Scope next = marked.poll(); next != null; next = marked.poll()) next.spread(c, marked);
    }

    /**
     * {@return whether this is the other scope, or inside it} Looks no further up than the other scope may be, so that a
     * coroutine deep inside others awaits its own members at no greater cost.
     */
    public final boolean isInside(Scope outer) {
        int level = outer.task.level();
        for (Scope s = this; s != null; s = s.parent) {
            if (s == outer) return true;
            if (s.task.level() < level && !s.isGuest()) return false;
        }
        return false;
    }

    /** {@return whether the thread of another coroutine runs here} */
    boolean isGuest() {
        return false;
    }

    final Members members() {
        Members present = members;
        if (present != null) return present;
        MEMBERS.compareAndSet(this, null, new Members());
        return Objects.requireNonNull(members);
    }
}
