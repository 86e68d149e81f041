package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Detachable;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import dev.weft.spi.Scope;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The scope of a group: the first failure, of a member or of the body, decides. */
final class GroupScope extends Scope implements TaskGroup {
    /** Null, then the first failure; {@link Left} once members are left behind, whose failures are then no longer recorded. */
    private final AtomicReference<@Nullable Object> first = new AtomicReference<>();

    private final boolean handsOutResults;
    private volatile @Nullable Duration patience;

    GroupScope(Scope parent) {
        this(parent, true);
    }

    /** As a group; one that hands out no results is for a caller that has all the handles itself. */
    GroupScope(Scope parent, boolean handsOutResults) {
        super(parent, parent.backend(), parent.context(), false);
        this.handsOutResults = handsOutResults;
    }

    @Override
    protected boolean handsOutResults() {
        return handsOutResults;
    }

    @Override
    public <T extends @Nullable Object> Handle<T> async(Callable<T> body) {
        return start(new Coroutine<>(body, CoroutineOptions.NONE));
    }

    @Override
    public Handle<@Nullable Void> async(AsyncAction<?> body) {
        return async(Async.asCallable(body));
    }

    @Override
    public <T extends @Nullable Object> Handle<T> start(Awaitable<T> source) {
        return started(source, this);
    }

    @Override
    public Handle<@Nullable Void> daemon(AsyncAction<?> body) {
        return new DaemonTask(this, body).started();
    }

    @Override
    public void cancel() {
        cancel(Cancellation.Reason.REQUESTED, null, null);
    }

    @Override
    public void cancel(String reason) {
        cancel(Cancellation.Reason.REQUESTED, Objects.requireNonNull(reason, "reason"), null);
    }

    @Override
    public void detachAfter(Duration limit) {
        patience = Objects.requireNonNull(limit, "limit");
    }

    @Override
    protected long patience() {
        Duration limit = patience;
        return limit == null ? Long.MAX_VALUE : Async.nanos(limit);
    }

    @Override
    protected void leftBehind() {
        first.updateAndGet(Left::new);
    }

    @Override
    public String toString() {
        return "TaskGroup[in " + task().title() + (cancellation() == null ? "]" : ", CANCELLED]");
    }

    /** Starts a member in a scope, without a thread if it needs none. */
    @SuppressWarnings("unchecked")
    static <T extends @Nullable Object> Handle<T> started(Awaitable<T> source, Scope scope) {
        Objects.requireNonNull(source, "source");
        if (source instanceof Coroutine<T> coroutine) return coroutine.startIn(scope).handle;
        if (source instanceof Handle<T> handle) {
            handle.requireOutside(scope);
            return DetachedMember.started(scope, new Handle.HandleAwait<>(handle, scope.backend()));
        }
        if (source instanceof Owned<T> owned) return owned.startIn(scope);
        if (source instanceof Detachable<?> cells) return DetachedMember.started(scope, ((Detachable<T>) cells).cell());
        return new Coroutine<T>(source::await, CoroutineOptions.NONE).startIn(scope).handle;
    }

    <T extends @Nullable Object> T run(GroupBody<? extends T, ?> body) throws Exception {
        try {
            return result(body);
        } catch (Throwable thrown) {
            discardUnread(); // even of a group that cancelled itself, if it has no result
            throw thrown;
        }
    }

    /** As {@link #run}, for a body without a result: {@link #cancel} may end it. */
    void runToItsEnd(GroupAction<?> body) throws Exception {
        try {
            this.<@Nullable Void>result(members -> {
                body.run(members);
                return null;
            });
        } catch (Throwable thrown) {
            if (thrown instanceof Exception exception && absorbs(exception)) return;
            discardUnread();
            throw thrown;
        }
    }

    private <T extends @Nullable Object> T result(GroupBody<? extends T, ?> body) throws Exception {
        T result;
        try {
            result = call(() -> runBody(body));
        } catch (Throwable thrown) {
            throw outcome(thrown);
        }
        Throwable failure = first();
        if (failure == null) return result;
        discard(result);
        throw Failures.thrown(failure);
    }

    /** Whether an exception only says that {@link #cancel} has ended the body; code that this ends may throw an exception of its own. */
    private boolean absorbs(Exception thrown) {
        if (!isCancelledByItself() || first() != null || isFromOutside(thrown) || !isEcho(thrown)) return false;
        report(thrown);
        return true;
    }

    /** A body that a member's failure or the group itself has cancelled may return: that is not its result. */
    @Override
    protected void swallowed() {
        Cancellation c = cancellation();
        if (c != null && c.origin() != this) reportSwallowed();
    }

    @Override
    protected boolean memberFailed(Throwable failure) {
        if (Host.get().cancelledScope(failure) == this) return true; // before the cancellation has reached the member
        record(failure);
        cancelBecauseOf(failure);
        return true;
    }

    private <T extends @Nullable Object> T runBody(GroupBody<? extends T, ?> body) throws Exception {
        try {
            return body.call(this);
        } catch (Throwable thrown) {
            if (!isEcho(thrown)) record(Host.get().unwrap(thrown));
            throw thrown;
        }
    }

    private void record(Throwable failure) {
        if (first.compareAndSet(null, failure)) return;
        if (first.get() instanceof Throwable before) suppressOrDrop(before, failure);
        else drop(failure);
    }

    private @Nullable Throwable first() {
        return first.get() instanceof Left left ? left.failure : (Throwable) first.get();
    }

    /** What to throw when the body has thrown: the first failure, unless the group was cancelled from outside. */
    private Exception outcome(Throwable thrown) {
        Throwable failure = first();
        if (failure != null && isFromOutside(thrown)) {
            Failures.suppress(thrown, failure);
        } else if (failure != null && Host.get().unwrap(thrown) != failure) {
            if (isEcho(thrown) && !Failures.isEcho(thrown)) record(Host.get().unwrap(thrown));
            return Failures.thrown(failure);
        }
        if (thrown instanceof Error error) throw error;
        return (Exception) thrown;
    }

    private boolean isFromOutside(Throwable thrown) {
        Scope scope = Host.get().cancelledScope(thrown);
        return scope != null && scope != this;
    }

    /** A member that its group does not wait for. */
    private static final class DaemonTask extends MemberTask<@Nullable Void> {
        DaemonTask(GroupScope group, AsyncAction<?> body) {
            super(group, Async.backend(), Async.context(), CoroutineOptions.NONE, Async.asCallable(body));
        }

        @Override
        public boolean isDaemon() {
            return true;
        }
    }

    /** The first failure at the time when members were left behind. */
    private static final class Left {
        final @Nullable Throwable failure;

        Left(@Nullable Object first) {
            failure = (Throwable) first;
        }
    }
}
