package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.group;
import static dev.weft.Async.owned;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.Watched;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A future that is owned ends with its await. */
class OwnedTest {
    private static final Duration SOON = Duration.ofMillis(1);

    private final HookLog hooks = new HookLog();
    private final CompletableFuture<String> future = new CompletableFuture<>();

    @AfterEach
    void close() {
        hooks.close();
        assertThat(hooks.discarded).isEmpty();
        assertThat(hooks.dropped).isEmpty();
    }

    /** One that does not let itself be cancelled. */
    private static final class Stubborn extends CompletableFuture<String> {
        final AtomicBoolean asked = new AtomicBoolean();

        @Override
        public boolean cancel(boolean mayInterrupt) {
            asked.set(true);
            return false;
        }
    }

    @Test
    void itsValueIsReturned() {
        future.complete("value");
        assertThat(run(() -> await(owned(future)))).isEqualTo("value");
        var task = new FutureTask<>(() -> "of a task");
        task.run();
        assertThat(await(owned(task))).isEqualTo("of a task");
    }

    @Test
    void itsFailureIsThrownAsOfAnyFuture() {
        var failure = new IOException("no");
        future.completeExceptionally(failure);
        assertThatThrownBy(() -> await(owned(future), IOException.class)).isSameAs(failure);
        var task = new FutureTask<String>(() -> {
            throw failure;
        });
        task.run();
        assertThatThrownBy(() -> await(owned(task), IOException.class)).isSameAs(failure);
    }

    @Test
    void itIsCancelledWhenTheTimeIsOver() {
        assertThatThrownBy(() -> run(() -> withTimeout(SOON, () -> await(owned(future)))))
                .isInstanceOf(TimeoutException.class);
        assertThat(future).isCancelled();
    }

    @Test
    void itIsInterruptedWhereItRunsOnAThread() throws InterruptedException {
        var running = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> task = pool.submit(() -> {
                running.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException expected) {
                    interrupted.countDown();
                }
                return "late";
            });
            running.await();
            var waiting = Watched.coroutine(() -> await(owned(task)));
            waiting.parked();
            waiting.cancel();
            assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(task.isCancelled()).isTrue();
            interrupted.await();
        }
    }

    @Test
    void aValueThatComesAllTheSameIsDiscarded() {
        var stubborn = new Stubborn();
        var waiting = Watched.coroutine(() -> await(owned(stubborn)));
        waiting.parked();
        waiting.cancel();
        assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
        assertThat(stubborn.asked).isTrue();
        stubborn.complete("late");
        assertThat(hooks.discarded).containsExactly("late");
        hooks.discarded.clear();
    }

    @Test
    void G4_oneThatIsAwaitedTooLateIsCancelledToo() {
        var done = CompletableFuture.completedFuture("done");
        var task = new FutureTask<>(() -> "never");
        var body = Watched.coroutine(() -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(Async::checkpoint).isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> await(owned(future))).isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> await(owned(done))).isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> await(owned(task))).isInstanceOf(CancelledException.class);
            return null;
        });
        body.value();
        assertThat(future).isCancelled();
        assertThat(task.isCancelled()).isTrue();
        assertThat(hooks.discarded).containsExactly("done");
        hooks.discarded.clear();
    }

    @Test
    void theOthersOfAGatherThatFailsAreCancelled() {
        var third = new FutureTask<>(() -> "never");
        assertThatThrownBy(() -> run(() -> gather(
                        owned(future),
                        owned(CompletableFuture.<String>failedFuture(new IllegalStateException("second"))),
                        owned(third))))
                .hasMessage("second");
        assertThat(future).isCancelled();
        until("the one without callbacks is cancelled", third::isCancelled);
    }

    @Test
    void thoseThatARaceDoesNotEvenStartAreCancelled() {
        var ready = CompletableFuture.completedFuture("ready");
        var task = new FutureTask<>(() -> "never");
        assertThat(run(() -> race(owned(ready), owned(future), owned(task)))).isEqualTo("ready");
        assertThat(future).isCancelled();
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void aGatherThatIsDoneHasCancelledNothing() {
        future.complete("a");
        var task = new FutureTask<>(() -> "b");
        task.run();
        assertThat(run(() -> gather(owned(future), owned(task)))).containsExactly("a", "b");
        assertThat(run(() -> gatherSettled(owned(CompletableFuture.completedFuture("c")))))
                .containsExactly(new Outcome.Success<>("c"));
    }

    @Test
    void aGatherThatIsRefusedCancelsAll() {
        assertThatThrownBy(() -> gather(0, List.of(owned(future)))).isInstanceOf(IllegalArgumentException.class);
        assertThat(future).isCancelled();
    }

    @Test
    void oneInAGroupIsCancelledWithIt() {
        var task = new FutureTask<>(() -> "never");
        run(() -> group(g -> {
            g.start(owned(future));
            g.start(owned(task));
            g.cancel();
        }));
        assertThat(future).isCancelled();
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void oneThatCannotBeStartedAnyMoreIsCancelled() {
        run(() -> group(g -> {
            g.cancel();
            assertThatThrownBy(() -> g.start(owned(future))).isInstanceOf(CancelledException.class);
        }));
        assertThat(future).isCancelled();
    }

    @Test
    void aValueInAHandleThatNobodyReadsIsDiscarded() {
        future.complete("parked");
        assertThatThrownBy(() -> run(() -> group(g -> {
                    until("it is over", g.start(owned(future))::isDone);
                    throw new IllegalStateException("group");
                })))
                .hasMessage("group");
        assertThat(hooks.discarded).containsExactly("parked");
        hooks.discarded.clear();
    }

    @Test
    void A30_thatSomebodyElseHasCancelledItIsAFailure() {
        future.cancel(true);
        assertThatThrownBy(() -> run(() -> await(owned(future))))
                .isInstanceOf(CancellationException.class)
                .isNotInstanceOf(CancelledException.class);
    }

    @Test
    void itIsAwaitedOnce() {
        future.complete("value");
        Awaitable<String> once = owned(future);
        assertThat(await(once)).isEqualTo("value");
        assertThatThrownBy(() -> await(once))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("once");
    }

    @Test
    void anAwaitThatDoesNotOwnItLeavesItAlone() {
        assertThatThrownBy(() -> run(() -> withTimeout(SOON, () -> await(future))))
                .isInstanceOf(TimeoutException.class);
        assertThat(future).isNotDone();
    }

    @Test
    void aCancellationIsNotTakenForAFailureToFallBackFrom() {
        var body = Watched.coroutine(() -> {
            try {
                return await(future);
            } catch (RuntimeException failure) {
                Async.rethrowCancellation(failure);
                return "fallback";
            }
        });
        body.parked();
        body.cancel();
        assertThat(body.failure()).isInstanceOf(CancelledException.class).hasNoSuppressedExceptions();
    }

    @Test
    void theInterruptOfAPlainThreadIsNotTakenForAFailureEither() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> {
                    try {
                        await(future);
                    } catch (RuntimeException failure) {
                        Async.rethrowCancellation(failure);
                    }
                })
                .isInstanceOf(CancelledException.class)
                .hasNoSuppressedExceptions();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aFailureBesideACancellationIsSuppressedInIt() {
        var failure = new IllegalStateException("beside");
        var body = Watched.coroutine(() -> {
            Thread.currentThread().interrupt();
            try {
                throw failure;
            } catch (RuntimeException caught) {
                Async.rethrowCancellation(caught);
                return "fallback";
            }
        });
        assertThat(body.failure()).isInstanceOf(CancelledException.class).hasSuppressedException(failure);
    }

    @Test
    void theCancellationOfSomethingElseIsToFallBackFrom() {
        String result = run(() -> {
            Deferred<String> other = async(() -> await(future));
            other.cancel();
            try {
                return other.await();
            } catch (RuntimeException failure) {
                Async.rethrowCancellation(failure);
                return "fallback";
            }
        });
        assertThat(result).isEqualTo("fallback");
        Async.rethrowCancellation(new IllegalStateException("outside"));
        assertThat(run(() -> {
                    checkpoint();
                    return await(coroutine(() -> "still here"));
                }))
                .isEqualTo("still here");
    }
}
