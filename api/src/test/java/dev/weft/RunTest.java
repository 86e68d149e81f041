package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.context;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.runBlocking;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.ManualBackend.until;
import static dev.weft.ManualBackend.untilParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The entry point, rows L of the promises. */
class RunTest {
    private static final Duration LONG = Duration.ofDays(1);

    @AfterEach
    void noInterruptIsLeft() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void L1_itRunsFromAPlatformAndFromAVirtualThread(boolean virtual) {
        var task = new CompletableFuture<String>();
        Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
        builder.start(() ->
                task.complete(run(() -> "on " + (Thread.currentThread().isVirtual() ? "a coroutine" : "?"))));
        assertThat(task.join()).isEqualTo("on a coroutine");
    }

    @Test
    void aClassThatHasARunOfItsOwnWritesRunBlocking() {
        var disk = new IOException("disk");
        var job = new Runnable() {
            private String result = "";
            private Throwable thrown;

            @Override
            public void run() {
                result = runBlocking(() -> await(CompletableFuture.completedFuture("result")));
                runBlocking(() -> delay(Duration.ofMillis(1)));
                thrown = catchThrowable(() -> runBlocking(() -> {
                    throw disk;
                }));
            }
        };
        job.run();
        assertThat(job.result).isEqualTo("result");
        assertThat(job.thrown).isSameAs(disk);
    }

    @Test
    void insideACoroutineRunBlockingIsANestedScopeToo() {
        run(() -> {
            Thread outer = Thread.currentThread();
            assertThat(runBlocking(Thread::currentThread)).isSameAs(outer);
        });
    }

    @Test
    void L1_nullIsAResult() {
        assertThat(Async.<String, RuntimeException>run(() -> null)).isNull();
    }

    @Test
    void L1_aCheckedExceptionComesAsItself() {
        var disk = new IOException("disk");
        assertThatThrownBy(() -> run(() -> {
                    throw disk;
                }))
                .isSameAs(disk);
    }

    @Test
    void L1_uncheckedOnesAndErrorsComeAsTheSameInstance() {
        var unchecked = new IllegalStateException("unchecked");
        assertThatThrownBy(() -> run(() -> failing(unchecked))).isSameAs(unchecked);
        var error = new AssertionError("error");
        assertThatThrownBy(() -> run(() -> failing(error))).isSameAs(error);
    }

    @Test
    void L1_whatWasAwaitedComesAsAwaitThrowsIt() {
        var disk = new IOException("disk");
        var failed = CompletableFuture.<String>failedFuture(disk);
        assertThatThrownBy(() -> run(() -> await(failed)))
                .isInstanceOf(AwaitException.class)
                .hasCause(disk);
        assertThatThrownBy(() -> run(() -> await(failed, IOException.class))).isSameAs(disk);
    }

    @Test
    void L1_aStageThatCompletedExceptionallyIsUnwrapped() {
        var unchecked = new IllegalStateException("unchecked");
        CompletableFuture<String> failed = CompletableFuture.supplyAsync(() -> {
            throw unchecked;
        });
        assertThatThrownBy(() -> run(() -> await(failed))).isSameAs(unchecked);
    }

    @Test
    void L1_theFailureOfAChildThatNobodyAwaitedIsThrown() {
        var disk = new IOException("disk");
        assertThatThrownBy(() -> run(() -> {
                    async(() -> {
                        throw disk;
                    });
                }))
                .isInstanceOf(AwaitException.class)
                .hasCause(disk);
    }

    @Test
    void L1_itWaitsForItsChildren() {
        var finished = new AtomicBoolean();
        run(() -> {
            async(() -> {
                delay(Duration.ofMillis(5));
                finished.set(true);
            });
        });
        assertThat(finished).isTrue();
    }

    @Test
    void L2_anInterruptCancelsJoinsAndIsThereAgain() {
        var backend = new ManualBackend();
        var cleanUp = new CompletableFuture<Void>();
        var trail = new CopyOnWriteArrayList<String>();
        var flag = new AtomicBoolean();
        var thrown = new AtomicReference<Throwable>();
        Thread caller = Thread.ofPlatform().start(() -> {
            thrown.set(catchThrowable(() -> withBackend(backend, () -> {
                try {
                    delay(LONG);
                } finally {
                    shielded(() -> await(cleanUp));
                    trail.add("cleaned up");
                }
            })));
            trail.add("thrown");
            flag.set(Thread.currentThread().isInterrupted());
        });
        backend.awaitTimers(1);
        caller.interrupt();
        until(() -> !caller.isInterrupted());
        untilParked(caller);
        assertThat(trail).isEmpty();
        cleanUp.complete(null);
        until(() -> !caller.isAlive());
        assertThat(trail).containsExactly("cleaned up", "thrown");
        assertThat(thrown.get()).isInstanceOf(CancelledException.class).hasCauseInstanceOf(InterruptedException.class);
        assertThat(flag).isTrue();
    }

    @Test
    void L2_aCallerThatIsInterruptedAlreadyStartsNothing() {
        var ran = new AtomicBoolean();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> run(() -> ran.set(true)))
                .isInstanceOf(CancelledException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ran).isFalse();
    }

    @Test
    void L2_aValueThatWonIsReturnedWithTheFlagStillSet() {
        for (int round = 0; round < 300; round++) {
            var backend = new ManualBackend();
            Thread caller = Thread.currentThread();
            Throwable thrown = null;
            Object result = null;
            try {
                result = withBackend(backend, () -> {
                    caller.interrupt();
                    return "value";
                });
            } catch (CancelledException cancelled) {
                thrown = cancelled;
            }
            assertThat(Thread.interrupted()).isTrue();
            if (thrown == null) {
                assertThat(result).isEqualTo("value");
                assertThat(backend.discarded()).isEmpty();
            } else {
                assertThat(thrown).hasCauseInstanceOf(InterruptedException.class);
                assertThat(backend.discarded()).containsExactly("value");
            }
        }
    }

    @Test
    void L2_aFailureInTheCleanUpIsSuppressedInTheCancellation() {
        var disk = new IOException("disk");
        Thread caller = Thread.currentThread();
        Throwable thrown = catchThrowable(() -> run(() -> {
            try {
                caller.interrupt();
                delay(LONG);
            } catch (CancelledException cancelled) {
                throw disk;
            }
        }));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(thrown).isInstanceOf(CancelledException.class).hasSuppressedException(disk);
    }

    @Test
    void L2_aForeignInterruptOfTheCoroutineCancelsIt() {
        assertThatThrownBy(() -> run(() -> {
                    Thread.currentThread().interrupt();
                    delay(LONG);
                }))
                .isInstanceOf(CancelledException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void L3_insideACoroutineItIsANestedScopeOnTheSameThread() {
        run(() -> {
            Thread outer = Thread.currentThread();
            var childFinished = new AtomicBoolean();
            Thread inner = run(() -> {
                async(() -> {
                    delay(Duration.ofMillis(1));
                    childFinished.set(true);
                });
                return Thread.currentThread();
            });
            assertThat(inner).isSameAs(outer);
            assertThat(childFinished).isTrue();
        });
    }

    @Test
    void L3_itIsACheckpointInsideACoroutine() {
        var ran = new AtomicBoolean();
        Deferred<?> root = new ManualBackend().start(() -> {
            Thread.currentThread().interrupt();
            run(() -> ran.set(true));
            return null;
        });
        until(root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.FAILED);
        assertThat(ran).isFalse();
    }

    @Test
    void L4_itKeepsTheCallerWaitingAlthoughVirtualThreadsAreDaemons() {
        String thread = run(() -> {
            delay(Duration.ofMillis(2));
            return Thread.currentThread().isDaemon() + " "
                    + Thread.currentThread().isVirtual();
        });
        assertThat(thread).isEqualTo("true true");
    }

    @Test
    void theBodyIsResumedByAnyThread() {
        String value = run(() -> awaitCallback(done -> Thread.ofPlatform().start(() -> done.resume("value"))));
        assertThat(value).isEqualTo("value");
    }

    @Test
    void aFatalErrorIsDeliveredAndHandedToTheUncaughtHandler() {
        var handed = new AtomicReference<Throwable>();
        var fatal = new StackOverflowError("made up");
        assertThatThrownBy(() -> run(() -> {
                    Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> handed.set(failure));
                    failing(fatal);
                }))
                .isSameAs(fatal);
        until(() -> handed.get() == fatal);
    }

    private static <T> T failing(RuntimeException failure) {
        throw failure;
    }

    private static <T> T failing(Error failure) {
        throw failure;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void L8_onADispatcherItIsAMemberWithTheContextOfItsCaller(boolean inside) {
        AsyncBody<String, RuntimeException> body = () -> {
            Thread here = Thread.currentThread();
            return run(Dispatcher.virtual(), () -> {
                assertThat(Thread.currentThread()).isNotSameAs(here);
                async(() -> delay(Duration.ofNanos(1))); // it waits for this
                return "with " + context().getOrDefault("key", "nothing");
            });
        };
        if (inside) assertThat(run(() -> withContext("key", "a value", body))).isEqualTo("with a value");
        else assertThat(body.run()).isEqualTo("with nothing");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void L8_onADispatcherWhatTheBodyThrowsComesAsItself(boolean inside) {
        for (Throwable failure :
                List.of(new IOException("checked"), new IllegalStateException("unchecked"), new AssertionError())) {
            AsyncAction<Exception> failing = () -> run(Dispatcher.virtual(), () -> {
                throw Failures.<Exception>sneak(failure);
            });
            assertThat(catchThrowable(() -> {
                        if (inside) run(failing);
                        else failing.run();
                    }))
                    .isSameAs(failure);
        }
        var broken = new IOException("awaited");
        AsyncAction<Exception> awaiting =
                () -> run(Dispatcher.virtual(), () -> await(CompletableFuture.failedFuture(broken)));
        assertThat(catchThrowable(inside ? () -> run(awaiting) : awaiting::run))
                .isInstanceOf(AwaitException.class)
                .hasCause(broken);
    }

    @Test
    void L8_onADispatcherACancelledCallerWaitsForTheBody() {
        var begun = new CountDownLatch(1);
        var trail = new CopyOnWriteArrayList<String>();
        Deferred<?> caller = async(() -> {
            try {
                run(Dispatcher.virtual(), () -> {
                    try {
                        begun.countDown();
                        delay(LONG);
                    } finally {
                        shielded(() -> delay(Duration.ofMillis(1)));
                        trail.add("cleaned up");
                    }
                });
            } finally {
                trail.add("caller ended");
            }
        });
        Latches.await(begun);
        caller.cancel("enough");
        assertThatThrownBy(caller::await).isInstanceOf(CancelledException.class).hasMessageContaining("enough");
        assertThat(trail).containsExactly("cleaned up", "caller ended");
    }

    @Test
    void L8_onADispatcherAFailureInTheCleanUpIsSuppressedInTheCancellation() {
        var begun = new CountDownLatch(1);
        var seen = new AtomicReference<Throwable>();
        var broken = new IOException("clean-up");
        Deferred<?> caller = async(() -> {
            try {
                run(Dispatcher.virtual(), () -> {
                    try {
                        begun.countDown();
                        delay(LONG);
                    } catch (CancelledException cancelled) {
                        throw broken;
                    }
                });
            } catch (CancelledException cancelled) {
                seen.set(cancelled);
                throw cancelled;
            }
        });
        Latches.await(begun);
        caller.cancel();
        assertThatThrownBy(caller::await).isInstanceOf(CancelledException.class);
        assertThat(seen.get().getSuppressed()).contains(broken);
    }

    @Test
    void L8_onADispatcherACancelledCallerStartsNothing() {
        var begun = new CountDownLatch(1);
        var started = new AtomicBoolean();
        Deferred<?> caller = async(() -> {
            begun.countDown();
            catchThrowable(() -> delay(LONG));
            run(Dispatcher.virtual(), () -> started.set(true));
        });
        Latches.await(begun);
        caller.cancel();
        assertThatThrownBy(caller::await).isInstanceOf(CancelledException.class);
        assertThat(started).isFalse();
    }
}
