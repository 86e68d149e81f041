package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Host;
import dev.weft.spi.Reports;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Scope;
import dev.weft.spi.Unread;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of something that was started, and those who wait for it.
 *
 * <p>The monitor guards {@code waiting}, which is null while nobody waits and after the outcome; the waiters are told outside of it.
 */
class Promise<T extends @Nullable Object> {
    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<Promise, @Nullable Object> SEEN =
            AtomicReferenceFieldUpdater.newUpdater(Promise.class, Object.class, "seen");

    private static final Object READ = new Object();
    private static final Outcome.Cancelled<Object> DISCARDED =
            new Outcome.Cancelled<>("its value was discarded when its scope ended", null);

    private volatile @Nullable Outcome<T> outcome;

    /** Whether somebody has seen the outcome: null, then READ, or what decides that. */
    private volatile @Nullable Object seen;

    private @Nullable Set<Runnable> waiting;

    static <T extends @Nullable Object> Promise<T> of(Deferred<T> deferred) {
        return switch (deferred) {
            case TaskDeferred<T> task -> task.promise();
            case SourceDeferred<T> task -> task.promise();
        };
    }

    Deferred.State state() {
        return switch (outcome) {
            case null -> Deferred.State.RUNNING;
            case Outcome.Success<T> success ->
                seen instanceof Unread unread && unread.isDiscarded()
                        ? Deferred.State.CANCELLED
                        : Deferred.State.SUCCEEDED;
            case Outcome.Failure<T> failure -> Deferred.State.FAILED;
            case Outcome.Cancelled<T> cancelled -> Deferred.State.CANCELLED;
        };
    }

    /** {@return the outcome; who tells it to somebody calls {@link #observe}} */
    @Nullable
    Outcome<T> peek() {
        return outcome;
    }

    /** {@return the outcome, and notes that somebody has seen it; a value that has been discarded is none} */
    @Nullable
    @SuppressWarnings("unchecked")
    Outcome<T> observe() {
        Outcome<T> present = outcome;
        if (present == null) return null;
        SchedulePoint.pass();
        if (seen == null && SEEN.compareAndSet(this, null, READ)) return present;
        return seen instanceof Unread unread && !unread.read() ? (Outcome<T>) DISCARDED : present;
    }

    /** {@return the value if nobody has seen it, for those who may have to discard it; null too if they have it already} */
    @Nullable
    Unread unread() {
        if (!(outcome instanceof Outcome.Success<T> success) || success.value() == null) return null;
        SchedulePoint.pass();
        if (seen != null) return null;
        var unread = new Unread(this, success.value());
        return SEEN.compareAndSet(this, null, unread) ? unread : null;
    }

    @Nullable
    Throwable unobservedFailure() {
        return outcome instanceof Outcome.Failure<T> failure && seen == null ? failure.error() : null;
    }

    void complete(Outcome<T> with) {
        Set<Runnable> told;
        synchronized (this) {
            outcome = with;
            told = waiting;
            waiting = null;
        }
        if (told != null) told.forEach(Promise::tell);
    }

    /** One who waits and throws does not keep it from the others. */
    private static void tell(Runnable waiting) {
        try {
            waiting.run();
        } catch (Throwable thrown) {
            Reports.uncaught(thrown);
        }
    }

    /** Runs an action at the outcome; now if there is one. */
    void whenDone(Runnable action) {
        synchronized (this) {
            if (outcome == null) {
                if (waiting == null) waiting = new LinkedHashSet<>(2);
                waiting.add(action);
                return;
            }
        }
        action.run();
    }

    synchronized void forget(Runnable action) {
        if (waiting != null) waiting.remove(action);
    }

    T await() {
        Scope scope = Scope.current();
        Outcome<T> present = outcome;
        if (scope == null || present == null)
            return cell(scope == null ? Host.get().backend() : scope.backend()).get();
        scope.checkpoint();
        return Objects.requireNonNull(observe()).getOrThrow();
    }

    PromiseCell<T> cell(Backend backend) {
        return new PromiseCell<>(this, backend);
    }

    void whenComplete(
            BiConsumer<? super @Nullable T, ? super @Nullable Throwable> callback,
            Backend backend,
            @Nullable Object context) {
        Objects.requireNonNull(callback, "callback");
        whenDone(() -> {
            try {
                tell(callback);
            } catch (Throwable fromCallback) {
                Reports.drop(backend, context, fromCallback);
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

    CompletableFuture<T> toCompletableFuture(Runnable cancel) {
        var future = new CompletableFuture<T>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                cancel.run();
                return super.cancel(mayInterruptIfRunning);
            }
        };
        whenDone(() -> {
            try {
                settle(future);
            } catch (Throwable fromBehind) {
                Reports.uncaught(fromBehind);
            }
        });
        return future;
    }

    /** On JDK 21, what is behind the future asks a failure for its message, and throws what that throws to whoever completes it. */
    private void settle(CompletableFuture<T> future) {
        switch (Objects.requireNonNull(observe())) {
            case Outcome.Success<T> success -> future.complete(success.value());
            case Outcome.Failure<T> failure -> future.completeExceptionally(failure.error());
            case Outcome.Cancelled<T> cancelled -> future.completeExceptionally(CancelledException.plain(cancelled));
        }
    }
}
