package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitCallback;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From await-style code back to callers that still want a future or a callback. */
class WayBackTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** What a callback received. */
    private record Told(Object value, Throwable failure, Thread thread) {
        static <T> CompletableFuture<Told> by(Deferred<T> deferred) {
            var told = new CompletableFuture<Told>();
            deferred.whenComplete((value, failure) -> told.complete(new Told(value, failure, Thread.currentThread())));
            return told;
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(Watched.SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void aCallbackIsToldTheResultOnTheCoroutinesThread() throws Exception {
        var gate = new CountDownLatch(1);
        var thread = new AtomicReference<Thread>();
        Told told = get(gated(gate, thread));
        assertThat(told.value()).isEqualTo("value");
        assertThat(told.failure()).isNull();
        assertThat(told.thread()).isSameAs(thread.get());
    }

    private static CompletableFuture<Told> gated(CountDownLatch gate, AtomicReference<Thread> thread) {
        CompletableFuture<Told> told = Told.by(async(() -> {
            thread.set(Thread.currentThread());
            gate.await();
            return "value";
        }));
        gate.countDown();
        return told;
    }

    @Test
    void aCallbackThatComesLateIsToldAtOnce() throws Exception {
        Deferred<String> ended = async(() -> "value");
        assertThat(ended.await()).isEqualTo("value");
        CompletableFuture<Told> told = Told.by(ended);
        assertThat(told).isCompleted();
        assertThat(told.join().thread()).isSameAs(Thread.currentThread());
    }

    @Test
    void aCallbackIsToldTheFailureItself() throws Exception {
        var failure = new IOException("disk");
        Told told = get(Told.by(Async.<String>async(() -> {
            throw failure;
        })));
        assertThat(told.value()).isNull();
        assertThat(told.failure()).isSameAs(failure);
    }

    @Test
    void aFailureThatACallbackIsToldCountsAsSeen() {
        List<Throwable> told = new ArrayList<>();
        Async.run(() -> {
            Deferred<String> child = async(() -> {
                throw new IOException("disk");
            });
            child.whenComplete((value, failure) -> told.add(failure));
        });
        assertThat(told).hasSize(1);
    }

    @Test
    void aCallbackIsToldOfTheCancellation() throws Exception {
        Deferred<String> waits = async(() -> awaitCallback(done -> {}));
        CompletableFuture<Told> told = Told.by(waits);
        waits.cancel();
        assertThat(get(told).failure()).isInstanceOf(CancelledException.class);
    }

    @Test
    void whatACallbackThrowsIsDroppedAndTheOthersAreTold() throws Exception {
        var gate = new CountDownLatch(1);
        var fromCallback = new IllegalStateException("callback");
        Deferred<String> deferred = async(() -> {
            gate.await();
            return "value";
        });
        deferred.whenComplete((value, failure) -> {
            throw fromCallback;
        });
        CompletableFuture<Told> told = Told.by(deferred);
        gate.countDown();
        assertThat(get(told).value()).isEqualTo("value");
        assertThat(hooks.dropped).containsExactly(fromCallback);
    }

    @Test
    void aSourceThatIsStartedWithoutAThreadTellsOnTheThreadThatSignals() throws Exception {
        var source = new CompletableFuture<String>();
        var signalledBy = new AtomicReference<Thread>();
        var told = new CompletableFuture<Told>();
        var fromCallback = new IllegalStateException("callback");
        Async.group(group -> {
            Deferred<String> started = group.start(Async.<String>awaitable(source));
            started.whenComplete((value, failure) -> told.complete(new Told(value, failure, Thread.currentThread())));
            started.whenComplete((value, failure) -> {
                throw fromCallback;
            });
            signalledBy.set(Thread.ofPlatform().start(() -> source.complete("value")));
        });
        assertThat(get(told).value()).isEqualTo("value");
        assertThat(told.join().thread()).isSameAs(signalledBy.get());
        assertThat(hooks.dropped).containsExactly(fromCallback);
    }

    @Test
    void oneCompletionHandsOverToAnother() {
        assertThat(Async.run(() ->
                        Async.<String>awaitCallback(done -> async(() -> "value").whenComplete(done))))
                .isEqualTo("value");
    }

    // --- futures

    @Test
    void cancellingTheFutureCancelsTheCoroutine() throws Exception {
        var aborted = new AtomicInteger();
        Deferred<String> waits = async(() -> awaitCallback(done -> done.onCancel(aborted::incrementAndGet)));
        CompletableFuture<String> future = waits.toCompletableFuture();
        assertThat(future.cancel(true)).isTrue();
        until("cancelled", () -> waits.state() == Deferred.State.CANCELLED);
        assertThat(aborted.get()).isLessThanOrEqualTo(1); // none, if it had not begun to wait
        assertThat(future).isCancelled();
    }

    @Test
    void cancellingTheCoroutineCancelsTheFuture() {
        Deferred<String> waits = async(() -> awaitCallback(done -> {}));
        CompletableFuture<String> future = waits.toCompletableFuture();
        waits.cancel();
        assertThatThrownBy(() -> get(future)).isInstanceOf(CancellationException.class);
        assertThat(future).isCancelled();
    }

    /** The JDK passes a cancellation on to derived stages, never back to the original. */
    @Test
    void cancellingAFutureThatIsDerivedLeavesTheCoroutineAlone() {
        Deferred<String> waits = async(() -> awaitCallback(done -> {}));
        CompletableFuture<String> future = waits.toCompletableFuture();
        CompletableFuture<Integer> derived = future.thenApply(String::length);
        derived.cancel(true);
        assertThat(future).isNotDone();
        assertThat(waits.state()).isEqualTo(Deferred.State.RUNNING);
        future.cancel(true);
        until("cancelled", () -> waits.state() == Deferred.State.CANCELLED);
    }

    @Test
    void cancellingTheCoroutineCancelsWhatIsDerivedFromItsFuture() {
        Deferred<String> waits = async(() -> awaitCallback(done -> {}));
        CompletableFuture<Integer> derived = waits.toCompletableFuture().thenApply(String::length);
        waits.cancel();
        assertThatThrownBy(() -> get(derived))
                .hasCauseInstanceOf(CancellationException.class)
                .isNotInstanceOf(CompletionException.class);
    }

    @Test
    void aColdCoroutineBecomesAFutureThatCancelsIt() {
        var waiting = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        CompletableFuture<?> future = Async.coroutine(() -> {
                    waiting.countDown();
                    try {
                        return new CompletableFuture<String>().get();
                    } catch (InterruptedException cancelled) {
                        interrupted.countDown();
                        throw cancelled;
                    }
                })
                .as(CompletableFuture.class);
        Latches.awaitUninterruptibly(waiting);
        future.cancel(true);
        Latches.awaitUninterruptibly(interrupted);
    }

    @Test
    void whoeverCompletesTheFutureOfAColdCoroutineCancelsIt() throws Exception {
        var given = new CompletableFuture<Completion<String>>();
        var aborted = new CountDownLatch(1);
        @SuppressWarnings("unchecked")
        CompletableFuture<String> future = Async.coroutine(() -> Async.<String>awaitCallback(done -> {
                    done.onCancel(aborted::countDown);
                    given.complete(done);
                }))
                .as(CompletableFuture.class);
        Completion<String> done = get(given);
        future.orTimeout(1, TimeUnit.MILLISECONDS);
        Latches.awaitUninterruptibly(aborted);
        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(TimeoutException.class);
        done.resume("late");
        assertThat(hooks.discarded).containsExactly("late");
        assertThat(future.complete("later")).isFalse();
    }

    @Test
    void whoeverCompletesTheFutureOfAColdCoroutineOnAnotherThreadCancelsIt() throws Exception {
        var waiting = new CountDownLatch(1);
        var aborted = new CountDownLatch(1);
        @SuppressWarnings("unchecked")
        CompletableFuture<String> future = Async.coroutine(() -> Async.<String>awaitCallback(done -> {
                    done.onCancel(aborted::countDown);
                    waiting.countDown();
                }))
                .as(CompletableFuture.class);
        Latches.awaitUninterruptibly(waiting);
        assertThat(get(future.completeAsync(() -> "instead"))).isEqualTo("instead");
        Latches.awaitUninterruptibly(aborted);
    }
}
