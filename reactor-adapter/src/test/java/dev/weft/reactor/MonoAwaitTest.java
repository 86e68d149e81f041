package dev.weft.reactor;

import static dev.weft.Async.throwing;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitLast;
import static dev.weft.reactor.ReactorAsync.awaitOptional;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
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
import dev.weft.testing.sources.Upstream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

/** Rows A over Reactor's sources: each of the words that await. */
class MonoAwaitTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
        Hooks.resetOnOperatorDebug();
        Hooks.resetOnEachOperator();
        Hooks.resetOnLastOperator();
    }

    /** The verbs; a verb without a result returns null. */
    enum Word {
        AWAIT {
            @Override
            <T> T of(Publisher<T> source) {
                return await(Mono.fromDirect(source));
            }
        },
        OPTIONAL {
            @Override
            <T> T of(Publisher<T> source) {
                return awaitOptional(Mono.fromDirect(source)).orElse(null);
            }
        },
        ONE {
            @Override
            <T> T of(Publisher<T> source) {
                return awaitSingle(Mono.fromDirect(source));
            }
        },
        DONE {
            @Override
            <T> T of(Publisher<T> source) {
                awaitDone(Mono.fromDirect(source));
                return null;
            }
        },
        FIRST {
            @Override
            <T> T of(Publisher<T> source) {
                return awaitFirst(source);
            }
        },
        LAST {
            @Override
            <T> T of(Publisher<T> source) {
                return awaitLast(source);
            }
        },
        SINGLE {
            @Override
            <T> T of(Publisher<T> source) {
                return awaitSingle(Flux.from(source));
            }
        };

        abstract <T> T of(Publisher<T> source);

        boolean isMono() {
            return ordinal() <= DONE.ordinal();
        }
    }

    private static <T> Watched<T> awaiting(Publisher<T> source, Word word) {
        return Watched.coroutine(() -> word.of(source));
    }

    private static <T> T run(Publisher<T> source, Word word) {
        return Async.run(() -> word.of(source));
    }

    private static Flux<String> of(String... values) {
        return Flux.just(values).hide();
    }

    private static Mono<String> failing(Throwable failure) {
        return Mono.<String>error(failure).hide();
    }

    private static void isRefusal(Throwable refusal) {
        assertThat(refusal)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("mono(")
                .hasMessageContaining("non-blocking thread");
    }

    @Nested
    class A1_TheValue {
        /**
         * What is composed before the terminal signal, like this commit, has always happened. Reactor runs {@code doFinally} after it
         * has passed the signal on, so that has run for certain only if the source is synchronous.
         */
        @ParameterizedTest
        @EnumSource(names = {"AWAIT", "OPTIONAL", "ONE", "DONE", "LAST", "SINGLE"})
        void A01_theAwaitReturnsWhenTheTransactionAroundTheValueHasCommitted(Word word) {
            var trail = new CopyOnWriteArrayList<String>();
            var commit = Sinks.<String>empty();
            Flux<String> transaction = Flux.usingWhen(
                    Mono.just("connection"),
                    c -> Mono.just("value").doOnNext(trail::add),
                    c -> commit.asMono().doOnTerminate(() -> trail.add("commit")));
            var awaiting = Watched.coroutine(() -> {
                Object value = word.of(transaction);
                trail.add("returned");
                return value;
            });
            awaiting.parked();
            assertThat(trail).containsExactly("value");
            commit.tryEmitEmpty();
            assertThat(awaiting.value()).isEqualTo(word == Word.DONE ? null : "value");
            assertThat(trail).containsExactly("value", "commit", "returned");
        }

        @Test
        void A01_awaitFirstReturnsAtTheFirstValueAndCancelsTheRest() {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, Word.FIRST).parked();
            probe.next("value");
            assertThat(awaiting.value()).isEqualTo("value");
            assertThat(probe.cancels).hasValue(1);
        }

        @Test
        void A01_awaitLastReturnsTheLastValueAndDiscardsTheOthers() {
            assertThat(run(of("a", "b", "c"), Word.LAST)).isEqualTo("c");
            assertThat(hooks.discarded).containsExactly("a", "b");
        }

        @ParameterizedTest
        @EnumSource
        void A01_doFinallyOfASynchronousSourceHasRun(Word word) {
            var trail = new CopyOnWriteArrayList<String>();
            Flux<String> source = of("value").doFinally(signal -> trail.add("finally"));
            Async.run(() -> {
                word.of(source);
                trail.add("returned");
            });
            assertThat(trail).containsExactly("finally", "returned");
        }

        @RepeatedTest(20)
        void A01_aValueFromAnotherThreadIsNeverSeenBeforeItsTerminalSignal() {
            var finished = new AtomicBoolean();
            Mono<Integer> source = Mono.fromCallable(() -> 1)
                    .subscribeOn(Schedulers.parallel())
                    .doOnTerminate(() -> finished.set(true))
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
        @EnumSource(names = {"ONE", "FIRST", "LAST", "SINGLE"})
        void A02_anEmptySourceIsAnErrorThatNamesTheOperator(Word word) {
            String operator = word == Word.FIRST ? "awaitFirst" : word == Word.LAST ? "awaitLast" : "awaitSingle";
            for (Publisher<String> empty : List.<Publisher<String>>of(of(), Mono.empty(), Flux.empty()))
                assertThatThrownBy(() -> run(empty, word))
                        .isInstanceOf(NoValueException.class)
                        .isInstanceOf(NoSuchElementException.class)
                        .hasMessageStartingWith(operator + ": reactor.core.publisher.")
                        .hasMessageContaining(" completed without a value; where it may be empty, use ");
        }

        @ParameterizedTest
        @EnumSource(names = {"AWAIT", "OPTIONAL", "DONE"})
        void A02_anEmptySourceIsNullWhereOneMayBeMissing(Word word) {
            assertThat(Async.<Object, RuntimeException>run(() -> word.of(of()))).isNull();
            assertThat(Async.<Object, RuntimeException>run(() -> word.of(Mono.empty())))
                    .isNull();
        }

        @Test
        void A02_awaitDoneDiscardsTheValueAlsoOfAScalar() {
            Async.run(() -> awaitDone(Mono.just("ready")));
            Async.run(() -> awaitDone(Mono.just("late").hide()));
            assertThat(hooks.discarded).containsExactly("ready", "late");
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
                assertThatThrownBy(() -> run(failing(failure), word)).isSameAs(failure);
                assertThatThrownBy(() -> run(Mono.error(failure), word)).isSameAs(failure);
                assertThatThrownBy(() -> run(Mono.error(() -> failure), word)).isSameAs(failure);
            }
        }

        @ParameterizedTest
        @EnumSource
        void A03_aCheckedErrorComesInsideACarrier(Word word) {
            var checked = new IOException("disk");
            for (Mono<String> source :
                    List.<Mono<String>>of(failing(checked), Mono.error(checked), Mono.fromCallable(() -> {
                        throw checked;
                    })))
                assertThatThrownBy(() -> run(source, word))
                        .isInstanceOf(AwaitException.class)
                        .cause()
                        .isSameAs(checked);
        }

        @Test
        void A03_aCheckedErrorComesAsItselfFromEveryFormThatNamesIt() {
            var checked = new IOException("disk");
            Mono<String> failing = failing(checked);
            for (var body : List.<ThrowingCallable>of(
                    () -> await(failing, IOException.class),
                    () -> throwing(IOException.class, () -> awaitOptional(failing)),
                    () -> throwing(IOException.class, () -> awaitSingle(failing)),
                    () -> throwing(IOException.class, () -> awaitSingle(failing.flux())),
                    () -> throwing(IOException.class, () -> awaitDone(failing)),
                    () -> throwing(IOException.class, () -> awaitFirst(failing)),
                    () -> throwing(IOException.class, () -> awaitLast(failing)),
                    () -> Async.run(() -> await(Mono.error(checked), IOException.class)))) {
                assertThatThrownBy(body).isSameAs(checked);
            }
        }

        @Test
        void A03_aFormThatNamesAnotherExceptionKeepsTheCarrier() {
            var checked = new TimeoutException("other");
            assertThatThrownBy(() -> Async.run(() -> await(failing(checked), IOException.class)))
                    .isInstanceOf(AwaitException.class)
                    .cause()
                    .isSameAs(checked);
        }

        @Test
        void A03_anExceptionThatReactorItselfPropagatedIsTheOriginal() {
            var checked = new IOException("disk");
            Mono<Object> propagating = Mono.just(1).map(n -> {
                throw Exceptions.propagate(checked);
            });
            assertThatThrownBy(() -> Async.run(() -> await(propagating, IOException.class)))
                    .isSameAs(checked);
            assertThatThrownBy(() -> Async.run(() -> await(
                            Mono.fromCallable(() -> {
                                throw Exceptions.propagate(checked);
                            }),
                            IOException.class)))
                    .isSameAs(checked);
        }

        @Test
        void G08_aSharedErrorGetsOneMarkForTenThousandAwaits() {
            var shared = new IllegalStateException("shared");
            Mono<String> source = failing(shared);
            Async.run(() -> {
                for (int i = 0; i < 10_000; i++)
                    assertThatThrownBy(() -> await(source)).isSameAs(shared);
            });
            assertThat(shared.getSuppressed()).hasSize(1);
            assertThat(shared.getSuppressed()[0]).hasMessage("awaited at"); // where, the package traces looks at
            var stackless = new RuntimeException("stackless", null, false, false) {
                private static final long serialVersionUID = 1;
            };
            assertThatThrownBy(() -> run(failing(stackless), Word.AWAIT)).isSameAs(stackless);
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
                Flux<String> source = of("value").doOnNext(value -> signalled.set(Thread.currentThread()));
                word.of(source);
                assertThat(signalled).hasValue(before);
                assertThat(Thread.currentThread()).isSameAs(before);
            });
        }

        @ParameterizedTest
        @EnumSource
        void A04_aScalarAndACallableAreRead(Word word) {
            assertThat(run(Mono.just("value"), word)).isEqualTo(word == Word.DONE ? null : "value");
            assertThat(run(Mono.fromCallable(() -> "value"), word)).isEqualTo(word == Word.DONE ? null : "value");
            assertThat(run(Flux.just("value"), word)).isEqualTo(word == Word.DONE ? null : "value");
        }

        @ParameterizedTest
        @ValueSource(strings = {"onEachOperator", "onLastOperator"})
        void A04_anAssemblyHookSeesTheSignalsOfAScalar(String hook) {
            var seen = new CopyOnWriteArrayList<Object>();
            var lift = Operators.<Object, Object>lift((scannable, actual) -> new SeenSubscriber(actual, seen));
            if (hook.equals("onEachOperator")) Hooks.onEachOperator(lift);
            else Hooks.onLastOperator(lift);
            assertThat(Async.run(() -> await(Mono.just("value")))).isEqualTo("value");
            assertThat(Async.run(() -> await(Mono.fromCallable(() -> "called"))))
                    .isEqualTo("called");
            assertThat(Async.run(() -> awaitFirst(Flux.just("first")))).isEqualTo("first");
            assertThat(seen).containsExactly("value", "called", "first");
        }

        private record SeenSubscriber(CoreSubscriber<? super Object> actual, List<Object> seen)
                implements CoreSubscriber<Object> {
            @Override
            public void onSubscribe(Subscription subscription) {
                actual.onSubscribe(subscription);
            }

            @Override
            public void onNext(Object value) {
                seen.add(value);
                actual.onNext(value);
            }

            @Override
            public void onError(Throwable failure) {
                actual.onError(failure);
            }

            @Override
            public void onComplete() {
                actual.onComplete();
            }

            @Override
            public Context currentContext() {
                return actual.currentContext();
            }
        }

        @Test
        void A04_operatorDebugStillNamesTheAssemblyOfACallable() {
            Hooks.onOperatorDebug();
            var failure = new IllegalStateException("in the callable");
            Mono<Object> source = Mono.fromCallable(() -> {
                throw failure;
            });
            assertThatThrownBy(() -> Async.run(() -> await(source)))
                    .isSameAs(failure)
                    .satisfies(e -> assertThat(e.getSuppressed())
                            .anySatisfy(s -> assertThat(s).hasMessageContaining("Assembly trace")));
            assertThat(Async.run(() -> await(Mono.just("value")))).isEqualTo("value");
        }

        @Test
        void A04_aCallableRunsOnceForEachAwait() {
            var calls = new AtomicInteger();
            Mono<Integer> counting = Mono.fromCallable(calls::incrementAndGet);
            Async.run(() -> {
                assertThat(await(counting)).isEqualTo(1);
                assertThat(await(counting)).isEqualTo(2);
                awaitDone(counting);
            });
            assertThat(calls).hasValue(3);
        }
    }

    @Nested
    class A5_Demand {
        @ParameterizedTest
        @EnumSource
        void A05_oneValueIsRequestedForTheFirstAndAllForTheRest(Word word) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, word).parked();
            assertThat(probe.requests).containsExactly(word == Word.FIRST ? 1 : Long.MAX_VALUE);
            awaiting.cancel();
            awaiting.joined();
            assertThat(probe.requests).hasSize(1);
        }
    }

    @Nested
    class A6_Cancellation {
        @ParameterizedTest
        @EnumSource
        void A06_aValueAfterTheCancellationIsDiscardedAndTheUpstreamCancelledOnce(Word word) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, word).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            probe.next("late");
            probe.complete();
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.discarded).containsExactly("late");
            assertThat(hooks.violations).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void A06_theDiscardHookOfTheSubscribersContextTakesALateValue(Word word) {
            var probe = new Probe<String>();
            var discarded = new CopyOnWriteArrayList<Object>();
            var ended = new CountDownLatch(1);
            var subscription = mono(() -> {
                        try {
                            return word.of(probe);
                        } finally {
                            ended.countDown();
                        }
                    })
                    .doOnDiscard(String.class, discarded::add)
                    .subscribe();
            until("subscribed", probe::isSubscribed);
            subscription.dispose();
            Latches.await(ended);
            probe.next("late");
            assertThat(discarded).containsExactly("late");
            assertThat(hooks.discarded).isEmpty();
        }

        @RepeatedTest(50)
        void A06_aValueThatRacesACancellationIsReturnedOrDiscarded() {
            for (Word word : Word.values()) {
                if (word == Word.DONE) continue;
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, word).parked();
                hooks.discarded.clear();
                var go = new CountDownLatch(2);
                Thread canceller = Thread.startVirtualThread(() -> {
                    Latches.meet(go);
                    awaiting.cancel();
                });
                Latches.meet(go);
                probe.next("value");
                probe.complete();
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

        @Test
        void A06_aValueThatWonIsReturnedThoughTheCancellationComesBeforeTheThreadRunsAgain() {
            for (int i = 0; i < 100; i++) {
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, Word.FIRST).parked();
                probe.next("value");
                awaiting.cancel();
                assertThat(awaiting.value()).isEqualTo("value");
                assertThat(hooks.discarded).isEmpty();
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"AWAIT", "OPTIONAL", "ONE", "LAST", "SINGLE"})
        void A07_aValueWithoutATerminalSignalIsDiscardedByACancellation(Word word) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, word).parked();
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
            for (Word word : List.of(Word.AWAIT, Word.ONE, Word.LAST, Word.SINGLE)) {
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, word).parked();
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
        void A08_anErrorAfterTheCancellationIsDroppedOnce(Word word) {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, word).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            var late = new IllegalStateException("late");
            probe.fail(late);
            assertThat(hooks.dropped).containsExactly(late);
        }

        @Test
        void A08_theDroppedHookOfTheSubscribersContextTakesALateError() {
            var probe = new Probe<String>();
            var dropped = new CopyOnWriteArrayList<Throwable>();
            var ended = new CountDownLatch(1);
            var subscription = mono(() -> {
                        try {
                            return await(Mono.fromDirect(probe));
                        } finally {
                            ended.countDown();
                        }
                    })
                    .contextWrite(c -> c.put("reactor.onErrorDropped.local", (Consumer<Throwable>) dropped::add))
                    .subscribe();
            until("subscribed", probe::isSubscribed);
            subscription.dispose();
            Latches.await(ended);
            var late = new IllegalStateException("late");
            probe.fail(late);
            assertThat(dropped).containsExactly(late);
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A08_anEchoOfTheCancellationIsOnlyCounted() {
            for (Throwable echo : List.of(
                    new CancellationException(), new InterruptedException(), new ClosedByInterruptException())) {
                var probe = new Probe<String>();
                var awaiting = awaiting(probe, Word.AWAIT).parked();
                awaiting.cancel();
                awaiting.joined();
                long before = EngineCounter.CANCEL_ECHOES.sum();
                probe.fail(echo);
                assertThat(EngineCounter.CANCEL_ECHOES.sum()).isGreaterThan(before);
            }
            assertThat(hooks.dropped).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void A08_aBlockingCallableThatACancellationInterruptsEndsAsACancellation(boolean bare) {
            var blocking = new CountDownLatch(1);
            Mono<String> callable = Mono.fromCallable(() -> {
                blocking.countDown();
                new CountDownLatch(1).await();
                return "never";
            });
            var awaiting = awaiting(bare ? callable : callable.hide(), Word.AWAIT);
            Latches.await(blocking);
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(awaiting.interruptedAtEnd()).isFalse();
            if (bare) assertThat(hooks.dropped).isEmpty();
            else assertThat(hooks.dropped).hasOnlyElementsOfType(InterruptedException.class); // Reactor's own drop
        }

        @Test
        void A09_aValueThatBeatTheDeadlineIsReturned() {
            var clock = VirtualTimeScheduler.getOrSet();
            try {
                var probe = new Probe<String>();
                var awaiting =
                        Watched.coroutine(() -> Async.withTimeout(Duration.ofSeconds(1), () -> awaitFirst(probe)));
                awaiting.parked();
                probe.next("value");
                clock.advanceTimeBy(Duration.ofSeconds(1));
                assertThat(awaiting.value()).isEqualTo("value");
            } finally {
                VirtualTimeScheduler.reset();
            }
        }

        @Test
        void A09_aValueAfterTheDeadlineIsDiscarded() {
            var clock = VirtualTimeScheduler.getOrSet();
            try {
                var probe = new Probe<String>();
                var awaiting =
                        Watched.coroutine(() -> Async.withTimeout(Duration.ofSeconds(1), () -> awaitFirst(probe)));
                awaiting.parked();
                clock.advanceTimeBy(Duration.ofSeconds(1));
                probe.next("late");
                assertThat(awaiting.failure()).isInstanceOf(TimeoutException.class);
                awaiting.joined();
                assertThat(hooks.discarded).containsExactly("late");
                assertThat(probe.cancels).hasValue(1);
            } finally {
                VirtualTimeScheduler.reset();
            }
        }
    }

    @Nested
    class A10_SignalsTooMany {
        @ParameterizedTest
        @EnumSource(names = {"AWAIT", "OPTIONAL", "ONE"})
        void A10_aSecondValueFromASourceOfOneIsABreachAndTheFirstIsKept(Word word) {
            var source = TestPublisher.<String>createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW);
            var awaiting = awaiting(source, word).parked();
            source.next("first", "second");
            assertThat(awaiting.value()).isEqualTo("first");
            assertThat(hooks.rules()).containsExactly("1.1");
            assertThat(hooks.discarded).containsExactly("second");
            source.assertCancelled(1);
        }

        @Test
        void A10_aSecondValueIsAnErrorForAwaitSingleAndBothAreDiscarded() {
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, Word.SINGLE).parked();
            probe.next("first");
            probe.next("second");
            assertThat(awaiting.failure()).isInstanceOf(TooManyValuesException.class);
            assertThat(hooks.discarded).containsExactlyInAnyOrder("first", "second");
            assertThat(probe.cancels).hasValue(1);
        }

        @ParameterizedTest
        @EnumSource
        void A11_signalsAfterTheTerminalOneAreBreachesAndChangeNothing(Word word) {
            var late = new IllegalStateException("late");
            Publisher<String> source = new Probe<>(p -> {
                p.subscription();
                p.next("value");
                p.complete();
                p.next("late");
                p.complete();
                p.fail(late);
            });
            assertThat(run(source, word)).isEqualTo(word == Word.DONE ? null : "value");
            assertThat(hooks.rules()).containsExactly("1.7", "1.7", "1.7");
            assertThat(hooks.discarded).contains("late").doesNotHaveDuplicates();
            assertThat(hooks.dropped).containsExactly(late);
        }

        @Test
        void A11_aTestPublisherThatCleansUpNothingChangesNothing() {
            var first = new IllegalStateException("first");
            var source = TestPublisher.<String>createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
            var awaiting = awaiting(source, Word.AWAIT).parked();
            source.error(first).next("late").complete();
            assertThat(awaiting.failure()).isSameAs(first);
            assertThat(hooks.rules()).containsExactly("1.7", "1.7");
            assertThat(hooks.discarded).containsExactly("late");
        }

        @ParameterizedTest
        @EnumSource(names = {"AWAIT", "OPTIONAL", "ONE", "DONE", "LAST", "SINGLE"})
        void A12_anErrorAfterAValueWinsAndTheValueIsDiscarded(Word word) {
            var failure = new IllegalStateException("no commit");
            var probe = new Probe<String>();
            var awaiting = awaiting(probe, word).parked();
            probe.next("value");
            probe.fail(failure);
            assertThat(awaiting.failure()).isSameAs(failure);
            assertThat(hooks.discarded).containsExactly("value");
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A12_anErrorAfterTheFirstValueIsDroppedByAwaitFirst() {
            var failure = new IllegalStateException("too late");
            Publisher<String> source = new Probe<>(p -> {
                p.subscription();
                p.next("value");
                p.fail(failure);
            });
            assertThat(run(source, Word.FIRST)).isEqualTo("value");
            assertThat(hooks.dropped).containsExactly(failure);
        }
    }

    @Nested
    class A13_TheSubscription {
        @ParameterizedTest
        @EnumSource
        void A13_aSecondSubscriptionIsCancelledWithoutARequest(Word word) {
            var second = new Upstream();
            var probe = new Probe<String>(p -> {
                p.subscription();
                p.subscriber().onSubscribe(second);
            });
            var awaiting = awaiting(probe, word).parked();
            assertThat(second.cancels).hasValue(1);
            assertThat(second.requests).isEmpty();
            assertThat(probe.cancels).hasValue(0);
            assertThat(hooks.rules()).containsExactly("2.5");
            probe.next("value");
            probe.complete();
            assertThat(awaiting.value()).isEqualTo(word == Word.DONE ? null : "value");
        }

        @Test
        void A13_theSameSubscriptionTwiceIsIgnored() {
            var probe = new Probe<String>(p -> {
                p.subscription();
                p.subscription();
            });
            var awaiting = awaiting(probe, Word.AWAIT).parked();
            assertThat(probe.cancels).hasValue(0);
            assertThat(probe.requests).hasSize(1);
            assertThat(hooks.rules()).containsExactly("2.5");
            probe.next("value");
            probe.complete();
            assertThat(awaiting.value()).isEqualTo("value");
        }

        @ParameterizedTest
        @EnumSource
        void A14_lateOnSubscribeIsCancelled(Word word) {
            var probe = new Probe<String>(p -> {});
            var awaiting = awaiting(probe, word).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            probe.subscription();
            assertThat(probe.cancels).hasValue(1);
            assertThat(probe.requests).isEmpty();
        }

        @RepeatedTest(50)
        void A14_onSubscribeThatRacesACancellationIsCancelledOnce() {
            var probe = new Probe<String>(p -> {});
            var awaiting = awaiting(probe, Word.AWAIT).parked();
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

        @Test
        void A15_terminalSignalsWithoutOnSubscribeAreHonoured() {
            var failure = new IllegalStateException("refused");
            assertThat(run(new Probe<String>(Probe::complete), Word.AWAIT)).isNull();
            assertThatThrownBy(() -> run(new Probe<String>(p -> p.fail(failure)), Word.ONE))
                    .isSameAs(failure);
            assertThat(hooks.rules()).containsExactly("1.9", "1.9");
        }

        @ParameterizedTest
        @EnumSource
        void A15_aValueWithoutOnSubscribeIsABreachAndAnError(Word word) {
            Publisher<String> source = new Probe<>(p -> p.next("value"));
            assertThatThrownBy(() -> run(source, word))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1.9");
            assertThat(hooks.rules()).containsExactly("1.9");
            assertThat(hooks.discarded).containsExactly("value");
        }
    }

    @Nested
    class A16_NullSignals {
        @ParameterizedTest
        @ValueSource(strings = {"onSubscribe", "onNext", "onError"})
        void A16_aNullSignalIsAnErrorForTheSourceAndForTheAwait(String signal) {
            var probe = new Probe<String>(signal.equals("onSubscribe") ? p -> {} : Probe::subscription);
            var awaiting = awaiting(probe, Word.AWAIT).parked();
            var thrown = new AtomicReference<Throwable>();
            try {
                switch (signal) {
                    case "onSubscribe" -> probe.subscriber().onSubscribe(null);
                    case "onNext" -> probe.next(null);
                    default -> probe.fail(null);
                }
            } catch (Throwable atTheSource) {
                thrown.set(atTheSource);
            }
            assertThat(thrown.get()).isInstanceOf(NullPointerException.class).hasMessageContaining(signal);
            assertThat(awaiting.failure()).isSameAs(thrown.get());
            assertThat(probe.cancels).hasValue(signal.equals("onSubscribe") ? 0 : 1);
            assertThat(hooks.rules()).containsExactly("2.13");
        }

        @Test
        void A16_aTestPublisherThatSendsNullEndsTheAwait() {
            var source = TestPublisher.<String>createNoncompliant(TestPublisher.Violation.ALLOW_NULL);
            var awaiting = awaiting(source, Word.AWAIT).parked();
            assertThatThrownBy(() -> source.next((String) null)).isInstanceOf(NullPointerException.class);
            assertThat(awaiting.failure()).isInstanceOf(NullPointerException.class);
            source.assertCancelled();
        }
    }

    @Nested
    class A17_WhatTheSourceThrows {
        private static final List<Throwable> THROWN = List.of(
                new IllegalStateException("refused"),
                quiet(new StackOverflowError()),
                quiet(new OutOfMemoryError("simulated")),
                quiet(new NoClassDefFoundError("gone")));

        /** Reactor logs what is fatal. */
        private static Throwable quiet(Throwable fatal) {
            fatal.setStackTrace(new StackTraceElement[0]);
            return fatal;
        }

        /** Also downstream of a Mono, where Reactor turns it into signals: an onSubscribe of its own, and an onError. */
        @ParameterizedTest
        @EnumSource(names = {"AWAIT", "OPTIONAL", "ONE", "LAST", "SINGLE"})
        void A17_whatSubscribeThrowsIsTheOutcomeAsTheSameInstance(Word word) {
            for (Throwable failure : THROWN) {
                var probe = new Probe<String>(p -> {
                    p.subscription();
                    p.next("held");
                    throw Failures.<RuntimeException>sneak(failure);
                });
                assertThat(awaiting(probe, word).failure()).isSameAs(failure);
                assertThat(probe.cancels).hasValue(1);
                assertThat(hooks.discarded).containsExactly("held");
                hooks.discarded.clear();
            }
            assertThat(hooks.dropped).isEmpty();
            assertThat(hooks.violations).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void A17_whatSubscribeThrowsBeforeOnSubscribeIsTheOutcome(Word word) {
            for (Throwable failure : THROWN) {
                Publisher<String> source = new Probe<>(p -> {
                    throw Failures.<RuntimeException>sneak(failure);
                });
                assertThat(awaiting(source, word).failure()).isSameAs(failure);
            }
            assertThat(hooks.dropped).isEmpty();
            assertThat(hooks.violations).isEmpty();
        }

        @Test
        void A17_whatSubscribeThrowsAfterATerminalSignalIsDropped() {
            var failure = new IllegalStateException("after all");
            Publisher<String> source = new Probe<>(p -> {
                p.subscription();
                p.next("value");
                p.complete();
                throw failure;
            });
            assertThat(run(source, Word.AWAIT)).isEqualTo("value");
            assertThat(hooks.dropped).containsExactly(failure);
        }

        @Test
        void A18_whatRequestThrowsIsTheOutcome() {
            var failure = new IllegalStateException("no demand, please");
            var probe = new Probe<String>().onRequest(count -> {
                throw failure;
            });
            assertThatThrownBy(() -> run(probe, Word.AWAIT)).isSameAs(failure);
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.dropped).isEmpty();
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
            var awaiting = awaiting(probe, Word.AWAIT).parked();
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
            var awaiting = Watched.thread(Thread.ofPlatform(), () -> await(Mono.fromDirect(probe)))
                    .parked();
            awaiting.thread().interrupt();
            assertThat(awaiting.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasSuppressedException(fromCancel)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(awaiting.interruptedAtEnd()).isTrue();
        }

        @RepeatedTest(200)
        void A20_aCancelThatBlocksKeepsOnlyTheCoroutineWaiting() throws Exception {
            var release = new CountDownLatch(1);
            var probe = new Probe<String>().onCancel(() -> Latches.await(release));
            var awaiting = awaiting(probe, Word.AWAIT).parked();
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
        void A21_aDownstreamThatCancelsFromWithinASignalIsLegal(String where) {
            var subscription = new AtomicReference<Disposable>();
            var probe = new Probe<String>(p -> {
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
            subscription.set(mono(() -> {
                        try {
                            return await(Mono.fromDirect(probe));
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
            var subscribed = new AtomicInteger();
            Flux<String> source = of("value").doOnSubscribe(s -> subscribed.incrementAndGet());
            Mono<String> callable = Mono.fromCallable(() -> "called " + subscribed.incrementAndGet());
            var ready = new CountDownLatch(1);
            var awaiting = Watched.coroutine(() -> {
                Latches.awaitUninterruptibly(ready);
                assertThatThrownBy(() -> word.of(source)).isInstanceOf(CancelledException.class);
                assertThatThrownBy(() -> word.of(callable)).isInstanceOf(CancelledException.class);
                return "seen";
            });
            awaiting.cancel();
            ready.countDown();
            assertThat(awaiting.value()).isEqualTo("seen");
            assertThat(subscribed).hasValue(0);
        }

        @Test
        void A22_anInterruptedPlainThreadDoesNotSubscribeAndKeepsItsFlag() {
            var subscribed = new AtomicInteger();
            for (Mono<String> source : List.<Mono<String>>of(
                    Mono.just("value").hide().doOnSubscribe(s -> subscribed.incrementAndGet()),
                    Mono.fromCallable(() -> "called " + subscribed.incrementAndGet()))) {
                var awaiting = Watched.thread(Thread.ofPlatform(), () -> {
                    Thread.currentThread().interrupt();
                    return await(source);
                });
                assertThat(awaiting.failure())
                        .isInstanceOf(CancelledException.class)
                        .hasCauseInstanceOf(InterruptedException.class);
                assertThat(awaiting.interruptedAtEnd()).isTrue();
            }
            assertThat(subscribed).hasValue(0);
        }
    }

    @Nested
    class A24_WhereItMayWait {
        @ParameterizedTest
        @EnumSource
        void A24_aNonBlockingThreadIsRefusedBeforeAnythingIsSubscribedTo(Word word) {
            var subscribed = new AtomicInteger();
            Flux<String> source = of("value").doOnSubscribe(s -> subscribed.incrementAndGet());
            Mono<String> ready = Mono.fromCallable(() -> "called " + subscribed.incrementAndGet());
            for (Scheduler scheduler : List.of(Schedulers.parallel(), Schedulers.single()))
                for (Publisher<String> publisher : List.of(source, ready, Mono.just("scalar")))
                    StepVerifier.create(
                                    Mono.fromRunnable(() -> word.of(publisher)).subscribeOn(scheduler))
                            .verifyErrorSatisfies(MonoAwaitTest::isRefusal);
            assertThat(subscribed).hasValue(0);
        }

        @Test
        void A24_theRefusalNamesTheMethodThatWasCalled() {
            Map<Runnable, String> words = Map.of(
                    () -> await(Mono.never()), "await",
                    () -> awaitSingle(Mono.never()), "awaitSingle",
                    () -> awaitSingle(Mono.just("ready")), "awaitSingle",
                    () -> awaitDone(Mono.never()), "awaitDone",
                    () -> awaitFirst(Flux.never()), "awaitFirst",
                    () -> Async.group(members -> {}), "group");
            words.forEach(
                    (body, word) -> StepVerifier.create(Mono.fromRunnable(body).subscribeOn(Schedulers.parallel()))
                            .verifyErrorSatisfies(refusal -> assertThat(refusal)
                                    .hasMessageStartingWith(word + " would block the non-blocking thread parallel-")));
        }

        @Test
        void A24_anEventLoopIsRefused() throws Exception {
            var thrown = new AtomicReference<Throwable>();
            class Loop extends Thread implements NonBlocking {
                @Override
                public void run() {
                    try {
                        await(Mono.just("value"));
                    } catch (Throwable refusal) {
                        thrown.set(refusal);
                    }
                }
            }
            var loop = new Loop();
            loop.start();
            loop.join(TimeUnit.SECONDS.toMillis(Watched.SECONDS));
            isRefusal(thrown.get());
        }

        @Test
        void A24_coroutinesVirtualAndPlatformThreadsAndBoundedElasticMayAwait() {
            Mono<String> later = Mono.just("value").delayElement(Duration.ofMillis(1));
            assertThat(awaiting(later, Word.AWAIT).value()).isEqualTo("value");
            for (Thread.Builder builder : List.<Thread.Builder>of(Thread.ofVirtual(), Thread.ofPlatform()))
                assertThat(Watched.thread(builder, () -> await(later)).value()).isEqualTo("value");
            StepVerifier.create(Mono.fromCallable(() -> await(later)).subscribeOn(Schedulers.boundedElastic()))
                    .expectNext("value")
                    .verifyComplete();
        }
    }

    @Nested
    class A25_WhereItIsCalledFrom {
        @Test
        @EnabledForJreRange(min = JRE.JAVA_24)
        void A25_awaitsInsideSynchronizedDoNotHoldTheCarriers() {
            var gate = Sinks.<String>one();
            var awaiting = new ArrayList<Watched<String>>();
            for (int i = 0; i < 50; i++) {
                var monitor = new Object();
                awaiting.add(Watched.coroutine(() -> {
                    synchronized (monitor) {
                        return await(gate.asMono());
                    }
                }));
            }
            awaiting.forEach(Watched::parked);
            Async.run(() -> gate.tryEmitValue("value"));
            assertThat(awaiting).extracting(Watched::value).containsOnly("value");
        }

        @Test
        void A27_anAwaitInsideAnOperatorOfOurOwnSubscriptionIsLegal() {
            Mono<Integer> nested = Mono.just(1)
                    .hide()
                    .map(n -> n + await(Mono.just(10).delayElement(Duration.ofMillis(1))))
                    .map(n -> n + await(Mono.just(100)));
            assertThat(Async.run(() -> await(nested))).isEqualTo(111);
            assertThat(Async.run(() ->
                            await(Mono.fromCallable(() -> await(Mono.just(1).delayElement(Duration.ofMillis(1)))))))
                    .isEqualTo(1);
        }

        @Test
        void A27_anAwaitInsideAnOperatorIsCancelledWithTheOuterOne() {
            var inner = new Probe<String>();
            Mono<String> outer = Mono.just(1).hide().map(n -> await(Mono.fromDirect(inner)));
            var awaiting = awaiting(outer, Word.AWAIT);
            until("subscribed", inner::isSubscribed);
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(inner.cancels).hasValue(1);
            assertThat(hooks.dropped).isEmpty();
        }

        @Test
        void A28_aStackOverflowOfADeepChainIsThrownAtTheAwait() {
            Mono<Integer> deep = Mono.just(0).hide();
            for (int i = 0; i < 100_000; i++) deep = deep.map(n -> n + 1);
            Mono<Integer> tooDeep = deep;
            assertThat(awaiting(tooDeep, Word.AWAIT).failure()).isInstanceOf(StackOverflowError.class);
        }
    }

    @Nested
    class G13_WhatIsKept {
        @Test
        void G13_aPublisherThatKeepsItsSubscriberDoesNotKeepTheContext() {
            var probe = new Probe<String>();
            var weak = new AtomicReference<WeakReference<Object>>();
            var awaiting = Watched.coroutine(() -> {
                var big = new byte[1000];
                weak.set(new WeakReference<>(big));
                return Async.withContext("big", big, () -> await(Mono.fromDirect(probe)));
            });
            awaiting.parked();
            probe.next("value");
            probe.complete();
            awaiting.joined();
            until("collected", () -> {
                System.gc();
                return weak.get().refersTo(null);
            });
            assertThat(probe.subscriber()).isNotNull();
        }

        @Test
        void G20_aMillionSynchronousAwaitsInALoopUseAConstantStack() {
            Mono<Integer> source = Mono.just(1).hide();
            assertThat(Async.<Integer, RuntimeException>run(() -> {
                        int sum = 0;
                        for (int i = 0; i < 1_000_000; i++) sum += awaitSingle(source);
                        return sum;
                    }))
                    .isEqualTo(1_000_000);
        }

        @Test
        void nullArgumentsAreRefusedByName() {
            assertThatThrownBy(() -> await((Mono<?>) null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("mono");
            assertThatThrownBy(() -> awaitFirst(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("publisher");
            assertThatThrownBy(() -> awaitSingle((Flux<?>) null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("flux");
        }
    }
}
