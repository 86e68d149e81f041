package dev.weft.tck;

import dev.weft.Context;
import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A coroutine of the kit, watched from outside: when it waits, and how its body ends. */
final class SubjectTask extends CoroutineTask<@Nullable Object> {
    private final Patience patience;
    private final Ending ending;
    private final CountDownLatch ended = new CountDownLatch(1);

    private SubjectTask(Backend backend, Patience patience, Ending ending) {
        super(null, backend, Context.empty(), CoroutineOptions.NONE.named("weft-tck"), ending);
        this.patience = patience;
        this.ending = ending;
    }

    static SubjectTask start(Backend backend, Patience patience, Callable<? extends @Nullable Object> body) {
        var subject = new SubjectTask(backend, patience, new Ending(body));
        subject.start();
        return subject;
    }

    /** Waits until the thread waits. */
    SubjectTask parked() {
        patience.until("the awaiting coroutine neither waits nor ends", () -> isParked() || hasEnded());
        if (hasEnded())
            throw new AssertionError("the awaiting coroutine " + ending + " instead of waiting", ending.thrown);
        return this;
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    void cancel() {
        cancel(Cancellation.Reason.REQUESTED, null, null);
    }

    SubjectTask ended() {
        patience.await(ended, "the awaiting coroutine has not ended");
        return this;
    }

    /** What the body returned. */
    @Nullable
    Object value() {
        ended();
        if (ending.thrown != null)
            throw new AssertionError("the awaiting coroutine " + ending + " instead of returning", ending.thrown);
        return ending.value;
    }

    /** Throws the assertion that failed in the body, or else an error about what the body threw. */
    void rethrow() {
        if (ended().ending.thrown instanceof AssertionError said) throw said;
        value();
    }

    /** What the body threw, the same instance. */
    Throwable failure() {
        ended();
        if (ending.thrown == null)
            throw new AssertionError("the awaiting coroutine " + ending + " instead of throwing");
        return ending.thrown;
    }

    /** Requires that the body has ended with a cancellation. */
    CancellationException cancellationThrown() {
        if (failure() instanceof CancellationException cancelled) return cancelled;
        throw new AssertionError(
                "the cancelled coroutine " + ending + " instead of a CancellationException", ending.thrown);
    }

    /** Whether the interrupt flag was set when the body ended. */
    boolean wasInterruptedAtEnd() {
        ended();
        return ending.interrupted;
    }

    @Override
    protected void succeeded(@Nullable Object nothing) {
        ended.countDown();
    }

    @Override
    protected void failed(Throwable failure) {
        if (ending.thrown == null) ending.thrown = failure;
        ended.countDown();
    }

    @Override
    protected void cancelled(@Nullable Throwable nothing) {
        ended.countDown();
    }

    /** A thread that was just woken may still appear to wait; in foreign code it must appear so for a while. */
    private boolean isParked() {
        if (rest() > 0) return true;
        Thread thread = thread();
        for (int i = 0; i < 1000; i++) {
            if (thread == null || thread.getState() != Thread.State.WAITING) return false;
            Thread.yield();
        }
        return true;
    }

    /** How the body ends; written by the coroutine before its end. */
    private static final class Ending implements Callable<@Nullable Object> {
        private final Callable<? extends @Nullable Object> body;
        private @Nullable Object value;
        private @Nullable Throwable thrown;
        private boolean interrupted;

        Ending(Callable<? extends @Nullable Object> body) {
            this.body = body;
        }

        /** The coroutine itself has no result: one that a cancellation overtakes would be discarded. */
        @Override
        public @Nullable Object call() {
            try {
                value = body.call();
            } catch (Throwable failure) {
                thrown = failure;
            }
            interrupted = Thread.currentThread().isInterrupted();
            return null;
        }

        @Override
        public String toString() {
            return thrown == null ? "returned " + value : "threw " + thrown;
        }
    }
}
