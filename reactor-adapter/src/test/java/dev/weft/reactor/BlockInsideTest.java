package dev.weft.reactor;

import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** {@code block()} left over in coroutines: it is interrupted, and what it throws then is taken for the cancellation that it is. */
class BlockInsideTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final HookLog hooks = new HookLog();
    private final CountDownLatch blocking = new CountDownLatch(1);

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private Object block() {
        return Mono.never().doOnSubscribe(s -> blocking.countDown()).block();
    }

    @Test
    void I1_aTimeoutThatInterruptsItIsATimeout() {
        assertThatThrownBy(() -> run(() -> withTimeout(SOON, this::block))).isInstanceOf(TimeoutException.class);
        assertThat(run(() -> withTimeoutOrNull(SOON, this::block))).isNull();
    }

    @Test
    void H3_aCancelledChildThatItInterruptsDoesNotFailTheGroup() {
        String seen = run(() -> group(members -> {
            Deferred<Object> child = members.async(this::block);
            Latches.await(blocking);
            child.cancel();
            assertThatThrownBy(child::await).isInstanceOf(CancelledException.class);
            return "left";
        }));
        assertThat(seen).isEqualTo("left");
    }

    @Test
    void C9_itsEchoInACancelledMonoIsNotReported() {
        var thread = new AtomicReference<Thread>();
        var recorder = new Recorder<Object>().eager();
        mono(() -> {
                    thread.set(Thread.currentThread());
                    return block();
                })
                .subscribe(recorder);
        Latches.await(blocking);
        recorder.cancel();
        Latches.join(thread.get());
        assertThat(recorder.trail).containsExactly("onSubscribe");
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void A8_insideACallableItEndsTheAwaitAsACancellation() {
        var awaiting = Watched.coroutine(() -> await(Mono.fromCallable(this::block)));
        Latches.await(blocking);
        awaiting.cancel();
        assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
        assertThat(awaiting.interruptedAtEnd()).isFalse();
    }
}
