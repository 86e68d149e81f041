package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.Failures;
import dev.weft.spi.Reports;
import dev.weft.spi.WaitKind;
import dev.weft.spi.Warning;
import java.nio.channels.CompletionHandler;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the callbacks of an operation call, to end an {@link Async#awaitCallback}. The first call decides; it may come
 * on any thread, even before the registration has returned. It never runs the awaiting code itself.
 *
 * <p>It fits a pair of callbacks ({@code done::resume, done::fail}), a triple ({@code done::cancelled}), a
 * {@code (value, throwable)} callback with one null argument, and a {@link CompletionHandler}. For any other, write a
 * lambda that calls one of these.
 *
 * <p>Memory consistency effects: what a thread did before the deciding call <i>happens-before</i> the await returns or
 * throws.
 *
 * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="completion"}
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public final class Completion<T extends @Nullable Object>
        implements BiConsumer<T, @Nullable Throwable>, CompletionHandler<T, @Nullable Object> {
    private static final String FORGOTTEN =
            "a Completion was forgotten without having been resumed: register it for failures and for closing too";

    private final CallbackAwait<T> cell;
    private final AtomicBoolean resumed;

    Completion(CallbackAwait<T> cell) {
        this.cell = cell;
        this.resumed = cell.resumed;
        Debug.watch(this, () -> !cell.isParked(), Warning.Kind.FORGOTTEN_CALLBACK, FORGOTTEN);
    }

    /**
     * Ends the await with a result. If the await was cancelled, the value goes to {@link #onUndelivered}, or else to the discard
     * hook.
     *
     * @param value the result; null is allowed, and the await then returns null
     * @throws IllegalStateException if it was resumed before; the value is then undelivered too
     */
    public void resume(T value) {
        if (!tryResume(value)) throw alreadyResumed();
    }

    /**
     * Ends the await with a result, unless it was resumed before. If it was resumed before or the await was cancelled,
     * the value is undelivered.
     *
     * @param value the result
     * @return false if it was resumed before
     */
    public boolean tryResume(T value) {
        boolean first = resumed.compareAndSet(false, true);
        if (!first || !cell.resume(value)) cell.undelivered(value);
        return first;
    }

    /**
     * Ends the await with a failure. If the await was cancelled, it goes to the dropped-error hook; but where there is an
     * {@link #onCancel} action, an {@link Exception} only answers that cancellation, and is counted.
     *
     * @param failure what the await throws, see {@link Awaitable#await}
     * @throws IllegalStateException if it was resumed before; this failure is then dropped
     */
    public void fail(Throwable failure) {
        if (!tryFail(failure)) throw alreadyResumed();
    }

    /**
     * Ends the await with a failure, as {@link #fail} does, unless it was resumed before; then the failure is dropped.
     *
     * @param failure what the await throws
     * @return false if it was resumed before
     */
    public boolean tryFail(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        boolean first = resumed.compareAndSet(false, true);
        if (!first) cell.drop(failure);
        else if (!cell.end(failure)) cell.late(failure);
        return first;
    }

    /**
     * Ends the await because the operation was cancelled by other code. That is a failure like any other, not a
     * cancellation of the code that awaits: the await throws a {@link CancellationException} that is not a
     * {@link CancelledException}.
     *
     * @throws IllegalStateException if it was resumed before
     */
    public void cancelled() {
        fail(new CancellationException("the operation was cancelled"));
    }

    /**
     * Says how to abort the operation. It runs at most once, if the await is cancelled before it was resumed: normally
     * on the awaiting thread; while the body that starts the operation is still running, on a thread of its own, for
     * which the awaiting thread then waits; at once, on the current thread, if the await is already cancelled. What it
     * throws is suppressed in the {@link CancelledException} of the await; in the last case it is only logged. So it may be set after the start of the
     * operation, which may have called back by then.
     *
     * @param action what aborts the operation
     * @throws IllegalStateException if an action is set already
     */
    public void onCancel(AsyncAction<?> action) {
        cell.onCancel(Objects.requireNonNull(action, "action"));
    }

    /**
     * Says what becomes of a value that nobody can receive; without a handler, the value goes to the discard hook. Set
     * it before the operation can call back. It is not called for null.
     *
     * @param handler what closes or counts the value, on the thread that could not deliver it
     */
    public void onUndelivered(Consumer<? super T> handler) {
        cell.handler = Objects.requireNonNull(handler, "handler");
    }

    /**
     * Ends the await with {@link AbandonedCallbackException} if this object is garbage-collected without having been resumed.
     * For that, nothing that outlives the operation may refer to it, the {@link #onCancel} action included.
     */
    public void failIfAbandoned() {
        CallbackAwait<T> abandoned = cell;
        GarbageWatch.watch(this, () -> {
            if (abandoned.resumed.compareAndSet(false, true)) abandoned.end(new AbandonedCallbackException());
        });
    }

    /**
     * Calls {@link #resume} if the failure is null, or else {@link #fail}; a value that comes with a failure is
     * undelivered. A {@link java.util.concurrent.CompletionException} that the JDK put around its cause is removed.
     */
    @Override
    public void accept(T value, @Nullable Throwable failure) {
        if (failure == null) {
            resume(value);
            return;
        }
        cell.undelivered(value);
        fail(StageAwait.unwrapped(failure));
    }

    /** Calls {@link #resume}. */
    @Override
    public void completed(T value, @Nullable Object attachment) {
        resume(value);
    }

    /** Calls {@link #fail}. */
    @Override
    public void failed(Throwable failure, @Nullable Object attachment) {
        fail(failure);
    }

    private static IllegalStateException alreadyResumed() {
        return new IllegalStateException(
                "already resumed: a Completion takes one outcome; for several, use AsyncStream.fromListener");
    }

    /** The await of a callback. Its upstream is the action that aborts the operation. */
    static final class CallbackAwait<T extends @Nullable Object> extends AwaitCell<T> {
        final AtomicBoolean resumed = new AtomicBoolean();
        volatile @Nullable Consumer<? super T> handler;
        private @Nullable CallbackBody<T> body;
        private boolean cancellable;

        /** Whether there is an action that aborts the operation, and that has not failed; read by the callback. */
        private volatile boolean abortable;

        CallbackAwait(CallbackBody<T> body, Backend backend) {
            super(backend);
            this.body = body;
        }

        @Override
        protected void start() {
            CallbackBody<T> registration = Objects.requireNonNull(body);
            body = null;
            try {
                registration.register(new Completion<>(this));
            } catch (Throwable failure) {
                resumed.set(true);
                if (!fail(failure)) late(failure);
            }
        }

        @Override
        protected void cancelUpstream(Object subscription) {
            try {
                ((AsyncAction<?>) subscription).run();
            } catch (Exception failure) {
                abortable = false;
                throw Failures.thrown(failure);
            }
        }

        @Override
        protected void discardValue(T value) {
            undelivered(value);
        }

        @Override
        protected String operation() {
            return "awaitCallback";
        }

        @Override
        public WaitKind kind() {
            return WaitKind.CALLBACK;
        }

        @Override
        public String waitsFor() {
            return operation() + ": the callback, which has not called its Completion";
        }

        void onCancel(AsyncAction<?> action) {
            if (cancellable) throw new IllegalStateException("onCancel is set already: set one action that does all");
            cancellable = true;
            abortable = true; // first, since the action may run here, and itself call back
            attach(action);
        }

        boolean resume(T value) {
            return succeed(value);
        }

        boolean end(Throwable failure) {
            return fail(failure);
        }

        /**
         * A failure of the operation after the cancellation: if we abort the operation, that is only its answer. It may
         * come before the action, from a library that has learned of the same cancellation in another way.
         */
        void late(Throwable failure) {
            if (abortable && failure instanceof Exception) Reports.echo(failure);
            else refused(failure);
        }

        void drop(Throwable failure) {
            Reports.drop(backend(), carried(), failure);
        }

        void undelivered(T value) {
            if (value == null) return;
            Consumer<? super T> closer = handler;
            if (closer == null) {
                Reports.discard(backend(), carried(), value);
                return;
            }
            try {
                closer.accept(value);
            } catch (Throwable fromHandler) {
                Reports.uncaught(fromHandler);
            }
        }
    }
}
