package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.ManualBackend.threadOf;
import static dev.weft.ManualBackend.until;
import static dev.weft.ManualBackend.untilParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.spi.EngineCounter;
import dev.weft.testing.Latches;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Work that outlives its caller, rows M of the promises. */
class SupervisorTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private Hooks.Handle droppedHook;

    @BeforeEach
    void setHook() {
        droppedHook = Hooks.onDropped(dropped::add);
    }

    @AfterEach
    void restoreHook() {
        droppedHook.close();
        assertThat(Thread.interrupted()).isFalse();
    }

    private Supervisor open() {
        return Supervisor.open("mails", (member, failure) -> failures.add(member + ": " + failure.getMessage()));
    }

    private void untilCancelled() {
        begun.countDown();
        delay(LONG);
    }

    // --- members

    @Test
    void M1_aMemberOutlivesTheCodeThatHasStartedIt() {
        try (Supervisor supervisor = open()) {
            var gate = new CompletableFuture<String>();
            var launched = new CompletableFuture<Deferred<String>>();
            Deferred<?> caller = async(() -> {
                launched.complete(supervisor.start(coroutine(() -> await(gate))));
                untilCancelled();
            });
            Latches.await(begun);
            caller.cancel();
            catchThrowable(caller::await);
            assertThat(launched.join().isDone()).isFalse();
            gate.complete("sent");
            assertThat(launched.join().await()).isEqualTo("sent");
        }
    }

    @Test
    void M1_cancelledCodeMayStartAMember() {
        try (Supervisor supervisor = open()) {
            var launched = new CompletableFuture<Deferred<Integer>>();
            Deferred<?> caller = async(() -> {
                try {
                    untilCancelled();
                } finally {
                    launched.complete(supervisor.start(coroutine(() -> {
                        delay(SHORT);
                        return 1;
                    })));
                }
            });
            Latches.await(begun);
            caller.cancel();
            assertThat(launched.join().await()).isEqualTo(1);
        }
    }

    @Test
    void M1_aMemberHasTheContextOfItsCallerAndTheBackendOfItsSupervisor() {
        var manual = new ManualBackend();
        try (Supervisor supervisor = withBackend(manual, () -> Supervisor.open("mails"))) {
            Deferred<String> member = run(() -> withContext(
                    "trace",
                    "t1",
                    () -> supervisor.start(coroutine(() -> {
                                delay(LONG);
                                return context().get("trace") + " on "
                                        + Thread.currentThread().getName();
                            })
                            .named("mail"))));
            manual.awaitTimers(1);
            manual.advance(LONG);
            assertThat(member.await()).isEqualTo("t1 on mail");
        }
    }

    @Test
    void M1_aMemberMayAwaitACachedResultWhoseComputationHasStartedIt() {
        try (Supervisor supervisor = open()) {
            var launched = new CompletableFuture<Deferred<String>>();
            var itself = new AtomicReference<Cached<String>>();
            Cached<String> cached = Cached.of(() -> {
                Deferred<String> member =
                        supervisor.start(coroutine(() -> itself.get().await()));
                launched.complete(member);
                until(() -> member.isDone() || threadOf(member).getState() == Thread.State.WAITING);
                return "value";
            });
            itself.set(cached);
            assertThat(cached.await()).isEqualTo("value");
            assertThat(launched.join().await()).isEqualTo("value");
        }
    }

    // --- failures

    @Test
    void M2_aFailureGoesToTheHandlerAndCancelsNobody() {
        try (Supervisor supervisor = open()) {
            var gate = new CompletableFuture<String>();
            Deferred<String> other = supervisor.start(coroutine(() -> await(gate)));
            Deferred<?> broken = supervisor.launch("to tea@example.org", () -> {
                throw new IOException("no server");
            });
            assertThatThrownBy(broken::await).isInstanceOf(AwaitException.class);
            assertThatThrownBy(() -> supervisor
                            .start(coroutine(() -> {
                                        async(() -> {
                                            throw new IllegalStateException("of a part");
                                        });
                                        return 1;
                                    })
                                    .named("parts"))
                            .await())
                    .hasMessage("of a part");
            assertThat(failures).containsExactly("to tea@example.org: no server", "parts: of a part");
            gate.complete("sent");
            assertThat(other.await()).isEqualTo("sent");
        }
        assertThat(dropped).isEmpty();
    }

    @Test
    void M2_withoutAHandlerAFailureIsDropped() {
        var broken = new IOException("no server");
        try (Supervisor supervisor = Supervisor.open("mails")) {
            Deferred<?> member = supervisor.launch("mail", () -> {
                throw broken;
            });
            until(member::isDone);
        }
        assertThat(dropped).containsExactly(broken);
    }

    @Test
    void M2_whatTheHandlerThrowsIsDropped() {
        var ofTheHandler = new IllegalStateException("handler");
        try (Supervisor supervisor = Supervisor.open("mails", (member, failure) -> {
            throw ofTheHandler;
        })) {
            Deferred<?> member = supervisor.launch("mail", () -> {
                throw new IOException("no server");
            });
            assertThatThrownBy(member::await).hasCauseInstanceOf(IOException.class);
        }
        assertThat(dropped).containsExactly(ofTheHandler);
    }

    @Test
    void M2_aMemberThatIsCancelledHasNotFailed() {
        try (Supervisor supervisor = open()) {
            Deferred<?> member = supervisor.launch("mail", this::untilCancelled);
            Latches.await(begun);
            member.cancel("withdrawn");
            assertThatThrownBy(member::await).hasMessageContaining("withdrawn");
        }
        assertThat(failures).isEmpty();
    }

    // --- the end

    @Test
    void M3_closeCancelsWithAReasonAndWaitsForTheCleanUp() {
        var trail = new CopyOnWriteArrayList<String>();
        try (Supervisor supervisor = open()) {
            supervisor.launch("mail", () -> {
                try {
                    untilCancelled();
                } catch (CancelledException cancelled) {
                    shielded(() -> delay(SHORT));
                    trail.add(cancelled.reason());
                    throw new IOException("lost");
                }
            });
            Latches.await(begun);
        }
        assertThat(trail).containsExactly("the supervisor mails was closed");
        assertThat(failures).containsExactly("mail: lost");
    }

    @Test
    void M3_closeInACancelledCoroutineWaits() {
        Supervisor supervisor = open();
        var trail = new CopyOnWriteArrayList<String>();
        supervisor.launch("mail", () -> {
            try {
                untilCancelled();
            } finally {
                shielded(() -> delay(SHORT));
                trail.add("member");
            }
        });
        Latches.await(begun);
        Deferred<?> closer = async(() -> group(all -> {
            all.cancel();
            supervisor.close();
            trail.add("closed");
        }));
        closer.await();
        assertThat(trail).containsExactly("member", "closed");
    }

    @Test
    void M3_anInterruptOfTheThreadThatClosesIsKept() {
        Supervisor supervisor = open();
        var gate = new CompletableFuture<String>();
        supervisor.launch("mail", () -> {
            try {
                untilCancelled();
            } finally {
                shielded(() -> await(gate));
            }
        });
        Latches.await(begun);
        var kept = new CompletableFuture<Boolean>();
        Thread closer = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt(); // before
            supervisor.close();
            kept.complete(Thread.interrupted());
        });
        untilParked(closer);
        closer.interrupt(); // and meanwhile
        assertThat(kept).isNotDone();
        gate.complete("sent");
        assertThat(kept.join()).isTrue();
    }

    @Test
    void M3_stragglersAreNamedOnceAndLeftBehind() {
        Supervisor supervisor = open();
        var gate = new CountDownLatch(1);
        Deferred<?> member = supervisor.launch("endless mail", () -> {
            begun.countDown();
            Latches.awaitUninterruptibly(gate);
            throw new AssertionError("late"); // an exception would count as the answer to the interrupt
        });
        Latches.await(begun);
        long before = EngineCounter.LEFT_BEHIND.sum();
        try (var log = new LibraryLog()) {
            supervisor.close(SHORT);
            supervisor.close();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains(
                            "The supervisor mails was closed",
                            "within PT0.001S",
                            "endless mail",
                            "awaitUninterruptibly");
        } finally {
            gate.countDown();
        }
        assertThat(EngineCounter.LEFT_BEHIND.sum()).isEqualTo(before + 1);
        catchThrowable(member::await);
        assertThat(failures).containsExactly("endless mail: late");
    }

    @Test
    void M3_noTimeAtAllOnlyCancels() {
        Supervisor supervisor = open();
        Deferred<?> member = supervisor.launch("mail", this::untilCancelled);
        Latches.await(begun);
        try (var log = new LibraryLog()) {
            supervisor.close(Duration.ZERO);
            assertThat(log.lines()).hasSizeLessThan(2); // it may have ended at once
        }
        assertThatThrownBy(member::await).isInstanceOf(CancelledException.class);
    }

    @Test
    void M4_afterItsEndNothingIsStarted() {
        Supervisor supervisor = open();
        supervisor.close();
        assertThatThrownBy(() -> supervisor.launch("mail", () -> failures.add("begun")))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("the supervisor mails is closed and starts nothing more");
        supervisor.close();
        assertThat(failures).isEmpty();
    }

    @Test
    void M4_aMemberCannotCloseWhatWaitsForIt() {
        try (Supervisor supervisor = open()) {
            AsyncAction<RuntimeException> close = supervisor::close;
            for (AsyncAction<RuntimeException> closing : List.<AsyncAction<RuntimeException>>of(
                    close, () -> async(close).await(), () -> run(close)))
                assertThatThrownBy(() -> supervisor.launch("mail", closing).await())
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("would wait for itself");
            assertThat(supervisor.start(coroutine(() -> "still open")).await()).isEqualTo("still open");
        }
    }
}
