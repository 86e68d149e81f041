package dev.weft.examples.clients;

import static com.google.common.util.concurrent.MoreExecutors.directExecutor;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.ListeningExecutorService;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.SettableFuture;
import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.Completion;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guava's {@link ListenableFuture}, as the Google APIs return it; what it does when it is called wrongly as well. */
class GuavaTest extends ClientTest {
    private final ListeningExecutorService workers = MoreExecutors.listeningDecorator(
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("guava").factory()));

    @AfterEach
    void shutDown() throws InterruptedException {
        workers.shutdown();
        assertThat(workers.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
        untilNoThreadOf("guava");
    }

    /** What the callback calls; the executor is only one for calling it. */
    private static <T> FutureCallback<T> into(Completion<T> done) {
        return new FutureCallback<>() {
            @Override
            public void onSuccess(T result) {
                done.resume(result);
            }

            @Override
            public void onFailure(Throwable failure) {
                done.fail(failure);
            }
        };
    }

    /** Makes the call itself: one that was made before would go on if the coroutine were cancelled in between. */
    private static <T> T result(Supplier<ListenableFuture<T>> call) {
        return awaitCallback(done -> {
            ListenableFuture<T> future = call.get();
            done.onCancel(() -> future.cancel(true));
            Futures.addCallback(future, into(done), directExecutor());
        });
    }

    @Test
    void aValue() {
        String value = run(() -> result(() -> workers.submit(() -> "value")));
        assertThat(value).isEqualTo("value");
    }

    @Test
    void aValueThatIsThere() {
        String value = run(() -> result(() -> Futures.immediateFuture("value")));
        assertThat(value).isEqualTo("value");
    }

    @Test
    void aNull() {
        var future = SettableFuture.<String>create();
        workers.execute(() -> future.set(null));
        String value = run(() -> result(() -> future));
        assertThat(value).isNull();
    }

    @Test
    void aFailureKeepsItsIdentity() {
        var checked = new IOException("disk");
        assertThatThrownBy(() -> run(() -> result(() -> Futures.immediateFailedFuture(checked))))
                .hasCause(checked)
                .cause()
                .isSameAs(checked);
        var unchecked = new IllegalStateException("closed");
        assertThatThrownBy(() -> run(() -> result(() -> workers.submit(() -> {
                    throw unchecked;
                }))))
                .isSameAs(unchecked);
    }

    @Test
    void aCancellationInterruptsTheTask() throws Exception {
        var working = new CompletableFuture<Void>();
        var interrupted = new CompletableFuture<Boolean>();
        cancelled(
                working,
                () -> result(() -> workers.submit(() -> {
                    working.complete(null);
                    try {
                        new CountDownLatch(1).await();
                        interrupted.complete(false);
                    } catch (InterruptedException expected) {
                        interrupted.complete(true);
                    }
                })));
        assertThat(soon(interrupted)).isTrue();
    }

    @Test
    void aFutureThatSomebodyElseCancelsIsNoCancellationOfTheCode() {
        var future = SettableFuture.<String>create();
        workers.execute(() -> future.cancel(false));
        assertThatThrownBy(() -> run(() -> result(() -> future)))
                .isInstanceOf(CancellationException.class)
                .isNotInstanceOf(CancelledException.class);
    }

    @Test
    void aFutureThatIsNeverSetIsCancelledWhenTheTimeIsOver() {
        var future = SettableFuture.<String>create();
        timedOut(() -> result(() -> {
            resetTimeout(SOON);
            return future;
        }));
        until("cancelled", future::isCancelled);
    }

    @Test
    void aValueThatComesBehindTheCancellationIsUndelivered() throws Exception {
        var callback = new CompletableFuture<Completion<String>>();
        cancelled(callback, () -> awaitCallback(callback::complete));
        callback.join().resume("late");
        assertThat(discarded).containsExactly("late");
        discarded.clear();
    }

    @Test
    void aFailureThatComesBehindTheCancellationIsDropped() throws Exception {
        var late = new IOException("late");
        var callback = new CompletableFuture<Completion<String>>();
        cancelled(callback, () -> awaitCallback(callback::complete));
        callback.join().fail(late);
        assertThat(dropped).containsExactly(late);
        dropped.clear();
    }

    @Test
    void theFirstOfTwoCallsDecides() {
        var second = new CompletableFuture<String>();
        String value = run(() -> Async.<String>awaitCallback(done -> {
            Futures.addCallback(Futures.immediateFuture("first"), into(done), directExecutor());
            // not Guava, which would log what its callback throws
            try {
                into(done).onSuccess("second");
            } catch (IllegalStateException refused) {
                second.complete(refused.getMessage());
            }
        }));
        assertThat(value).isEqualTo("first");
        assertThat(second).isCompletedWithValueMatching(message -> message.startsWith("already resumed"));
        assertThat(discarded).containsExactly("second");
        discarded.clear();
    }

    @Test
    void aThreadThatIsInterruptedCallsBackAndKeepsItsFlag() throws Exception {
        var future = SettableFuture.<String>create();
        var flag = new CompletableFuture<Boolean>();
        String value = run(() -> awaitCallback(done -> {
            Futures.addCallback(future, into(done), directExecutor());
            workers.execute(() -> {
                Thread.currentThread().interrupt();
                future.set("value");
                flag.complete(Thread.interrupted());
            });
        }));
        assertThat(value).isEqualTo("value");
        assertThat(soon(flag)).isTrue();
    }
}
