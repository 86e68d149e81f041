package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.Async;
import dev.weft.Deferred;
import dev.weft.spi.CoroutineTask;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A body on its own thread, watched from outside: when it waits, and how it ends. */
public final class Watched<T> {
    /** How long something that must happen may take on a busy machine; no test waits that long unless it fails. */
    public static final long SECONDS = 30;

    private final Thread thread;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Deferred<?> handle;
    private T value;
    private Throwable thrown;
    private boolean interruptedAtEnd;

    /** Null on a thread outside any coroutine. */
    private CoroutineTask<?> task;

    private Watched(Callable<T> body) throws Exception {
        var started = new CompletableFuture<Thread>();
        this.handle = Async.async(() -> {
            task = CoroutineTask.current();
            started.complete(Thread.currentThread());
            observe(body);
        });
        this.thread = started.get(SECONDS, TimeUnit.SECONDS);
    }

    private Watched(Thread.Builder builder, Callable<T> body) {
        this.handle = null;
        this.thread = builder.unstarted(() -> observe(body));
    }

    /** Runs a body in a coroutine. */
    public static <T> Watched<T> coroutine(Callable<T> body) {
        try {
            return new Watched<>(body);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    /** Runs a body on a thread outside any coroutine. */
    public static <T> Watched<T> thread(Thread.Builder builder, Callable<T> body) {
        var watched = new Watched<>(builder, body);
        watched.thread.start();
        return watched;
    }

    private void observe(Callable<T> body) {
        try {
            value = body.call();
        } catch (Throwable failure) {
            thrown = failure;
        }
        interruptedAtEnd = Thread.currentThread().isInterrupted();
        end.countDown();
    }

    public Thread thread() {
        return thread;
    }

    public boolean cancel() {
        return handle.cancel();
    }

    public boolean hasEnded() {
        return end.getCount() == 0;
    }

    /** Waits until the thread waits. */
    public Watched<T> parked() {
        until("parked", () -> hasEnded() || isWaiting());
        if (hasEnded()) throw new AssertionError("ended instead of waiting", thrown);
        return this;
    }

    /**
     * Whether the body waits. A thread that was just woken may still appear to wait; so a coroutine is asked itself,
     * and in foreign code it must appear to wait for a while.
     */
    public boolean isWaiting() {
        if (task != null && task.rest() >= 0) return true;
        for (int i = 0; i < 1000; i++) {
            Thread.State state = thread.getState();
            if (state != Thread.State.WAITING && state != Thread.State.TIMED_WAITING) return false;
            Thread.yield();
        }
        return true;
    }

    /** Waits until the body has ended. */
    public Watched<T> ended() {
        try {
            if (end.await(SECONDS, TimeUnit.SECONDS)) return this;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        var late = new AssertionError("has not ended: " + thread + " " + thread.getState());
        late.setStackTrace(thread.getStackTrace());
        throw new AssertionError(late);
    }

    /** What the body returned. */
    public T value() {
        ended();
        if (thrown != null) throw new AssertionError("threw instead of returning", thrown);
        return value;
    }

    /** What the body threw, the same instance. */
    public Throwable failure() {
        ended();
        if (thrown == null) fail("returned %s instead of throwing", value);
        return thrown;
    }

    /** Waits for the end of the thread, not only of the body. */
    public Watched<T> joined() {
        try {
            assertThat(thread.join(Duration.ofSeconds(SECONDS)))
                    .as("the thread is left behind")
                    .isTrue();
            return this;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** Whether the interrupt flag was set when the body ended. */
    public boolean interruptedAtEnd() {
        ended();
        return interruptedAtEnd;
    }

    /**
     * Spins until a condition holds. A virtual thread parks for a moment instead of yielding: on a single carrier, one
     * that yields gets the carrier back before those that threads from outside have started.
     */
    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) fail("not %s within %d s", what, SECONDS);
            if (Thread.currentThread().isVirtual()) LockSupport.parkNanos(1000);
            else Thread.yield();
        }
    }
}
