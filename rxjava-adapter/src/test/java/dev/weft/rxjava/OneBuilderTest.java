package dev.weft.rxjava;

import static dev.weft.Async.checkpoint;
import static dev.weft.Async.shielded;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.maybe;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.Dispatcher;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import io.micrometer.context.ContextRegistry;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows C: {@code single(body)}, {@code maybe(body)} and {@code completable(body)}. */
class OneBuilderTest {
    /** The builders, with how their sources end when the body returns {@code "value"}. */
    enum Builder {
        SINGLE("value") {
            @Override
            void subscribe(Callable<String> body, Recorder<String> to) {
                single(body).subscribe(to);
            }
        },
        MAYBE("value") {
            @Override
            void subscribe(Callable<String> body, Recorder<String> to) {
                RxAsync.<String>maybe(body).subscribe(to);
            }
        },
        COMPLETABLE("onComplete") {
            @Override
            void subscribe(Callable<String> body, Recorder<String> to) {
                completable(body::call).subscribe(to);
            }
        };

        final Object end;

        Builder(Object end) {
            this.end = end;
        }

        abstract void subscribe(Callable<String> body, Recorder<String> to);

        Recorder<String> recorded(Callable<String> body) {
            var recorder = new Recorder<String>();
            subscribe(body, recorder);
            return recorder;
        }
    }

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
        RxJavaPlugins.setOnSingleAssembly(null);
        RxJavaPlugins.setOnMaybeAssembly(null);
        RxJavaPlugins.setOnCompletableAssembly(null);
        Thread.setDefaultUncaughtExceptionHandler(uncaughtBefore);
    }

    /** What a body does first, to be watched and held. */
    private void hold() {
        thread.set(Thread.currentThread());
        running.countDown();
        shielded(() -> Latches.awaitUninterruptibly(release));
    }

    private String held() {
        hold();
        return "value";
    }

    private <T> T never() {
        thread.set(Thread.currentThread());
        running.countDown();
        return await(Single.<T>never());
    }

    private void joinCoroutine() {
        Latches.await(running);
        Latches.join(thread.get());
    }

    @Nested
    class BodyWithoutAResult {
        @Test
        void C3_aBodyWithoutAResultIsAnEmptyMaybeThatEndsWithWhatItHasStarted() {
            var trail = new CopyOnWriteArrayList<String>();
            Maybe<Void> maybe = maybe(() -> {
                Async.async(() -> {
                    Async.delay(Duration.ofMillis(1));
                    trail.add("child");
                });
                trail.add("body");
            });
            assertThat(trail).isEmpty();
            assertThat(maybe.blockingGet()).isNull();
            assertThat(trail).containsExactlyInAnyOrder("body", "child");
        }

        @Test
        void C3_aBodyWithoutAResultRunsOnADispatcherToo() {
            var ran = new AtomicInteger();
            assertThat(maybe(Dispatcher.virtual(), () -> ran.set(1)).blockingGet())
                    .isNull();
            completable(Dispatcher.virtual(), () -> ran.compareAndSet(1, 2)).blockingAwait();
            assertThat(ran).hasValue(2);
        }

        @Test
        void C5_whatABodyWithoutAResultThrowsIsTheError() {
            var disk = new IOException("disk");
            maybe(() -> failing(disk)).test().awaitDone(50, TimeUnit.SECONDS).assertError(failure -> failure == disk);
            completable(() -> failing(disk))
                    .test()
                    .awaitDone(50, TimeUnit.SECONDS)
                    .assertError(failure -> failure == disk);
        }

        private static void failing(IOException failure) throws IOException {
            throw failure;
        }
    }

    @Nested
    class C1_Cold {
        @ParameterizedTest
        @EnumSource
        void C01_nothingRunsBeforeASubscriptionAndEachHasACoroutineOfItsOwn(Builder builder) {
            var threads = new CopyOnWriteArrayList<Thread>();
            Callable<String> body = () -> {
                threads.add(Thread.currentThread());
                return "value";
            };
            Single<String> cold = single(body);
            assertThat(threads).isEmpty();
            assertThat(cold.blockingGet()).isEqualTo("value");
            builder.recorded(body).ended();
            builder.recorded(body).ended();
            assertThat(threads).hasSize(3).doesNotHaveDuplicates().allMatch(Thread::isVirtual);
            assertThat(threads).extracting(Thread::getName).doesNotContain("");
        }
    }

    @Nested
    class C2_TheSubscription {
        @ParameterizedTest
        @EnumSource
        void C02_onSubscribeComesFirstOnTheSubscribersThreadAndTheRestOnTheCoroutines(Builder builder) {
            for (int i = 0; i < 100; i++) {
                var started = new AtomicBoolean();
                var startedInOnSubscribe = new AtomicBoolean();
                var recorder = new Recorder<String>()
                        .onSubscribe(r -> startedInOnSubscribe.set(
                                started.get() || ((CoroutineTask<?>) r.handle).thread() != null));
                builder.subscribe(
                        () -> {
                            started.set(true);
                            thread.set(Thread.currentThread());
                            return "value";
                        },
                        recorder);
                recorder.ended();
                assertThat(recorder.trail).containsExactly("onSubscribe", builder.end);
                assertThat(startedInOnSubscribe).isFalse();
                assertThat(recorder.threads).containsExactly(Thread.currentThread(), thread.get());
            }
        }

        @ParameterizedTest
        @EnumSource
        void C19_theDisposableIsDisposedAfterTheEndAndInsideItsSignal(Builder builder) {
            var inside = new AtomicBoolean();
            var recorder = new Recorder<String>();
            recorder.onTerminal(() -> inside.set(recorder.isDisposed()));
            builder.subscribe(OneBuilderTest.this::held, recorder);
            Latches.await(running);
            assertThat(recorder.isDisposed()).as("while it runs").isFalse();
            release.countDown();
            joinCoroutine();
            assertThat(inside).isTrue();
            assertThat(recorder.isDisposed()).isTrue();
            recorder.cancel();
            assertThat(recorder.trail).containsExactly("onSubscribe", builder.end);
            assertThat(hooks.discarded).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void C19_disposingIsIdempotentAndShowsAtOnce(Builder builder) {
            var recorder = builder.recorded(OneBuilderTest.this::never);
            Latches.await(running);
            assertThat(recorder.isDisposed()).isFalse();
            recorder.cancel();
            assertThat(recorder.isDisposed()).isTrue();
            recorder.cancel();
            recorder.cancel();
            joinCoroutine();
            assertThat(recorder.isDisposed()).isTrue();
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(hooks.dropped).isEmpty();
        }
    }

    @Nested
    class C3_NoResult {
        @Test
        void C03_aNullResultIsEmptyOrForASingleAnErrorThatNamesTheBuilder() {
            assertThat(Builder.MAYBE.recorded(() -> null).ended().trail).containsExactly("onSubscribe", "onComplete");
            assertThat(Builder.COMPLETABLE.recorded(() -> null).ended().trail)
                    .containsExactly("onSubscribe", "onComplete");
            var recorder = Builder.SINGLE.recorded(() -> null).ended();
            assertThat(recorder.trail).containsExactly("onSubscribe", "onError");
            assertThat(recorder.error).isInstanceOf(NullPointerException.class).hasMessageContaining("single");
        }

        @Test
        void C03_aValueThatACompletableHasNoUseForIsDiscarded() {
            await(RxAsync.asCompletable(Async.coroutine(() -> "unused")));
            assertThat(hooks.discarded).containsExactly("unused");
            await(Async.coroutine(() -> "neutral").as(Completable.class));
            assertThat(hooks.discarded).containsExactly("unused", "neutral");
        }
    }

    @Nested
    class C5_TheError {
        @ParameterizedTest
        @EnumSource
        void C05_whatTheBodyThrowsIsTheErrorTheSameInstance(Builder builder) {
            for (Throwable failure : List.of(
                    new IOException("checked"), new IllegalStateException("unchecked"), new AssertionError("error"))) {
                var recorder = builder.recorded(() -> {
                    throw Failures.<RuntimeException>sneak(failure);
                });
                assertThat(recorder.ended().trail).containsExactly("onSubscribe", "onError");
                assertThat(recorder.error).isSameAs(failure);
            }
        }

        @ParameterizedTest
        @EnumSource
        void G07_theRoundTripEndsWithTheVeryInstance(Builder builder) {
            for (Throwable failure : List.of(
                    new IOException("checked"), new IllegalStateException("unchecked"), new AssertionError("error"))) {
                assertThat(builder.recorded(() -> await(single(() -> await(Single.<String>error(failure)))))
                                .ended()
                                .error)
                        .isSameAs(failure);
                assertThat(builder.recorded(() -> await(maybe(() -> await(Maybe.<String>error(failure)))))
                                .ended()
                                .error)
                        .isSameAs(failure);
                assertThat(builder.recorded(() -> {
                                    await(completable(() -> await(Completable.error(failure))));
                                    return "never";
                                })
                                .ended()
                                .error)
                        .isSameAs(failure);
            }
        }

        @Test
        void G07_ourCarrierIsTakenOffAndRxJavasOwnIsLeft() {
            var failure = new IOException("disk");
            assertThat(Builder.SINGLE
                            .recorded(() -> {
                                throw Failures.thrown(failure);
                            })
                            .ended()
                            .error)
                    .isSameAs(failure);
            assertThat(Builder.SINGLE
                            .recorded(() -> Single.<String>error(failure).blockingGet())
                            .ended()
                            .error)
                    .isExactlyInstanceOf(RuntimeException.class)
                    .hasCause(failure);
        }
    }

    @Nested
    class C6_CancelledInOnSubscribe {
        @ParameterizedTest
        @EnumSource
        void C06_aSubscriptionDisposedOfInOnSubscribeNeverRunsTheBody(Builder builder) {
            var ran = new AtomicBoolean();
            var recorder = new Recorder<String>().onSubscribe(Recorder::cancel);
            builder.subscribe(
                    () -> {
                        ran.set(true);
                        return "value";
                    },
                    recorder);
            assertThat(((CoroutineTask<?>) recorder.handle).thread()).isNull();
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(recorder.isDisposed()).isTrue();
            assertThat(ran).isFalse();
            assertThat(hooks.dropped).isEmpty();
        }
    }

    @Nested
    class C7_Cancellation {
        @ParameterizedTest
        @EnumSource
        void C07_aCancellationReachesTheBodyAndNothingIsSignalledAfterwards(Builder builder) {
            var seen = new AtomicReference<Throwable>();
            var recorder = builder.recorded(() -> {
                try {
                    return never();
                } catch (CancelledException cancelled) {
                    seen.set(cancelled);
                    assertThatThrownBy(() -> checkpoint()).as("sticky").isInstanceOf(CancelledException.class);
                    throw cancelled;
                }
            });
            Latches.await(running);
            recorder.cancel();
            joinCoroutine();
            assertThat(seen.get()).isInstanceOf(CancelledException.class);
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(hooks.dropped).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void C07_aBlockingCallInTheBodyIsInterrupted(Builder builder) {
            var interrupted = new CountDownLatch(1);
            var recorder = builder.recorded(() -> {
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
            Latches.await(running);
            recorder.cancel();
            Latches.await(interrupted);
            joinCoroutine();
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(hooks.dropped).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void C07_aBlockingGetInTheBodyIsInterruptedAndItsEchoNotReported(Builder builder) {
            var blocking = new CountDownLatch(1);
            var recorder = builder.recorded(() -> {
                thread.set(Thread.currentThread());
                return Single.<String>never()
                        .doOnSubscribe(d -> blocking.countDown())
                        .blockingGet();
            });
            Latches.await(blocking);
            recorder.cancel();
            Latches.join(thread.get());
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(hooks.dropped).isEmpty();
        }
    }

    @Nested
    class C8_ALateValue {
        @ParameterizedTest
        @EnumSource(names = {"SINGLE", "MAYBE"})
        void C08_aLateValueIsDiscarded(Builder builder) {
            long swallowed = EngineCounter.CANCEL_SWALLOWED.sum();
            var recorder = builder.recorded(OneBuilderTest.this::held);
            Latches.await(running);
            recorder.cancel();
            release.countDown();
            joinCoroutine();
            assertThat(hooks.discarded).containsExactly("value");
            assertThat(recorder.trail).containsExactly("onSubscribe");
            assertThat(EngineCounter.CANCEL_SWALLOWED.sum()).isGreaterThan(swallowed);
        }

        @ParameterizedTest
        @EnumSource(names = {"SINGLE", "MAYBE"})
        void C08_aValueThatRacesADisposalIsDeliveredOrDiscarded(Builder builder) {
            for (int i = 0; i < 300; i++) {
                hooks.discarded.clear();
                var ready = new CountDownLatch(1);
                var go = new CountDownLatch(2);
                var recorder = builder.recorded(() -> {
                    thread.set(Thread.currentThread());
                    ready.countDown();
                    shielded(() -> Latches.meet(go));
                    return "value";
                });
                Latches.await(ready);
                Latches.meet(go);
                recorder.cancel();
                Latches.join(thread.get());
                int delivered = recorder.trail.contains("value") ? 1 : 0;
                assertThat(delivered + hooks.discarded.size()).isEqualTo(1);
            }
        }
    }

    @Nested
    class C9_ALateException {
        @ParameterizedTest
        @EnumSource
        void C09_aLateExceptionGoesToRxJavaPluginsTheOriginalInstance(Builder builder) {
            var checked = new IOException("late");
            for (Throwable failure : List.of(
                    new IllegalStateException("late"), new AssertionError("late"), checked, Failures.thrown(checked))) {
                hooks.dropped.clear();
                var held = new CountDownLatch(1);
                var go = new CountDownLatch(1);
                var recorder = builder.recorded(() -> {
                    thread.set(Thread.currentThread());
                    shielded(() -> {
                        held.countDown();
                        Latches.awaitUninterruptibly(go);
                    });
                    throw Failures.<RuntimeException>sneak(failure);
                });
                Latches.await(held);
                recorder.cancel();
                go.countDown();
                Latches.join(thread.get());
                assertThat(hooks.dropped).containsExactly(failure instanceof AwaitException ? checked : failure);
                assertThat(recorder.trail).containsExactly("onSubscribe");
            }
        }

        @ParameterizedTest
        @EnumSource
        void C09_anExceptionThatRacesTheDisposalIsSignalledOrReported(Builder builder) {
            for (int i = 0; i < 300; i++) {
                hooks.dropped.clear();
                hooks.answers.clear();
                var checked = new IOException("racing");
                var ready = new CountDownLatch(1);
                var go = new CountDownLatch(2);
                var recorder = builder.recorded(() -> {
                    thread.set(Thread.currentThread());
                    ready.countDown();
                    shielded(() -> Latches.meet(go));
                    throw checked;
                });
                Latches.await(ready);
                Latches.meet(go);
                recorder.cancel();
                Latches.join(thread.get());
                if (recorder.error != null) assertThat(recorder.error).isSameAs(checked);
                else if (hooks.answers.isEmpty()) assertThat(hooks.dropped).containsExactly(checked);
                else assertThat(hooks.answers).as("after an interrupt").containsExactly(checked);
            }
        }

        @ParameterizedTest
        @EnumSource
        void C09_anEchoOfTheCancellationIsOnlyCounted(Builder builder) {
            for (Throwable echo : List.of(
                    new CancellationException("echo"),
                    new InterruptedException("echo"),
                    new RuntimeException(new InterruptedException("echo")))) {
                var held = new CountDownLatch(1);
                var recorder = new Recorder<String>();
                builder.subscribe(
                        () -> {
                            thread.set(Thread.currentThread());
                            held.countDown();
                            shielded(() -> until(
                                    "cancelled", () -> ((CoroutineTask<?>) recorder.handle).cancellation() != null));
                            throw Failures.<RuntimeException>sneak(echo);
                        },
                        recorder);
                Latches.await(held);
                recorder.cancel();
                Latches.join(thread.get());
                assertThat(recorder.trail).containsExactly("onSubscribe");
            }
            assertThat(hooks.dropped).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void C10_disposeDoesNotWaitForFinallyBlocksWhichRun(Builder builder) {
            var cleaned = new AtomicBoolean();
            var recorder = builder.recorded(() -> {
                try {
                    return never();
                } finally {
                    shielded(() -> Latches.awaitUninterruptibly(release));
                    cleaned.set(shielded(() -> await(Single.just(true).delay(1, TimeUnit.MILLISECONDS))));
                }
            });
            Latches.await(running);
            recorder.cancel();
            assertThat(cleaned).isFalse();
            release.countDown();
            joinCoroutine();
            assertThat(cleaned).isTrue();
        }

        @ParameterizedTest
        @EnumSource
        void C11_whatFinallyThrowsAfterACancellationIsReportedAndNeverSignalled(Builder builder) {
            var fromFinally = new IllegalStateException("from finally");
            var recorder = builder.recorded(() -> {
                try {
                    return never();
                } finally {
                    throwIt(fromFinally);
                }
            });
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
        @EnumSource
        void C12_whatAnObserverThrowsIsReportedAndItGetsNoFurtherSignal(Builder builder) {
            var fromObserver = new IllegalStateException("from the end");
            for (boolean fails : new boolean[] {false, true}) {
                hooks.dropped.clear();
                var intoTheBody = new AtomicReference<Throwable>();
                var recorder = new Recorder<String>().onTerminal(() -> {
                    throw fromObserver;
                });
                builder.subscribe(
                        () -> {
                            thread.set(Thread.currentThread());
                            try {
                                if (fails) throw new IOException("body");
                                return "value";
                            } catch (IllegalStateException failure) {
                                intoTheBody.set(failure);
                                throw failure;
                            }
                        },
                        recorder);
                recorder.ended();
                Latches.join(thread.get());
                assertThat(recorder.trail).containsExactly("onSubscribe", fails ? "onError" : builder.end);
                assertThat(hooks.dropped).containsExactly(fromObserver);
                assertThat(intoTheBody).hasNullValue();
                assertThat(recorder.isDisposed()).isTrue();
            }
        }

        @ParameterizedTest
        @EnumSource
        void C13_anObserverThatDisposesInsideTheEndIsLegal(Builder builder) {
            var interrupted = new AtomicBoolean();
            var recorder = new Recorder<String>();
            recorder.onTerminal(() -> {
                recorder.cancel();
                interrupted.set(Thread.currentThread().isInterrupted());
            });
            builder.subscribe(OneBuilderTest.this::held, recorder);
            release.countDown();
            joinCoroutine();
            assertThat(recorder.trail).containsExactly("onSubscribe", builder.end);
            assertThat(interrupted).isFalse();
            assertThat(hooks.dropped).isEmpty();
            assertThat(hooks.discarded).isEmpty();
        }
    }

    @Nested
    class C14_NoThread {
        @ParameterizedTest
        @EnumSource
        void C14_aCoroutineThatCannotBeStartedFailsAfterOnSubscribe(Builder builder) {
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
                var recorder = builder.recorded(() -> "value");
                assertThat(recorder.ended().trail).containsExactly("onSubscribe", "onError");
                assertThat(recorder.error).isSameAs(failure);
            } finally {
                ContextRegistry.getInstance().removeThreadLocalAccessor("C14");
            }
        }
    }

    @Nested
    class C15_FatalErrors {
        @ParameterizedTest
        @EnumSource
        void C15_aFatalErrorIsSignalledFirstAndThenHandedToTheUncaughtHandler(Builder builder) throws Exception {
            Thread.setDefaultUncaughtExceptionHandler((t, e) -> uncaught.add(e));
            List<Throwable> fatal =
                    List.of(new StackOverflowError("simulated"), new OutOfMemoryError("simulated"), (Throwable)
                            Class.forName("java.lang.ThreadDeath")
                                    .getConstructor()
                                    .newInstance());
            for (Throwable failure : fatal) {
                uncaught.clear();
                assertThat(dying(builder, failure).error).isSameAs(failure);
                assertThat(uncaught).containsExactly(failure);
            }
        }

        @ParameterizedTest
        @EnumSource
        void C15_aLinkageErrorIsSignalledAndNothingElse(Builder builder) {
            Thread.setDefaultUncaughtExceptionHandler((t, e) -> uncaught.add(e));
            var failure = new NoClassDefFoundError("gone");
            assertThat(dying(builder, failure).error).isSameAs(failure);
            assertThat(uncaught).isEmpty();
            assertThat(hooks.dropped).isEmpty();
        }

        private Recorder<String> dying(Builder builder, Throwable failure) {
            var recorder = builder.recorded(() -> {
                thread.set(Thread.currentThread());
                throw Failures.<RuntimeException>sneak(failure);
            });
            recorder.ended();
            Latches.join(thread.get());
            return recorder;
        }
    }

    @Nested
    class C17_Null {
        @Test
        void C17_aNullObserverIsRefused() {
            assertThatThrownBy(() -> single(() -> "value").subscribe((Recorder<String>) null))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> RxAsync.<String>maybe(() -> "value").subscribe((Recorder<String>) null))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> completable(() -> {}).subscribe((Recorder<String>) null))
                    .isInstanceOf(NullPointerException.class);
        }
    }

    @Nested
    class C18_WhatIsKept {
        @ParameterizedTest
        @EnumSource
        void C18_anObserverIsForgottenAfterTheEnd(Builder builder) {
            var handle = new AtomicReference<Object>();
            WeakReference<Object> weak = subscribedWeakly(builder, handle);
            Latches.await(running);
            release.countDown();
            collected(weak);
            assertThat(handle.get()).isNotNull();
        }

        @ParameterizedTest
        @EnumSource
        void C18_anObserverIsForgottenWhileTheCancelledCoroutineCleansUp(Builder builder) {
            var handle = new AtomicReference<Object>();
            WeakReference<Object> weak = subscribedWeakly(builder, handle);
            Latches.await(running);
            ((Disposable) handle.get()).dispose();
            collected(weak);
            assertThat(thread.get().isAlive()).as("still cleaning up").isTrue();
        }

        private static void collected(WeakReference<Object> weak) {
            until("collected", () -> {
                System.gc();
                return weak.refersTo(null);
            });
        }

        private WeakReference<Object> subscribedWeakly(Builder builder, AtomicReference<Object> handle) {
            var recorder = new Recorder<String>().onSubscribe(r -> handle.set(r.handle));
            builder.subscribe(OneBuilderTest.this::held, recorder);
            return new WeakReference<>(recorder);
        }
    }

    @Nested
    class AsASourceOfRxJavas {
        @Test
        void assemblyHooksSeeTheSources() {
            var assembled = new AtomicInteger();
            RxJavaPlugins.setOnSingleAssembly(s -> {
                assembled.incrementAndGet();
                return s;
            });
            RxJavaPlugins.setOnMaybeAssembly(s -> {
                assembled.incrementAndGet();
                return s;
            });
            RxJavaPlugins.setOnCompletableAssembly(s -> {
                assembled.incrementAndGet();
                return s;
            });
            single(() -> "value");
            maybe(() -> "value");
            completable(() -> {});
            assertThat(assembled).hasValue(3);
        }

        @Test
        void aSubscriptionOnANonBlockingThreadMayAwaitInside() {
            assertThat(single(() -> await(Single.just(1).delay(1, TimeUnit.MILLISECONDS)))
                            .subscribeOn(Schedulers.computation())
                            .blockingGet())
                    .isEqualTo(1);
        }

        @Test
        void aRetryRunsTheBodyAgain() {
            var attempts = new AtomicInteger();
            assertThat(single(() -> {
                                if (attempts.incrementAndGet() < 3) throw new IOException("attempt " + attempts);
                                return attempts.get();
                            })
                            .retry(5)
                            .blockingGet())
                    .isEqualTo(3);
        }
    }
}
