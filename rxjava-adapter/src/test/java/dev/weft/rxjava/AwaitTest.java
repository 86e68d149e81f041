package dev.weft.rxjava;

import static dev.weft.Async.throwing;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitLast;
import static dev.weft.rxjava.RxAsync.awaitOptional;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.NoValueException;
import dev.weft.TooManyValuesException;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows A over RxJava's five types: each of the words that await. */
class AwaitTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
        RxJavaPlugins.setOnFlowableSubscribe(null);
        RxJavaPlugins.setOnSingleSubscribe(null);
    }

    private static Sources<Object> of(Object... values) {
        return Sources.of(Flowable.fromArray(values).hide());
    }

    private static Sources<Object> failing(Throwable failure) {
        return Sources.of(Flowable.error(failure).hide());
    }

    @Nested
    class A1_TheValue {
        /**
         * What is composed before the signal, like this commit, has always happened; {@code doFinally} runs after the
         * signal.
         */
        @ParameterizedTest
        @EnumSource(
                mode = Mode.EXCLUDE,
                names = {"FLOWABLE_FIRST", "OBSERVABLE_FIRST"})
        void A01_theAwaitReturnsWhenTheTransactionAroundTheValueHasCommitted(Word word) {
            var trail = new CopyOnWriteArrayList<Object>();
            var commit = SingleSubject.<Object>create();
            Flowable<Object> value = Flowable.<Object>just("value").doOnNext(trail::add);
            Flowable<Object> transaction =
                    value.concatWith(Completable.fromSingle(commit).doOnComplete(() -> trail.add("commit")));
            var awaiting = Watched.coroutine(() -> {
                Object seen = word.of(Sources.of(transaction));
                trail.add("returned");
                return seen;
            });
            awaiting.parked();
            assertThat(trail).containsExactly("value");
            commit.onSuccess("done");
            assertThat(awaiting.value()).isEqualTo(word.given("value"));
            assertThat(trail).containsExactly("value", "commit", "returned");
        }

        @ParameterizedTest
        @EnumSource(names = {"FLOWABLE_FIRST", "OBSERVABLE_FIRST"})
        void A01_awaitFirstReturnsAtTheFirstValueAndCancelsTheRest(Word word) {
            var probe = new RxProbe<Object>();
            var awaiting = word.awaiting(probe).parked();
            probe.next("value");
            assertThat(awaiting.value()).isEqualTo("value");
            assertThat(probe.cancels).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(names = {"FLOWABLE_LAST", "OBSERVABLE_LAST"})
        void A01_awaitLastReturnsTheLastValueAndDiscardsTheOthers(Word word) {
            assertThat(word.run(of("a", "b", "c"))).isEqualTo("c");
            assertThat(hooks.discarded).containsExactly("a", "b");
        }

        @RepeatedTest(50)
        void A01_aValueFromAnotherThreadIsNeverSeenBeforeItsTerminalSignal() {
            var finished = new AtomicBoolean();
            Single<Integer> source = Single.fromCallable(() -> 1)
                    .subscribeOn(Schedulers.computation())
                    .doOnSuccess(value -> finished.set(true))
                    .hide();
            Async.run(() -> {
                assertThat(await(source)).isEqualTo(1);
                assertThat(finished).isTrue();
            });
        }
    }

    @Nested
    class A2_AnEmptySource {
        @ParameterizedTest
        @EnumSource(
                mode = Mode.EXCLUDE,
                names = {"SINGLE", "MAYBE", "OPTIONAL", "COMPLETABLE"})
        void A02_anEmptySourceIsAnErrorThatNamesTheOperator(Word word) {
            String operator =
                    word.isFirst() ? "awaitFirst" : word.name().endsWith("LAST") ? "awaitLast" : "awaitSingle";
            assertThatThrownBy(() -> word.run(of()))
                    .isInstanceOf(NoValueException.class)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageStartingWith(operator + ": io.reactivex.rxjava3.")
                    .hasMessageContaining(" completed without a value; where it may be empty, use ");
        }

        @ParameterizedTest
        @EnumSource(names = {"MAYBE", "OPTIONAL", "COMPLETABLE"})
        void A02_anEmptySourceIsNullWhereOneMayBeMissing(Word word) {
            assertThat(word.run(of())).isNull();
            assertThat(word.run(new RxProbe<>(p -> {
                        p.subscription();
                        p.complete();
                    })))
                    .isNull();
        }
    }

    @Nested
    class A3_TheError {
        @ParameterizedTest
        @EnumSource
        void A03_anUncheckedErrorIsRethrownAsTheSameInstance(Word word) {
            var unchecked = new IllegalArgumentException("unchecked");
            var error = new AssertionError("error");
            for (Throwable failure : List.of(unchecked, error)) {
                assertThatThrownBy(() -> word.run(failing(failure))).isSameAs(failure);
                assertThatThrownBy(() -> word.run(Sources.of(Flowable.error(() -> failure))))
                        .isSameAs(failure);
            }
        }

        @ParameterizedTest
        @EnumSource
        void A03_aCheckedErrorComesInsideACarrier(Word word) {
            var checked = new IOException("disk");
            assertThatThrownBy(() -> word.run(failing(checked)))
                    .isInstanceOf(AwaitException.class)
                    .cause()
                    .isSameAs(checked);
        }

        @Test
        void A03_aCheckedErrorComesAsItselfFromEveryFormThatNamesIt() {
            var checked = new IOException("disk");
            Sources<Object> source = failing(checked);
            for (var body : List.<ThrowingCallable>of(
                    () -> await(source.single(), IOException.class),
                    () -> await(source.maybe(), IOException.class),
                    () -> throwing(IOException.class, () -> awaitOptional(source.maybe())),
                    () -> throwing(IOException.class, () -> awaitSingle(source.maybe())),
                    () -> await(source.completable(), IOException.class),
                    () -> throwing(IOException.class, () -> awaitFirst(source.flowable())),
                    () -> throwing(IOException.class, () -> awaitLast(source.flowable())),
                    () -> throwing(IOException.class, () -> awaitSingle(source.flowable())),
                    () -> throwing(IOException.class, () -> awaitFirst(source.observable())),
                    () -> throwing(IOException.class, () -> awaitLast(source.observable())),
                    () -> throwing(IOException.class, () -> awaitSingle(source.observable())),
                    () -> Async.run(() -> await(Single.error(checked), IOException.class)))) {
                assertThatThrownBy(body).isSameAs(checked);
            }
        }

        @Test
        void A03_theFormsThatNameAnExceptionGiveTheValue() throws IOException {
            Sources<Object> source = of("value");
            assertThat(await(source.single(), IOException.class)).isEqualTo("value");
            assertThat(await(source.maybe(), IOException.class)).isEqualTo("value");
            assertThat(throwing(IOException.class, () -> awaitOptional(source.maybe())))
                    .contains("value");
            assertThat(throwing(IOException.class, () -> awaitSingle(source.maybe())))
                    .isEqualTo("value");
            await(source.completable(), IOException.class);
            assertThat(throwing(IOException.class, () -> awaitFirst(source.flowable())))
                    .isEqualTo("value");
            assertThat(throwing(IOException.class, () -> awaitLast(source.flowable())))
                    .isEqualTo("value");
            assertThat(throwing(IOException.class, () -> awaitSingle(source.flowable())))
                    .isEqualTo("value");
            assertThat(throwing(IOException.class, () -> awaitFirst(source.observable())))
                    .isEqualTo("value");
            assertThat(throwing(IOException.class, () -> awaitLast(source.observable())))
                    .isEqualTo("value");
            assertThat(throwing(IOException.class, () -> awaitSingle(source.observable())))
                    .isEqualTo("value");
        }

        @Test
        void A03_aFormThatNamesAnotherExceptionKeepsTheCarrier() {
            var checked = new TimeoutException("other");
            assertThatThrownBy(() -> Async.run(() -> await(Single.error(checked), IOException.class)))
                    .isInstanceOf(AwaitException.class)
                    .cause()
                    .isSameAs(checked);
        }

        @Test
        void G08_aSharedErrorGetsOneMarkForTenThousandAwaits() {
            var shared = new IllegalStateException("shared");
            Single<Object> source = Single.error(shared);
            Async.run(() -> {
                for (int i = 0; i < 10_000; i++)
                    assertThatThrownBy(() -> await(source)).isSameAs(shared);
            });
            assertThat(shared.getSuppressed()).hasSize(1);
            assertThat(shared.getSuppressed()[0]).hasMessage("awaited at"); // where, the package traces looks at
            var stackless = new RuntimeException("stackless", null, false, false) {
                private static final long serialVersionUID = 1;
            };
            assertThatThrownBy(() -> Word.SINGLE.run(failing(stackless))).isSameAs(stackless);
            assertThat(stackless.getSuppressed()).isEmpty();
        }
    }

    @Nested
    class A4_ASynchronousSource {
        @ParameterizedTest
        @EnumSource
        void A04_aSynchronousSourceIsAwaitedWithoutAChangeOfThread(Word word) {
            Async.run(() -> {
                Thread before = Thread.currentThread();
                var signalled = new AtomicReference<Thread>();
                Flowable<Object> source =
                        of("value").flowable().doOnNext(value -> signalled.set(Thread.currentThread()));
                word.of(Sources.of(source));
                assertThat(signalled).hasValue(before);
                assertThat(Thread.currentThread()).isSameAs(before);
            });
        }

        @Test
        void A04_theHooksOfRxJavaSeeTheSubscription() {
            var seen = new AtomicInteger();
            RxJavaPlugins.setOnSingleSubscribe((source, observer) -> {
                seen.incrementAndGet();
                return observer;
            });
            RxJavaPlugins.setOnFlowableSubscribe((source, subscriber) -> {
                seen.incrementAndGet();
                return subscriber;
            });
            assertThat(await(Single.just(1))).isEqualTo(1);
            assertThat(awaitFirst(Flowable.just(1))).isEqualTo(1);
            assertThat(seen).hasValue(2);
        }
    }

    @Nested
    class A5_Demand {
        @ParameterizedTest
        @EnumSource(names = {"FLOWABLE_FIRST", "FLOWABLE_LAST", "FLOWABLE_SINGLE"})
        void A05_oneValueIsRequestedForTheFirstAndAllForTheRest(Word word) {
            var probe = new RxProbe<Object>();
            var awaiting = word.awaiting(probe).parked();
            assertThat(probe.requests).containsExactly(word.isFirst() ? 1 : Long.MAX_VALUE);
            awaiting.cancel();
            awaiting.joined();
            assertThat(probe.requests).hasSize(1);
        }
    }

    @Nested
    class A6_Cancellation {
        @ParameterizedTest
        @EnumSource
        void A06_aValueAfterTheCancellationIsDiscardedAndTheUpstreamDisposedOnce(Word word) {
            var probe = new RxProbe<Object>();
            var awaiting = word.awaiting(probe).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            word.succeed(probe, "late");
            assertThat(probe.cancels).hasValue(1);
            if (word == Word.COMPLETABLE) assertThat(hooks.discarded).isEmpty();
            else assertThat(hooks.discarded).containsExactly("late");
            assertThat(hooks.violations).isEmpty();
        }

        @RepeatedTest(300)
        void A06_aValueThatRacesACancellationIsReturnedOrDiscarded() {
            for (Word word : Word.values()) {
                if (word == Word.COMPLETABLE) continue;
                var probe = new RxProbe<Object>();
                var awaiting = word.awaiting(probe).parked();
                hooks.discarded.clear();
                var go = new CountDownLatch(2);
                Thread canceller = Thread.startVirtualThread(() -> {
                    Latches.meet(go);
                    awaiting.cancel();
                });
                Latches.meet(go);
                word.succeed(probe, "value");
                Latches.join(canceller);
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

        @ParameterizedTest
        @EnumSource(names = {"SINGLE", "MAYBE", "FLOWABLE_FIRST", "OBSERVABLE_FIRST"})
        void A06_aValueThatWonIsReturnedThoughTheCancellationComesBeforeTheThreadRunsAgain(Word word) {
            for (int i = 0; i < 100; i++) {
                var probe = new RxProbe<Object>();
                var awaiting = word.awaiting(probe).parked();
                probe.next("value");
                awaiting.cancel();
                assertThat(awaiting.value()).isEqualTo("value");
                assertThat(hooks.discarded).isEmpty();
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"FLOWABLE_LAST", "FLOWABLE_SINGLE", "OBSERVABLE_LAST", "OBSERVABLE_SINGLE"})
        void A07_aValueWithoutATerminalSignalIsDiscardedByACancellation(Word word) {
            var probe = new RxProbe<Object>();
            var awaiting = word.awaiting(probe).parked();
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
            for (Word word :
                    List.of(Word.FLOWABLE_LAST, Word.FLOWABLE_SINGLE, Word.OBSERVABLE_LAST, Word.OBSERVABLE_SINGLE)) {
                var probe = new RxProbe<Object>();
                var awaiting = word.awaiting(probe).parked();
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

        @ParameterizedTest
        @EnumSource
        void A08_anErrorAfterTheCancellationGoesToRxJavaPluginsOnce(Word word) {
            var probe = new RxProbe<Object>();
            var awaiting = word.awaiting(probe).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            var late = new IOException("late");
            probe.fail(late);
            assertThat(hooks.dropped).containsExactly(late);
        }

        @ParameterizedTest
        @EnumSource
        void A08_anEchoOfTheCancellationIsOnlyCounted(Word word) {
            for (Throwable echo : List.of(
                    new CancellationException(), new InterruptedException(), new ClosedByInterruptException())) {
                var probe = new RxProbe<Object>();
                var awaiting = word.awaiting(probe).parked();
                awaiting.cancel();
                awaiting.joined();
                long before = EngineCounter.CANCEL_ECHOES.sum();
                probe.fail(echo);
                assertThat(EngineCounter.CANCEL_ECHOES.sum()).isGreaterThan(before);
            }
            assertThat(hooks.dropped).isEmpty();
        }

        @RepeatedTest(100)
        void A08_anErrorThatRacesACancellationIsThrownOrReportedNeverBoth() {
            var probe = new RxProbe<Object>();
            var failure = new IOException("racing");
            var awaiting = Word.SINGLE.awaiting(probe).parked();
            var go = new CountDownLatch(2);
            Thread canceller = Thread.startVirtualThread(() -> {
                Latches.meet(go);
                awaiting.cancel();
            });
            Latches.meet(go);
            probe.fail(failure);
            Latches.join(canceller);
            awaiting.joined();
            if (awaiting.failure() instanceof CancelledException)
                assertThat(hooks.dropped).containsExactly(failure);
            else assertThat(hooks.dropped).isEmpty();
        }

        /** The callable's own thread is interrupted; RxJava, which has been disposed of by then, reports that itself. */
        @Test
        void A08_aBlockingCallableThatACancellationInterruptsIsReportedByRxJavaItself() {
            var blocking = new CountDownLatch(1);
            Single<String> callable = Single.fromCallable(() -> {
                blocking.countDown();
                new CountDownLatch(1).await();
                return "never";
            });
            var awaiting = Watched.coroutine(() -> await(callable));
            Latches.await(blocking);
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(awaiting.interruptedAtEnd()).isFalse();
            assertThat(hooks.dropped).hasOnlyElementsOfType(InterruptedException.class);
        }

        @Test
        void A08_aCallableOnIoThatDisposingInterruptsIsReportedByRxJavaItself() {
            var blocking = new CountDownLatch(1);
            Single<String> callable = Single.fromCallable(() -> {
                        blocking.countDown();
                        new CountDownLatch(1).await();
                        return "never";
                    })
                    .subscribeOn(Schedulers.io());
            var awaiting = Watched.coroutine(() -> await(callable));
            Latches.await(blocking);
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            until("reported", () -> !hooks.dropped.isEmpty());
            assertThat(hooks.dropped).singleElement().isInstanceOf(InterruptedException.class);
        }
    }

    @Nested
    class A10_SignalsTooMany {
        @ParameterizedTest
        @EnumSource(names = {"FLOWABLE_SINGLE", "OBSERVABLE_SINGLE"})
        void A10_aSecondValueIsAnErrorForAwaitSingleAndBothAreDiscarded(Word word) {
            var probe = new RxProbe<Object>();
            var awaiting = word.awaiting(probe).parked();
            probe.next("first");
            probe.next("second");
            assertThat(awaiting.failure()).isInstanceOf(TooManyValuesException.class);
            assertThat(hooks.discarded).containsExactlyInAnyOrder("first", "second");
            assertThat(probe.cancels).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource(names = {"SINGLE", "MAYBE", "OPTIONAL", "MAYBE_SINGLE"})
        void A10_aSecondOnSuccessIsABreachAndTheFirstIsKept(Word word) {
            var probe = new RxProbe<>(p -> {
                p.subscription();
                p.next("first");
                p.next("second");
            });
            assertThat(word.run(probe)).isEqualTo("first");
            assertThat(hooks.rules()).containsExactly("1.7");
            assertThat(hooks.discarded).containsExactly("second");
            assertThat(probe.cancels).hasValue(0);
        }

        @ParameterizedTest
        @EnumSource
        void A11_signalsAfterTheTerminalOneAreBreachesAndChangeNothing(Word word) {
            var late = new IOException("late");
            var probe = new RxProbe<>(p -> {
                p.subscription();
                word.succeed(p, "value");
                word.succeed(p, "late");
                p.fail(late);
            });
            assertThat(word.run(probe)).isEqualTo(word.given("value"));
            assertThat(hooks.rules()).hasSize(word.isStream() ? 3 : 2).containsOnly("1.7");
            if (word == Word.COMPLETABLE) assertThat(hooks.discarded).isEmpty();
            else assertThat(hooks.discarded).containsExactly("late");
            assertThat(hooks.dropped).containsExactly(late);
            assertThat(hooks.violations).allMatch(v -> v.source().startsWith("dev.weft.rxjava.Raw"));
        }

        @ParameterizedTest
        @EnumSource(names = {"FLOWABLE_LAST", "FLOWABLE_SINGLE", "OBSERVABLE_LAST", "OBSERVABLE_SINGLE"})
        void A12_anErrorAfterAValueWinsAndTheValueIsDiscarded(Word word) {
            var failure = new IllegalStateException("no commit");
            var probe = new RxProbe<Object>();
            var awaiting = word.awaiting(probe).parked();
            probe.next("value");
            probe.fail(failure);
            assertThat(awaiting.failure()).isSameAs(failure);
            assertThat(hooks.discarded).containsExactly("value");
            assertThat(hooks.dropped).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(names = {"FLOWABLE_FIRST", "OBSERVABLE_FIRST"})
        void A12_anErrorAfterTheFirstValueIsDroppedByAwaitFirst(Word word) {
            var failure = new IllegalStateException("too late");
            var probe = new RxProbe<>(p -> {
                p.subscription();
                p.next("value");
                p.fail(failure);
            });
            assertThat(word.run(probe)).isEqualTo("value");
            assertThat(hooks.dropped).containsExactly(failure);
        }
    }

    @Nested
    class A13_TheSubscription {
        @ParameterizedTest
        @EnumSource
        void A13_aSecondDisposableIsDisposedOfWithoutARequest(Word word) {
            var second = new RxUpstream();
            var probe = new RxProbe<>(p -> {
                p.subscription();
                p.subscriber().onSubscribe(second);
            });
            var awaiting = word.awaiting(probe).parked();
            assertThat(second.cancels).hasValue(1);
            assertThat(second.requests).isEmpty();
            assertThat(probe.cancels).hasValue(0);
            assertThat(hooks.rules()).containsExactly("2.5");
            word.succeed(probe, "value");
            assertThat(awaiting.value()).isEqualTo(word.given("value"));
        }

        @ParameterizedTest
        @EnumSource
        void A13_theSameDisposableTwiceIsIgnored(Word word) {
            var probe = new RxProbe<>(p -> {
                p.subscription();
                p.subscription();
            });
            var awaiting = word.awaiting(probe).parked();
            assertThat(probe.cancels).hasValue(0);
            assertThat(probe.requests).hasSize(word.hasDemand() ? 1 : 0);
            assertThat(hooks.rules()).containsExactly("2.5");
            word.succeed(probe, "value");
            assertThat(awaiting.value()).isEqualTo(word.given("value"));
        }

        @ParameterizedTest
        @EnumSource
        void A14_lateOnSubscribeIsCancelled(Word word) {
            var probe = new RxProbe<>(p -> {});
            var awaiting = word.awaiting(probe).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            probe.subscription();
            assertThat(probe.cancels).hasValue(1);
            assertThat(probe.requests).isEmpty();
        }

        @RepeatedTest(200)
        void A14_onSubscribeThatRacesACancellationIsCancelledOnce() {
            var probe = new RxProbe<>(p -> {});
            var awaiting = Word.SINGLE.awaiting(probe).parked();
            var go = new CountDownLatch(2);
            Thread canceller = Thread.startVirtualThread(() -> {
                Latches.meet(go);
                awaiting.cancel();
            });
            Latches.meet(go);
            probe.subscription();
            Latches.join(canceller);
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            awaiting.joined();
            assertThat(probe.cancels).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource
        void A15_terminalSignalsWithoutOnSubscribeAreHonoured(Word word) {
            var failure = new IllegalStateException("refused");
            assertThatThrownBy(() -> word.run(new RxProbe<>(p -> p.fail(failure))))
                    .isSameAs(failure);
            if (!word.isStream())
                assertThat(word.run(new RxProbe<>(p -> word.succeed(p, "value"))))
                        .isEqualTo(word.given("value"));
            else
                assertThatThrownBy(() -> word.run(new RxProbe<>(Probe::complete)))
                        .isInstanceOf(NoValueException.class);
            assertThat(hooks.rules()).containsExactly("1.9", "1.9");
            assertThat(hooks.dropped).isEmpty();
            assertThat(hooks.discarded).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(
                mode = Mode.MATCH_ANY,
                names = {"FLOWABLE.*", "OBSERVABLE.*"})
        void A15_aValueWithoutOnSubscribeIsABreachAndAnError(Word word) {
            var probe = new RxProbe<>(p -> p.next("value"));
            assertThatThrownBy(() -> word.run(probe))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1.9");
            assertThat(hooks.rules()).containsExactly("1.9");
            assertThat(hooks.discarded).containsExactly("value");
        }
    }

    @Nested
    class A16_NullSignals {
        @ParameterizedTest
        @EnumSource
        void A16_aNullSignalIsAnErrorForTheSourceAndForTheAwait(Word word) {
            nullSignal(word, p -> {}, p -> p.subscriber().onSubscribe(null), "onSubscribe");
            nullSignal(word, Probe::subscription, p -> p.fail(null), "onError");
            if (word == Word.COMPLETABLE) return;
            nullSignal(word, Probe::subscription, p -> p.next(null), word.isStream() ? "onNext" : "onSuccess");
        }

        private void nullSignal(
                Word word, Consumer<Probe<Object>> script, Consumer<Probe<Object>> send, String signal) {
            hooks.violations.clear();
            var probe = new RxProbe<>(script);
            var awaiting = word.awaiting(probe).parked();
            var thrown = new AtomicReference<Throwable>();
            try {
                send.accept(probe);
            } catch (Throwable atTheSource) {
                thrown.set(atTheSource);
            }
            assertThat(thrown.get()).isInstanceOf(NullPointerException.class).hasMessageContaining(signal);
            assertThat(awaiting.failure()).isSameAs(thrown.get());
            assertThat(probe.cancels).hasValue(signal.equals("onSubscribe") ? 0 : 1);
            assertThat(hooks.rules()).containsExactly("2.13");
        }
    }

    @Nested
    class A17_WhatTheSourceThrows {
        private static final List<Throwable> THROWN = List.of(
                new IllegalStateException("refused"),
                new IOException("sneaked"),
                new NullPointerException("of its own"),
                new NullPointerException("of its own, with a cause").initCause(new IOException("cause")),
                new StackOverflowError(),
                new OutOfMemoryError("simulated"),
                new NoClassDefFoundError("gone"));

        private void isTheOutcome(Word word, Throwable failure, Throwable seen) {
            if (failure instanceof IOException)
                assertThat(seen).isInstanceOf(AwaitException.class).hasCause(failure);
            else assertThat(seen).isSameAs(failure);
            boolean reported = word.isReportedByRxJava(failure) && !(failure instanceof NullPointerException);
            if (reported) assertThat(hooks.dropped).as("by RxJava itself").containsExactly(failure);
            else assertThat(hooks.dropped).isEmpty();
            hooks.dropped.clear();
        }

        @ParameterizedTest
        @EnumSource(
                mode = Mode.EXCLUDE,
                names = {"FLOWABLE_FIRST", "OBSERVABLE_FIRST"})
        void A17_whatSubscribeThrowsIsTheOutcomeAsTheSameInstance(Word word) {
            for (Throwable failure : THROWN) {
                var probe = new RxProbe<>(p -> {
                    p.subscription();
                    if (word.isStream()) p.next("held");
                    throw Failures.<RuntimeException>sneak(failure);
                });
                isTheOutcome(word, failure, word.awaiting(probe).failure());
                assertThat(probe.cancels).hasValue(1);
                if (word.isStream()) assertThat(hooks.discarded).containsExactly("held");
                hooks.discarded.clear();
            }
            assertThat(hooks.violations).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void A17_whatSubscribeThrowsBeforeOnSubscribeIsTheOutcome(Word word) {
            for (Throwable failure : THROWN) {
                var probe = new RxProbe<>(p -> {
                    throw Failures.<RuntimeException>sneak(failure);
                });
                isTheOutcome(word, failure, word.awaiting(probe).failure());
            }
            assertThat(hooks.violations).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void A17_whatSubscribeThrowsAfterATerminalSignalIsReportedOnce(Word word) {
            for (Throwable failure : THROWN) {
                hooks.dropped.clear();
                var probe = new RxProbe<>(p -> {
                    p.subscription();
                    word.succeed(p, "value");
                    throw Failures.<RuntimeException>sneak(failure);
                });
                assertThat(word.run(probe)).isEqualTo(word.given("value"));
                assertThat(hooks.dropped).containsExactly(failure);
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"FLOWABLE_FIRST", "FLOWABLE_LAST", "FLOWABLE_SINGLE"})
        void A18_whatRequestThrowsIsTheOutcome(Word word) {
            var failure = new IllegalStateException("no demand, please");
            var probe = new RxProbe<Object>().onRequest(count -> {
                throw failure;
            });
            assertThatThrownBy(() -> word.run(probe)).isSameAs(failure);
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.dropped).isEmpty();
        }
    }

    @Nested
    class A19_WhatCancelDoes {
        @ParameterizedTest
        @EnumSource
        void A19_whatDisposeThrowsIsSuppressedInTheCancellation(Word word) {
            var fromDispose = new IllegalStateException("dispose threw");
            var probe = new RxProbe<Object>().onCancel(() -> {
                throw fromDispose;
            });
            var awaiting = word.awaiting(probe).parked();
            awaiting.cancel();
            assertThat(awaiting.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasSuppressedException(fromDispose);
            assertThat(awaiting.interruptedAtEnd()).isFalse();
        }

        @ParameterizedTest
        @EnumSource
        void A19_whatDisposeThrowsLeavesTheFlagOfAPlainThreadSet(Word word) {
            var fromDispose = new IllegalStateException("dispose threw");
            var probe = new RxProbe<Object>().onCancel(() -> {
                throw fromDispose;
            });
            var awaiting =
                    Watched.thread(Thread.ofPlatform(), () -> word.of(probe)).parked();
            awaiting.thread().interrupt();
            assertThat(awaiting.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasSuppressedException(fromDispose)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(awaiting.interruptedAtEnd()).isTrue();
        }

        @RepeatedTest(100)
        void A20_aDisposeThatBlocksKeepsOnlyTheCoroutineWaiting() throws Exception {
            var release = new CountDownLatch(1);
            var probe = new RxProbe<Object>().onCancel(() -> Latches.await(release));
            var awaiting = Word.SINGLE.awaiting(probe).parked();
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
        void A21_aDownstreamThatDisposesFromWithinASignalIsLegal(String where) {
            var subscription = new AtomicReference<Disposable>();
            var probe = new RxProbe<>(p -> {
                until("subscribed", () -> subscription.get() != null);
                if (where.equals("onSubscribe")) subscription.get().dispose();
                p.subscription();
                if (!where.equals("onNext")) return;
                p.next("value");
                subscription.get().dispose();
            });
            probe.onRequest(count -> {
                if (where.equals("request")) subscription.get().dispose();
            });
            var thrown = new AtomicReference<Throwable>();
            var interrupted = new AtomicBoolean();
            var ended = new CountDownLatch(1);
            subscription.set(single(() -> {
                        try {
                            return awaitLast(probe.flowable());
                        } catch (Throwable failure) {
                            thrown.set(failure);
                            interrupted.set(Thread.currentThread().isInterrupted());
                            throw failure;
                        } finally {
                            ended.countDown();
                        }
                    })
                    .subscribe());
            Latches.await(ended);
            assertThat(thrown.get()).isInstanceOf(CancelledException.class);
            assertThat(interrupted).isFalse();
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.discarded).hasSize(where.equals("onNext") ? 1 : 0);
        }
    }

    @Nested
    class A22_NoSubscription {
        @ParameterizedTest
        @EnumSource
        void A22_aCancelledCoroutineDoesNotSubscribe(Word word) {
            var probe = new RxProbe<>();
            var ready = new CountDownLatch(1);
            var awaiting = Watched.coroutine(() -> {
                Latches.awaitUninterruptibly(ready);
                assertThatThrownBy(() -> word.of(probe)).isInstanceOf(CancelledException.class);
                return "seen";
            });
            awaiting.cancel();
            ready.countDown();
            assertThat(awaiting.value()).isEqualTo("seen");
            assertThat(probe.isSubscribed()).isFalse();
        }

        @ParameterizedTest
        @EnumSource
        void A22_anInterruptedPlainThreadDoesNotSubscribeAndKeepsItsFlag(Word word) {
            var probe = new RxProbe<>();
            var awaiting = Watched.thread(Thread.ofPlatform(), () -> {
                Thread.currentThread().interrupt();
                return word.of(probe);
            });
            assertThat(awaiting.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(awaiting.interruptedAtEnd()).isTrue();
            assertThat(probe.isSubscribed()).isFalse();
        }
    }

    @Nested
    class A25_WhereItIsCalledFrom {
        @Test
        @EnabledForJreRange(min = JRE.JAVA_24)
        void A25_awaitsInsideSynchronizedDoNotHoldTheCarriers() {
            var gate = SingleSubject.<String>create();
            var awaiting = new ArrayList<Watched<String>>();
            for (int i = 0; i < 50; i++) {
                var monitor = new Object();
                awaiting.add(Watched.coroutine(() -> {
                    synchronized (monitor) {
                        return await(gate);
                    }
                }));
            }
            awaiting.forEach(Watched::parked);
            Async.run(() -> gate.onSuccess("value"));
            assertThat(awaiting).extracting(Watched::value).containsOnly("value");
        }

        @Test
        void A27_anAwaitInsideAnOperatorOfOurOwnSubscriptionIsLegal() {
            Single<Integer> nested = Single.just(1)
                    .map(n -> n + await(Single.just(10).delay(1, TimeUnit.MILLISECONDS)))
                    .map(n -> n + awaitFirst(Observable.just(100)));
            assertThat(Async.run(() -> await(nested))).isEqualTo(111);
        }

        @Test
        void A27_anAwaitInsideAnOperatorIsCancelledWithTheOuterOne() {
            var inner = new RxProbe<>();
            Maybe<Object> outer = Maybe.just(1).map(n -> await(inner.single()));
            var awaiting = Watched.coroutine(() -> await(outer));
            until("subscribed", inner::isSubscribed);
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(inner.cancels).hasValue(1);
        }

        @Test
        void A28_aStackOverflowOfADeepChainIsThrownAtTheAwait() {
            Single<Integer> deep = Single.just(0).hide();
            for (int i = 0; i < 100_000; i++) deep = deep.map(n -> n + 1);
            Single<Integer> tooDeep = deep;
            assertThat(Watched.coroutine(() -> await(tooDeep)).failure()).isInstanceOf(StackOverflowError.class);
        }
    }

    @Nested
    class G13_WhatIsKept {
        @ParameterizedTest
        @EnumSource(names = {"SINGLE", "FLOWABLE_LAST"})
        void G13_aSourceThatKeepsItsObserverDoesNotKeepTheContext(Word word) {
            var probe = new RxProbe<>();
            var weak = new AtomicReference<WeakReference<Object>>();
            var awaiting = Watched.coroutine(() -> {
                var big = new byte[1000];
                weak.set(new WeakReference<>(big));
                return Async.withContext("big", big, () -> word.of(probe));
            });
            awaiting.parked();
            word.succeed(probe, "value");
            awaiting.joined();
            until("collected", () -> {
                System.gc();
                return weak.get().refersTo(null);
            });
            assertThat(probe.subscriber()).isNotNull();
        }

        @Test
        void G20_aMillionSynchronousAwaitsInALoopUseAConstantStack() {
            Single<Integer> source = Single.just(1).hide();
            assertThat(Async.<Integer, RuntimeException>run(() -> {
                        int sum = 0;
                        for (int i = 0; i < 1_000_000; i++) sum += await(source);
                        return sum;
                    }))
                    .isEqualTo(1_000_000);
        }
    }
}
