package dev.weft.spi;

import dev.weft.scheduling.CoroutineScheduler;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine: it runs a body on a fresh virtual thread and has exactly one outcome. It is the outermost {@link Scope} of that
 * thread; an adapter's subclass is also the subscription that is handed downstream.
 *
 * <p>The outcome is decided by one compare-and-set on the scope's cancellation, against cancellers: a body that returns or
 * throws before anybody cancelled gives {@link #succeeded} or {@link #failed}, everything later gives {@link #cancelled}. All
 * three are called on the coroutine's thread, after its children are done, exactly one of them, once; if the thread could not
 * be started, on the thread that tried.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public abstract class CoroutineTask<T extends @Nullable Object> extends InterruptGate implements Member {
    private static final ThreadLocal<@Nullable CoroutineTask<?>> CURRENT = new ThreadLocal<>();
    private static final AtomicLong NUMBER = new AtomicLong();

    private final @Nullable Scope owner;
    private final @Nullable String name;
    private final boolean interruptible;
    private CoroutineScheduler scheduler;
    private @Nullable Callable<? extends T> body;
    /** What sets the thread-locals that the coroutine begins with, and runs what is {@link #due}; null if there are none. */
    private @Nullable Runnable propagated;

    private @Nullable Runnable due;

    /** The innermost scope, or null while a subscriber's code runs; the thread's own. */
    private @Nullable Scope top = this;

    /** Whose subscriber's code that is; the thread's own. */
    private Scope signalling = this;

    /** What the watchdog knows of this, if there is one; written before the thread starts. */
    private @Nullable WatchedTask watch;

    /** Written by the thread, before it suspends. */
    private int suspensions;

    /** What has become of the body; the thread's own. */
    private @Nullable T result;

    private @Nullable Throwable failure;

    /** Whether the body is over, with all that it started; the thread's own. */
    private boolean done;

    /** Whether its thread begins with what the context has, and nothing else; written before that starts. */
    private boolean afresh;

    /**
     * A coroutine that is not started yet.
     *
     * @param owner the scope that it belongs to and does not outlive, or null if it belongs to a subscriber
     * @param backend the backend selected inside
     * @param context the context inside
     * @param options what else its builder says of it
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
        this.name = options.name();
        Scope around = owner == null && !options.afresh() ? Scope.current() : owner;
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

    /** {@return the coroutine whose code runs on this thread, or null; null too in the code of its subscriber} */
    public static @Nullable CoroutineTask<?> current() {
        CoroutineTask<?> task = CURRENT.get();
        return task == null || task.top == null ? null : task;
    }

    /** {@return the coroutine whose thread this is, whatever code runs on it, or null} */
    public static @Nullable CoroutineTask<?> ofThread() {
        return CURRENT.get();
    }

    /**
     * Starts the coroutine on a new virtual thread. It becomes a member of its owner first; if it is cancelled already, or
     * the thread cannot be started, its outcome is reported at once and the body never runs.
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

    /** The body returned; for a coroutine that nobody cancelled. */
    protected abstract void succeeded(T result);

    /** The body threw; for a coroutine that nobody cancelled. The failure is the real one, without a carrier. */
    protected abstract void failed(Throwable failure);

    /**
     * The coroutine was cancelled and has ended.
     *
     * @param failure what the body threw, if that was more than an echo of the cancellation; else null
     */
    protected abstract void cancelled(@Nullable Throwable failure);

    /**
     * The coroutine was cancelled and has ended, as {@link #cancelled} is told next.
     *
     * @param echo what the body threw because of that
     */
    protected void cancelledBy(Throwable echo) {
        report(echo);
        cancelled(null);
    }

    /** {@return what a failure of the body really is, without carriers; for a library that has some of its own} */
    protected Throwable unwrap(Throwable failure) {
        return Host.get().unwrap(failure);
    }

    /** {@return a new exception that says what this coroutine was cancelled by, for a subscriber that did not} */
    protected final Throwable cancelledException() {
        return Host.get().cancelled(Objects.requireNonNull(cancellation()));
    }

    /** Called by the canceller, on its thread, once, right after it cancelled the coroutine. Must not block or throw. */
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
        return t == null ? "a coroutine without a thread" : t.getName();
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
                        .limit(12)
                        .map(Object::toString)
                        .collect(Collectors.joining("\n  at ", "\n  at ", ""));
    }

    /** Whether the thread waits in foreign code, for as long as nobody wakes it, such as in a lock or queue of the JDK. */
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

    /** {@return the number of the suspension that was seen before; as a thread that is not its own sees it} */
    final int countedSuspensions() {
        return suspensions;
    }

    /** {@return how often it has suspended, in a number that is no other coroutine's} */
    final long suspensions() {
        return ((long) System.identityHashCode(this) << 24) + suspensions;
    }

    /** {@return the coroutine around the coroutines around this one} */
    final CoroutineTask<?> root() {
        CoroutineTask<?> outermost = this;
        while (outermost.owner != null) outermost = outermost.owner.task();
        return outermost;
    }

    /** {@return what schedules this one, and those it starts} */
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

    /** From here on the code of a subscriber runs, up to the next {@link #top(Scope)}. */
    final void signalling(Scope of) {
        signalling = of;
        top = null;
    }

    /** Runs something with the thread-locals that the coroutine began with. */
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
        afresh |= !takesOver();
        if (!afresh) propagate();
        scheduler = scheduler.forTask(new ScheduledTask(this));
        watch = Watchdog.watch(this);
        Thread created = scheduler.thread(name == null ? "coroutine-" + NUMBER.incrementAndGet() : name, this::live);
        created.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread(created);
        created.start();
    }

    /** {@return whether it takes over the thread-locals of the thread that starts it, where its context has none} */
    boolean takesOver() {
        return true;
    }

    private void propagate() {
        Runnable own = this::runDue;
        Runnable around = backend().propagate(context(), Host.get().bound(context(), own));
        propagated = around == own ? null : around;
    }

    /**
     * The whole life of the thread. The outcome is reported behind the thread-locals of the body, so that what it starts downstream
     * does not take them over. Setting and restoring them may fail too: before the body is done, that is the outcome.
     */
    private void live() {
        CURRENT.set(this);
        try {
            Runnable enterLoop = scheduler.enterLoop();
            if (enterLoop != null) enterLoop.run();
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
        if (Thread.currentThread() == thread()) signalling(this);
        try {
            if (failure == null) completeWith(result);
            else completeExceptionally(unwrap(failure));
        } catch (Throwable fromReceiver) {
            drop(fromReceiver);
            Failures.reportFatal(fromReceiver);
        }
        if (owner != null) owner.dismiss(this);
        if (watch != null) watch.over();
        scheduler.taskEnded();
        if (failure != null) Failures.reportFatal(failure);
    }

    @SuppressWarnings("NullAway")
    private void completeWith(@Nullable T result) {
        if (finish()) {
            succeeded(result);
            return;
        }
        if (thread() != null && result != null) EngineCounter.CANCEL_SWALLOWED.increment();
        if (watch != null) watch.endedNormally(cancellation());
        discard(result);
        discardUnread();
        Cancellation c = Objects.requireNonNull(cancellation());
        if (c.isOwnFailureOf(this)) completeExceptionally(ownFailure(c));
        else cancelled(null);
    }

    private void completeExceptionally(Throwable thrown) {
        Cancellation c = finish() ? null : Objects.requireNonNull(cancellation());
        discardUnread();
        if (c == null || c.isOwnFailureOf(this)) {
            boolean interrupted = c == null || c.reason() == Cancellation.Reason.INTERRUPTED;
            Throwable failure = c == null || interrupted || !isEcho(thrown) ? thrown : ownFailure(c);
            if (owner != null) owner.memberFailed(this, failure);
            failed(failure);
        } else if (isEcho(thrown)) {
            cancelledBy(thrown);
        } else {
            if (owner != null) owner.memberFailed(this, thrown);
            cancelled(thrown);
        }
    }

    /** What the coroutine has failed with: its body's failure, that of an executor which gave up the thread, or an interrupt. */
    private Throwable ownFailure(Cancellation c) {
        return c.reason() == Cancellation.Reason.FAILURE
                ? unwrap(Objects.requireNonNull(c.cause()))
                : Host.get().cancelled(c);
    }
}
