package dev.weft.spi;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A region of a coroutine that can be cancelled as one, and that nothing started inside it outlives.
 *
 * <p>Cancellation is a sticky state: once a scope is cancelled, every suspension point inside it throws, until the scope is
 * left. It spreads inwards when it happens (never upwards, and not into a shield), so that a suspension point reads one field.
 *
 * <p>A scope belongs to the thread of its {@link #task}. That thread writes {@code nested}, {@code steppedOut}, {@code suspension},
 * {@code interruptsOff} and {@code opened}; cancellers, on any thread, write {@code cancellation} and read the rest. Each side writes its own
 * field before it reads the other's, so that at least one of them sees the other. How interrupts come in is told in {@link InterruptGate}.
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

    /** Set while a plain thread subscribes to what it awaits; nothing on the threads of coroutines. */
    private static final ThreadLocal<@Nullable Boolean> CALLING = new ThreadLocal<>();

    /** What {@link #interruptedIn} says: no canceller's interrupt has come; perhaps into foreign code; into foreign code for certain. */
    static final byte NOT_INTERRUPTED = 0;

    static final byte BY_ITSELF = 1;
    static final byte IN_FOREIGN_CODE = 2;

    /** The state of a task that ended before anybody cancelled it. */
    private static final Object FINISHED = new Object();

    private final @Nullable Scope parent;
    private final CoroutineTask<?> task;
    private final Backend backend;
    private final Object context;
    private final boolean shield;

    private volatile @Nullable Scope nested;

    /** The innermost of the scopes in here that the thread has stepped out of, to run code of this one. */
    private volatile @Nullable EmittingScope<?> steppedOut;

    private volatile @Nullable Suspension suspension;

    /** Whether the thread must not be interrupted for this scope any more: it has seen the cancellation, or has left. */
    private volatile boolean interruptsOff;

    /** Where the thread was interrupted on behalf of a canceller, and has not seen since what for. A byte fits in here. */
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

    /** For another coroutine's thread, in a scope. */
    Scope(Scope parent, CoroutineTask<?> task) {
        this.parent = parent;
        this.task = task;
        this.backend = parent.backend;
        this.context = parent.context;
        this.shield = false;
    }

    /**
     * {@return the innermost scope of the current thread, or null outside any coroutine} A subscriber's code, which runs inside a
     * signal of a coroutine's, is outside.
     */
    public static @Nullable Scope current() {
        CoroutineTask<?> task = CoroutineTask.ofThread();
        return task == null ? null : task.top();
    }

    /**
     * {@return where to look for a context and a backend on this thread: {@link #current}, or in a subscriber's code the coroutine that
     * signals to it, whose context is the subscriber's; null elsewhere}
     */
    public static @Nullable Scope surrounding() {
        CoroutineTask<?> task = CoroutineTask.ofThread();
        if (task == null) return null;
        Scope top = task.top();
        return top == null ? task.signalling() : top;
    }

    /**
     * {@return whether code that awaits runs here: a coroutine's, or an await or loop of a plain thread that is just subscribing} What that
     * subscribes to takes over the thread-locals of this thread, if its library has no context to hand them over in.
     */
    public static boolean isCalling() {
        return current() != null || CALLING.get() != null;
    }

    /** A plain thread is about to subscribe to what it awaits. {@return whether it has to say when it has} */
    static boolean enterCall() {
        if (CALLING.get() != null) return false;
        CALLING.set(true);
        return true;
    }

    static void leaveCall() {
        CALLING.remove();
    }

    /**
     * Begins a wait that is not that of a cell: {@link #checkpoint} in a coroutine, and on another thread its like.
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

    /** {@return the coroutine to whose thread this scope belongs} */
    public final CoroutineTask<?> task() {
        return task;
    }

    /** {@return the scope to which what is started here belongs} */
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

    /** Passes a value that nobody receives to the discard hook; does nothing for null. */
    public final void discard(@Nullable Object value) {
        Reports.discard(backend, context, value);
    }

    /** Passes a failure that nobody receives to the hook for errors. */
    public final void drop(Throwable failure) {
        Reports.drop(backend, context, failure);
    }

    /** Suppresses a failure in the one before it, or drops it if that bears no more. */
    protected final void suppressOrDrop(Throwable before, Throwable failure) {
        if (!Failures.suppress(before, failure)) drop(failure);
    }

    /** {@return why this scope is cancelled, or null if it is not} */
    public final @Nullable Cancellation cancellation() {
        return cancellation instanceof Cancellation c ? c : null;
    }

    /**
     * Throws if this scope is cancelled or the thread was interrupted; every suspension point begins with it. A foreign
     * interrupt cancels the coroutine and is consumed.
     */
    public final void checkpoint() {
        SchedulePoint.pass();
        if (Thread.currentThread().isInterrupted() && cancellation() == null) task.cancelSelf();
        Cancellation c = cancellation();
        if (c != null) throw observed(c);
    }

    /**
     * Cancels this scope and all that is inside it.
     *
     * @param reason what cancels it
     * @param why what exceptions say of it, or null
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
     * Interrupts the current thread, which this scope belongs to, if the scope is cancelled: no canceller does that to itself. For
     * code that cancels and then lets the body go on, which may be about to wait in foreign code.
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
     * Runs a body inside this scope, on the current thread, and leaves the scope when all members are done. If the body fails
     * they are cancelled first. If cancellation from outside ended one of them, that is thrown: the result is not the whole.
     *
     * @param body what to run
     * @return its result
     * @throws Exception what the body threw, the same instance
     */
    public final <R extends @Nullable Object> R call(Callable<? extends R> body) throws Exception {
        enter();
        R result;
        try {
            result = body.call();
        } catch (Throwable failure) {
            leave(failure);
            throw failure;
        }
        Throwable unobserved = leave(null);
        Cancellation outside = cutFromOutside();
        if (unobserved == null && outside == null) return result;
        discard(result);
        if (outside == null) throw Failures.thrown(Objects.requireNonNull(unobserved));
        if (unobserved != null) drop(unobserved);
        throw Objects.requireNonNull(parent).observed(outside);
    }

    /** {@return whether a member was ended by the cancellation of this scope, so that the body's result is not the whole} */
    protected final boolean membersWereCut() {
        Members inside = members;
        return inside != null && inside.wereCut();
    }

    /**
     * Schedules a warning. A timer that refuses, because its scheduler was shut down, must not keep a scope from its clean-up.
     *
     * @param nanos when
     * @param warning what to do then
     * @return the entry in the timer, or one that does nothing
     */
    protected final Timer.Entry watch(long nanos, Runnable warning) {
        try {
            return VirtualTime.schedule(backend, nanos, warning);
        } catch (RuntimeException refused) {
            drop(refused);
            return () -> {};
        }
    }

    /**
     * Called on a member's thread when it failed, before the scope can be left.
     *
     * @param failure the real failure, without a carrier
     * @return true if this scope takes the failure as its own; false to end with it only if nobody sees it otherwise
     */
    protected boolean memberFailed(Throwable failure) {
        return false;
    }

    final void memberFailed(Member member, Throwable failure) {
        if (!memberFailed(failure)) members().remember(member);
    }

    /** Lets a member in; called inside this scope, by its own thread or by one of its members. */
    final void admit(Member member) {
        Scope here = current();
        if (here == null || !here.isInside(this)) throw new IllegalStateException("started from outside the scope");
        here.checkpoint();
        Cancellation before = cancellation();
        if (before != null) throw Host.get().cancelled(before);
        SchedulePoint.pass();
        members().add(member);
        Cancellation c = cancellation();
        if (c != null) cancelMember(member, c);
    }

    final void dismiss(Member member) {
        Unread result = handsOutResults() ? member.unread() : null;
        if (result != null && !members().keep(result) && !isCancelledByItself()) discard(result.take());
        members().remove(member);
    }

    /** {@return for how many nanoseconds the end of this scope waits for members that are cancelled and do not end} */
    protected long patience() {
        return Long.MAX_VALUE;
    }

    /** Called by this scope's own thread, when it goes on without members that did not end in time. They may still fail. */
    protected void leftBehind() {}

    /**
     * {@return whether the results of the members are for whoever has their handles: what he has not read is discarded when the scope
     * fails or is cancelled by others} False for a scope that sees to them itself.
     */
    protected boolean handsOutResults() {
        return true;
    }

    /** Discards the results that nobody has read, since the whole has come to nothing. */
    protected final void discardUnread() {
        Members inside = members;
        if (inside == null) return;
        for (Object result : inside.takeUnread()) discard(result);
    }

    /** Names what the thread suspends in; false if the scope is cancelled, and then it must not suspend. */
    final boolean suspend(Suspension in) {
        task.countSuspension();
        SchedulePoint.pass();
        suspension = in;
        SchedulePoint.pass();
        return cancellation == null;
    }

    /** What the thread was suspended in when its source ran this code, or null. */
    final @Nullable Suspension suspended() {
        return suspension;
    }

    /** Goes on in what was there before; that has to learn of a cancellation which found this instead. */
    final void resume(@Nullable Suspension outer) {
        suspension = outer;
        SchedulePoint.pass();
        Cancellation c = cancellation();
        if (outer != null && c != null) outer.wakeForCancel(c);
    }

    /** As {@link #resume}, behind an await that has its outcome: a canceller who still finds that here is told so, and needs no fence. */
    final void resumeDecided(@Nullable Suspension outer) {
        if (outer != null) resume(outer);
        else SUSPENSION.lazySet(this, null);
    }

    /** From here on the thread runs code that is no part of this scope. {@return what it was suspended in} */
    final @Nullable Suspension stepOut() {
        Suspension before = suspension;
        suspend(Suspension.AWAY);
        task.settleInterrupt();
        return before;
    }

    /** The thread is back. What a canceller has sent it out there is not for in here; what was kept from it is made up for. */
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

    /** Decides that a task ended uncancelled: the linearization point of its success. */
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

    /** Notes that the thread has seen the cancellation, perhaps before the canceller has come to the scopes inside. */
    final RuntimeException observed(Cancellation c) {
        task.interruptSeen(this, c);
        WatchedTask watch = task.watch();
        if (watch != null) watch.observed(c);
        return Host.get().cancelled(c);
    }

    /**
     * Takes back that the thread has seen the cancellation of this scope, which it has left: it goes on with a result, and what comes behind
     * that has still to be reached.
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
     * {@return whether a failure in here only says that this scope was cancelled} Foreign code that we have interrupted says so in any
     * words, such as {@code SocketException: Closed by interrupt}; the type tells nothing.
     *
     * @param failure what was thrown
     */
    public final boolean isEcho(Throwable failure) {
        return isEcho(failure, BY_ITSELF);
    }

    /** As {@link #isEcho}, and whatever met the interrupt was foreign code for certain. */
    final boolean isAnswer(Throwable failure) {
        return isEcho(failure, IN_FOREIGN_CODE);
    }

    private boolean isEcho(Throwable failure, byte atLeast) {
        if (cancellation() == null) return false;
        return Failures.isEcho(failure) || interruptedIn >= atLeast && failure instanceof Exception;
    }

    /**
     * Takes what the code in here has thrown, where nobody gets that since this scope was cancelled.
     *
     * @param failure what was thrown
     */
    protected final void report(Throwable failure) {
        if (!isAnswer(failure)) drop(failure);
        else if (!(failure instanceof CancellationException)) Reports.echo(failure);
    }

    /** Notes that the block of this scope has ended as if it had not been cancelled; where code looks for that. */
    protected final void endedNormally() {
        WatchedTask watch = task.watch();
        if (watch != null) watch.endedNormally(cancellation());
    }

    /** {@return what the thread is suspended in, as others see it} */
    final @Nullable Suspension suspension() {
        Suspension in = innermost().suspension;
        Scope top = in == Suspension.AWAY ? task.top() : null; // a guest elsewhere
        return top == null || top.suspension == null ? in : top.suspension;
    }

    /** {@return the innermost loop in here, or around, whose source has not ended, and which is not what is waited for; as others see it} */
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

    /** {@return whether cancellers may interrupt the code in here, or null if that is as in the scope around this one} */
    protected @Nullable Boolean interruptible() {
        return null;
    }

    /** {@return whether cancellers may interrupt the code in here} */
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

    /** {@return those who were started in here, or null if nobody was} */
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

    /** Those that the collector has ended stay, up to here: only the thread of this scope changes the list. */
    private void forgetAbandoned() {
        while (opened != null && opened.isLeft()) closed(opened);
    }

    /** Ends what was started inside, and waits for it. {@return the first failure that nobody has seen, if the body did not fail} */
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
        if (shield || interruptible() != null) task.settleInterrupt(); // none that was sent before lands in here
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

    /** {@return whether it was the code in here that has cancelled this scope} What it leaves in handles is its own affair. */
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
            if (!inner.mark(c) && inner.cancellation() != c) return; // one that is just being entered marks itself
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

    /** {@return whether this is the other scope, or inside it} */
    public final boolean isInside(Scope outer) {
        for (Scope s = this; s != null; s = s.parent) if (s == outer) return true;
        return false;
    }

    final Members members() {
        Members present = members;
        if (present != null) return present;
        MEMBERS.compareAndSet(this, null, new Members());
        return Objects.requireNonNull(members);
    }
}
