package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Host;
import dev.weft.spi.Reports;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Scope;
import dev.weft.spi.Unread;
import dev.weft.spi.WaitKind;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The handle of what was started: its outcome, the waiters for it, and whether it has been seen.
 *
 * <p>{@code progress} is null, or the {@link Waiters}, which only the holder of this monitor touches; then, finally,
 * the {@link Outcome}, or {@link Parked} or {@link Watched} with it, or the handle that has the outcome: a follower of
 * another handle does not copy a value that may still be read or discarded there. The waiters are notified outside the
 * monitor.
 *
 * <p>{@code seen} decides, by compare-and-set, who owns the outcome: a value belongs to its first reader, or to the
 * scope that discards it; a failure to its first reader, or to the scope or the garbage collection that reports it. A
 * shared value has another owner, and is never taken here.
 */
final class Handle<T extends @Nullable Object> implements Deferred<T> {
    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Handle> SEEN =
            AtomicIntegerFieldUpdater.newUpdater(Handle.class, "seen");

    private static final int BY_NOBODY = 0;
    private static final int BY_NOBODY_AND_SHARED = 1;
    private static final int BY_SOMEBODY = 2;
    private static final int DISCARDED = 3;

    private static final Outcome.Cancelled<Object> GONE =
            new Outcome.Cancelled<>("its value was discarded when its scope ended", null);

    final Member member;

    private volatile @Nullable Object progress;
    private volatile int seen;

    /** What was started, and gives its handle the outcome. */
    interface Member {
        /** {@return the scope whose backend and context receive what nobody else can; a coroutine is its own} */
        Scope scope();

        /** {@return its name, in one line} */
        String title();

        /** Cancels it. {@return false if it had ended or was cancelled before} */
        boolean cancelBecause(@Nullable String why);
    }

    /** The actions to run at the outcome, in the order of their registration. */
    private static final class Waiters extends LinkedHashSet<Runnable> {
        private static final long serialVersionUID = 1;

        Waiters() {
            super(2);
        }
    }

    /**
     * A result that the scope keeps until it is read. It outlives the handle: code that fails has let go of the handle
     * before the scope can discard the result.
     */
    private static final class Parked<T extends @Nullable Object> extends WeakReference<Handle<T>> implements Unread {
        /** Null after the first reader has put it back into the handle. */
        volatile Outcome.@Nullable Success<T> outcome;

        Parked(Handle<T> handle, Outcome.Success<T> outcome) {
            super(handle);
            this.outcome = outcome;
        }

        @Override
        public boolean isOver() {
            Handle<T> handle = get();
            return handle == null || handle.isOver();
        }

        @Override
        public @Nullable Object take() {
            Handle<T> handle = get();
            if (handle != null) return handle.take();
            Outcome.Success<T> unread = outcome;
            return unread == null ? null : unread.value();
        }
    }

    /** The failure of a root; it does not refer to the handle. */
    private static final class Watched<T extends @Nullable Object> implements Runnable {
        private final Outcome.Failure<T> outcome;
        private final Backend backend;
        private final Object context;
        private volatile boolean isSeen;

        Watched(Outcome.Failure<T> outcome, Scope root) {
            this.outcome = outcome;
            this.backend = root.backend();
            this.context = root.context();
        }

        @Override
        public void run() {
            if (!isSeen) Reports.drop(backend, context, outcome.error());
        }
    }

    /**
     * A handle without an outcome.
     *
     * @param member what was started
     * @param shared whether the value has another owner, which keeps it
     */
    Handle(Member member, boolean shared) {
        this.member = member;
        if (shared) seen = BY_NOBODY_AND_SHARED;
    }

    // --- the outcome

    /** {@return the outcome; code that passes it on calls {@link #observe} instead} */
    @Nullable
    @SuppressWarnings("unchecked")
    Outcome<T> peek() {
        return switch (progress) {
            case Outcome<?> outcome -> (Outcome<T>) outcome;
            case Handle<?> followed -> (Outcome<T>) followed.peek();
            case Parked<?> parked -> {
                Outcome<?> unread = parked.outcome;
                yield unread == null ? peek() : (Outcome<T>) unread;
            }
            case Watched<?> watched -> (Outcome<T>) watched.outcome;
            case null, default -> null;
        };
    }

    /** {@return the outcome, and notes it as seen; for a discarded value, that it was cancelled} */
    @Nullable
    @SuppressWarnings("unchecked")
    Outcome<T> observe() {
        Outcome<T> present = peek();
        if (present == null) return null;
        see();
        if (progress instanceof Handle<?> followed) return (Outcome<T>) followed.observe();
        return seen == DISCARDED ? (Outcome<T>) GONE : present;
    }

    /** {@return the outcome, for code that passes it on or discards it itself; a shared value counts as read} */
    @Nullable
    Outcome<T> settled() {
        return seen == BY_NOBODY_AND_SHARED || progress instanceof Handle<?> ? observe() : peek();
    }

    /** {@return whether it had not been seen before} */
    private boolean see() {
        SchedulePoint.pass();
        int before = seen;
        return before <= BY_NOBODY_AND_SHARED && give(before, BY_SOMEBODY);
    }

    /** Gives the outcome to its owner. {@return whether it had none} */
    private boolean give(int before, int owner) {
        if (!SEEN.compareAndSet(this, before, owner)) return false;
        switch (progress) {
            case Parked<?> result -> {
                progress = result.outcome;
                result.outcome = null;
            }
            case Watched<?> failure -> failure.isSeen = true;
            case null, default -> {}
        }
        Reference.reachabilityFence(this); // not collected before it is noted
        return true;
    }

    private boolean isOver() {
        return seen != BY_NOBODY || !(peek() instanceof Outcome.Success<T> success) || success.value() == null;
    }

    /** {@return the result, for the caller to discard, or null if it was read or taken before} */
    @Nullable
    Object take() {
        SchedulePoint.pass();
        if (isOver() || !give(BY_NOBODY, DISCARDED)) return null;
        return peek() instanceof Outcome.Success<T> success ? success.value() : null;
    }

    /** {@return the result, if nobody has read it, for the scope to keep; called after the outcome} */
    @Nullable
    @SuppressWarnings("unchecked")
    Unread unread() {
        if (isOver() || !(progress instanceof Outcome.Success<?> success)) return null;
        var parked = new Parked<>(this, (Outcome.Success<T>) success);
        progress = parked;
        SchedulePoint.pass();
        return seen == BY_NOBODY ? parked : null;
    }

    @Nullable
    Throwable unobservedFailure() {
        return seen <= BY_NOBODY_AND_SHARED && peek() instanceof Outcome.Failure<T> failure ? failure.error() : null;
    }

    void complete(Outcome<T> outcome) {
        end(outcome);
    }

    /** Ends as another handle did, which keeps the value. */
    void completeAs(Handle<T> followed) {
        end(followed);
    }

    /** Ends the handle of a root, which has no scope to throw an unseen failure: it is dropped when the handle is garbage-collected. */
    void completeWatched(Outcome.Failure<T> outcome) {
        var watched = new Watched<>(outcome, member.scope());
        GarbageWatch.watch(this, watched);
        end(watched);
    }

    private void end(Object with) {
        Object told;
        synchronized (this) {
            told = progress;
            progress = with;
        }
        if (told instanceof Waiters waiters) waiters.forEach(Handle::tell);
    }

    /** A waiter that throws does not affect the others. */
    private static void tell(Runnable waiter) {
        try {
            waiter.run();
        } catch (Throwable thrown) {
            Reports.uncaught(thrown);
        }
    }

    /** Runs an action at the outcome, or now if there is one. */
    void whenDone(Runnable action) {
        synchronized (this) {
            if (progress == null) progress = new Waiters();
            if (progress instanceof Waiters waiters) {
                waiters.add(action);
                return;
            }
        }
        action.run();
    }

    private synchronized void forget(Runnable action) {
        if (progress instanceof Waiters waiters) waiters.remove(action);
    }

    // --- the public methods

    @Override
    public T await() {
        Scope scope = Scope.current();
        requireOutside(scope);
        if (scope == null || peek() == null)
            new HandleAwait<>(this, scope == null ? Host.get().backend() : scope.backend()).await();
        else scope.checkpoint();
        return Objects.requireNonNull(observe()).getOrThrow();
    }

    /** Code inside a coroutine can never see the coroutine's end, which waits for that code. */
    void requireOutside(@Nullable Scope here) {
        if (peek() == null && (isAround(here) || isAround(CoroutineTask.ofThread())))
            throw new IllegalStateException("a coroutine awaits itself, or one that waits for its end");
    }

    private boolean isAround(@Nullable Scope scope) {
        return scope != null && member instanceof CoroutineTask<?> task && scope.isInside(task);
    }

    @Override
    public boolean cancel() {
        return member.cancelBecause(null);
    }

    @Override
    public boolean cancel(String reason) {
        return member.cancelBecause(Objects.requireNonNull(reason, "reason"));
    }

    @Override
    public @Nullable Outcome<T> outcome() {
        return observe();
    }

    @Override
    public State state() {
        if (progress instanceof Handle<?> followed) return followed.state();
        return switch (peek()) {
            case null -> State.RUNNING;
            case Outcome.Success<T> success -> seen == DISCARDED ? State.CANCELLED : State.SUCCEEDED;
            case Outcome.Failure<T> failure -> State.FAILED;
            case Outcome.Cancelled<T> cancelled -> State.CANCELLED;
        };
    }

    @Override
    public String toString() {
        return "Deferred[" + (member instanceof CoroutineTask<?> task ? task.title() : "a source") + ", " + state()
                + ']';
    }

    @Override
    public void whenComplete(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> callback) {
        Objects.requireNonNull(callback, "callback");
        whenDone(() -> {
            try {
                tell(callback);
            } catch (Throwable fromCallback) {
                Reports.drop(member.scope().backend(), member.scope().context(), fromCallback);
            }
        });
    }

    private void tell(BiConsumer<? super @Nullable T, ? super @Nullable Throwable> callback) {
        switch (Objects.requireNonNull(observe())) {
            case Outcome.Success<T> success -> callback.accept(success.value(), null);
            case Outcome.Failure<T> failure -> callback.accept(null, failure.error());
            case Outcome.Cancelled<T> cancelled -> callback.accept(null, CancelledException.ofAwaited(cancelled));
        }
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        var future = new CompletableFuture<T>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                Handle.this.cancel();
                return super.cancel(mayInterruptIfRunning);
            }
        };
        whenDone(() -> {
            try {
                settle(future);
            } catch (Throwable fromDependent) {
                Reports.uncaught(fromDependent);
            }
        });
        return future;
    }

    /** On JDK 21, a dependent stage asks the failure for its message, and what that throws reaches the code that completes the future. */
    private void settle(CompletableFuture<T> future) {
        if (future.isDone()) return; // by other code
        boolean first = !isOver() && see();
        switch (Objects.requireNonNull(observe())) {
            case Outcome.Success<T> success -> {
                if (!future.complete(success.value()) && first)
                    Reports.discard(member.scope().backend(), member.scope().context(), success.value());
            }
            case Outcome.Failure<T> failure -> future.completeExceptionally(failure.error());
            case Outcome.Cancelled<T> cancelled -> future.completeExceptionally(CancelledException.plain(cancelled));
        }
    }

    /** The await of a handle. The value stays in the handle for others, so nothing is discarded here. */
    static final class HandleAwait<T extends @Nullable Object> extends AwaitCell<T> implements Runnable {
        /**
         * Null after the end, from either side: a follower keeps this cell, and must not keep the handle that it
         * followed from garbage collection.
         */
        private @Nullable Handle<T> handle;

        private boolean followed;

        HandleAwait(Handle<T> handle, Backend backend) {
            super(backend);
            this.handle = handle;
        }

        /** {@return what it waits for, or null if that has ended} Called on any thread. */
        @Nullable
        Member awaited() {
            Handle<T> awaited = handle;
            return awaited == null ? null : awaited.member;
        }

        /** Notes that a follower awaits it: code that reads the follower reads the handle. {@return the handle} */
        Handle<T> follow() {
            followed = true;
            return Objects.requireNonNull(handle);
        }

        @Override
        protected boolean isShared() {
            return true;
        }

        @Override
        protected void start() {
            Handle<T> awaited = Objects.requireNonNull(handle);
            awaited.whenDone(this);
            attach(awaited);
        }

        @Override
        @SuppressWarnings("unchecked")
        protected void cancelUpstream(Object awaited) {
            ((Handle<T>) awaited).forget(this);
            handle = null;
        }

        @Override
        protected boolean isCancelQuick() {
            return true;
        }

        @Override
        public WaitKind kind() {
            return WaitKind.HANDLE;
        }

        @Override
        public String waitsFor() {
            Handle<T> awaited = handle;
            if (awaited == null) return operation() + " of a Deferred";
            String what = awaited.member instanceof CoroutineTask<?> ? " of the coroutine " : " of what was started: ";
            return operation() + what + awaited.member.title();
        }

        @Override
        protected void discardValue(T value) {}

        @Override
        public void run() {
            Handle<T> awaited = handle;
            if (awaited == null) return; // cancelled meanwhile
            handle = null;
            switch (Objects.requireNonNull(awaited.peek())) {
                case Outcome.Success<T> success -> {
                    if (succeed(success.value()) && hasSucceeded() && !followed) awaited.observe();
                }
                case Outcome.Failure<T> failure -> {
                    if (fail(failure.error())) awaited.observe();
                }
                case Outcome.Cancelled<T> cancelled -> fail(CancelledException.ofAwaited(cancelled));
            }
        }
    }
}
