package dev.weft.spi;

import dev.weft.scheduling.CoroutineScheduler;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine: it runs a body on a fresh virtual thread and has exactly one outcome. It is the outermost {@link Scope}
 * of that thread; an adapter's subclass is also the subscription that is handed downstream.
 *
 * <p>The outcome is decided by one compare-and-set on the scope's cancellation, against cancellers: a body that returns
 * or throws before anyone cancels gives {@link #succeeded} or {@link #failed}, everything later gives
 * {@link #cancelled}. Exactly one of the three is called, once, on the coroutine's thread, after its members are done;
 * if the thread could not be started, on the thread that tried.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public abstract class CoroutineTask<T extends @Nullable Object> extends InterruptGate
        implements Member, Observer.Observed {
    private static final ThreadLocal<@Nullable CoroutineTask<?>> CURRENT = new ThreadLocal<>();
    private static final AtomicLong NUMBER = new AtomicLong();

    private final @Nullable Scope owner;
    private final CoroutineOptions options;
    private final boolean interruptible;
    private final int level;
    private CoroutineScheduler scheduler;
    private @Nullable Callable<? extends T> body;
    /** Sets the thread-locals that the coroutine begins with, and runs {@link #due}; null if there are none. */
    private @Nullable Runnable propagated;

    private @Nullable Runnable due;

    /** The innermost scope, or null while the code of a subscriber runs; used by the coroutine's thread only. */
    private @Nullable Scope top = this;

    /** The coroutine whose subscriber that is; used by the coroutine's thread only. */
    private Scope signalling = this;

    /** What the watchdog knows about this coroutine, if there is a watchdog; written before the thread starts. */
    private @Nullable WatchedTask watch;

    /** Is told about it, if somebody listens, until its end; written before the thread starts, and by the thread. */
    private Observer.@Nullable Observation observation;

    /** What to do before the next wait, once; used by its own thread only. */
    private @Nullable Runnable onWait;

    /** The thread of the coroutine in whose code it was made, if that does not own it, such as one that subscribes; or 0. */
    private final long caller;

    /** When it was started, as {@link System#nanoTime} counts; written before the thread starts. */
    private long startedAt;

    /** Its places in a list of the {@link Roots}, whose monitor guards them. */
    @Nullable
    CoroutineTask<?> nextRoot;

    @Nullable
    CoroutineTask<?> previousRoot;

    /** How often the coroutine has suspended; written by its thread, before it suspends. */
    private int suspensions;

    /** The outcome of the body; used by the coroutine's thread only. */
    private @Nullable T result;

    private @Nullable Throwable failure;

    /** Whether the body is over, and all that it started; used by the coroutine's thread only. */
    private boolean done;

    /** Whether the body has returned although it was told of its cancellation; used by the coroutine's thread only. */
    private boolean swallowed;

    /** The event loop that it belongs to wherever it runs, or null; written before the thread starts. */
    private @Nullable EventLoop homeLoop;

    /** Whether its thread begins with the thread-locals of the context alone; written before the thread starts. */
    private boolean afresh;

    /**
     * A coroutine that is not started yet.
     *
     * @param owner the scope that it is a member of and does not outlive, or null if it belongs to a subscriber
     * @param backend the backend selected inside
     * @param context the context inside
     * @param options what else its builder was told about it
     * @param body what it does
     */
    protected CoroutineTask(
            @Nullable Scope owner,
            Backend backend,
            Object context,
            CoroutineOptions options,
            Callable<? extends T> body) {
        this(owner, backend, context, options);
        this.body = body;
    }

    /** For a subclass that overrides {@link #invoke}. */
    CoroutineTask(@Nullable Scope owner, Backend backend, Object context, CoroutineOptions options) {
        super(owner, backend, context);
        this.owner = owner;
        this.options = options.madeHere();
        this.level = owner == null ? 0 : owner.task().level + 1;
        Scope around = owner == null && !options.afresh() ? Scope.current() : owner;
        this.caller = owner == null && around != null ? Thread.currentThread().threadId() : 0;
        this.interruptible = around == null ? Host.get().sendsInterrupts() : around.isInterruptible();
        this.scheduler = options.scheduler();
        this.afresh = options.afresh();
    }

    /** Runs the body, once. */
    @SuppressWarnings("NullAway") // a null result is a T when the body returned it
    T invoke() throws Exception {
        Callable<? extends T> run = body;
        body = null;
        return run == null ? null : run.call();
    }

    /** {@return the coroutine whose code runs on this thread, or null; also null in the code of its subscriber} */
    public static @Nullable CoroutineTask<?> current() {
        CoroutineTask<?> task = CURRENT.get();
        return task == null || task.top == null ? null : task;
    }

    /** {@return the coroutine that owns this thread, whatever code runs on it, or null} */
    public static @Nullable CoroutineTask<?> ofThread() {
        return CURRENT.get();
    }

    /**
     * Starts the coroutine on a new virtual thread. It first becomes a member of its owner. If it is already cancelled,
     * or the thread cannot be started, its outcome is reported at once and the body never runs.
     */
    public void start() {
        if (owner != null) owner.admit(this);
        if (cancellation() != null) {
            complete(null, null);
            return;
        }
        try {
            launch();
        } catch (Throwable failure) {
            complete(null, failure);
        }
    }

    /** The body returned, and the coroutine was not cancelled. */
    protected abstract void succeeded(T result);

    /** The body threw, and the coroutine was not cancelled. The failure is the real one, without a wrapper. */
    protected abstract void failed(Throwable failure);

    /**
     * The coroutine was cancelled and has ended.
     *
     * @param failure what the body threw, if it was more than an echo of the cancellation; else null
     */
    protected abstract void cancelled(@Nullable Throwable failure);

    /**
     * The coroutine was cancelled and has ended with an echo; calls {@link #cancelled} next.
     *
     * @param echo what the body threw because of the cancellation
     */
    protected void cancelledBy(Throwable echo) {
        report(echo);
        cancelled(null);
    }

    /**
     * {@return the failure inside the wrapper that the body threw, or the failure itself; for a library with wrappers
     * of its own}
     */
    protected Throwable unwrap(Throwable failure) {
        return Host.get().unwrap(failure);
    }

    /** {@return a new exception that says what cancelled this coroutine, for a subscriber that did not} */
    protected final Throwable cancelledException() {
        return Host.get().cancelled(Objects.requireNonNull(cancellation()));
    }

    /**
     * Called once by the canceller, on its thread, right after it has cancelled the coroutine. Must not block or throw.
     */
    protected void cancelRequested() {}

    final void marked(Cancellation c) {
        if (c.origin() != this || c.reason() != Cancellation.Reason.FAILURE) cancelRequested();
        scheduler.taskCancelled();
    }

    @Override
    protected final Boolean interruptible() {
        return interruptible;
    }

    @Override
    public @Nullable Throwable unobservedFailure() {
        return null;
    }

    @Override
    public final void cancel(Cancellation c, Deque<Scope> marked) {
        if (mark(c)) marked.add(this);
    }

    @Override
    public final boolean wasCut() {
        Cancellation c = cancellation();
        return c != null && c.origin() != this;
    }

    @Override
    public final long rest() {
        Thread t = thread();
        return t == null || isOver() ? 0 : Rest.inside(this);
    }

    /** {@return whether the thread has ended} */
    final boolean isOver() {
        Thread t = thread();
        return t != null && t.getState() == Thread.State.TERMINATED;
    }

    @Override
    public final String title() {
        Thread t = thread();
        if (t != null) return t.getName();
        return options.name() == null ? "a coroutine without a thread" : options.name();
    }

    @Override
    public final String whereabouts() {
        Thread t = thread();
        List<StackTraceElement> frames = t == null ? List.of() : WatchedTask.ofTheUser(t.getStackTrace());
        return frames.isEmpty() ? title() : title() + ", which is at " + frames.get(0);
    }

    @Override
    public final boolean isNamed() {
        return options.name() != null;
    }

    /** {@return the thread of the coroutine in whose code it was made, if that does not own it; else 0} */
    final long caller() {
        return caller;
    }

    /** {@return where the user's code has made it; empty without debug mode} */
    final List<StackTraceElement> made() {
        return options.made();
    }

    /** {@return whether the body has failed, as far as other threads know} */
    final boolean hasFailed() {
        return failure != null;
    }

    final long startedAt() {
        return startedAt;
    }

    final @Nullable Runnable onWait(@Nullable Runnable action) {
        Runnable before = onWait;
        onWait = action;
        return before;
    }

    /** Called by its thread before others can see that it waits: what is done here may itself park. */
    final void waits() {
        Runnable action = onWait;
        if (action == null) return;
        onWait = null;
        action.run();
    }

    final Observer.@Nullable Observation observation() {
        return observation;
    }

    private void tellStarted() {
        CoroutineTask<?> parent = owner != null ? owner.task() : caller != 0 ? ofThread() : null;
        observation = Observers.started(this, parent);
    }

    /** Tells of the end, once, before anybody receives the outcome. */
    private void tellEnded(@Nullable Throwable failure, @Nullable Cancellation by) {
        Observer.Observation told = observation;
        observation = null;
        if (told != null) told.ended(failure, by);
    }

    final @Nullable WatchedTask watch() {
        return watch;
    }

    @Override
    public final String describe() {
        Thread t = thread();
        if (t == null) return "a coroutine without a thread";
        return t.getName()
                + Arrays.stream(t.getStackTrace())
                        .limit(t == Thread.currentThread() ? 24 : 12) // here it begins with frames of the engine
                        .map(Object::toString)
                        .collect(Collectors.joining("\n  at ", "\n  at ", ""));
    }

    /** Whether the thread waits in foreign code until it is woken, for example in a lock or queue of the JDK. */
    final boolean waitsElsewhere() {
        Thread t = thread();
        return t != null && t.getState() == Thread.State.WAITING;
    }

    /** As {@link #waitsElsewhere}, or for a monitor. */
    final boolean waitsOrIsBlocked() {
        Thread t = thread();
        return waitsElsewhere() || t != null && t.getState() == Thread.State.BLOCKED;
    }

    final void countSuspension() {
        suspensions++;
    }

    /** {@return how often it has suspended, as other threads see it} */
    final int countedSuspensions() {
        return suspensions;
    }

    /** {@return how often it has suspended, in a number that differs from those of other coroutines} */
    final long suspensions() {
        return ((long) System.identityHashCode(this) << 24) + suspensions;
    }

    /** {@return how many coroutines are around this one} */
    final int level() {
        return level;
    }

    /** {@return the coroutine that owns this one, or null} */
    final @Nullable CoroutineTask<?> owning() {
        return owner == null ? null : owner.task();
    }

    /** {@return the outermost coroutine around this one} */
    final CoroutineTask<?> root() {
        CoroutineTask<?> outermost = this;
        while (outermost.owner != null) outermost = outermost.owner.task();
        return outermost;
    }

    /** {@return the scheduler of this coroutine, and of those that it starts} */
    final CoroutineScheduler scheduler() {
        return scheduler;
    }

    final @Nullable Scope top() {
        return top;
    }

    final void top(Scope scope) {
        top = scope;
    }

    final Scope signalling() {
        return signalling;
    }

    /** From here on, the code of a subscriber runs, until the next {@link #top(Scope)}. */
    final void signalling(Scope of) {
        signalling = of;
        top = null;
    }

    /** Runs an action with the thread-locals that the coroutine began with. */
    final void asAtFirst(Runnable action) {
        Runnable around = propagated;
        if (around == null) {
            action.run();
            return;
        }
        due = action;
        around.run();
    }

    private void launch() {
        if (!afresh) homeLoop = homeLoop();
        afresh |= !takesOver();
        scheduler = scheduler.forTask(new ScheduledTask(this));
        watch = Watchdog.watch(this);
        String name = options.name();
        Thread created = scheduler.thread(name == null ? "coroutine-" + NUMBER.incrementAndGet() : name, this::live);
        created.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread(created);
        startedAt = System.nanoTime();
        if (owner == null) Roots.add(this);
        tellStarted();
        if (!afresh) propagate();
        created.start();
        VirtualTime.moved(this);
    }

    private static @Nullable EventLoop homeLoop() {
        CoroutineTask<?> here = ofThread();
        return here == null ? EventLoop.context() : here.homeLoop;
    }

    /**
     * {@return whether it takes over the thread-locals of the thread that starts it, where the context does not have
     * them}
     */
    boolean takesOver() {
        return true;
    }

    private void propagate() {
        Runnable own = this::runDue;
        Observer.Observation told = observation;
        Runnable inside = told == null ? own : told.around(own);
        if (told != null) context(told.context());
        Runnable around = backend().propagate(context(), Host.get().bound(context(), inside));
        propagated = around == own ? null : around;
    }

    /**
     * The whole life of the thread. The outcome is reported after the thread-locals of the body have been restored, so
     * that what starts downstream does not take them over. Setting and restoring them may fail too: before the body is
     * done, such a failure is the outcome.
     */
    private void live() {
        CURRENT.set(this);
        try {
            enterLoop();
            if (afresh) propagate();
            if (propagated == null) execute();
            else asAtFirst(this::execute);
        } catch (Throwable aroundTheBody) {
            if (done) drop(aroundTheBody);
            else failure = aroundTheBody;
        }
        turnOff(this);
        Thread.interrupted(); // a flag that the body has left is not for the subscriber's code
        T value = result;
        result = null;
        complete(value, failure);
    }

    private void enterLoop() {
        Runnable ofScheduler = scheduler.enterLoop();
        if (ofScheduler != null) ofScheduler.run();
        else if (homeLoop != null) homeLoop.enter();
    }

    private void runDue() {
        Runnable action = due;
        due = null;
        if (action != null) action.run();
    }

    private void execute() {
        if (cancellation() == null) runBody();
        done = true;
    }

    private void runBody() {
        try {
            result = invoke();
            swallowed = cancellation() != null && hasMetCancellation();
        } catch (Throwable thrown) {
            failure = thrown;
        }
        Throwable unobserved = end(failure);
        if (unobserved == null) return;
        discard(result);
        failure = unobserved;
    }

    @SuppressWarnings("NullAway") // a null result is of type T when the body returned it
    private void complete(@Nullable T result, @Nullable Throwable failure) {
        body = null;
        propagated = null;
        if (thread() == null) tellStarted();
        if (Thread.currentThread() == thread()) signalling(this);
        try {
            if (failure == null) completeWith(result);
            else completeExceptionally(unwrap(failure));
        } catch (Throwable fromReceiver) {
            drop(fromReceiver);
            Failures.reportFatal(fromReceiver);
        }
        tellEnded(failure, cancellation());
        if (owner != null) owner.dismiss(this);
        else if (thread() != null) Roots.remove(this);
        if (watch != null) watch.over();
        scheduler.taskEnded();
        if (failure != null) Failures.reportFatal(failure);
    }

    @SuppressWarnings("NullAway")
    private void completeWith(@Nullable T result) {
        if (finish()) {
            tellEnded(null, null);
            succeeded(result);
            return;
        }
        if (swallowed || thread() != null && result != null) EngineCounter.CANCEL_SWALLOWED.increment();
        if (swallowed && watch != null) watch.endedNormally(cancellation(), "");
        discard(result);
        discardUnread();
        Cancellation c = Objects.requireNonNull(cancellation());
        if (c.isOwnFailureOf(this)) {
            completeExceptionally(ownFailure(c));
            return;
        }
        tellEnded(null, c);
        cancelled(null);
    }

    private void completeExceptionally(Throwable thrown) {
        Cancellation c = finish() ? null : Objects.requireNonNull(cancellation());
        discardUnread();
        if (c == null || c.isOwnFailureOf(this)) {
            boolean interrupted = c == null || c.reason() == Cancellation.Reason.INTERRUPTED;
            Throwable failure = c == null || interrupted || !isEcho(thrown) ? thrown : ownFailure(c);
            if (owner != null) owner.memberFailed(this, failure);
            tellEnded(failure, null);
            failed(failure);
        } else if (isEcho(thrown)) {
            tellEnded(null, c);
            cancelledBy(thrown);
        } else {
            if (owner != null) owner.memberFailed(this, thrown);
            tellEnded(thrown, c);
            cancelled(thrown);
        }
    }

    /**
     * Why the coroutine has failed: a failure of its body, of the executor that gave up its thread, or an interrupt.
     */
    private Throwable ownFailure(Cancellation c) {
        return c.reason() == Cancellation.Reason.FAILURE
                ? unwrap(Objects.requireNonNull(c.cause()))
                : Host.get().cancelled(c);
    }
}
