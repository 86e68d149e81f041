package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Cancellation;
import dev.weft.spi.DetachedTask;
import dev.weft.spi.Scope;
import dev.weft.spi.Unread;
import org.jspecify.annotations.Nullable;

/** A source that was started in a scope or beside it, without a thread, with its handle. */
final class DetachedMember<T extends @Nullable Object> extends DetachedTask<T> implements Handle.Member {
    private final Handle<T> handle;

    /** The handle that it follows, until its end. */
    private @Nullable Handle<T> followed;

    private DetachedMember(Scope owner, AwaitCell<T> cell, boolean beside) {
        super(owner, cell, beside);
        this.followed = cell instanceof Handle.HandleAwait<T> other ? other.follow() : null;
        this.handle = new Handle<>(this, isShared());
    }

    static <T extends @Nullable Object> Handle<T> started(Scope owner, AwaitCell<T> cell) {
        return started(owner, cell, false);
    }

    /** Starts a source that nobody cancels, and that the scope does not wait for. */
    static <T extends @Nullable Object> Handle<T> startedBeside(Scope scope, AwaitCell<T> cell) {
        return started(scope, cell, true);
    }

    private static <T extends @Nullable Object> Handle<T> started(Scope owner, AwaitCell<T> cell, boolean beside) {
        var source = new DetachedMember<T>(owner, cell, beside);
        source.start();
        return source.handle;
    }

    @Override
    public Scope scope() {
        return owner();
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
    @SuppressWarnings("NullAway") // null is a T where the source may be empty
    protected void succeeded(@Nullable T value) {
        if (followed == null) handle.complete(new Outcome.Success<>(value));
        else handle.completeAs(followed);
        followed = null;
    }

    @Override
    protected void failed(Throwable failure) {
        followed = null;
        handle.complete(new Outcome.Failure<>(failure));
    }

    @Override
    protected void cancelled(@Nullable Cancellation by) {
        followed = null;
        handle.complete(Outcome.Cancelled.by(by));
    }
}
