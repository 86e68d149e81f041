package dev.weft.rxjava;

import static dev.weft.Async.checkpoint;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.Emitter;
import dev.weft.Generator;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;

/** Section 1.4: {@code flowable(generator)}. */
class FlowableBuilderTest {
    private final HookLog hooks = new HookLog();
    private final List<Object> steps = new CopyOnWriteArrayList<>();
    private final AtomicReference<Thread> thread = new AtomicReference<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void restoreHooks() {
        release.countDown();
        if (thread.get() != null) Latches.join(thread.get());
        hooks.close();
    }

    /** A generator whose thread can be waited for, and whose steps are recorded. */
    private <T> Flowable<T> watched(Generator<T> generator) {
        return flowable(out -> {
            thread.set(Thread.currentThread());
            try {
                generator.generate(out);
                steps.add("returned");
            } catch (Throwable failure) {
                steps.add(failure);
                throw failure;
            }
        });
    }

    private Flowable<Integer> numbers() {
        return watched(out -> {
            for (int i = 0; ; i++) {
                out.emit(i);
                steps.add("emitted " + i);
            }
        });
    }

    private void parked() {
        until("parked", () -> thread.get() != null && thread.get().getState() == Thread.State.WAITING);
    }

    private void joinCoroutine() {
        until("started", () -> thread.get() != null);
        Latches.join(thread.get());
    }

    private Throwable thrown() {
        return (Throwable) steps.get(steps.size() - 1);
    }

    // --- D1

    @Test
    void D01_emitSuspendsWhileNothingIsRequestedAndReturnsAfterOnNext() {
        var recorder = new Recorder<Integer>().onNext(n -> steps.add("received " + n));
        numbers().subscribe(recorder);
        parked();
        assertThat(steps).isEmpty();
        recorder.request(2);
        until("two", () -> steps.size() == 4);
        parked();
        assertThat(steps).containsExactly("received 0", "emitted 0", "received 1", "emitted 1");
        recorder.request(1);
        until("three", () -> steps.size() == 6);
        recorder.cancel();
        joinCoroutine();
        assertThat(recorder.trail).containsExactly("onSubscribe", 0, 1, 2);
        assertThat(recorder.threads.subList(1, 4)).containsOnly(thread.get());
        assertThat(thread.get().isVirtual()).isTrue();
    }

    @Test
    void D01_aGeneratorIsColdAndRunsForEachSubscription() {
        var runs = new AtomicInteger();
        Flowable<Integer> cold = flowable(out -> out.emit(runs.incrementAndGet()));
        assertThat(runs).hasValue(0);
        assertThat(cold.blockingIterable()).containsExactly(1);
        assertThat(cold.blockingIterable()).containsExactly(2);
    }

    @Test
    void D01_onSubscribeComesBeforeTheGeneratorStarts() {
        var startedInOnSubscribe = new AtomicBoolean();
        var recorder = new Recorder<Integer>()
                .onSubscribe(s -> startedInOnSubscribe.set(((CoroutineTask<?>) s.handle).thread() != null));
        numbers().subscribe(recorder);
        assertThat(startedInOnSubscribe).isFalse();
        assertThat(recorder.threads).containsExactly(Thread.currentThread());
        parked();
        recorder.cancel();
    }

    // --- D2

    @Test
    void D02_demandAddsUpAndSaturates() {
        var recorder = new Recorder<Integer>().onSubscribe(s -> {
            s.request(1);
            s.request(2);
        });
        numbers().subscribe(recorder);
        until("three", () -> recorder.trail.size() == 4);
        parked();
        assertThat(recorder.trail).containsExactly("onSubscribe", 0, 1, 2);
        recorder.cancel();
        var endless = new Recorder<Integer>().onSubscribe(s -> {
            s.request(Long.MAX_VALUE - 1);
            s.request(Long.MAX_VALUE - 1);
            s.request(5);
        });
        Flowable<Integer> hundred = flowable(out -> {
            for (int i = 0; i < 100; i++) out.emit(i);
        });
        hundred.subscribe(endless);
        assertThat(endless.ended().trail).hasSize(102).endsWith(99, "onComplete");
    }

    @RepeatedTest(20)
    void D02_requestsFromManyThreadsAreNeverLost() throws Exception {
        var recorder = new Recorder<Integer>();
        numbers().subscribe(recorder);
        var requesters = IntStream.range(0, 8)
                .mapToObj(i -> Thread.ofVirtual().start(() -> {
                    for (int n = 0; n < 50; n++) recorder.request(1);
                }))
                .toList();
        for (Thread requester : requesters) requester.join();
        until("all", () -> recorder.trail.size() == 401);
        parked();
        recorder.cancel();
        joinCoroutine();
        assertThat(recorder.trail).hasSize(401);
    }

    // --- D3, G20

    @Test
    void D03_aRequestInsideOnNextAddsWithoutNesting() {
        var depth = new AtomicInteger();
        var deepest = new AtomicInteger();
        var recorder = new Recorder<Integer>().onSubscribe(s -> s.request(1));
        recorder.onNext(n -> {
            deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
            if (n < 10_000) recorder.request(1);
            depth.decrementAndGet();
        });
        numbers().subscribe(recorder);
        until("all", () -> recorder.trail.size() == 10_002);
        recorder.cancel();
        assertThat(deepest).hasValue(1);
    }

    // --- D4

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void D04_aRequestForNothingWakesAParkedEmitAndIsAnError(long count) {
        var recorder = new Recorder<Integer>();
        numbers().subscribe(recorder);
        parked();
        recorder.request(count);
        assertThat(recorder.ended().error)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3.9");
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(0);
        assertThat(hooks.dropped).isEmpty();
        recorder.request(1);
        assertThat(recorder.trail).containsExactly("onSubscribe", "onError");
    }

    @Test
    void D04_aRequestForNothingInOnSubscribeIsAnErrorAndTheGeneratorNeverRuns() {
        var recorder = new Recorder<Integer>().onSubscribe(s -> s.request(0));
        numbers().subscribe(recorder);
        assertThat(recorder.ended().error).hasMessageContaining("3.9");
        assertThat(thread).hasNullValue();
    }

    // --- D5

    @Test
    void D05_nullIsRefusedAndTheStreamStaysAlive() {
        var recorder = Recorder.<Integer>eager();
        watched((Emitter<Integer> out) -> {
                    assertThatThrownBy(() -> out.emit(null)).isInstanceOf(NullPointerException.class);
                    out.emit(1);
                })
                .subscribe(recorder);
        assertThat(recorder.ended().trail).containsExactly("onSubscribe", 1, "onComplete");
    }

    // --- D6

    @Test
    void D06_aParkedEmitIsWokenByACancellationAndItsValueDiscarded() {
        var recorder = new Recorder<Integer>();
        numbers().subscribe(recorder);
        parked();
        recorder.cancel();
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(0);
        assertThat(recorder.trail).containsExactly("onSubscribe");
    }

    @Test
    void D06_emitAfterACancellationThrowsEachTime() {
        var recorder = Recorder.<Integer>eager();
        watched((Emitter<Integer> out) -> {
                    out.emit(0);
                    recorder.cancel();
                    for (int i = 1; i <= 3; i++) {
                        int value = i;
                        assertThatThrownBy(() -> out.emit(value)).isInstanceOf(CancelledException.class);
                    }
                    checkpoint();
                })
                .subscribe(recorder);
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(1, 2, 3);
        assertThat(recorder.trail).containsExactly("onSubscribe", 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void D06_emitSeesACancellationEvenInsideAShield(boolean parkedBefore) {
        var recorder = new Recorder<Integer>();
        var inShield = new CountDownLatch(1);
        watched((Emitter<Integer> out) -> shielded(() -> {
                    inShield.countDown();
                    if (!parkedBefore) Latches.awaitUninterruptibly(release);
                    out.emit(1);
                }))
                .subscribe(recorder);
        Latches.await(inShield);
        if (parkedBefore) parked();
        recorder.cancel();
        release.countDown();
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(1);
    }

    @RepeatedTest(100)
    void D06_aCancellationThatRacesEmitsDeliversOrDiscardsEachValue() {
        var recorder = new Recorder<Integer>();
        var produced = new AtomicInteger();
        watched((Emitter<Integer> out) -> {
                    for (; ; ) out.emit(produced.getAndIncrement());
                })
                .subscribe(recorder);
        recorder.request(50);
        until("some", () -> recorder.trail.size() > 10);
        recorder.cancel();
        joinCoroutine();
        assertThat(recorder.trail.size() - 1 + hooks.discarded.size()).isEqualTo(produced.get());
    }

    // --- D7

    @Test
    void D07_theEmitInWhichTheSubscriberCancelsReturnsAndTheNextThrows() {
        var recorder = Recorder.<Integer>eager();
        recorder.onNext(n -> {
            if (n == 1) recorder.cancel();
        });
        numbers().subscribe(recorder);
        joinCoroutine();
        assertThat(steps.subList(0, 2)).containsExactly("emitted 0", "emitted 1");
        assertThat(steps).hasSize(3);
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(2);
        numbers().take(3).test().awaitDone(Watched.SECONDS, TimeUnit.SECONDS).assertResult(0, 1, 2);
    }

    // --- D8

    @Test
    void D08_theEndNeedsNoDemandAndNeverOvertakesAValue() {
        var failure = new IOException("after two");
        var recorder = new Recorder<Integer>().onSubscribe(s -> s.request(2));
        watched((Emitter<Integer> out) -> {
                    out.emit(0);
                    out.emit(1);
                    throw failure;
                })
                .subscribe(recorder);
        assertThat(recorder.ended().trail).containsExactly("onSubscribe", 0, 1, "onError");
        assertThat(recorder.error).isSameAs(failure);
        var empty = new Recorder<Integer>();
        flowable((Emitter<Integer> out) -> {}).subscribe(empty);
        assertThat(empty.ended().trail).containsExactly("onSubscribe", "onComplete");
    }

    @Test
    void G07_whatTheGeneratorThrowsIsTheErrorTheSameInstance() {
        var checked = new IOException("checked");
        for (Throwable failure : List.of(
                checked,
                new IllegalStateException("unchecked"),
                new AssertionError("error"),
                Failures.thrown(checked))) {
            Throwable real = failure instanceof AwaitException ? checked : failure;
            Flowable<Object> throwing = flowable(out -> {
                throw Failures.<RuntimeException>sneak(failure);
            });
            throwing.test().awaitDone(Watched.SECONDS, TimeUnit.SECONDS).assertError(e -> e == real);
            Flowable<Object> awaiting = flowable(out -> await(Single.error(real)));
            awaiting.test().awaitDone(Watched.SECONDS, TimeUnit.SECONDS).assertError(e -> e == real);
        }
    }

    // --- D9

    @Test
    void D09_emitFromAnotherThreadOrCoroutineIsRefused() {
        Flowable<Integer> source = flowable((Emitter<Integer> out) -> {
            assertThatThrownBy(() -> Async.async(() -> out.emit(1)).await()).isInstanceOf(IllegalStateException.class);
            Thread foreign = Thread.ofPlatform().start(() -> {
                try {
                    out.emit(2);
                } catch (Throwable refused) {
                    steps.add(refused);
                }
            });
            foreign.join();
            out.emit(3);
        });
        source.test().awaitDone(Watched.SECONDS, TimeUnit.SECONDS).assertResult(3);
        assertThat(steps).singleElement().isInstanceOf(IllegalStateException.class);
    }

    // --- D10

    @Test
    void D10_finallyRunsAfterACancellationAndAwaitsInItNeedAShield() {
        var recorder = new Recorder<Integer>();
        watched((Emitter<Integer> out) -> {
                    try {
                        out.emit(1);
                    } finally {
                        assertThatThrownBy(() -> await(Single.just(2))).isInstanceOf(CancelledException.class);
                        steps.add(shielded(() -> await(Single.just(3).delay(1, TimeUnit.MILLISECONDS))));
                    }
                })
                .subscribe(recorder);
        parked();
        recorder.cancel();
        joinCoroutine();
        assertThat(steps.get(0)).isEqualTo(3);
        assertThat(thrown()).isInstanceOf(CancelledException.class);
    }

    @Test
    void D10_aLateExceptionIsDroppedTheOriginalInstance() {
        var checked = new IOException("late");
        var recorder = new Recorder<Integer>();
        watched((Emitter<Integer> out) -> {
                    try {
                        out.emit(1);
                    } finally {
                        throwIt(Failures.thrown(checked));
                    }
                })
                .subscribe(recorder);
        parked();
        recorder.cancel();
        joinCoroutine();
        assertThat(hooks.dropped).containsExactly(checked);
        assertThat(recorder.trail).containsExactly("onSubscribe");
    }

    private static void throwIt(RuntimeException failure) {
        throw failure;
    }

    // --- D11

    @Test
    void D11_aGeneratorThatNobodyRequestsFromIsParkedUntilACancellation() {
        var recorder = new Recorder<Integer>();
        numbers().subscribe(recorder);
        parked();
        assertThat(((CoroutineTask<?>) recorder.handle).describe()).contains("emit");
        recorder.cancel();
        joinCoroutine();
    }

    @Test
    void D11_aTimeoutEndsTheWaitForDemandAndOnlyThat() {
        var recorder = new Recorder<Integer>();
        watched((Emitter<Integer> out) -> {
                    withTimeoutOrNull(Duration.ofMillis(1), () -> {
                        out.emit(1);
                        return 1;
                    });
                    out.emit(2);
                })
                .subscribe(recorder);
        until("discarded", () -> hooks.discarded.size() == 1);
        recorder.request(1);
        assertThat(recorder.ended().trail).containsExactly("onSubscribe", 2, "onComplete");
        assertThat(hooks.discarded).containsExactly(1);
    }

    // --- D13, D15

    @Test
    void D13_noMoreValuesAreMadeThanAreRequested() {
        var recorder = new Recorder<Integer>().onSubscribe(s -> s.request(3));
        numbers().observeOn(Schedulers.trampoline(), false, 1).subscribe(recorder);
        until("three", () -> recorder.trail.size() == 4);
        parked();
        assertThat(steps).hasSizeLessThanOrEqualTo(4);
        recorder.cancel();
        joinCoroutine();
    }

    @Test
    void D15_thereIsNoFusionAndTheSubscriptionIsTheCoroutine() {
        var recorder = new Recorder<Integer>().onSubscribe(Recorder::cancel);
        numbers().subscribe(recorder);
        assertThat(recorder.handle).isInstanceOf(CoroutineTask.class);
        assertThat(thread).as("never started").hasNullValue();
    }

    // --- D14

    @Test
    void D14_aSubscriberThatThrowsFromOnNextUnwindsTheGenerator() {
        var fromSubscriber = new IllegalStateException("from onNext");
        var recorder = Recorder.<Integer>eager().onNext(n -> {
            throw fromSubscriber;
        });
        numbers().subscribe(recorder);
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class).hasCause(fromSubscriber);
        assertThat(hooks.dropped).containsExactly(fromSubscriber);
        assertThat(recorder.trail).containsExactly("onSubscribe", 0);
    }

    @Test
    void D14_aGeneratorThatSwallowsTheUnwindingGetsNoFurther() {
        var fromSubscriber = new IllegalStateException("from onNext");
        var recorder = Recorder.<Integer>eager().onNext(n -> {
            throw fromSubscriber;
        });
        watched((Emitter<Integer> out) -> {
                    for (int i = 0; i < 3; i++) {
                        int value = i;
                        assertThatThrownBy(() -> out.emit(value)).isInstanceOf(CancelledException.class);
                    }
                })
                .subscribe(recorder);
        joinCoroutine();
        assertThat(recorder.trail).containsExactly("onSubscribe", 0);
        assertThat(hooks.discarded).containsExactly(1, 2);
        assertThat(hooks.dropped).containsExactly(fromSubscriber);
    }

    // --- what a flowable shares with a single

    @Test
    void C17_aNullSubscriberOrGeneratorIsRefused() {
        Flowable<Integer> source = numbers();
        assertThatThrownBy(() -> source.subscribe((FlowableSubscriber<Integer>) null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> flowable(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("generator");
    }

    @Test
    void C18_aSubscriberIsForgottenWhileTheCancelledGeneratorCleansUp() {
        var subscription = new AtomicReference<Object>();
        var weak = subscribedWeakly(subscription);
        parked();
        ((Subscription) subscription.get()).cancel();
        until("collected", () -> {
            System.gc();
            return weak.refersTo(null);
        });
        assertThat(thread.get().isAlive()).as("still cleaning up").isTrue();
        release.countDown();
        joinCoroutine();
    }

    private WeakReference<Object> subscribedWeakly(AtomicReference<Object> subscription) {
        var recorder = new Recorder<Integer>().onSubscribe(r -> subscription.set(r.handle));
        watched((Emitter<Integer> out) -> {
                    try {
                        out.emit(1);
                    } finally {
                        shielded(() -> Latches.awaitUninterruptibly(release));
                    }
                })
                .subscribe(recorder);
        return new WeakReference<>(recorder);
    }

    @Test
    void G14_whatTheGeneratorDidBeforeAnEmitIsSeenInOnNext() {
        int[] plain = new int[1];
        Flowable<Integer> counting = flowable(out -> {
            for (int i = 1; i <= 1000; i++) {
                plain[0] = i;
                out.emit(i);
            }
        });
        assertThat(counting.observeOn(Schedulers.computation(), false, 1)
                        .map(i -> plain[0] >= i)
                        .blockingIterable())
                .hasSize(1000)
                .containsOnly(true);
    }
}
