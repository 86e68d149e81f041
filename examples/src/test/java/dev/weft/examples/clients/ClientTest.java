package dev.weft.examples.clients;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.CancelledException;
import dev.weft.Hooks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of all clients need: code that is cancelled while it awaits, and what nobody received. */
abstract class ClientTest {
    static final long SECONDS = 30;
    static final Duration SOON = Duration.ofMillis(50);

    /** What nobody received; a test that expects something of this takes it out. */
    final List<Object> discarded = new CopyOnWriteArrayList<>();

    final List<Throwable> dropped = new CopyOnWriteArrayList<>();

    private Hooks.Handle hook;

    @BeforeEach
    void watchTheHooks() {
        hook = Hooks.onDiscard(discarded::add);
        reactor.core.publisher.Hooks.onErrorDropped(dropped::add);
    }

    @AfterEach
    void nothingIsLost() {
        hook.close();
        reactor.core.publisher.Hooks.resetOnErrorDropped();
        assertThat(dropped).isEmpty();
        assertThat(discarded).isEmpty();
    }

    /** Starts code that awaits, cancels it as soon as its operation is under way, and waits for the end of its thread. */
    static void cancelled(CompletableFuture<?> underWay, Callable<?> body) throws Exception {
        var caller = new CompletableFuture<Thread>();
        var end = new CompletableFuture<Object>();
        var call = async(() -> {
            caller.complete(Thread.currentThread());
            try {
                end.complete(telling(underWay, body).call());
            } catch (Throwable failure) {
                end.complete(failure);
                throw failure;
            }
        });
        try {
            Thread thread = soon(caller); // a coroutine that is cancelled before it has started never runs
            soon(underWay);
            assertThat(call.cancel()).isTrue();
            assertThat(soon(end)).isInstanceOf(CancelledException.class);
            assertThat(thread.join(Duration.ofSeconds(SECONDS)))
                    .as("its thread has ended")
                    .isTrue();
        } finally {
            call.cancel();
        }
    }

    /** Runs code that awaits, whose time is over soon after its operation is under way. */
    static void timedOut(CompletableFuture<?> underWay, Callable<?> body) {
        timedOut(() -> {
            var call = async(telling(underWay, body));
            await(underWay);
            resetTimeout(SOON);
            return call.await();
        });
    }

    /** {@return a body that, if it fails before its operation is under way, fails those who wait for that} */
    private static <T> Callable<T> telling(CompletableFuture<?> underWay, Callable<T> body) {
        return () -> {
            try {
                return body.call();
            } catch (Throwable failure) {
                underWay.completeExceptionally(failure);
                throw failure;
            }
        };
    }

    /** Runs code that sets its time limit itself, to {@link #SOON}. */
    static void timedOut(Callable<?> body) {
        assertThatThrownBy(() -> run(() -> withTimeout(Duration.ofHours(1), body::call)))
                .isInstanceOf(TimeoutException.class);
    }

    /** {@return what a future that must be completed is completed with} */
    static <T> T soon(Future<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    /** Spins until something is so that nobody tells. */
    static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) fail("not %s within %d s", what, SECONDS);
            Thread.yield();
        }
    }

    /** Waits until a client that was closed has no thread left. */
    static void untilNoThreadOf(String prefix) {
        until(
                "without threads of " + prefix,
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith(prefix)));
    }
}
