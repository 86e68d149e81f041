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
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of something that was started, and those who wait for it.
 *
 * <p>The monitor guards {@code waiting}, which is null while nobody waits and after the outcome; the waiters are told outside of it.
 */
class Promise<T extends @Nullable Object> implements Unread {
    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Promise> SEEN =
            AtomicIntegerFieldUpdater.newUpdater(Promise.class, "seen");

    private static final int BY_NOBODY = 0;
    private static final int BY_SOMEBODY = 1;
    private static final int DISCARDED = 2;

    private static final Outcome.Cancelled<Object> GONE =
            new Outcome.Cancelled<>("its value was discarded when its scope ended", null);

    private volatile @Nullable Outcome<T> outcome;

    /** Who has seen the outcome, or that nobody will. */
    private volatile int seen;

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
            case Outcome.Success<T> success -> seen == DISCARDED ? Deferred.State.CANCELLED : Deferred.State.SUCCEEDED;
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
        see();
        return seen == DISCARDED ? (Outcome<T>) GONE : present;
    }

    /** {@return the outcome, for those who give it on or discard it themselves} */
    @Nullable
    Outcome<T> settled() {
        return outcome;
    }

    /** {@return whether nobody had seen it before} */
    private boolean see() {
        SchedulePoint.pass();
        return seen == BY_NOBODY && SEEN.compareAndSet(this, BY_NOBODY, BY_SOMEBODY);
    }

    @Override
    public boolean isOver() {
        return seen != BY_NOBODY || !(outcome instanceof Outcome.Success<T> success) || success.value() == null;
    }

    @Override
    public @Nullable Object take() {
        SchedulePoint.pass();
        if (isOver() || !SEEN.compareAndSet(this, BY_NOBODY, DISCARDED)) return null;
        return outcome instanceof Outcome.Success<T> success ? success.value() : null;
    }

    @Nullable
    Throwable unobservedFailure() {
        return outcome instanceof Outcome.Failure<T> failure && seen == BY_NOBODY ? failure.error() : null;
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

    /**
     * Waits for the outcome.
     *
     * @param handle whose it is
     */
    T await(Deferred<T> handle) {
        Scope scope = Scope.current();
        Outcome<T> present = outcome;
        if (scope == null || present == null)
            return new PromiseCell<>(this, handle, scope == null ? Host.get().backend() : scope.backend()).get();
        scope.checkpoint();
        return Objects.requireNonNull(observe()).getOrThrow();
    }

    PromiseCell<T> cell(Backend backend) {
        return new PromiseCell<>(this, null, backend);
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

    CompletableFuture<T> toCompletableFuture(Runnable cancel, Backend backend, @Nullable Object context) {
        var future = new CompletableFuture<T>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                cancel.run();
                return super.cancel(mayInterruptIfRunning);
            }
        };
        whenDone(() -> {
            try {
                settle(future, backend, context);
            } catch (Throwable fromBehind) {
                Reports.uncaught(fromBehind);
            }
        });
        return future;
    }

    /** On JDK 21, what is behind the future asks a failure for its message, and throws what that throws to whoever completes it. */
    private void settle(CompletableFuture<T> future, Backend backend, @Nullable Object context) {
        if (future.isDone()) return; // by somebody else
        boolean first = !isOver() && see();
        switch (Objects.requireNonNull(observe())) {
            case Outcome.Success<T> success -> {
                if (!future.complete(success.value()) && first) Reports.discard(backend, context, success.value());
            }
            case Outcome.Failure<T> failure -> future.completeExceptionally(failure.error());
            case Outcome.Cancelled<T> cancelled -> future.completeExceptionally(CancelledException.plain(cancelled));
        }
    }
}
