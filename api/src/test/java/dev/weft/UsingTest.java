package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.using;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.AwaitMode;
import dev.weft.testing.Watched;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A resource is released once, whenever it arrives and whichever side has left. */
class UsingTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualBackend backend = new ManualBackend();
    private final HookLog hooks = new HookLog();
    private final List<Object> trail = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> source = new CompletableFuture<>();

    @AfterEach
    void close() {
        hooks.close();
        assertThat(hooks.discarded).isEmpty();
        assertThat(hooks.dropped).isEmpty();
    }

    /** Runs a body in a coroutine whose time is over when it waits. */
    private void timesOut(Callable<?> body) {
        var waiting = Watched.coroutine(() -> withBackend(backend, body::call));
        backend.awaitTimers(1);
        waiting.parked();
        backend.advance(MINUTE);
        assertThat(waiting.failure()).isInstanceOf(TimeoutException.class);
    }

    private void release(String resource) {
        checkpoint();
        trail.add("released " + resource);
    }

    private String use(String resource) {
        trail.add("used " + resource);
        return "result";
    }

    @Test
    void itIsReleasedBehindItsUse() throws TimeoutException {
        String result = run(() -> using(MINUTE, () -> "r", this::release, this::use));
        assertThat(result).isEqualTo("result");
        assertThat(using(() -> "s", this::release, this::use)).isEqualTo("result");
        assertThat(trail).containsExactly("used r", "released r", "used s", "released s");
    }

    @Test
    void aUseWithoutAResultIsEnough() throws TimeoutException {
        using(() -> "r", this::release, r -> {
            trail.add("used " + r);
        });
        using(MINUTE, () -> "s", this::release, s -> {
            trail.add("used " + s);
        });
        assertThat(trail).containsExactly("used r", "released r", "used s", "released s");
    }

    @Test
    void checkedExceptionsAreInferred() throws TimeoutException {
        try {
            using(
                    MINUTE,
                    () -> {
                        if (trail.isEmpty()) throw new SQLException("acquire");
                        return "r";
                    },
                    this::release,
                    this::use);
        } catch (SQLException expected) {
            trail.add(expected.getMessage());
        }
        assertThat(trail).containsExactly("acquire");
    }

    @Test
    void whatAcquireThrowsComesOutAsItIs() {
        var failure = new IOException("acquire");
        assertThatThrownBy(() -> using(
                        () -> {
                            throw failure;
                        },
                        this::release,
                        this::use))
                .isSameAs(failure);
        source.completeExceptionally(failure);
        assertThatThrownBy(() -> using(() -> await(source), this::release, this::use))
                .isInstanceOf(AwaitException.class)
                .hasCause(failure);
        assertThat(trail).isEmpty();
    }

    @Test
    void whatComesBehindTheLimitIsReleasedOnce() {
        timesOut(() -> using(MINUTE, () -> await(source), this::release, this::use));
        assertThat(trail).isEmpty();
        source.complete("late");
        until("it is released", () -> !trail.isEmpty());
        assertThat(trail).containsExactly("released late");
    }

    @Test
    void whoIsCancelledWhileHeWaitsDoesNotWaitForTheResource() {
        var waiting = Watched.coroutine(() -> using(() -> await(source), this::release, this::use));
        waiting.parked();
        waiting.cancel();
        assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
        assertThat(trail).isEmpty();
        source.complete("late");
        until("it is released", () -> !trail.isEmpty());
        assertThat(trail).containsExactly("released late");
    }

    @Test
    void aSourceThatBlocksWhileItIsSubscribedToIsNotInterrupted() {
        var lock = new Semaphore(0);
        Flow.Publisher<String> blocking = subscriber -> {
            subscriber.onSubscribe(new IgnoredSubscription());
            try {
                lock.acquire();
                subscriber.onNext("late");
                subscriber.onComplete();
            } catch (InterruptedException canceller) {
                subscriber.onError(canceller);
            }
        };
        var waiting = Watched.coroutine(() -> Adapters.using(
                new FlowAwait<>(blocking, AwaitMode.ONE, JdkBackend.INSTANCE), this::release, this::use));
        waiting.parked();
        waiting.cancel();
        lock.release();
        assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
        until("it is released", () -> !trail.isEmpty());
        assertThat(trail).containsExactly("released late");
    }

    @Test
    void aBlockingAcquireIsNotInterrupted() throws InterruptedException {
        var lock = new Semaphore(0);
        var waiting = Watched.coroutine(() -> using(
                () -> {
                    lock.acquire();
                    return "late";
                },
                this::release,
                this::use));
        waiting.parked();
        waiting.cancel();
        assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
        lock.release();
        until("it is released", () -> !trail.isEmpty());
        assertThat(trail).containsExactly("released late");
    }

    @Test
    void aLateFailureIsDropped() {
        var failure = new IOException("late");
        timesOut(() -> using(MINUTE, () -> await(source), this::release, this::use));
        source.completeExceptionally(failure);
        until("it is dropped", () -> !backend.dropped().isEmpty());
        assertThat(backend.dropped()).containsExactly(failure);
    }

    @Test
    void aLateReleaseThatFailsIsDropped() {
        var failure = new IOException("release");
        timesOut(() -> using(
                MINUTE,
                () -> await(source),
                r -> {
                    throw failure;
                },
                this::use));
        source.complete("late");
        until("it is dropped", () -> !backend.dropped().isEmpty());
        assertThat(backend.dropped()).containsExactly(failure);
    }

    @Test
    void itIsReleasedWhenItsUseFailsAndTheFailureOfThatIsSuppressed() {
        var failure = new IllegalStateException("use");
        var second = new IOException("release");
        assertThatThrownBy(() -> using(
                        () -> "r",
                        r -> {
                            trail.add("released " + r);
                            throw second;
                        },
                        r -> {
                            throw failure;
                        }))
                .isSameAs(failure)
                .hasSuppressedException(second);
        assertThat(trail).containsExactly("released r");
    }

    @Test
    void aResultWhoseReleaseFailsIsDiscarded() {
        var failure = new IOException("release");
        assertThatThrownBy(() -> using(
                        () -> "r",
                        r -> {
                            throw failure;
                        },
                        this::use))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly("result");
        hooks.discarded.clear();
    }

    @Test
    void J1_theReleaseOfACancelledUseIsShielded() {
        var using = Watched.coroutine(() -> using(() -> "r", this::release, r -> {
            trail.add("used " + r);
            delay(MINUTE);
            return "never";
        }));
        until("it is used", () -> !trail.isEmpty());
        using.parked().cancel();
        assertThat(using.failure()).isInstanceOf(CancelledException.class);
        assertThat(trail).containsExactly("used r", "released r");
    }

    @Test
    void whatItsUseHasStartedHasEndedBeforeTheRelease() {
        run(() -> using(() -> "r", this::release, r -> {
            async(() -> {
                delay(Duration.ofMillis(20));
                trail.add("child of " + r);
            });
        }));
        assertThat(trail).containsExactly("child of r", "released r");
    }

    @Test
    void I3_nothingIsAcquiredWhenTheLimitIsOverAlready() {
        assertThatThrownBy(() -> run(() -> using(Duration.ZERO, () -> trail.add("acquired"), r -> {}, r -> 1)))
                .isInstanceOf(TimeoutException.class);
        assertThat(trail).isEmpty();
    }

    @Test
    void G4_nothingIsAcquiredInACoroutineThatIsCancelled() {
        var cancelled = Watched.coroutine(() -> {
            try {
                delay(MINUTE);
            } catch (CancelledException again) {
                using(() -> trail.add("acquired"), r -> {}, r -> 1);
            }
            return null;
        });
        cancelled.parked();
        cancelled.cancel();
        assertThat(cancelled.failure()).isInstanceOf(CancelledException.class);
        assertThat(trail).isEmpty();
    }

    @Test
    void theLimitIsNotForTheUse() throws TimeoutException {
        run(() -> using(Duration.ofSeconds(20), () -> "r", this::release, r -> {
            assertThatThrownBy(() -> Async.resetTimeout(MINUTE)).isInstanceOf(IllegalStateException.class);
        }));
        assertThat(trail).containsExactly("released r");
    }

    @Test
    void theContextIsTheCallers() {
        run(() -> withContext(
                "key",
                "value",
                () -> using(
                        () -> Async.context().<String>get("key"),
                        r -> trail.add(Async.context().<String>get("key")),
                        r -> trail.add(r))));
        assertThat(trail).containsExactly("value", "value");
    }

    @Test
    void aTimeoutAroundItReleasesToo() {
        timesOut(() -> withTimeout(MINUTE, () -> using(() -> await(source), this::release, this::use)));
        source.complete("late");
        until("it is released", () -> !trail.isEmpty());
        assertThat(trail).containsExactly("released late");
    }

    @Test
    void aCallbackThatComesLateIsReleased() {
        var registered = new CompletableFuture<Completion<String>>();
        timesOut(() -> using(
                MINUTE,
                () -> awaitCallback((Completion<String> done) -> registered.complete(done)),
                this::release,
                this::use));
        registered.join().resume("late");
        until("it is released", () -> !trail.isEmpty());
        assertThat(trail).containsExactly("released late");
    }

    @Test
    void G15_nullIsNoResource() {
        assertThatThrownBy(() -> using(() -> null, r -> {}, r -> 1))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("acquire");
    }
}
