package dev.weft;

import static dev.weft.Async.throwing;
import static dev.weft.Publishers.await;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Failures;
import dev.weft.testing.FiringBackend;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import dev.weft.testing.sources.Upstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows A: the await of a source. */
class AwaitTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static <T> Watched<T> awaiting(Flow.Publisher<T> source, AwaitMode take) {
        return Watched.coroutine(() -> await(source, take));
    }

    private static Flow.Publisher<String> of(String... values) {
        return new Probe<>(p -> {
            p.subscription();
            for (String value : values) p.next(value);
            p.complete();
        });
    }

    private static Flow.Publisher<String> failing(Throwable failure) {
        return new Probe<>(p -> {
            p.subscription();
            p.fail(failure);
        });
    }

    private static void joined(Thread thread) {
        until("joined", () -> !thread.isAlive());
    }

    @Nested
    class A1_TheValue {
        @ParameterizedTest
        @EnumSource(names = {"ONE", "MAYBE", "LAST", "SINGLE"})
        void A01_aValueIsReturnedAfterTheTerminalSignal(AwaitMode take) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, take).parked();
            probe.next("value");
            awaiting.parked();
            probe.complete();
            assertThat(awaiting.value()).isEqualTo("value");
            assertThat(probe.cancels).hasValue(0);
        }

        @Test
        void A01_awaitFirstReturnsAtTheFirstValueAndCancelsTheRest() {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, AwaitMode.FIRST).parked();
            probe.next("value");
            assertThat(awaiting.value()).isEqualTo("value");
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void A01_awaitLastReturnsTheLastValueAndDiscardsTheOthers() {
            assertThat(Async.run(() -> await(of("a", "b", "c"), AwaitMode.LAST)))
                    .isEqualTo("c");
            assertThat(hooks.discarded).containsExactly("a", "b");
        }
    }

    @Nested
    class A2_AnEmptySource {
        @ParameterizedTest
        @EnumSource(names = {"ONE", "FIRST", "LAST", "SINGLE"})
        void A02_anEmptySourceIsAnErrorThatNamesTheOperator(AwaitMode take) {
            String operator =
                    take == AwaitMode.FIRST ? "awaitFirst" : take == AwaitMode.LAST ? "awaitLast" : "awaitSingle";
            assertThatThrownBy(() -> Async.run(() -> await(of(), take)))
                    .isInstanceOf(NoValueException.class)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining(operator);
        }

        @Test
        void A02_anEmptySourceIsNullWhereOneMayBeMissing() {
            assertThat(Async.run(() -> await(of(), AwaitMode.MAYBE))).isNull();
            assertThat(Async.run(() -> await(of(), AwaitMode.NONE))).isNull();
        }

        @Test
        void A02_awaitDoneDiscardsTheValues() {
            assertThat(Async.run(() -> await(of("a", "b"), AwaitMode.NONE))).isNull();
            assertThat(hooks.discarded).containsExactly("a", "b");
        }
    }

    @Nested
    class A3_TheError {
        @ParameterizedTest
        @EnumSource
        void A03_anUncheckedErrorIsRethrownAsTheSameInstance(AwaitMode take) {
            var unchecked = new IllegalArgumentException("unchecked");
            var error = new AssertionError("error");
            assertThatThrownBy(() -> Async.run(() -> await(failing(unchecked), take)))
                    .isSameAs(unchecked);
            assertThatThrownBy(() -> Async.run(() -> await(failing(error), take)))
                    .isSameAs(error);
        }

        @Test
        void A03_aCheckedErrorComesInsideACarrier() {
            var checked = new IOException("disk");
            assertThatThrownBy(() -> Async.run(() -> await(failing(checked), AwaitMode.ONE)))
                    .isInstanceOf(AwaitException.class)
                    .cause()
                    .isSameAs(checked);
        }
    }

    @Nested
    class A4_ASynchronousSource {
        @Test
        void A04_aSynchronousSourceIsAwaitedWithoutAChangeOfThread() {
            Async.run(() -> {
                Thread before = Thread.currentThread();
                for (AwaitMode take : List.of(AwaitMode.ONE, AwaitMode.FIRST, AwaitMode.LAST, AwaitMode.SINGLE)) {
                    var signalled = new AtomicReference<Thread>();
                    Flow.Publisher<String> source = new Probe<>(p -> {
                        signalled.set(Thread.currentThread());
                        p.subscription();
                        p.next("value");
                        p.complete();
                    });
                    assertThat(await(source, take)).isEqualTo("value");
                    assertThat(signalled).hasValue(before);
                    assertThat(Thread.currentThread()).isSameAs(before);
                }
            });
        }
    }

    @Nested
    class A5_Demand {
        @ParameterizedTest
        @EnumSource
        void A05_oneValueIsRequestedForTheFirstAndAllForTheRest(AwaitMode take) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, take).parked();
            assertThat(probe.requests).containsExactly(take == AwaitMode.FIRST ? 1 : Long.MAX_VALUE);
            awaiting.cancel();
            awaiting.joined();
            assertThat(probe.requests).hasSize(1);
        }
    }

    @Nested
    class A6_Cancellation {
        @ParameterizedTest
        @EnumSource
        void A06_aValueAfterTheCancellationIsDiscardedAndTheUpstreamCancelledOnce(AwaitMode take) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, take).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            probe.next("late");
            probe.complete();
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.discarded).containsExactly("late");
            assertThat(hooks.violations).isEmpty();
        }

        @RepeatedTest(50)
        void A06_aValueThatRacesACancellationIsReturnedOrDiscarded() {
            for (AwaitMode take :
                    List.of(AwaitMode.ONE, AwaitMode.FIRST, AwaitMode.LAST, AwaitMode.SINGLE, AwaitMode.MAYBE)) {
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, take).parked();
                hooks.discarded.clear();
                var go = new CountDownLatch(2);
                Thread canceller = Thread.ofPlatform().start(() -> {
                    Latches.race(go);
                    awaiting.cancel();
                });
                Latches.race(go);
                probe.next("value");
                probe.complete();
                joined(canceller);
                awaiting.joined();
                if (hooks.discarded.isEmpty()) {
                    assertThat(awaiting.value()).isEqualTo("value");
                } else {
                    assertThat(hooks.discarded).containsExactly("value");
                    assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
                }
                assertThat(probe.cancels.get()).isLessThanOrEqualTo(1);
            }
        }

        @Test
        void A06_aValueThatWonIsReturnedThoughTheCancellationComesBeforeTheThreadRunsAgain() {
            for (int i = 0; i < 100; i++) {
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, AwaitMode.FIRST).parked();
                probe.next("value");
                awaiting.cancel();
                assertThat(awaiting.value()).isEqualTo("value");
                assertThat(hooks.discarded).isEmpty();
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"ONE", "MAYBE", "LAST", "SINGLE"})
        void A07_aValueWithoutATerminalSignalIsDiscardedByACancellation(AwaitMode take) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, take).parked();
            probe.next("unconfirmed");
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(hooks.discarded).containsExactly("unconfirmed");
            assertThat(probe.cancels).hasValue(1);
            probe.complete();
            assertThat(hooks.discarded).hasSize(1);
            assertThat(hooks.violations).isEmpty();
        }

        /**
         * The cancel comes between the two signals of a pool: an await that throws it has cancelled its source, else it
         * returns the value.
         */
        @RepeatedTest(50)
        void A07_aCancelBetweenTheValueAndTheEndLosesNothing() {
            for (AwaitMode take : List.of(AwaitMode.ONE, AwaitMode.MAYBE, AwaitMode.LAST, AwaitMode.SINGLE)) {
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, take).parked();
                hooks.discarded.clear();
                probe.next("value");
                awaiting.cancel();
                probe.complete();
                awaiting.joined();
                if (probe.cancels.get() == 0) {
                    assertThat(awaiting.value()).isEqualTo("value");
                    assertThat(hooks.discarded).isEmpty();
                } else {
                    assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
                    assertThat(hooks.discarded).containsExactly("value");
                }
            }
        }

        @Test
        void A08_anErrorAfterTheCancellationIsDroppedOnce() {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, AwaitMode.ONE).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            var late = new IllegalStateException("late");
            probe.fail(late);
            assertThat(hooks.dropped).containsExactly(late);
        }

        @Test
        void A08_anEchoOfTheCancellationIsOnlyCounted() {
            for (Throwable echo : List.of(
                    new CancellationException(),
                    new InterruptedException(),
                    new ClosedByInterruptException(),
                    new UncheckedIOException(new IOException(new InterruptedException())))) {
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, AwaitMode.ONE).parked();
                awaiting.cancel();
                awaiting.joined();
                long before = EngineCounter.CANCEL_ECHOES.sum();
                probe.fail(echo);
                assertThat(EngineCounter.CANCEL_ECHOES.sum()).isGreaterThan(before);
            }
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A08_anErrorThatWonIsThrownThoughTheCancellationComesBeforeTheThreadRunsAgain() {
            for (int i = 0; i < 100; i++) {
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, AwaitMode.ONE).parked();
                var first = new IllegalStateException("first");
                probe.fail(first);
                awaiting.cancel();
                assertThat(awaiting.failure()).isSameAs(first);
            }
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A09_aValueThatBeatTheDeadlineIsReturned() {
            var clock = new FiringBackend(JdkBackend.INSTANCE);
            var probe = new Probe<String>();
            var awaiting = Watched.coroutine(() -> Async.withBackend(
                    clock, () -> Async.withTimeout(Duration.ofSeconds(1), () -> await(probe, AwaitMode.FIRST))));
            awaiting.parked();
            probe.next("value");
            clock.fire();
            assertThat(awaiting.value()).isEqualTo("value");
        }

        @Test
        void A09_aValueAfterTheDeadlineIsDiscarded() {
            var clock = new FiringBackend(JdkBackend.INSTANCE);
            var probe = new Probe<String>();
            var awaiting = Watched.coroutine(() -> Async.withBackend(
                    clock, () -> Async.withTimeout(Duration.ofSeconds(1), () -> await(probe, AwaitMode.FIRST))));
            awaiting.parked();
            clock.fire();
            probe.next("late");
            assertThat(awaiting.failure()).isInstanceOf(TimeoutException.class);
            awaiting.joined();
            assertThat(hooks.discarded).containsExactly("late");
            assertThat(probe.cancels).hasValue(1);
        }
    }

    @Nested
    class A10_SignalsTooMany {
        @ParameterizedTest
        @EnumSource(names = {"ONE", "MAYBE"})
        void A10_aSecondValueFromASourceOfOneIsABreachAndTheFirstIsKept(AwaitMode take) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, take).parked();
            probe.next("first");
            probe.next("second");
            assertThat(awaiting.value()).isEqualTo("first");
            assertThat(hooks.rules()).containsExactly("1.1");
            assertThat(hooks.discarded).containsExactly("second");
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void A10_aSecondValueIsAnErrorForAwaitSingleAndBothAreDiscarded() {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, AwaitMode.SINGLE).parked();
            probe.next("first");
            probe.next("second");
            assertThat(awaiting.failure()).isInstanceOf(TooManyValuesException.class);
            assertThat(hooks.discarded).containsExactlyInAnyOrder("first", "second");
            assertThat(probe.cancels).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(names = {"ONE", "MAYBE", "LAST", "SINGLE", "FIRST"})
        void A11_signalsAfterTheTerminalOneAreBreachesAndChangeNothing(AwaitMode take) {
            var late = new IllegalStateException("late");
            Flow.Publisher<String> source = new Probe<>(p -> {
                p.subscription();
                p.next("value");
                p.complete();
                p.next("late");
                p.complete();
                p.fail(late);
            });
            assertThat(Async.run(() -> await(source, take))).isEqualTo("value");
            assertThat(hooks.rules()).containsExactly("1.7", "1.7", "1.7");
            assertThat(hooks.discarded).containsExactly("late");
            assertThat(hooks.dropped).containsExactly(late);
        }

        @Test
        void A11_signalsAfterAnErrorAreBreachesAndChangeNothing() {
            var first = new IllegalStateException("first");
            var second = new IllegalStateException("second");
            Flow.Publisher<String> source = new Probe<>(p -> {
                p.subscription();
                p.fail(first);
                p.fail(second);
                p.next("late");
            });
            assertThatThrownBy(() -> Async.run(() -> await(source, AwaitMode.ONE)))
                    .isSameAs(first);
            assertThat(hooks.rules()).containsExactly("1.7", "1.7");
            assertThat(hooks.dropped).containsExactly(second);
            assertThat(hooks.discarded).containsExactly("late");
        }

        @ParameterizedTest
        @EnumSource(names = {"ONE", "MAYBE", "LAST", "SINGLE"})
        void A12_anErrorAfterAValueWinsAndTheValueIsDiscarded(AwaitMode take) {
            var failure = new IllegalStateException("no commit");
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, take).parked();
            probe.next("value");
            probe.fail(failure);
            assertThat(awaiting.failure()).isSameAs(failure);
            assertThat(hooks.discarded).containsExactly("value");
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A12_anErrorAfterTheFirstValueIsDroppedByAwaitFirst() {
            var failure = new IllegalStateException("too late");
            Flow.Publisher<String> source = new Probe<>(p -> {
                p.subscription();
                p.next("value");
                p.fail(failure);
            });
            assertThat(Async.run(() -> await(source, AwaitMode.FIRST))).isEqualTo("value");
            assertThat(hooks.dropped).containsExactly(failure);
        }
    }

    @Nested
    class A13_TheSubscription {
        @Test
        void A13_aSecondSubscriptionIsCancelledWithoutARequest() {
            var second = new Upstream();
            var probe = new Probe<String>(p -> {
                p.subscription();
                p.subscriber().onSubscribe(second);
            });
            var awaiting = awaiting(probe, AwaitMode.ONE).parked();
            assertThat(second.cancels).hasValue(1);
            assertThat(second.requests).isEmpty();
            assertThat(probe.cancels).hasValue(0);
            assertThat(hooks.rules()).containsExactly("2.5");
            probe.next("value");
            probe.complete();
            assertThat(awaiting.value()).isEqualTo("value");
        }

        @Test
        void A13_theSameSubscriptionTwiceIsIgnored() {
            var probe = new Probe<String>(p -> {
                p.subscription();
                p.subscription();
            });
            var awaiting = awaiting(probe, AwaitMode.ONE).parked();
            assertThat(probe.cancels).hasValue(0);
            assertThat(probe.requests).hasSize(1);
            assertThat(hooks.rules()).containsExactly("2.5");
            probe.next("value");
            probe.complete();
            assertThat(awaiting.value()).isEqualTo("value");
        }

        @ParameterizedTest
        @EnumSource
        void A14_lateOnSubscribeIsCancelled(AwaitMode take) {
            var probe = new Probe<String>(p -> {});
            var awaiting = awaiting(probe, take).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            probe.subscription();
            assertThat(probe.cancels).hasValue(1);
            assertThat(probe.requests).isEmpty();
        }

        @RepeatedTest(50)
        void A14_onSubscribeThatRacesACancellationIsCancelledOnce() {
            var probe = new Probe<String>(p -> {});
            var awaiting = awaiting(probe, AwaitMode.ONE).parked();
            var go = new CountDownLatch(2);
            Thread canceller = Thread.ofPlatform().start(() -> {
                Latches.race(go);
                awaiting.cancel();
            });
            Latches.race(go);
            probe.subscription();
            joined(canceller);
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            awaiting.joined();
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void A15_terminalSignalsWithoutOnSubscribeAreHonoured() {
            Flow.Publisher<String> empty = new Probe<>(Probe::complete);
            var failure = new IllegalStateException("refused");
            Flow.Publisher<String> failing = new Probe<>(p -> p.fail(failure));
            assertThat(Async.run(() -> await(empty, AwaitMode.MAYBE))).isNull();
            assertThatThrownBy(() -> Async.run(() -> await(failing, AwaitMode.ONE)))
                    .isSameAs(failure);
            assertThat(hooks.rules()).containsExactly("1.9", "1.9");
        }

        @ParameterizedTest
        @EnumSource
        void A15_aValueWithoutOnSubscribeIsABreachAndAnError(AwaitMode take) {
            Flow.Publisher<String> source = new Probe<>(p -> p.next("value"));
            assertThatThrownBy(() -> Async.run(() -> await(source, take)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1.9");
            assertThat(hooks.rules()).containsExactly("1.9");
            assertThat(hooks.discarded).containsExactly("value");
        }

        @Test
        void A15_silenceIsEndedByACancellationOnly() {
            var probe = new Probe<String>(p -> {});
            var awaiting = awaiting(probe, AwaitMode.ONE).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
        }
    }

    @Nested
    class A16_NullSignals {
        @ParameterizedTest
        @ValueSource(strings = {"onSubscribe", "onNext", "onError"})
        void A16_aNullSignalIsAnErrorForTheSourceAndForTheAwait(String signal) {
            var probe = new Probe<String>(signal.equals("onSubscribe") ? p -> {} : Probe::subscription);
            var awaiting = awaiting(probe, AwaitMode.ONE).parked();
            var thrown = new AtomicReference<Throwable>();
            try {
                nullSignal(probe, signal);
            } catch (Throwable atTheSource) {
                thrown.set(atTheSource);
            }
            assertThat(thrown.get()).isInstanceOf(NullPointerException.class).hasMessageContaining(signal);
            assertThat(awaiting.failure()).isSameAs(thrown.get());
            assertThat(probe.cancels).hasValue(signal.equals("onSubscribe") ? 0 : 1);
            assertThat(hooks.rules()).containsExactly("2.13");
        }

        @ParameterizedTest
        @ValueSource(strings = {"onSubscribe", "onNext", "onError"})
        void A16_aSynchronousNullSignalIsReportedOnceThoughItPassesThroughSubscribe(String signal) {
            var probe = new Probe<String>(p -> {
                if (!signal.equals("onSubscribe")) p.subscription();
                nullSignal(p, signal);
            });
            assertThatThrownBy(() -> Async.run(() -> await(probe, AwaitMode.ONE)))
                    .isInstanceOf(NullPointerException.class);
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A16_aNullSignalInsideRequestIsReportedOnce() {
            var probe = new Probe<String>();
            probe.onRequest(count -> probe.next(null));
            assertThatThrownBy(() -> Async.run(() -> await(probe, AwaitMode.ONE)))
                    .isInstanceOf(NullPointerException.class);
            assertThat(hooks.dropped).isEmpty();
            assertThat(probe.cancels).hasValue(1);
        }

        private static void nullSignal(Probe<String> probe, String signal) {
            switch (signal) {
                case "onSubscribe" -> probe.subscriber().onSubscribe(null);
                case "onNext" -> probe.next(null);
                default -> probe.fail(null);
            }
        }
    }

    @Nested
    class A17_WhatTheSourceThrows {
        @Test
        void A17_whatSubscribeThrowsIsTheOutcomeAsTheSameInstance() {
            for (Throwable failure : List.of(
                    new IllegalStateException("refused"),
                    new StackOverflowError(),
                    new OutOfMemoryError("simulated"),
                    new NoClassDefFoundError("gone"))) {
                var probe = new Probe<String>(p -> {
                    p.subscription();
                    p.next("held");
                    throw Failures.<RuntimeException>sneak(failure);
                });
                assertThat(Watched.coroutine(() -> await(probe, AwaitMode.ONE)).failure())
                        .isSameAs(failure);
                assertThat(probe.cancels).hasValue(1);
                assertThat(hooks.discarded).containsExactly("held");
                hooks.discarded.clear();
            }
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A17_whatSubscribeThrowsBeforeOnSubscribeIsTheOutcome() {
            var failure = new IllegalStateException("refused");
            var probe = new Probe<String>(p -> {
                throw failure;
            });
            assertThatThrownBy(() -> Async.run(() -> await(probe, AwaitMode.ONE)))
                    .isSameAs(failure);
            probe.subscription();
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void A17_whatSubscribeThrowsAfterATerminalSignalIsDropped() {
            var failure = new IllegalStateException("after all");
            Flow.Publisher<String> source = new Probe<>(p -> {
                p.subscription();
                p.next("value");
                p.complete();
                throw failure;
            });
            assertThat(Async.run(() -> await(source, AwaitMode.ONE))).isEqualTo("value");
            assertThat(hooks.dropped).containsExactly(failure);
        }

        @Test
        void A18_whatRequestThrowsIsTheOutcome() {
            var failure = new IllegalStateException("no demand, please");
            var probe = new Probe<String>();
            probe.onRequest(count -> {
                throw failure;
            });
            assertThatThrownBy(() -> Async.run(() -> await(probe, AwaitMode.ONE)))
                    .isSameAs(failure);
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A18_whatRequestThrowsAfterATerminalSignalIsDropped() {
            var failure = new IllegalStateException("after all");
            var probe = new Probe<String>();
            probe.onRequest(count -> {
                probe.next("value");
                probe.complete();
                throw failure;
            });
            assertThat(Async.run(() -> await(probe, AwaitMode.ONE))).isEqualTo("value");
            assertThat(hooks.dropped).containsExactly(failure);
        }
    }

    @Nested
    class A19_WhatCancelDoes {
        @Test
        void A19_whatCancelThrowsIsSuppressedInTheCancellation() {
            var fromCancel = new IllegalStateException("cancel threw");
            var probe = new Probe<String>().onCancel(() -> {
                throw fromCancel;
            });
            var awaiting = awaiting(probe, AwaitMode.ONE).parked();
            awaiting.cancel();
            assertThat(awaiting.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasSuppressedException(fromCancel);
            assertThat(awaiting.interruptedAtEnd()).isFalse();
        }

        @Test
        void A19_whatCancelThrowsLeavesTheFlagOfAPlainThreadSet() {
            var fromCancel = new IllegalStateException("cancel threw");
            var probe = new Probe<String>().onCancel(() -> {
                throw fromCancel;
            });
            var awaiting = Watched.thread(Thread.ofVirtual(), () -> await(probe, AwaitMode.ONE))
                    .parked();
            awaiting.thread().interrupt();
            assertThat(awaiting.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasSuppressedException(fromCancel)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(awaiting.interruptedAtEnd()).isTrue();
        }

        @Test
        void A19_whatCancelThrowsAfterAFirstValueIsDroppedAndTheValueReturned() {
            var fromCancel = new IllegalStateException("cancel threw");
            var probe = new Probe<String>().onCancel(() -> {
                throw fromCancel;
            });
            var awaiting = awaiting(probe, AwaitMode.FIRST).parked();
            probe.next("value");
            assertThat(awaiting.value()).isEqualTo("value");
            assertThat(hooks.dropped).containsExactly(fromCancel);
        }

        @Test
        void A20_aCancelThatBlocksKeepsOnlyTheCoroutineWaiting() throws Exception {
            var release = new CountDownLatch(1);
            var probe = new Probe<String>().onCancel(() -> Latches.awaitUninterruptibly(release));
            var awaiting = awaiting(probe, AwaitMode.ONE).parked();
            Thread canceller = Thread.ofVirtual().start(awaiting::cancel);
            assertThat(canceller.join(Duration.ofSeconds(Watched.SECONDS)))
                    .as("the canceller returned")
                    .isTrue();
            until("cancelled", () -> probe.cancels.get() == 1);
            assertThat(awaiting.hasEnded()).isFalse();
            assertThat(probe.upstream.cancelledBy).isSameAs(awaiting.thread());
            release.countDown();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {"onSubscribe", "request", "onNext"})
        void A21_aCancelFromWithinASignalIsLegalAndDoesNotInterruptItself(String where) {
            var self = new AtomicReference<Runnable>();
            var probe = new Probe<String>(p -> {
                if (where.equals("onSubscribe")) self.get().run();
                p.subscription();
                if (where.equals("onNext")) {
                    p.next("value");
                    self.get().run();
                }
            });
            probe.onRequest(count -> {
                if (where.equals("request")) self.get().run();
            });
            probe.onCancel(() -> self.get().run());
            var interrupted = new AtomicReference<Boolean>();
            var awaiting = Watched.coroutine(() -> {
                var task = CoroutineTask.current();
                self.set(() -> task.cancel(Cancellation.Reason.REQUESTED, null, null));
                try {
                    return await(probe, AwaitMode.ONE);
                } finally {
                    interrupted.set(Thread.currentThread().isInterrupted());
                }
            });
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(interrupted).hasValue(false);
            assertThat(probe.cancels).hasValue(1);
            awaiting.joined();
            assertThat(hooks.discarded).hasSize(where.equals("onNext") ? 1 : 0);
        }
    }

    @Nested
    class A22_WhereItMayWait {
        @ParameterizedTest
        @EnumSource
        void A22_aCancelledCoroutineDoesNotSubscribe(AwaitMode take) {
            var probe = new Probe<String>();
            var ready = new CountDownLatch(1);
            var awaiting = Watched.coroutine(() -> {
                Latches.awaitUninterruptibly(ready);
                return await(probe, take);
            });
            awaiting.cancel();
            ready.countDown();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(probe.isSubscribed()).isFalse();
        }

        @Test
        void A24_coroutinesPlainVirtualThreadsAndPlatformThreadsMayAwait() {
            assertThat(Watched.coroutine(() -> await(of("value"), AwaitMode.ONE))
                            .value())
                    .isEqualTo("value");
            for (Thread.Builder builder : List.<Thread.Builder>of(Thread.ofVirtual(), Thread.ofPlatform())) {
                var probe = new Probe<String>();
                var awaiting = Watched.thread(builder, () -> await(probe, AwaitMode.ONE))
                        .parked();
                probe.next("value");
                probe.complete();
                assertThat(awaiting.value()).isEqualTo("value");
            }
        }
    }

    @Nested
    class A25_WhereItIsCalledFrom {
        @Test
        @EnabledForJreRange(min = JRE.JAVA_24)
        void A25_awaitsInsideSynchronizedDoNotHoldTheCarriers() {
            var probes = new ArrayList<Probe<String>>();
            var awaiting = new ArrayList<Watched<String>>();
            for (int i = 0; i < 50; i++) {
                var probe = new Probe<String>();
                probes.add(probe);
                awaiting.add(Watched.coroutine(() -> {
                    synchronized (probe) {
                        return await(probe, AwaitMode.ONE);
                    }
                }));
            }
            awaiting.forEach(Watched::parked);
            Async.run(() -> probes.forEach(probe -> {
                probe.next("value");
                probe.complete();
            }));
            assertThat(awaiting).extracting(Watched::value).containsOnly("value");
        }

        @Test
        void A26_anAwaitInAStaticInitializerIsPinnedButEnds() {
            var awaiting = Watched.coroutine(() -> Initialized.VALUE);
            awaiting.parked();
            INITIALIZING.next("value");
            INITIALIZING.complete();
            assertThat(awaiting.value()).isEqualTo("value");
        }

        private static final Probe<String> INITIALIZING = new Probe<>();

        private static final class Initialized {
            static final String VALUE = await(INITIALIZING, AwaitMode.ONE);
        }

        @Test
        void A27_anAwaitInsideSubscribeIsLegal() {
            var inner = new Probe<String>();
            var outer = new Probe<String>(p -> {
                p.subscription();
                p.next(await(inner, AwaitMode.ONE));
                p.complete();
            });
            var awaiting = awaiting(outer, AwaitMode.ONE).parked();
            inner.next("inner");
            inner.complete();
            assertThat(awaiting.value()).isEqualTo("inner");
        }

        @Test
        void A27_anAwaitThatAwaitedInsideSubscribeCanStillBeCancelled() {
            var outer = new Probe<String>(p -> {
                await(of("inner"), AwaitMode.ONE);
                p.subscription();
            });
            var awaiting = awaiting(outer, AwaitMode.ONE).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(awaiting.interruptedAtEnd()).isFalse();
            assertThat(outer.cancels).hasValue(1);
        }

        @Test
        void A27_aCancellationThatASourceSwallowsInsideSubscribeStillEndsTheAwait() {
            var inner = new Probe<String>();
            var outer = new Probe<String>(p -> {
                p.subscription();
                try {
                    Async.run(() -> await(inner, AwaitMode.ONE));
                } catch (CancelledException swallowed) {
                    // as an operator does that turns what its lambda throws into nothing
                }
            });
            var awaiting = awaiting(outer, AwaitMode.ONE).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(outer.cancels).hasValue(1);
            assertThat(inner.cancels).hasValue(1);
        }

        @Test
        void A27_aCancellationDuringAShieldInsideSubscribeEndsTheAwaitBehindIt() {
            var inner = new Probe<String>();
            var outer = new Probe<String>(p -> {
                p.subscription();
                Async.shielded(() -> await(inner, AwaitMode.ONE));
            });
            var awaiting = awaiting(outer, AwaitMode.ONE).parked();
            awaiting.cancel();
            awaiting.parked();
            inner.next("inner");
            inner.complete();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(outer.cancels).hasValue(1);
        }

        @Test
        void A28_aStackOverflowInSubscribeIsThrownAtTheAwait() {
            var probe = new Probe<String>(p -> {
                p.subscription();
                endless(0);
            });
            var awaiting = Watched.coroutine(() -> await(probe, AwaitMode.ONE));
            assertThat(awaiting.failure()).isInstanceOf(StackOverflowError.class);
            assertThat(probe.cancels).hasValue(1);
        }

        private static int endless(int depth) {
            return endless(depth + 1) + 1;
        }
    }

    @Nested
    class A30_Stages {
        @Test
        void A30_aStageIsAwaited() {
            var stage = new CompletableFuture<String>();
            var awaiting = Watched.coroutine(() -> Async.await(stage)).parked();
            stage.complete("value");
            assertThat(awaiting.value()).isEqualTo("value");
            assertThat(Async.run(() -> Async.await(stage))).isEqualTo("value");
            assertThat(Async.<String, RuntimeException>run(() -> Async.await(CompletableFuture.completedStage(null))))
                    .isNull();
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void A30_theFailureOfAStageIsTheSameInstanceReadyOrNot(boolean ready) {
            for (Throwable failure : List.of(
                    new IllegalStateException("a"), new AssertionError("b"), new CompletionException("none", null))) {
                assertThat(failureOf(ready, failure)).isSameAs(failure);
            }
            var checked = new IOException("disk");
            assertThat(failureOf(ready, checked))
                    .isInstanceOf(AwaitException.class)
                    .hasCause(checked);
            var unwrapped = new IllegalStateException("inside");
            assertThat(failureOf(ready, new CompletionException(unwrapped))).isSameAs(unwrapped);
            assertThat(failureOf(ready, new CompletionException(checked))).hasCause(checked);
            var twice = new CompletionException(unwrapped);
            assertThat(failureOf(ready, new CompletionException(twice))).isSameAs(twice);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void A30_theFailureOfADerivedStageIsTheSameInstanceReadyOrNot(boolean ready) {
            var failure = new IllegalStateException("first");
            var first = new CompletableFuture<String>();
            var derived = first.thenApply(value -> value + "!").thenApply(value -> value + "!");
            if (ready) first.completeExceptionally(failure);
            var awaiting = Watched.coroutine(() -> Async.await(derived));
            if (!ready) {
                awaiting.parked();
                first.completeExceptionally(failure);
            }
            assertThat(awaiting.failure()).isSameAs(failure);
        }

        private static Throwable failureOf(boolean ready, Throwable failure) {
            var stage = new CompletableFuture<String>();
            if (ready) stage.completeExceptionally(failure);
            var awaiting = Watched.coroutine(() -> Async.await(stage));
            if (!ready) {
                awaiting.parked();
                stage.completeExceptionally(failure);
            }
            return awaiting.failure();
        }

        @Test
        void A30_aCheckedFailureComesAsItselfWhereItIsNamed() {
            var checked = new IOException("disk");
            assertThatThrownBy(() ->
                            Async.run(() -> Async.await(CompletableFuture.failedFuture(checked), IOException.class)))
                    .isSameAs(checked);
            assertThatThrownBy(() ->
                            Async.run(() -> Async.await(CompletableFuture.failedStage(checked), IOException.class)))
                    .isSameAs(checked);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void A30_theCancellationOfAStageIsAFailureAndNotOurs(boolean ready) {
            var stage = new CompletableFuture<String>();
            if (ready) stage.cancel(false);
            var awaiting = Watched.coroutine(() -> {
                try {
                    return Async.await(stage);
                } catch (CancelledException ours) {
                    return "ours";
                } catch (CancellationException theirs) {
                    Async.checkpoint();
                    return "theirs";
                }
            });
            if (!ready) {
                awaiting.parked();
                stage.cancel(false);
            }
            assertThat(awaiting.value()).isEqualTo("theirs");
        }

        @Test
        void A30_aCancellationDetachesAndLeavesTheStageAlone() {
            var stage = new CompletableFuture<String>();
            var awaiting = Watched.coroutine(() -> Async.await(stage)).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(stage).isNotDone();
            stage.complete("for others");
            assertThat(hooks.discarded).isEmpty();
        }

        @Test
        void A30_aCancelledWaiterKeepsNoReference() {
            var stage = new CompletableFuture<String>();
            var weak = cancelledWaiter(stage);
            until("collected", () -> {
                System.gc();
                return weak.refersTo(null);
            });
            stage.complete("for others");
        }

        private static WeakReference<Object> cancelledWaiter(CompletableFuture<String> stage) {
            var weak = new AtomicReference<WeakReference<Object>>();
            var awaiting = Watched.coroutine(() -> Async.withContext("key", new byte[1000], () -> {
                Object context = Async.context();
                weak.set(new WeakReference<>(context));
                return Async.await(stage);
            }));
            awaiting.parked().cancel();
            awaiting.joined();
            return weak.get();
        }

        @Test
        void A30_aFutureIsAwaited() {
            var future = new FutureTask<>(() -> "value");
            var awaiting = Watched.coroutine(() -> Async.awaitFuture(future)).parked();
            future.run();
            assertThat(awaiting.value()).isEqualTo("value");
            var checked = new IOException("disk");
            var failed = new FutureTask<String>(() -> {
                throw checked;
            });
            failed.run();
            assertThat(Watched.coroutine(() -> Async.awaitFuture(failed)).failure())
                    .hasCause(checked);
            assertThat(Watched.coroutine(() -> throwing(IOException.class, () -> Async.awaitFuture(failed)))
                            .failure())
                    .isSameAs(checked);
        }

        @Test
        void A30_aCancellationLeavesTheFutureAlone() {
            var future = new FutureTask<>(() -> "value");
            var awaiting = Watched.coroutine(() -> Async.awaitFuture(future)).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(awaiting.interruptedAtEnd()).isFalse();
            assertThat(future.isCancelled()).isFalse();
        }

        @Test
        void A30_anInterruptEndsTheWaitForAFutureOfAPlainThreadWithTheFlagSet() {
            var future = new FutureTask<>(() -> "value");
            var awaiting = Watched.thread(Thread.ofVirtual(), () -> Async.awaitFuture(future))
                    .parked();
            awaiting.thread().interrupt();
            assertThat(awaiting.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(awaiting.interruptedAtEnd()).isTrue();
        }

        @Test
        void A30_aFutureIsAwaitedInsideAShieldThoughTheCoroutineIsInterrupted() {
            var future = new FutureTask<>(() -> "value");
            var awaiting = Watched.coroutine(() -> Async.shielded(() -> Async.awaitFuture(future)))
                    .parked();
            awaiting.thread().interrupt();
            until("noticed", () -> !awaiting.thread().isInterrupted());
            future.run();
            assertThat(awaiting.value()).isEqualTo("value");
        }
    }
}
