package dev.weft;

import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.throwing;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.spi.EngineCounter;
import dev.weft.spi.Host;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Rows B: the await of a callback. */
class CallbackTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** A callback that is awaited, with its completion in the test's hands. */
    private static final class Call {
        final CompletableFuture<Completion<String>> completion = new CompletableFuture<>();
        final List<String> undelivered = new CopyOnWriteArrayList<>();
        final AtomicInteger aborted = new AtomicInteger();
        final AtomicReference<Thread> abortedBy = new AtomicReference<>();
        final Watched<String> awaiting = Watched.coroutine(() -> awaitCallback(done -> {
            done.onUndelivered(undelivered::add);
            done.onCancel(() -> {
                abortedBy.set(Thread.currentThread());
                aborted.incrementAndGet();
            });
            completion.complete(done);
        }));

        Completion<String> done() throws Exception {
            return completion.get(Watched.SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void B1_resumeBeforeTheRegistrationHasReturnedIsTheResult() {
        Async.run(() -> {
            Thread before = Thread.currentThread();
            assertThat(Async.<String>awaitCallback(done -> done.resume("value")))
                    .isEqualTo("value");
            assertThat(Async.<String>awaitCallback(done -> done.resume(null))).isNull();
            assertThat(Thread.currentThread()).isSameAs(before);
        });
    }

    @Test
    void B1_failBeforeTheRegistrationHasReturnedIsTheFailure() {
        var failure = new IllegalStateException("refused");
        assertThatThrownBy(() -> Async.run(() -> awaitCallback(done -> done.fail(failure))))
                .isSameAs(failure);
        var checked = new IOException("disk");
        assertThatThrownBy(() -> Async.run(() -> awaitCallback(done -> done.fail(checked))))
                .isInstanceOf(AwaitException.class)
                .hasCause(checked);
        assertThatThrownBy(() ->
                        Async.run(() -> throwing(IOException.class, () -> awaitCallback(done -> done.fail(checked)))))
                .isSameAs(checked);
    }

    @Test
    void B2_theFirstOfSeveralCallsWins() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        call.awaiting.parked();
        var failure = new IllegalStateException("late");
        assertThat(done.tryResume("first")).isTrue();
        assertThat(done.tryResume("second")).isFalse();
        assertThatThrownBy(() -> done.resume("third")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> done.fail(failure)).isInstanceOf(IllegalStateException.class);
        assertThat(call.awaiting.value()).isEqualTo("first");
        assertThat(call.undelivered).containsExactly("second", "third");
        assertThat(hooks.dropped).containsExactly(failure);
        assertThat(call.aborted).hasValue(0);
    }

    @Test
    void B2_aSecondValueWithoutAHandlerIsDiscarded() {
        assertThat(Async.run(() -> Async.<String>awaitCallback(done -> {
                    done.resume("first");
                    done.tryResume("second");
                })))
                .isEqualTo("first");
        assertThat(hooks.discarded).containsExactly("second");
    }

    @Test
    void B2_theShapesOfCallbacksFit() {
        assertThat(Async.run(() -> Async.<String>awaitCallback(done -> done.accept("value", null))))
                .isEqualTo("value");
        assertThat(Async.run(() -> Async.<String>awaitCallback(done -> done.completed("value", "attachment"))))
                .isEqualTo("value");
        var failure = new IllegalStateException("refused");
        assertThatThrownBy(() -> Async.run(() -> awaitCallback(done -> done.accept(null, failure))))
                .isSameAs(failure);
        assertThatThrownBy(() -> Async.run(() -> awaitCallback(done -> done.failed(failure, null))))
                .isSameAs(failure);
    }

    @Test
    void B3_aValueAfterTheCancellationGoesToItsHandlerOnce() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        call.awaiting.parked().cancel();
        assertThat(call.awaiting.failure()).isInstanceOf(CancelledException.class);
        done.resume("late");
        assertThat(call.undelivered).containsExactly("late");
        assertThat(hooks.discarded).isEmpty();
    }

    @Test
    void B3_aFailureAfterTheCancellationIsDropped() throws Exception {
        var completion = new CompletableFuture<Completion<String>>();
        var awaiting = Watched.coroutine(() -> Async.<String>awaitCallback(completion::complete));
        awaiting.parked().cancel();
        awaiting.joined();
        var failure = new IllegalStateException("late");
        completion.get().fail(failure);
        assertThat(hooks.dropped).containsExactly(failure);
    }

    @Test
    void A8_theFailureOfAnOperationThatWeHaveAbortedIsAnEcho() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        call.awaiting.parked().cancel();
        call.awaiting.joined();
        long before = EngineCounter.CANCEL_ECHOES.sum();
        done.fail(new IOException("Canceled"));
        assertThat(hooks.dropped).isEmpty();
        assertThat(EngineCounter.CANCEL_ECHOES.sum()).isEqualTo(before + 1);
    }

    @Test
    void A8_anAbortThatCallsBackAtOnceIsAnEchoToo() {
        var awaiting = Watched.coroutine(
                () -> Async.<String>awaitCallback(done -> done.onCancel(() -> done.fail(new IOException("Canceled")))));
        awaiting.parked().cancel();
        awaiting.joined();
        assertThat(hooks.dropped).isEmpty();
    }

    /** As gRPC does it, whose calls are told by its own context that they are cancelled. */
    @Test
    void A8_aFailureBetweenTheCancellationAndTheAbortIsAnEchoToo() throws Exception {
        var completion = new CompletableFuture<Completion<String>>();
        var go = new CountDownLatch(1);
        var awaiting = Watched.coroutine(() -> Async.<String>awaitCallback(done -> {
            done.onCancel(() -> Latches.awaitUninterruptibly(go));
            completion.complete(done);
            Latches.awaitUninterruptibly(go); // the cancellation comes here, and the action runs on another thread
        }));
        Completion<String> done = completion.get(Watched.SECONDS, TimeUnit.SECONDS);
        long before = EngineCounter.CANCEL_ECHOES.sum();
        awaiting.cancel();
        done.fail(new IOException("CANCELLED: its context was cancelled"));
        go.countDown();
        assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
        assertThat(hooks.dropped).isEmpty();
        assertThat(EngineCounter.CANCEL_ECHOES.sum()).isEqualTo(before + 1);
    }

    @Test
    void A8_anErrorIsNoEchoAndNeitherIsASecondFailure() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        call.awaiting.parked().cancel();
        call.awaiting.joined();
        var error = new AssertionError("a bug in the library");
        var second = new IOException("again");
        done.fail(error);
        assertThat(done.tryFail(second)).isFalse();
        assertThat(hooks.dropped).containsExactly(error, second);
    }

    @Test
    void A8_aFailureBehindAnAbortThatFailedIsNoEcho() throws Exception {
        var completion = new CompletableFuture<Completion<String>>();
        var awaiting = Watched.coroutine(() -> Async.<String>awaitCallback(done -> {
            done.onCancel(() -> {
                throw new IOException("abort failed");
            });
            completion.complete(done);
        }));
        awaiting.parked().cancel();
        awaiting.joined();
        var failure = new IOException("disk");
        completion.get().fail(failure);
        assertThat(hooks.dropped).containsExactly(failure);
    }

    @Test
    void G5_anOperationThatSomebodyElseCancelledIsAFailureAndNoCancellationOfOurs() {
        var awaiting = Watched.coroutine(() -> {
            Throwable thrown = catchThrowable(() -> awaitCallback(Completion::cancelled));
            assertThat(thrown).isInstanceOf(CancellationException.class).isNotInstanceOf(CancelledException.class);
            Async.checkpoint();
            return Async.withTimeoutOrNull(Duration.ofDays(1), () -> {
                assertThatThrownBy(() -> awaitCallback(Completion::cancelled))
                        .isInstanceOf(CancellationException.class);
                return "goes on";
            });
        });
        assertThat(awaiting.value()).isEqualTo("goes on");
        assertThatThrownBy(() -> Async.run(() -> Async.<String>awaitCallback(Completion::cancelled)))
                .isInstanceOf(CancellationException.class)
                .isNotInstanceOf(CancelledException.class)
                .hasMessage("the operation was cancelled");
    }

    @Test
    void G5_thatItWasCancelledIsAnEchoBehindOurOwnCancellation() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        call.awaiting.parked().cancel();
        call.awaiting.joined();
        done.cancelled();
        assertThat(hooks.dropped).isEmpty();
        assertThatThrownBy(done::cancelled).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void G1_aValueThatComesWithAFailureIsUndelivered() {
        var undelivered = new ArrayList<String>();
        var failure = new IllegalStateException("refused");
        assertThatThrownBy(() -> Async.run(() -> Async.<String>awaitCallback(done -> {
                    done.onUndelivered(undelivered::add);
                    done.accept("half a value", failure);
                })))
                .isSameAs(failure);
        assertThat(undelivered).containsExactly("half a value");
    }

    @Test
    void A30_whatTheJdkWrapsAFailureInIsTakenOff() {
        var failure = new IllegalStateException("refused");
        assertThatThrownBy(() -> Async.run(
                        () -> Async.<Integer>awaitCallback(done -> CompletableFuture.<Integer>failedFuture(failure)
                                .thenApply(n -> n + 1)
                                .whenComplete(done))))
                .isSameAs(failure);
    }

    @Test
    void B4_aCancelActionRegisteredAfterTheCallbackNeverRuns() {
        var aborted = new AtomicInteger();
        assertThat(Async.run(() -> Async.<String>awaitCallback(done -> {
                    done.resume("value");
                    done.onCancel(aborted::incrementAndGet);
                })))
                .isEqualTo("value");
        assertThat(aborted).hasValue(0);
    }

    @Test
    void B3_noValueIsNothingThatAHandlerCouldClose() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        call.awaiting.parked().cancel();
        call.awaiting.joined();
        done.resume(null);
        assertThat(call.undelivered).isEmpty();
    }

    @RepeatedTest(100)
    void B3_aValueThatRacesACancellationIsReturnedOrHandled() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        call.awaiting.parked();
        var go = new CountDownLatch(2);
        Thread canceller = Thread.ofPlatform().start(() -> {
            Latches.race(go);
            call.awaiting.cancel();
        });
        Latches.race(go);
        done.resume("value");
        call.awaiting.ended();
        until("joined", () -> !canceller.isAlive());
        if (call.undelivered.isEmpty()) assertThat(call.awaiting.value()).isEqualTo("value");
        else assertThat(call.awaiting.failure()).isInstanceOf(CancelledException.class);
        assertThat(call.undelivered.size()).isLessThanOrEqualTo(1);
        assertThat(call.aborted.get()).isLessThanOrEqualTo(1);
    }

    @Test
    void B3_aHandlerThatThrowsGoesToTheUncaughtHandlerAndChangesNothing() throws Exception {
        var uncaught = new AtomicReference<Throwable>();
        var fromHandler = new IllegalStateException("handler threw");
        var completion = new CompletableFuture<Completion<String>>();
        var awaiting = Watched.coroutine(() -> Async.<String>awaitCallback(done -> {
            done.onUndelivered(value -> {
                throw fromHandler;
            });
            completion.complete(done);
        }));
        Completion<String> done = completion.get(Watched.SECONDS, TimeUnit.SECONDS);
        awaiting.parked().cancel();
        awaiting.joined();
        var late = Watched.thread(
                Thread.ofPlatform().uncaughtExceptionHandler((thread, thrown) -> uncaught.set(thrown)),
                () -> done.tryResume("late"));
        assertThat(late.value()).isTrue();
        assertThat(uncaught).hasValue(fromHandler);
    }

    @Test
    void B4_theCancelActionRunsOnceOnTheCoroutinesThread() {
        var call = new Call();
        call.awaiting.parked().cancel();
        assertThat(call.awaiting.failure()).isInstanceOf(CancelledException.class);
        assertThat(call.aborted).hasValue(1);
        assertThat(call.abortedBy).hasValue(call.awaiting.thread());
        assertThat(call.awaiting.interruptedAtEnd()).isFalse();
    }

    @Test
    void B4_theCancelActionNeverRunsWhenResumedFirst() throws Exception {
        for (int i = 0; i < 100; i++) {
            var call = new Call();
            Completion<String> done = call.done();
            call.awaiting.parked();
            done.resume("value");
            call.awaiting.cancel();
            assertThat(call.awaiting.value()).isEqualTo("value");
            assertThat(call.aborted).hasValue(0);
        }
    }

    @Test
    void B4_aCancelActionRegisteredAfterTheCancellationRunsAtOnceOnTheRegisteringThread() throws Exception {
        var completion = new CompletableFuture<Completion<String>>();
        var awaiting = Watched.coroutine(() -> Async.<String>awaitCallback(completion::complete));
        Completion<String> done = completion.get(Watched.SECONDS, TimeUnit.SECONDS);
        awaiting.parked().cancel();
        awaiting.joined();
        var abortedBy = new AtomicReference<Thread>();
        done.onCancel(() -> abortedBy.set(Thread.currentThread()));
        assertThat(abortedBy).hasValue(Thread.currentThread());
    }

    @Test
    void B4_whatTheCancelActionThrowsIsSuppressed() {
        var fromAction = new IOException("abort failed");
        var awaiting = Watched.coroutine(() -> Async.<String>awaitCallback(done -> done.onCancel(() -> {
            throw fromAction;
        })));
        awaiting.parked().cancel();
        Throwable cancelled = awaiting.failure();
        assertThat(cancelled).isInstanceOf(CancelledException.class);
        assertThat(cancelled.getSuppressed()).hasSize(1);
        assertThat(Host.get().unwrap(cancelled.getSuppressed()[0])).isSameAs(fromAction);
    }

    @Test
    void B4_aSecondCancelActionIsRefused() {
        assertThatThrownBy(() -> Async.run(() -> Async.<String>awaitCallback(done -> {
                    done.onCancel(() -> {});
                    done.onCancel(() -> {});
                })))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void B5_whatTheRegistrationThrowsIsTheOutcome() {
        var failure = new IllegalStateException("refused");
        var aborted = new AtomicInteger();
        assertThatThrownBy(() -> Async.run(() -> Async.<String>awaitCallback(done -> {
                    done.onCancel(aborted::incrementAndGet);
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(aborted).hasValue(0);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void B5_whatTheRegistrationThrowsAfterAResumeIsDropped() {
        var failure = new IllegalStateException("after all");
        assertThat(Async.run(() -> Async.<String>awaitCallback(done -> {
                    done.resume("value");
                    throw failure;
                })))
                .isEqualTo("value");
        assertThat(hooks.dropped).containsExactly(failure);
    }

    @Test
    void B5_aValueAfterTheRegistrationThrewIsUndelivered() throws Exception {
        var completion = new CompletableFuture<Completion<String>>();
        var undelivered = new CopyOnWriteArrayList<String>();
        assertThatThrownBy(() -> Async.run(() -> Async.<String>awaitCallback(done -> {
                    done.onUndelivered(undelivered::add);
                    completion.complete(done);
                    throw new IllegalStateException("refused");
                })))
                .hasMessage("refused");
        assertThat(completion.get().tryResume("late")).isFalse();
        assertThat(undelivered).containsExactly("late");
    }

    @Test
    void B6_anAbandonedCallbackFailsTheAwait() {
        var awaiting = Watched.coroutine(() -> Async.<String>awaitCallback(Completion::failIfAbandoned));
        until("abandoned", () -> {
            System.gc();
            return awaiting.hasEnded();
        });
        assertThat(awaiting.failure()).isInstanceOf(AbandonedCallbackException.class);
    }

    @Test
    void B6_aCallbackThatWasResumedIsNotAbandoned() {
        var awaiting = Watched.coroutine(() -> Async.<String>awaitCallback(done -> {
            done.failIfAbandoned();
            done.resume("value");
        }));
        assertThat(awaiting.value()).isEqualTo("value");
        System.gc();
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void B7_aCallbackMayComeFromAThreadWithTheInterruptFlagSet() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        var resuming = Watched.thread(Thread.ofPlatform(), () -> {
            Thread.currentThread().interrupt();
            done.resume("value");
            return "resumed";
        });
        assertThat(resuming.value()).isEqualTo("resumed");
        assertThat(resuming.interruptedAtEnd()).isTrue();
        assertThat(call.awaiting.value()).isEqualTo("value");
        assertThat(call.awaiting.interruptedAtEnd()).isFalse();
    }

    @Test
    void B7_aCallbackMayComeFromTheCommonPool() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        ForkJoinPool.commonPool().execute(() -> done.resume("value"));
        assertThat(call.awaiting.value()).isEqualTo("value");
    }

    @Test
    void B7_aCallbackMayComeFromACleaner() throws Exception {
        var call = new Call();
        Completion<String> done = call.done();
        Cleaner.create().register(new Object(), () -> done.resume("value"));
        until("cleaned", () -> {
            System.gc();
            return call.awaiting.hasEnded();
        });
        assertThat(call.awaiting.value()).isEqualTo("value");
    }
}
