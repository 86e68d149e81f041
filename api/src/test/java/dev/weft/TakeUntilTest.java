package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link AsyncStream#takeUntil}: no new work, and none half done. */
class TakeUntilTest {
    private final HookLog hooks = new HookLog();
    private final CompletableFuture<String> signal = new CompletableFuture<>();
    private final Awaitable<String> signalled = awaitable(signal);
    private final CountDownLatch unwound = new CountDownLatch(1);

    /** 0 and then nothing, for as long as it may. */
    private final AsyncStream<Integer> silent = Async.stream(out -> {
        try {
            out.emit(0);
            await(new CompletableFuture<>());
        } finally {
            unwound.countDown();
        }
    });

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    @Test
    void aWaitForTheNextValueEndsAtOnce() {
        var sink = new Sink<Integer>().onSubscribe(s -> s.request(9)).to(silent.takeUntil(signalled));
        sink.parked();
        signal.complete("now");
        sink.ended();
        assertThat(sink.values).containsExactly(0);
        assertThat(sink.completed).isTrue();
        assertThat(unwound.getCount()).isZero();
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aWaitInForeignCodeEndsAtOnce() {
        AsyncStream<Integer> blocking = Async.stream(out -> {
            out.emit(0);
            new CountDownLatch(1).await();
        });
        var sink = new Sink<Integer>().onSubscribe(s -> s.request(9)).to(blocking.takeUntil(signalled));
        sink.parked();
        signal.complete("now");
        sink.ended();
        assertThat(sink.completed).isTrue();
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aWaitToBeAskedForEndsAtOnceAndItsValueIsDiscarded() {
        var sink = new Sink<Integer>().to(silent.takeUntil(signalled)).parked();
        signal.complete("now");
        sink.ended();
        assertThat(sink.completed).isTrue();
        assertThat(hooks.discarded).containsExactly(0);
    }

    @Test
    void itsSourceIsCancelledAndWhatIsQueuedIsDiscarded() {
        var probe = new Probe<Integer>();
        var sink = new Sink<Integer>()
                .onSubscribe(s -> s.request(1))
                .to(AsyncStream.from(probe).takeUntil(signalled));
        for (int n = 0; n < 4; n++) probe.next(n);
        until("the first", () -> sink.values.size() == 1);
        signal.complete("now");
        sink.ended();
        assertThat(probe.cancels).hasValue(1);
        assertThat(hooks.discarded).containsExactly(1, 2, 3);
    }

    @Test
    void whatIsBeingWorkedOnIsFinished() {
        var working = new CountDownLatch(3);
        var goOn = new CompletableFuture<Boolean>();
        AsyncStream<Integer> numbers = Async.stream(out -> {
            for (int n = 0; ; n++) out.emit(n);
        });
        var sink = new Sink<Integer>()
                .onSubscribe(s -> s.request(Long.MAX_VALUE))
                .to(numbers.takeUntil(signalled).mapConcurrent(3, n -> {
                    working.countDown();
                    await(goOn);
                    return n * 10;
                }));
        Latches.awaitUninterruptibly(working);
        signal.complete("now");
        goOn.complete(true);
        sink.ended();
        assertThat(sink.completed).isTrue();
        assertThat(sink.values).startsWith(0, 10, 20).hasSizeLessThanOrEqualTo(4);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void theCodeBehindAnEmitDoesNotNoticeTheSignal() {
        List<Object> seen = new CopyOnWriteArrayList<>();
        var sink = new Sink<Integer>()
                .onSubscribe(s -> s.request(9))
                .to(silent.takeUntil(signalled).map(n -> {
                    signal.complete("now");
                    Async.checkpoint();
                    seen.add(Thread.currentThread().isInterrupted());
                    return n;
                }));
        sink.ended();
        assertThat(sink.values).containsExactly(0);
        assertThat(sink.completed).isTrue();
        assertThat(seen).containsExactly(false);
    }

    @Test
    void aLoopTakesNothingBehindTheSignal() {
        List<Integer> taken = new ArrayList<>();
        AsyncStream<Integer> numbers = Async.stream(out -> {
            for (int n = 0; ; n++) out.emit(n);
        });
        run(() -> numbers.takeUntil(signalled).forEach(n -> {
            taken.add(n);
            if (n == 4) signal.complete("now");
        }));
        assertThat(taken).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void itsFailureIsTheStreams() {
        var sink = new Sink<Integer>().onSubscribe(s -> s.request(9)).to(silent.takeUntil(signalled));
        sink.parked();
        var failure = new IOException("signal");
        signal.completeExceptionally(failure);
        sink.ended();
        assertThat(sink.values).containsExactly(0);
        assertThat(sink.failure).isSameAs(failure);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aSignalThatIsCancelledFailsTheStream() {
        Deferred<Object> never = async(() -> await(new CompletableFuture<>()));
        var sink = new Sink<Integer>().onSubscribe(s -> s.request(9)).to(silent.takeUntil(never));
        sink.parked();
        never.cancel("by somebody else");
        sink.ended();
        assertThat(sink.failure).isInstanceOf(CancelledException.class).hasMessageContaining("by somebody else");
    }

    @Test
    void aFailureOfTheStreamIsItsOwn() {
        var failure = new IllegalStateException("stream");
        AsyncStream<Integer> broken = Async.stream(out -> {
            throw failure;
        });
        assertThatThrownBy(() -> broken.takeUntil(signalled).collect(9)).isSameAs(failure);
    }

    @Test
    void theWaitIsGivenUpWhenTheStreamEndsFirst() {
        var waiting = new CompletableFuture<Boolean>();
        var gaveUp = new AtomicInteger();
        Coroutine<Object> never = coroutine(() -> {
            waiting.complete(true);
            try {
                return await(new CompletableFuture<>());
            } finally {
                gaveUp.incrementAndGet();
            }
        });
        AsyncStream<Integer> one = Async.stream(out -> {
            await(waiting);
            out.emit(1);
        });
        assertThat(one.takeUntil(never).collect(9)).containsExactly(1);
        assertThat(gaveUp).hasValue(1);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aSignalThatIsThereStartsNothing() {
        var started = new AtomicInteger();
        signal.complete("before");
        AsyncStream<Integer> source = Async.stream(out -> started.incrementAndGet());
        assertThat(source.takeUntil(signalled).collect(9)).isEmpty();
        assertThat(started).hasValue(0);
    }

    @Test
    void theValueOfTheSignalIsDiscarded() {
        Coroutine<String> giving = coroutine(() -> "resource");
        assertThat(silent.takeUntil(giving).collect(9).size()).isLessThanOrEqualTo(1);
        assertThat(hooks.discarded).contains("resource");
    }

    @Test
    void aSubscriberWhoLeavesIsNoSignal() {
        var sink = new Sink<Integer>().onSubscribe(s -> s.request(9)).to(silent.takeUntil(signalled));
        sink.parked();
        sink.cancel();
        sink.joined();
        assertThat(sink.completed).isFalse();
        assertThat(sink.failure).isNull();
        assertThat(unwound.getCount()).isZero();
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void anotherThreadMayCancelWhoWaitsForIt() {
        var watched = Watched.coroutine(() -> silent.takeUntil(signalled).collect(9));
        watched.parked();
        watched.cancel();
        assertThat(watched.failure()).isInstanceOf(CancelledException.class);
    }
}
