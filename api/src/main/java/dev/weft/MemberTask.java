package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Scope;
import dev.weft.spi.Unread;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A coroutine that has a handle: a member of a scope, or a root. */
class MemberTask<T extends @Nullable Object> extends CoroutineTask<T> implements Handle.Member {
    final Handle<T> handle = new Handle<>(this, false);

    MemberTask(
            @Nullable Scope owner,
            Backend backend,
            Object context,
            CoroutineOptions options,
            Callable<? extends T> body) {
        super(owner, backend, context, options, body);
    }

    Handle<T> started() {
        start();
        return handle;
    }

    @Override
    public Scope scope() {
        return this;
    }

    @Override
    public boolean cancelBecause(@Nullable String why) {
        return cancel(Cancellation.Reason.REQUESTED, why, null);
    }

    @Override
    public @Nullable Throwable unobservedFailure() {
        return handle.unobservedFailure();
    }

    @Override
    public @Nullable Unread unread() {
        return handle.unread();
    }

    @Override
    protected void succeeded(T result) {
        handle.complete(new Outcome.Success<>(result));
    }

    @Override
    protected void failed(Throwable failure) {
        var outcome = new Outcome.Failure<T>(failure);
        if (parent() == null) handle.completeWatched(outcome);
        else handle.complete(outcome);
    }

    @Override
    protected void cancelled(@Nullable Throwable failure) {
        handle.complete(failure == null ? Outcome.Cancelled.by(cancellation()) : new Outcome.Failure<>(failure));
    }
}
