package dev.weft.reactor;

import static dev.weft.Async.checkpoint;
import static dev.weft.Async.shielded;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.Dispatcher;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import dev.weft.testing.StreamRecorder;
import io.micrometer.context.ContextRegistry;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Fuseable;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** Rows C: {@code mono(body)}. */
class MonoBuilderTest {
    private final HookLog hooks = new HookLog();
    private final Thread.UncaughtExceptionHandler uncaughtBefore = Thread.getDefaultUncaughtExceptionHandler();
    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

    /** The thread of the coroutine under test, and the moment at which it may go on. */
    private final AtomicReference<Thread> thread = new AtomicReference<>();

    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void restoreHooks() {
        release.countDown();
        hooks.close();
        Hooks.resetOnEachOperator();
        Thread.setDefaultUncaughtExceptionHandler(uncaughtBefore);
    }

    /** What a body does first, to be watched and held. */
    private void hold() {
        thread.set(Thread.currentThread());
        running.countDown();
        shielded(() -> Latches.awaitUninterruptibly(release));
    }

    private void joinCoroutine() {
        Latches.await(running);
        Latches.join(thread.get());
    }

    private static void failing(IOException failure) throws IOException {
        throw failure;
    }

    @Nested
    class BodyWithoutAResult {
        @Test
        void C3_aBodyWithoutAResultIsAnEmptyMonoThatEndsWithWhatItHasStarted() {
            var trail = new CopyOnWriteArrayList<String>();
            Mono<Void> mono = mono(() -> {
                Async.async(() -> {
                    Async.delay(Duration.ofMillis(1));
                    trail.add("child");
                });
                trail.add("body");
            });
            assertThat(trail).isEmpty();
            StepVerifier.create(mono).expectComplete().verify(Duration.ofSeconds(50));
            assertThat(trail).containsExactlyInAnyOrder("body", "child");
        }

        @Test
        void C3_aBodyWithoutAResultRunsOnADispatcherToo() {
            var ran = new AtomicBoolean();
            Mono<Void> mono = mono(Dispatcher.virtual(), () -> ran.set(true));
            StepVerifier.create(mono).expectComplete().verify(Duration.ofSeconds(50));
            assertThat(ran).isTrue();
        }

        @Test
        void C5_whatABodyWithoutAResultThrowsIsTheError() {
            var disk = new IOException("disk");
            StepVerifier.create(mono(() -> failing(disk)))
                    .expectErrorSatisfies(failure -> assertThat(failure).isSameAs(disk))
                    .verify(Duration.ofSeconds(50));
        }
    }

    @Nested
    class C1_Cold {
        @Test
        void C01_nothingRunsBeforeASubscriptionAndEachHasACoroutineOfItsOwn() {
            var threads = new CopyOnWriteArrayList<Thread>();
            Mono<Integer> cold = mono(() -> {
                threads.add(Thread.currentThread());
                return threads.size();
            });
            assertThat(threads).isEmpty();
            StepVerifier.create(cold).expectNext(1).verifyComplete();
            StepVerifier.create(cold).expectNext(2).verifyComplete();
            assertThat(threads).doesNotHaveDuplicates().allMatch(Thread::isVirtual);
            assertThat(threads).extracting(Thread::getName).doesNotContain("");
        }

        @Test
        void C01_eachSubscriptionHasItsOwnContext() {
            Mono<String> who = mono(() -> ReactorAsync.contextView().get("who"));
            StepVerifier.create(Mono.zip(
                            who.contextWrite(Context.of("who", "ann")), who.contextWrite(Context.of("who", "eve"))))
                    .expectNextMatches(
                            both -> both.getT1().equals("ann") && both.getT2().equals("eve"))
                    .verifyComplete();
        }
    }

    @Nested
    class C2_TheSubscription {
        @RepeatedTest(20)
        void C02_onSubscribeComesFirstOnTheSubscribersThreadAndTheRestOnTheCoroutines() {
            var started = new AtomicBoolean();
            var startedInOnSubscribe = new AtomicBoolean();
            var recorder = new Recorder<String>().onSubscribe(s -> {
                s.request(1);
                startedInOnSubscribe.set(started.get() || ((CoroutineTask<?>) s).thread() != null);
            });
            mono(() -> {
                        started.set(true);
                        thread.set(Thread.currentThread());
                        return "value";
                    })
                    .subscribe(recorder);
            recorder.ended();
            assertThat(recorder.trail).containsExactly("onSubscribe", "value", "onComplete");
            assertThat(startedInOnSubscribe).isFalse();
            assertThat(recorder.threads).containsExactly(Thread.currentThread(), thread.get(), thread.get());
        }
    }

    @Nested
    class C3_NoResult {
        @Test
        void C03_aNullResultIsEmpty() {
            StepVerifier.create(mono(() -> null)).verifyComplete();
            var recorder = new Recorder<String>();
            mono(() -> (String) null).subscribe(recorder);
            assertThat(recorder.ended().trail).as("without a request").containsExactly("onSubscribe", "onComplete");
        }
    }

    @Nested
    class C4_DemandForTheResult {
        @Test
        void C04_aValueWaitsForDemandAndIsDeliveredByTheRequestingThread() {
            var recorder = new Recorder<String>();
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .subscribe(recorder);
            release.countDown();
            joinCoroutine();
            assertThat(recorder.trail).containsExactly("onSubscribe");
            recorder.request(1);
            assertThat(recorder.trail).containsExactly("onSubscribe", "value", "onComplete");
            assertThat(recorder.threads).containsOnly(Thread.currentThread());
            recorder.request(1);
            recorder.cancel();
            assertThat(recorder.trail).hasSize(3);
            assertThat(hooks.discarded).isEmpty();
        }

        @Test
        void C04_aWaitingValueIsDiscardedByACancellationWithTheSubscribersContext() {
            var discarded = new CopyOnWriteArrayList<Object>();
            var recorder = new Recorder<String>();
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .doOnDiscard(String.class, discarded::add)
                    .subscribe(recorder);
            release.countDown();
            joinCoroutine();
            recorder.cancel();
            recorder.request(1);
            assertThat(discarded).containsExactly("value");
            assertThat(recorder.trail).containsExactly("onSubscribe");
        }

        @Test
        void C04_anErrorDoesNotWaitForDemand() {
            var failure = new IllegalStateException("no demand");
            var recorder = new Recorder<String>();
            Mono<String> failing = mono(() -> {
                throw failure;
            });
            failing.subscribe(recorder);
            assertThat(recorder.ended().error).isSameAs(failure);
        }

        @RepeatedTest(200)
        void C04_aRequestThatRacesTheResultDeliversItOnce() {
            var recorder = new Recorder<String>();
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .subscribe(recorder);
            Latches.await(running);
            release.countDown();
            recorder.request(1);
            recorder.ended();
            joinCoroutine();
            assertThat(recorder.trail).containsExactly("onSubscribe", "value", "onComplete");
        }

        @RepeatedTest(200)
        void C04_aCancellationThatRacesTheResultAndARequestNeverLosesIt() {
            var recorder = new Recorder<String>();
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .subscribe(recorder);
            Latches.await(running);
            var go = new CountDownLatch(2);
            Thread canceller = Thread.startVirtualThread(() -> {
                Latches.meet(go);
                recorder.cancel();
            });
            release.countDown();
            Latches.meet(go);
            recorder.request(1);
            Latches.join(canceller);
            joinCoroutine();
            int delivered = recorder.trail.contains("value") ? 1 : 0;
            assertThat(delivered + hooks.discarded.size()).isEqualTo(1);
        }
    }

    @Nested
    class C5_TheError {
        @Test
        void C05_whatTheBodyThrowsIsTheErrorTheSameInstance() {
            for (Throwable failure : List.of(
                    new IOException("checked"), new IllegalStateException("unchecked"), new AssertionError("error"))) {
                Mono<String> failing = mono(() -> {
                    throw Failures.<RuntimeException>sneak(failure);
                });
                StepVerifier.create(failing)
                        .verifyErrorSatisfies(e -> assertThat(e).isSameAs(failure));
            }
        }

        @Test
        void G07_theRoundTripEndsWithTheVeryInstance() {
            for (Throwable failure : List.of(
                    new IOException("checked"), new IllegalStateException("unchecked"), new AssertionError("error"))) {
                Mono<Object> round = mono(() -> await(mono(() -> await(Mono.error(failure)))));
                StepVerifier.create(round)
                        .verifyErrorSatisfies(e -> assertThat(e).isSameAs(failure));
                Mono<Object> hidden =
                        mono(() -> await(mono(() -> await(Mono.error(failure).hide()))));
                StepVerifier.create(hidden)
                        .verifyErrorSatisfies(e -> assertThat(e).isSameAs(failure));
            }
        }

        @Test
        void G07_reactorsOwnCarriersAreTakenOff() {
            var failure = new IOException("disk");
            StepVerifier.create(mono(() -> {
                        throw Exceptions.propagate(failure);
                    }))
                    .verifyErrorSatisfies(e -> assertThat(e).isSameAs(failure));
            StepVerifier.create(mono(() -> Mono.error(failure).block()))
                    .verifyErrorSatisfies(e -> assertThat(e).isSameAs(failure));
            assertThatThrownBy(() ->
                            Async.run(() -> await(mono(() -> Mono.error(failure).block()), IOException.class)))
                    .isSameAs(failure);
        }
    }

    @Nested
    class C6_CancelledInOnSubscribe {
        @Test
        void C06_aSubscriptionCancelledInOnSubscribeNeverRunsTheBody() {
            var ran = new AtomicBoolean();
            var recorder = new Recorder<Boolean>().onSubscribe(Subscription::cancel);
            mono(() -> {
                        ran.set(true);
                        return true;
                    })
                    .subscribe(recorder);
            assertThat(((CoroutineTask<?>) recorder.subscription).thread()).isNull();
            recorder.request(1);
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(ran).isFalse();
            assertThat(hooks.dropped).isEmpty();
        }
    }

    @Nested
    class C7_Cancellation {
        @Test
        void C07_aCancellationReachesTheBodyAndNothingIsSignalledAfterwards() {
            var seen = new AtomicReference<Throwable>();
            var recorder = new Recorder<String>().eager();
            mono(() -> {
                        thread.set(Thread.currentThread());
                        running.countDown();
                        try {
                            return await(Mono.<String>never());
                        } catch (CancelledException cancelled) {
                            seen.set(cancelled);
                            assertThatThrownBy(() -> checkpoint()).as("sticky").isInstanceOf(CancelledException.class);
                            throw cancelled;
                        }
                    })
                    .subscribe(recorder);
            Latches.await(running);
            recorder.cancel();
            joinCoroutine();
            assertThat(seen.get()).isInstanceOf(CancelledException.class);
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void C07_aBlockingCallInTheBodyIsInterrupted() {
            var interrupted = new CountDownLatch(1);
            var recorder = new Recorder<String>().eager();
            Mono<String> blocking = mono(() -> {
                thread.set(Thread.currentThread());
                running.countDown();
                try {
                    new CountDownLatch(1).await();
                    return "never";
                } catch (InterruptedException byTheCanceller) {
                    interrupted.countDown();
                    throw byTheCanceller;
                }
            });
            blocking.subscribe(recorder);
            Latches.await(running);
            recorder.cancel();
            Latches.await(interrupted);
            joinCoroutine();
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(hooks.dropped).isEmpty();
        }
    }

    @Nested
    class C8_ALateValue {
        @Test
        void C08_aLateValueIsDiscardedWithTheSubscribersContext() {
            var discarded = new CopyOnWriteArrayList<Object>();
            long swallowed = EngineCounter.CANCEL_SWALLOWED.sum();
            var recorder = new Recorder<String>().eager();
            mono(() -> {
                        hold();
                        return "late";
                    })
                    .doOnDiscard(String.class, discarded::add)
                    .subscribe(recorder);
            Latches.await(running);
            recorder.cancel();
            release.countDown();
            joinCoroutine();
            assertThat(discarded).containsExactly("late");
            assertThat(hooks.discarded).isEmpty();
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(EngineCounter.CANCEL_SWALLOWED.sum()).isGreaterThan(swallowed);
        }
    }

    @Nested
    class C9_ALateException {
        @Test
        void C09_aLateExceptionIsDroppedTheOriginalInstance() {
            var checked = new IOException("late");
            List<Throwable> thrown = List.of(
                    new IllegalStateException("late"),
                    new AssertionError("late"),
                    checked,
                    Exceptions.propagate(checked));
            for (Throwable failure : thrown) {
                hooks.dropped.clear();
                var held = new CountDownLatch(1);
                var go = new CountDownLatch(1);
                var recorder = new Recorder<String>().eager();
                Mono<String> failing = mono(() -> {
                    thread.set(Thread.currentThread());
                    shielded(() -> {
                        held.countDown();
                        Latches.awaitUninterruptibly(go);
                    });
                    throw Failures.<RuntimeException>sneak(failure);
                });
                failing.subscribe(recorder);
                Latches.await(held);
                recorder.cancel();
                go.countDown();
                Latches.join(thread.get());
                assertThat(hooks.dropped).containsExactly(Exceptions.unwrap(failure));
                assertThat(recorder.trail).containsExactly("onSubscribe");
            }
        }

        @RepeatedTest(200)
        void C09_anExceptionThatRacesTheCancellationIsSignalledOrDroppedAsTheOriginal() {
            var checked = new IOException("racing");
            var recorder = new Recorder<String>().eager();
            Mono<String> failing = mono(() -> {
                hold();
                throw Exceptions.propagate(checked);
            });
            failing.subscribe(recorder);
            Latches.await(running);
            release.countDown();
            recorder.cancel();
            joinCoroutine();
            if (recorder.error != null) assertThat(recorder.error).isSameAs(checked);
            else if (hooks.answers.isEmpty()) assertThat(hooks.dropped).containsExactly(checked);
            else assertThat(hooks.answers).as("after an interrupt").containsExactly(checked);
        }

        @Test
        void C09_anEchoOfTheCancellationIsOnlyCounted() {
            for (Throwable echo : List.of(
                    new CancellationException("echo"),
                    new InterruptedException("echo"),
                    Exceptions.propagate(new InterruptedException("echo")))) {
                long before = EngineCounter.CANCEL_ECHOES.sum();
                var held = new CountDownLatch(1);
                var recorder = new Recorder<String>().eager();
                Mono<String> echoing = mono(() -> {
                    thread.set(Thread.currentThread());
                    held.countDown();
                    shielded(() -> until("cancelled", () -> isCancelled(recorder)));
                    throw Failures.<RuntimeException>sneak(echo);
                });
                echoing.subscribe(recorder);
                Latches.await(held);
                recorder.cancel();
                Latches.join(thread.get());
                assertThat(recorder.trail).containsExactly("onSubscribe");
                assertThat(EngineCounter.CANCEL_ECHOES.sum()).isGreaterThanOrEqualTo(before);
            }
            assertThat(hooks.dropped).isEmpty();
        }

        private static boolean isCancelled(StreamRecorder<?> recorder) {
            return ((CoroutineTask<?>) recorder.subscription).cancellation() != null;
        }

        @Test
        void C10_cancelDoesNotWaitForFinallyBlocksWhichRun() {
            var cleaned = new AtomicBoolean();
            var recorder = new Recorder<String>().eager();
            mono(() -> {
                        thread.set(Thread.currentThread());
                        running.countDown();
                        try {
                            return await(Mono.<String>never());
                        } finally {
                            shielded(() -> Latches.awaitUninterruptibly(release));
                            cleaned.set(shielded(() -> await(Mono.just(true).delayElement(Duration.ofMillis(1)))));
                        }
                    })
                    .subscribe(recorder);
            Latches.await(running);
            recorder.cancel();
            assertThat(cleaned).isFalse();
            release.countDown();
            joinCoroutine();
            assertThat(cleaned).isTrue();
        }

        /** The {@code CancelledException} that it replaces is gone: nobody but the body has seen it. */
        @Test
        void C11_whatFinallyThrowsAfterACancellationIsDroppedAndNeverSignalled() {
            var fromFinally = new IllegalStateException("from finally");
            var recorder = new Recorder<String>().eager();
            Mono<String> failing = mono(() -> {
                thread.set(Thread.currentThread());
                running.countDown();
                try {
                    return await(Mono.<String>never());
                } finally {
                    throwIt(fromFinally);
                }
            });
            failing.subscribe(recorder);
            Latches.await(running);
            recorder.cancel();
            joinCoroutine();
            assertThat(hooks.dropped).containsExactly(fromFinally);
            assertThat(recorder.trail).containsExactly("onSubscribe");
        }

        private static void throwIt(RuntimeException failure) {
            throw failure;
        }
    }

    @Nested
    class C12_ASubscriberThatThrows {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void C12_aSubscriberThatThrowsFromOnNextGetsNoFurtherSignal(boolean requestedBefore) {
            var fromSubscriber = new IllegalStateException("from onNext");
            var intoTheBody = new AtomicReference<Throwable>();
            var recorder = new Recorder<String>().onNext(value -> {
                throw fromSubscriber;
            });
            if (requestedBefore) recorder.onSubscribe(s -> s.request(1));
            mono(() -> {
                        hold();
                        try {
                            return "value";
                        } catch (Throwable failure) {
                            intoTheBody.set(failure);
                            throw failure;
                        }
                    })
                    .subscribe(recorder);
            release.countDown();
            joinCoroutine();
            recorder.request(1);
            assertThat(recorder.trail).containsExactly("onSubscribe", "value");
            assertThat(hooks.dropped).containsExactly(fromSubscriber);
            assertThat(intoTheBody).hasNullValue();
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void C12_whatASubscriberThrowsFromATerminalSignalIsDropped(boolean error) {
            var fromSubscriber = new IllegalStateException("from the end");
            var recorder = new Recorder<String>().eager().onTerminal(() -> {
                throw fromSubscriber;
            });
            Mono<String> source = mono(() -> {
                hold();
                if (error) throw new IOException("body");
                return null;
            });
            source.subscribe(recorder);
            release.countDown();
            joinCoroutine();
            assertThat(recorder.trail).hasSize(2);
            assertThat(hooks.dropped).containsExactly(fromSubscriber);
        }
    }

    @Nested
    class C13_CancelledInOnNext {
        @Test
        void C13_aDownstreamThatCancelsInsideOnNextIsLegal() {
            var interrupted = new AtomicBoolean();
            var recorder = new Recorder<String>().eager();
            recorder.onNext(value -> {
                recorder.cancel();
                interrupted.set(Thread.currentThread().isInterrupted());
            });
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .subscribe(recorder);
            release.countDown();
            joinCoroutine();
            assertThat(recorder.trail).containsExactly("onSubscribe", "value");
            assertThat(interrupted).isFalse();
            assertThat(hooks.dropped).isEmpty();
            assertThat(hooks.discarded).isEmpty();
            StepVerifier.create(mono(() -> 1).flux().take(1)).expectNext(1).verifyComplete();
        }
    }

    @Nested
    class C14_NoThread {
        @Test
        void C14_aCoroutineThatCannotBeStartedFailsAfterOnSubscribe() {
            var failure = new IllegalStateException("no thread-locals today");
            ContextRegistry.getInstance()
                    .registerThreadLocalAccessor(
                            "C14",
                            () -> {
                                throw failure;
                            },
                            value -> {},
                            () -> {});
            try {
                var recorder = new Recorder<String>().eager();
                mono(() -> "value").subscribe(recorder);
                assertThat(recorder.ended().trail).containsExactly("onSubscribe", "onError");
                assertThat(recorder.error).isSameAs(failure);
            } finally {
                ContextRegistry.getInstance().removeThreadLocalAccessor("C14");
            }
        }
    }

    @Nested
    class C15_FatalErrors {
        @Test
        void C15_aFatalErrorIsSignalledFirstAndThenHandedToTheUncaughtHandler() throws Exception {
            Thread.setDefaultUncaughtExceptionHandler((t, e) -> uncaught.add(e));
            List<Throwable> fatal =
                    List.of(new StackOverflowError("simulated"), new OutOfMemoryError("simulated"), (Throwable)
                            Class.forName("java.lang.ThreadDeath")
                                    .getConstructor()
                                    .newInstance());
            for (Throwable failure : fatal) {
                uncaught.clear();
                var recorder = dying(failure);
                assertThat(recorder.error).isSameAs(failure);
                assertThat(uncaught).containsExactly(failure);
            }
        }

        @Test
        void C15_aLinkageErrorIsSignalledAndNothingElse() {
            Thread.setDefaultUncaughtExceptionHandler((t, e) -> uncaught.add(e));
            var failure = new NoClassDefFoundError("gone");
            assertThat(dying(failure).error).isSameAs(failure);
            assertThat(uncaught).isEmpty();
            assertThat(hooks.dropped).isEmpty();
        }

        private StreamRecorder<String> dying(Throwable failure) {
            var recorder = new Recorder<String>().eager();
            Mono<String> source = mono(() -> {
                thread.set(Thread.currentThread());
                throw Failures.<RuntimeException>sneak(failure);
            });
            source.subscribe(recorder);
            recorder.ended();
            Latches.join(thread.get());
            return recorder;
        }
    }

    @Nested
    class C16_ARequestForNothing {
        @ParameterizedTest
        @ValueSource(longs = {0, -1, Long.MIN_VALUE})
        void C16_aRequestForNothingEndsTheCoroutineAndIsAnError(long count) {
            var recorder = new Recorder<String>();
            mono(() -> {
                        thread.set(Thread.currentThread());
                        running.countDown();
                        return await(Mono.<String>never());
                    })
                    .subscribe(recorder);
            Latches.await(running);
            recorder.request(count);
            isRefusal(recorder);
            joinCoroutine();
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void C16_aRequestForNothingInOnSubscribeIsAnErrorAndTheBodyNeverRuns() {
            var ran = new AtomicBoolean();
            var recorder = new Recorder<Boolean>().onSubscribe(s -> s.request(0));
            mono(() -> {
                        ran.set(true);
                        return true;
                    })
                    .subscribe(recorder);
            isRefusal(recorder);
            assertThat(ran).isFalse();
        }

        @Test
        void C16_aRequestForNothingWhileTheResultWaitsIsAnErrorAndDiscardsIt() {
            var recorder = new Recorder<String>();
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .subscribe(recorder);
            release.countDown();
            joinCoroutine();
            recorder.request(0);
            isRefusal(recorder);
            recorder.request(1);
            assertThat(recorder.trail).containsExactly("onSubscribe", "onError");
            assertThat(hooks.discarded).containsExactly("value");
        }

        @Test
        void C16_aRequestForNothingAfterTheEndChangesNothing() {
            var recorder = new Recorder<String>().eager();
            mono(() -> "value").subscribe(recorder);
            recorder.ended();
            recorder.request(0);
            assertThat(recorder.trail).containsExactly("onSubscribe", "value", "onComplete");
            var cancelled = new Recorder<String>().onSubscribe(Subscription::cancel);
            mono(() -> "value").subscribe(cancelled);
            cancelled.request(0);
            assertThat(cancelled.trail).containsExactly("onSubscribe");
        }

        @RepeatedTest(200)
        void C16_aRequestForNothingThatRacesTheResultEndsOnce() {
            var recorder = new Recorder<String>();
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .subscribe(recorder);
            Latches.await(running);
            release.countDown();
            recorder.request(0);
            isRefusal(recorder);
            joinCoroutine();
            assertThat(recorder.trail).containsExactly("onSubscribe", "onError");
            until("discarded", () -> hooks.discarded.size() == 1);
        }

        private static void isRefusal(StreamRecorder<?> recorder) {
            assertThat(recorder.ended().error)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3.9");
        }
    }

    @Nested
    class C17_Null {
        @Test
        void C17_aNullSubscriberOrBodyIsRefused() {
            Mono<String> source = mono(() -> "value");
            assertThatThrownBy(() -> source.subscribe((CoreSubscriber<String>) null))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> mono((Callable<?>) null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("body");
        }
    }

    @Nested
    class C18_WhatIsKept {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void C18_aSubscriberIsForgottenAfterTheEndOrTheCancellation(boolean cancel) {
            var subscription = new AtomicReference<Subscription>();
            WeakReference<Object> weak = subscribedWeakly(subscription, cancel);
            Latches.await(running);
            if (cancel) subscription.get().cancel();
            else release.countDown();
            until("collected", () -> {
                System.gc();
                return weak.refersTo(null);
            });
            if (cancel)
                assertThat(thread.get().isAlive()).as("still cleaning up").isTrue();
            assertThat(subscription.get()).isNotNull();
        }

        private WeakReference<Object> subscribedWeakly(AtomicReference<Subscription> subscription, boolean cancel) {
            var recorder = new Recorder<String>().onSubscribe(s -> {
                s.request(1);
                subscription.set(s);
            });
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .subscribe(recorder);
            return new WeakReference<>(recorder);
        }

        @Test
        void C18_aSubscriberThatThrewIsForgotten() {
            var subscription = new AtomicReference<Subscription>();
            var weak = throwingWeakly(subscription);
            release.countDown();
            joinCoroutine();
            until("collected", () -> {
                System.gc();
                return weak.refersTo(null);
            });
            assertThat(subscription.get()).isNotNull();
            hooks.dropped.clear();
        }

        private WeakReference<Object> throwingWeakly(AtomicReference<Subscription> subscription) {
            var recorder = new Recorder<String>()
                    .onSubscribe(s -> {
                        s.request(1);
                        subscription.set(s);
                    })
                    .onNext(value -> {
                        throw new IllegalStateException("from onNext");
                    });
            mono(() -> {
                        hold();
                        return "value";
                    })
                    .subscribe(recorder);
            return new WeakReference<>(recorder);
        }
    }

    @Nested
    class AsASourceOfReactors {
        @Test
        void assemblyHooksSeeTheMono() {
            var assembled = new AtomicInteger();
            Hooks.onEachOperator(p -> {
                assembled.incrementAndGet();
                return p;
            });
            mono(() -> "value");
            assertThat(assembled).hasValue(1);
        }

        @Test
        void thereIsNoFusion() {
            assertThat(mono(() -> "value")).isNotInstanceOf(Fuseable.class);
        }

        @Test
        void aSubscriptionOnANonBlockingThreadMayAwaitInside() {
            StepVerifier.create(mono(() -> await(Mono.just(1).delayElement(Duration.ofMillis(1))))
                            .subscribeOn(Schedulers.parallel()))
                    .expectNext(1)
                    .verifyComplete();
        }

        @Test
        void aRetryRunsTheBodyAgain() {
            var attempts = new AtomicInteger();
            StepVerifier.create(mono(() -> {
                                if (attempts.incrementAndGet() < 3) throw new IOException("attempt " + attempts);
                                return attempts.get();
                            })
                            .retry(5))
                    .expectNext(3)
                    .verifyComplete();
        }
    }
}
