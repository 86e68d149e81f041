package dev.weft;

import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.EngineCounter;
import dev.weft.testing.FiringBackend;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows D, and what rows C say of generators too: streams as publishers. */
class GeneratorTest {
    private static final AsyncStream<Integer> NUMBERS = Async.stream(out -> {
        for (int i = 0; ; i++) out.emit(i);
    });

    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static <T> Sink<T> unbounded(AsyncStream<T> stream) {
        return new Sink<T>().onSubscribe(s -> s.request(Long.MAX_VALUE)).to(stream);
    }

    @Nested
    class C_TheSubscription {
        @Test
        void C01_aStreamIsColdAndEachSubscriptionHasACoroutineOfItsOwn() {
            var runs = new AtomicInteger();
            var threads = new CopyOnWriteArrayList<Thread>();
            AsyncStream<Integer> stream = Async.stream(out -> {
                threads.add(Thread.currentThread());
                out.emit(runs.incrementAndGet());
            });
            assertThat(runs).hasValue(0);
            var one = unbounded(stream).ended();
            var two = unbounded(stream).ended();
            assertThat(one.values).containsExactly(1);
            assertThat(two.values).containsExactly(2);
            assertThat(threads).doesNotHaveDuplicates().allMatch(Thread::isVirtual);
        }

        @Test
        void C01_eachSubscriptionHasTheContextOfItsSubscriber() {
            AsyncStream<Object> stream =
                    Async.stream(out -> out.emit(Async.context().get("key")));
            Async.run(() -> {
                for (String value : List.of("one", "two"))
                    Async.withContext(
                            "key",
                            value,
                            () -> assertThat(unbounded(stream).ended().values).containsExactly(value));
            });
        }

        @Test
        void C02_onSubscribeComesFirstOnTheSubscribersThreadAndTheRestFromTheCoroutines() {
            var started = new AtomicBoolean();
            var startedBefore = new AtomicReference<Boolean>();
            AsyncStream<Integer> stream = Async.stream(out -> {
                started.set(true);
                out.emit(1);
            });
            var sink = new Sink<Integer>()
                    .onSubscribe(s -> {
                        s.request(1);
                        startedBefore.set(started.get());
                    })
                    .to(stream)
                    .ended();
            assertThat(startedBefore).hasValue(false);
            assertThat(sink.subscribedBy).isSameAs(Thread.currentThread());
            assertThat(sink.signalledBy).hasSize(2).containsOnly(sink.task().thread());
        }

        @Test
        void C05_whatTheGeneratorThrowsIsSignalledAsTheSameInstance() {
            for (Throwable failure :
                    List.of(new IllegalStateException("a"), new AssertionError("b"), new IOException("c"))) {
                AsyncStream<Integer> stream = Async.stream(out -> {
                    if (failure instanceof Error error) throw error;
                    throw (Exception) failure;
                });
                assertThat(unbounded(stream).ended().failure).isSameAs(failure);
            }
            var awaited = new IOException("disk");
            AsyncStream<Integer> awaiting =
                    Async.stream(out -> out.emit(Async.await(CompletableFuture.<Integer>failedFuture(awaited))));
            assertThat(unbounded(awaiting).ended().failure).isSameAs(awaited);
        }

        @Test
        void C06_aCancelInsideOnSubscribeStartsNothing() {
            var ran = new AtomicBoolean();
            AsyncStream<Integer> stream = Async.stream(out -> ran.set(true));
            var sink =
                    new Sink<Integer>().onSubscribe(Flow.Subscription::cancel).to(stream);
            assertThat(sink.task().thread()).isNull();
            assertThat(ran).isFalse();
            assertThat(sink.hasEnded()).isFalse();
        }

        @Test
        void C07_aCancelEndsTheGeneratorWithoutASignal() {
            var seen = new AtomicReference<Throwable>();
            AsyncStream<Integer> stream = Async.stream(out -> {
                try {
                    out.emit(1);
                } catch (Throwable thrown) {
                    seen.set(thrown);
                    throw thrown;
                }
            });
            var sink = new Sink<Integer>().to(stream).parked();
            sink.cancel();
            sink.request(1);
            sink.joined();
            assertThat(seen.get()).isInstanceOf(CancelledException.class);
            assertThat(sink.signalledBy).isEmpty();
            assertThat(hooks.dropped).isEmpty();
        }

        @RepeatedTest(20)
        void C07_aCancelFromAnotherThreadEndsARunningGenerator() {
            var sink = unbounded(NUMBERS);
            until("running", () -> sink.values.size() > 10);
            sink.cancel();
            sink.joined();
            assertThat(sink.hasEnded()).isFalse();
            assertThat(sink.values)
                    .isEqualTo(IntStream.range(0, sink.values.size()).boxed().toList());
        }

        @Test
        void C09_anEchoOfTheCancelIsCountedAndAnyOtherExceptionDropped() {
            var late = new IllegalStateException("late");
            var cancelled = new Sink<Integer>().to(Async.stream(out -> {
                try {
                    out.emit(1);
                } catch (CancelledException expected) {
                    throw late;
                }
            }));
            cancelled.parked().cancel();
            cancelled.joined();
            assertThat(hooks.dropped).containsExactly(late);
            var echoing = new Sink<Integer>().to(Async.stream(out -> {
                try {
                    out.emit(1);
                } catch (CancelledException expected) {
                    throw new InterruptedException("echo");
                }
            }));
            echoing.parked().cancel();
            echoing.joined();
            assertThat(hooks.dropped).containsExactly(late);
            assertThat(cancelled.signalledBy).isEmpty();
            assertThat(echoing.signalledBy).isEmpty();
        }

        @Test
        void C10_cancelNeverWaitsAndFinallyBlocksRun() {
            var cleaning = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            var cleaned = new AtomicBoolean();
            var sink = new Sink<Integer>().to(Async.stream(out -> {
                try {
                    out.emit(1);
                } finally {
                    cleaning.countDown();
                    Latches.awaitUninterruptibly(release);
                    cleaned.set(true);
                }
            }));
            sink.parked().cancel();
            Latches.awaitUninterruptibly(cleaning);
            assertThat(cleaned).isFalse();
            release.countDown();
            sink.joined();
            assertThat(cleaned).isTrue();
        }

        @Test
        void C11_whatAFinallyBlockThrowsWhileCancelledIsDropped() {
            var late = new IllegalStateException("close failed");
            var sink = new Sink<Integer>().to(Async.stream(out -> {
                try (AutoCloseable resource = () -> {
                    throw late;
                }) {
                    assertThat(resource).isNotNull();
                    out.emit(1);
                } catch (CancelledException cancelled) {
                    assertThat(cancelled).hasSuppressedException(late);
                    throw late;
                }
            }));
            sink.parked().cancel();
            sink.joined();
            assertThat(hooks.dropped).containsExactly(late);
            assertThat(sink.signalledBy).isEmpty();
        }

        @Test
        void C12_whatTheSubscriberThrowsFromOnNextIsDroppedAndEndsTheStream() {
            var fromSubscriber = new IllegalStateException("onNext threw");
            var seen = new AtomicReference<Throwable>();
            var sink = new Sink<Integer>()
                    .onSubscribe(s -> s.request(Long.MAX_VALUE))
                    .onNext(value -> {
                        throw fromSubscriber;
                    })
                    .to(Async.stream(out -> {
                        try {
                            out.emit(1);
                        } catch (Throwable thrown) {
                            seen.set(thrown);
                        }
                        out.emit(2);
                    }))
                    .joined();
            assertThat(seen.get()).isInstanceOf(CancelledException.class).hasCause(fromSubscriber);
            assertThat(hooks.dropped).containsExactly(fromSubscriber);
            assertThat(hooks.discarded).containsExactly(2);
            assertThat(sink.values).containsExactly(1);
            assertThat(sink.hasEnded()).isFalse();
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void C12_whatTheSubscriberThrowsFromATerminalSignalIsDropped(boolean error) {
            var fromSubscriber = new IllegalStateException("the end threw");
            var failure = new IllegalStateException("generator threw");
            new Sink<Integer>()
                    .onEnd(() -> {
                        throw fromSubscriber;
                    })
                    .to(Async.stream(out -> {
                        if (error) throw failure;
                    }))
                    .ended();
            assertThat(hooks.dropped).containsExactly(fromSubscriber);
        }

        @Test
        void C13_aCancelInsideOnNextThrowsNothingAndInterruptsOnlyWhatComesBehind() {
            var interrupted = new ArrayList<Boolean>();
            var sink = new Sink<Integer>().onSubscribe(s -> s.request(Long.MAX_VALUE));
            sink.onNext(value -> {
                sink.cancel();
                interrupted.add(Thread.currentThread().isInterrupted());
            });
            sink.to(Async.stream(out -> {
                out.emit(1);
                interrupted.add(Thread.currentThread().isInterrupted());
                out.emit(2);
            }));
            sink.joined();
            assertThat(interrupted).containsExactly(false, true);
            assertThat(sink.values).containsExactly(1);
            assertThat(hooks.discarded).containsExactly(2);
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void C14_aThreadThatCannotBeStartedIsAnErrorAfterOnSubscribe() {
            var refused = new IllegalStateException("no more threads");
            var backend = new FiringBackend(JdkBackend.INSTANCE) {
                @Override
                public Runnable propagate(Object context, Runnable body) {
                    if (Async.context().contains("full")) throw refused;
                    return body;
                }
            };
            var sink = new Sink<Integer>();
            Async.withBackend(backend, () -> Async.withContext("full", true, () -> NUMBERS.subscribe(sink)));
            until("ended", sink::hasEnded);
            assertThat(sink.subscribedBy).isNotNull();
            assertThat(sink.failure).isSameAs(refused);
        }

        @Test
        void C15_anErrorInTheGeneratorIsSignalledAndAFatalOneAlsoReported() {
            for (Throwable failure : List.of(
                    new OutOfMemoryError("simulated"), new NoClassDefFoundError("gone"), new StackOverflowError())) {
                var uncaught = new CopyOnWriteArrayList<Throwable>();
                var signalled = new AtomicBoolean();
                var signalledBefore = new AtomicReference<Boolean>();
                var sink = new Sink<Integer>().onEnd(() -> signalled.set(true)).to(Async.stream(out -> {
                    Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {
                        signalledBefore.set(signalled.get());
                        uncaught.add(thrown);
                    });
                    throw (Error) failure;
                }));
                sink.ended();
                assertThat(sink.failure).isSameAs(failure);
                if (failure instanceof VirtualMachineError) {
                    assertThat(uncaught).containsExactly(failure);
                    assertThat(signalledBefore).hasValue(true);
                } else {
                    assertThat(uncaught).isEmpty();
                }
            }
        }

        @ParameterizedTest
        @ValueSource(longs = {0, -1, Long.MIN_VALUE})
        void C16_aRequestForNothingIsAnErrorAndCancelsTheCoroutine(long count) {
            var parked = new Sink<Integer>().to(NUMBERS).parked();
            parked.request(count);
            var inOnSubscribe =
                    new Sink<Integer>().onSubscribe(s -> s.request(count)).to(NUMBERS);
            var inOnNext = new Sink<Integer>().onSubscribe(s -> s.request(1));
            inOnNext.onNext(value -> inOnNext.request(count)).to(NUMBERS);
            until("ended", inOnSubscribe::hasEnded);
            assertThat(inOnSubscribe.task().thread()).isNull();
            for (Sink<Integer> sink : List.of(parked.ended(), inOnSubscribe, inOnNext.ended())) {
                assertThat(sink.failure)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("3.9");
                assertThat(sink.completed).isFalse();
            }
            assertThat(inOnNext.values).containsExactly(0);
        }

        @Test
        void C16_aRequestForNothingAfterTheCancelIsNothing() {
            var sink = new Sink<Integer>().to(NUMBERS).parked();
            sink.cancel();
            sink.request(0);
            sink.joined();
            assertThat(sink.signalledBy).isEmpty();
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void C17_nobodyCannotSubscribe() {
            assertThatThrownBy(() -> NUMBERS.subscribe(null)).isInstanceOf(NullPointerException.class);
        }

        @Test
        void C18_theSubscriberIsForgottenAfterTheCancelThoughTheCoroutineStillCleansUp() {
            var cleaning = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            AsyncStream<Integer> stream = Async.stream(out -> {
                try {
                    out.emit(1);
                } finally {
                    cleaning.countDown();
                    Latches.awaitUninterruptibly(release);
                }
            });
            WeakReference<Object> subscriber = cancelledSubscriber(stream);
            Latches.awaitUninterruptibly(cleaning);
            until("collected", () -> {
                System.gc();
                return subscriber.refersTo(null);
            });
            release.countDown();
        }

        private static WeakReference<Object> cancelledSubscriber(AsyncStream<Integer> stream) {
            var sink = new Sink<Integer>().to(stream).parked();
            sink.cancel();
            return new WeakReference<>(sink);
        }

        @Test
        void C18_theSubscriberIsForgottenAfterTheEndThoughTheSubscriptionIsKept() {
            var kept = new AtomicReference<Flow.Subscription>();
            WeakReference<Object> subscriber = endedSubscriber(kept);
            until("collected", () -> {
                System.gc();
                return subscriber.refersTo(null);
            });
            kept.get().request(1);
            kept.get().cancel();
        }

        private static WeakReference<Object> endedSubscriber(AtomicReference<Flow.Subscription> kept) {
            var sink = new Sink<Integer>().onSubscribe(kept::set).to(Async.stream(out -> {}));
            sink.ended();
            return new WeakReference<>(sink);
        }
    }

    @Nested
    class D_TheEmitter {
        @Test
        void D01_emitSuspendsWithoutDemandAndReturnsAfterOnNext() {
            var trail = new CopyOnWriteArrayList<String>();
            var sink = new Sink<Integer>().onNext(value -> trail.add("onNext " + value));
            sink.to(Async.stream(out -> {
                for (int i = 1; i <= 2; i++) {
                    trail.add("emit " + i);
                    out.emit(i);
                    trail.add("emitted " + i);
                }
            }));
            sink.parked();
            assertThat(trail).containsExactly("emit 1");
            sink.request(1);
            until("second emit", () -> trail.size() == 4);
            sink.parked();
            assertThat(trail).containsExactly("emit 1", "onNext 1", "emitted 1", "emit 2");
            sink.request(1);
            sink.ended();
            assertThat(trail).containsExactly("emit 1", "onNext 1", "emitted 1", "emit 2", "onNext 2", "emitted 2");
            assertThat(sink.signalledBy).containsOnly(sink.task().thread());
            assertThat(sink.completed).isTrue();
        }

        @Test
        void D02_demandAddsUpAndSaturates() {
            var exact = new Sink<Integer>().to(NUMBERS).parked();
            exact.request(3);
            exact.request(2);
            until("emitted", () -> exact.values.size() == 5);
            exact.parked();
            assertThat(exact.values).hasSize(5);
            exact.cancel();
            exact.joined();

            for (List<Long> requests : List.of(
                    List.of(Long.MAX_VALUE - 1, 5L),
                    List.of(Long.MAX_VALUE, Long.MAX_VALUE),
                    List.of(1L, Long.MAX_VALUE))) {
                AsyncStream<Integer> stream = Async.stream(out -> {
                    for (int i = 0; i < 1000; i++) out.emit(i);
                });
                var sink = new Sink<Integer>()
                        .onSubscribe(s -> requests.forEach(s::request))
                        .to(stream)
                        .ended();
                assertThat(sink.values).hasSize(1000);
            }
        }

        @RepeatedTest(10)
        void D02_demandFromManyThreadsIsNeitherLostNorInvented() {
            var sink = new Sink<Integer>().to(NUMBERS);
            List<Thread> requesting = IntStream.range(0, 8)
                    .mapToObj(i -> Thread.startVirtualThread(() -> {
                        for (int r = 0; r < 50; r++) sink.request(1 + r % 3);
                    }))
                    .toList();
            requesting.forEach(thread -> until("joined", () -> !thread.isAlive()));
            int asked = 8 * IntStream.range(0, 50).map(r -> 1 + r % 3).sum();
            until("emitted", () -> sink.values.size() >= asked);
            sink.parked();
            assertThat(sink.values).isEqualTo(IntStream.range(0, asked).boxed().toList());
            sink.cancel();
            sink.joined();
        }

        @Test
        void D03_aRequestInsideOnNextOnlyAdds() {
            var count = new AtomicInteger();
            var sink = new Sink<Integer>().onSubscribe(s -> s.request(1));
            sink.onNext(value -> {
                sink.request(1);
                if (count.incrementAndGet() == 2_000) sink.cancel();
            });
            sink.to(NUMBERS).joined();
            assertThat(sink.values).hasSize(2_000);
        }

        @Test
        void D05_emittingNullThrowsAndTheStreamLives() {
            var sink = unbounded(Async.<Integer>stream(out -> {
                assertThatThrownBy(() -> out.emit(null))
                        .isInstanceOf(NullPointerException.class)
                        .hasMessageContaining("stream: emit(null)");
                out.emit(1);
            }));
            sink.ended();
            assertThat(sink.failure).isNull();
            assertThat(sink.values).containsExactly(1);
        }

        @Test
        void D06_aParkedEmitWakesAtTheCancelAndItsValueIsDiscarded() {
            var sink = new Sink<Integer>().to(NUMBERS).parked();
            sink.cancel();
            sink.joined();
            assertThat(hooks.discarded).containsExactly(0);
        }

        @Test
        void D06_emitSeesTheCancelEvenInsideAShield() {
            var seen = new CopyOnWriteArrayList<Throwable>();
            var sink = new Sink<Integer>()
                    .to(Async.stream(out -> Async.shielded(() -> {
                        for (int i = 0; i < 2; i++) {
                            try {
                                out.emit(i);
                            } catch (CancelledException thrown) {
                                seen.add(thrown);
                            }
                        }
                        Async.checkpoint();
                    })));
            sink.parked().cancel();
            sink.joined();
            assertThat(seen).hasSize(2);
            assertThat(hooks.discarded).containsExactly(0, 1);
            assertThat(hooks.dropped).isEmpty();
        }

        @RepeatedTest(20)
        void D06_aCancelledEmitLeavesNoInterruptBehind() {
            var interrupted = new CopyOnWriteArrayList<Boolean>();
            Generator<Integer> generator = out -> {
                try {
                    out.emit(1);
                } finally {
                    interrupted.add(Thread.currentThread().isInterrupted());
                }
            };
            var clock = new FiringBackend(JdkBackend.INSTANCE);
            var plain = new Sink<Integer>().to(Async.stream(generator));
            var shielded = new Sink<Integer>().to(Async.stream(out -> Async.shielded(() -> generator.generate(out))));
            var limited = new Sink<Integer>()
                    .to(Async.stream(out -> Async.withBackend(
                            clock, () -> Async.withTimeout(Duration.ofDays(1), () -> generator.generate(out)))));
            for (Sink<Integer> sink : List.of(plain, shielded, limited)) {
                sink.parked().cancel();
                sink.joined();
            }
            assertThat(interrupted).containsExactly(false, false, false);
        }

        @Test
        void D06_aTimeoutEndsAParkedEmitAndTheStreamGoesOn() {
            var clock = new FiringBackend(JdkBackend.INSTANCE);
            var sink = new Sink<Integer>()
                    .to(Async.stream(out -> Async.withBackend(clock, () -> {
                        assertThat(Async.withTimeoutOrNull(Duration.ofSeconds(1), () -> {
                                    out.emit(1);
                                    return "emitted";
                                }))
                                .isNull();
                        out.emit(2);
                    })));
            sink.parked();
            clock.fire();
            until("second emit", () -> hooks.discarded.size() == 1);
            sink.request(1);
            sink.ended();
            assertThat(sink.failure).isNull();
            assertThat(sink.values).containsExactly(2);
            assertThat(hooks.discarded).containsExactly(1);
        }

        @RepeatedTest(50)
        void D06_aValueThatRacesACancelIsDeliveredOrDiscarded() {
            var sink = new Sink<Integer>().to(NUMBERS).parked();
            var go = new CountDownLatch(2);
            Thread canceller = Thread.ofPlatform().start(() -> {
                Latches.race(go);
                sink.cancel();
            });
            Latches.race(go);
            sink.request(1);
            until("joined", () -> !canceller.isAlive());
            sink.joined();
            List<Object> ends = new CopyOnWriteArrayList<>(sink.values);
            ends.addAll(hooks.discarded);
            assertThat(ends)
                    .isEqualTo(IntStream.range(0, ends.size()).boxed().toList())
                    .isNotEmpty();
        }

        @Test
        void D07_aCancelInsideOnNextLetsThatEmitReturn() {
            var trail = new CopyOnWriteArrayList<String>();
            var sink = new Sink<Integer>().onSubscribe(s -> s.request(Long.MAX_VALUE));
            sink.onNext(value -> sink.cancel());
            sink.to(Async.stream(out -> {
                out.emit(1);
                trail.add("returned");
                try {
                    Async.checkpoint();
                } catch (CancelledException expected) {
                    trail.add("threw");
                }
            }));
            sink.joined();
            assertThat(trail).containsExactly("returned", "threw");
        }

        @Test
        void D08_theEndNeedsNoDemand() {
            var completed = new Sink<Integer>().to(Async.stream(out -> {})).ended();
            assertThat(completed.completed).isTrue();
            var failure = new IllegalStateException("broken");
            var failed = new Sink<Integer>()
                    .to(Async.stream(out -> {
                        throw failure;
                    }))
                    .ended();
            assertThat(failed.failure).isSameAs(failure);
        }

        @Test
        void D08_anErrorNeverOvertakesAValue() {
            var failure = new IllegalStateException("broken");
            var sink = new Sink<Integer>().to(Async.stream(out -> {
                out.emit(1);
                throw failure;
            }));
            sink.parked();
            assertThat(sink.hasEnded()).isFalse();
            sink.request(1);
            sink.ended();
            assertThat(sink.values).containsExactly(1);
            assertThat(sink.failure).isSameAs(failure);
        }

        @Test
        void D09_onlyTheGeneratorsOwnCoroutineMayEmit() {
            var sink = unbounded(Async.<Integer>stream(out -> {
                Deferred<Integer> child = Async.async(() -> {
                    out.emit(1);
                    return 1;
                });
                assertThatThrownBy(child::await).isInstanceOf(IllegalStateException.class);
                var thread = Watched.thread(Thread.ofPlatform(), () -> {
                    out.emit(2);
                    return 2;
                });
                assertThat(thread.failure()).isInstanceOf(IllegalStateException.class);
                out.emit(3);
            }));
            sink.ended();
            assertThat(sink.failure).isNull();
            assertThat(sink.values).containsExactly(3);
        }

        @Test
        void D10_finallyBlocksRunAfterTheCancelAndMayAwaitOnlyInsideAShield() {
            var trail = new CopyOnWriteArrayList<String>();
            var sink = new Sink<Integer>().to(Async.stream(out -> {
                try {
                    out.emit(1);
                } finally {
                    try {
                        Async.await(new CompletableFuture<>());
                    } catch (CancelledException again) {
                        trail.add("await threw");
                    }
                    trail.add(Async.shielded(() -> {
                        Async.delay(Duration.ofNanos(1));
                        return "shield waited";
                    }));
                }
            }));
            sink.parked().cancel();
            sink.joined();
            assertThat(trail).containsExactly("await threw", "shield waited");
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void D11_aStreamThatNobodyAsksWaitsUntilItIsCancelled() {
            var sink = new Sink<Integer>().to(NUMBERS).parked();
            for (int i = 0; i < 100; i++) {
                LockSupport.unpark(sink.task().thread());
                sink.parked();
            }
            assertThat(sink.signalledBy).isEmpty();
            sink.cancel();
            sink.joined();
        }

        @Test
        void D14_whatOnNextThrowsIsTheCauseOfWhatEmitThrows() {
            var fatal = new OutOfMemoryError("simulated");
            var seen = new AtomicReference<Throwable>();
            var uncaught = new CopyOnWriteArrayList<Throwable>();
            new Sink<Integer>()
                    .onSubscribe(s -> s.request(1))
                    .onNext(value -> {
                        throw fatal;
                    })
                    .to(Async.stream(out -> {
                        Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
                        try {
                            out.emit(1);
                        } catch (CancelledException thrown) {
                            seen.set(thrown);
                            throw thrown;
                        }
                    }))
                    .joined();
            assertThat(seen.get()).hasCause(fatal);
            assertThat(hooks.dropped).containsExactly(fatal);
            assertThat(uncaught).containsExactly(fatal);
        }

        @Test
        void H1_theStreamEndsAfterTheChildrenOfItsGenerator() {
            var release = new CompletableFuture<String>();
            var sink = new Sink<Integer>().to(Async.stream(out -> Async.async(() -> Async.await(release))));
            sink.parked();
            assertThat(sink.hasEnded()).isFalse();
            release.complete("now");
            assertThat(sink.ended().completed).isTrue();
        }

        @Test
        void G3_aGeneratorThatSwallowsTheCancelIsStillCancelled() {
            var again = new AtomicInteger();
            var sink = new Sink<Integer>().to(Async.stream(out -> {
                for (int i = 0; i < 3; i++) {
                    try {
                        out.emit(i);
                    } catch (CancellationException swallowed) {
                        again.incrementAndGet();
                    }
                }
            }));
            sink.parked().cancel();
            sink.joined();
            assertThat(again).hasValue(3);
            assertThat(sink.signalledBy).isEmpty();
            assertThat(EngineCounter.DISCARDED.sum()).isGreaterThanOrEqualTo(3);
        }
    }
}
