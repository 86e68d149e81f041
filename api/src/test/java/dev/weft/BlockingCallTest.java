package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.BlockingCall;
import dev.weft.testing.FiringBackend;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our own interrupt comes back under any name; what it was for decides, and what was thrown is not lost. */
class BlockingCallTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final FiringBackend clock = new FiringBackend(JdkBackend.INSTANCE);
    private final HookLog hooks = new HookLog();

    @AfterEach
    void nothingIsDropped() {
        hooks.close();
        assertThat(hooks.dropped).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void I1_aTimeoutIsATimeoutWhateverTheCallThrows(BlockingCall call) {
        var body = Watched.coroutine(() -> Async.withBackend(clock, () -> withTimeout(LONG, call::block)));
        call.waiting();
        clock.fire();
        assertThat(body.failure()).isInstanceOf(TimeoutException.class).cause().isNotNull();
        assertThat(body.interruptedAtEnd()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void I1_theFallbackRuns(BlockingCall call) {
        var body = Watched.coroutine(() -> Async.withBackend(clock, () -> withTimeoutOrNull(LONG, call::block)));
        call.waiting();
        clock.fire();
        assertThat(body.value()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void H2_aGroupFailsByWhatHasFailedFirst(BlockingCall call) {
        var disk = new IOException("disk");
        var body = Watched.coroutine(() -> group(g -> {
            g.async(call::block);
            g.async(() -> {
                call.waiting();
                throw disk;
            });
            return "not reached";
        }));
        assertThat(body.failure()).isInstanceOf(AwaitException.class).hasCause(disk);
        assertThat(disk.getSuppressed()).allMatch(AwaitTrace.class::isInstance);
    }

    @ParameterizedTest
    @EnumSource
    void H3_aGroupMayCancelItself(BlockingCall call) throws Exception {
        run(() -> group(g -> {
            g.async(() -> {
                call.waiting();
                g.cancel();
            });
            call.block();
        }));
    }

    @ParameterizedTest
    @EnumSource
    void C9_aHandleThatIsCancelledIsCancelled(BlockingCall call) {
        Deferred<Object> handle = async(call::block);
        Thread thread = call.waiting();
        assertThat(handle.cancel("enough")).isTrue();
        Latches.join(thread);
        assertThat(handle.outcome()).isEqualTo(new Outcome.Cancelled<>("enough", null));
    }

    @ParameterizedTest
    @EnumSource
    void L2_theCallerOfRunSeesWhatWasThrown(BlockingCall call) throws Exception {
        var caller = Watched.thread(Thread.ofPlatform(), () -> run(call::block));
        call.waiting();
        caller.thread().interrupt();
        assertThat(caller.failure())
                .isInstanceOf(CancelledException.class)
                .hasMessage("cancelled: an interrupt of its caller")
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(caller.failure().getSuppressed()).hasSize(1);
        assertThat(caller.interruptedAtEnd()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void G6_anInterruptOfSomebodyElsesIsAFailure(BlockingCall call) {
        assertThatThrownBy(() -> run(() -> group(g -> {
                    g.async(call::block);
                    call.waiting().interrupt();
                })))
                .isNotNull();
    }

    @Test
    void C9_whatIsThrownBehindASeenInterruptFromOutsideIsTheFailure() {
        var rollback = new IOException("rollback failed");
        Deferred<Object> handle = async(() -> {
            Thread.currentThread().interrupt();
            try {
                return Async.await(new CompletableFuture<>());
            } catch (CancelledException cancelled) {
                rollback.initCause(cancelled);
                throw rollback;
            }
        });
        assertThatThrownBy(handle::await).isInstanceOf(AwaitException.class).hasCause(rollback);
    }

    @Test
    void H2_whatTheBodyThrowsBesideAFailureIsSuppressedInThat() {
        var disk = new IOException("disk");
        var answer = new IllegalStateException("connection broken");
        assertThatThrownBy(() -> group(g -> {
                    Thread body = Thread.currentThread();
                    g.async(() -> {
                        Watched.until("the body blocks", () -> body.getState() == Thread.State.WAITING);
                        throw disk;
                    });
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException interrupted) {
                        throw answer;
                    }
                }))
                .isInstanceOf(AwaitException.class)
                .hasCause(disk);
        assertThat(disk.getSuppressed()).contains(answer);
    }
}
