package dev.weft.testing.streams;

import static dev.weft.Async.checkpoint;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.Emitter;
import dev.weft.Generator;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

/**
 * Rows D: a stream that a generator emits; a subclass says how its library builds one, and adds what is specific
 * to it.
 */
public abstract class BuilderRules implements Library {
    protected WatchedHooks hooks;
    private final List<Object> steps = new CopyOnWriteArrayList<>();
    private final AtomicReference<Thread> thread = new AtomicReference<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void openHooks() {
        hooks = hooks();
    }

    @AfterEach
    void restoreHooks() {
        release.countDown();
        if (thread.get() != null) Latches.join(thread.get());
        hooks.close();
    }

    /** The library's name for such a stream. */
    protected abstract String word();

    protected abstract <T> Publisher<T> stream(Generator<T> generator);

    protected abstract <T> Publisher<T> firstThree(Publisher<T> source);

    /** An operator that requests one value at a time, and passes it on on the same thread. */
    protected abstract <T> Publisher<T> oneByOne(Publisher<T> source);

    /** An operator that requests one value at a time, and passes it on on another thread. */
    protected abstract <T> Publisher<T> elsewhereOneByOne(Publisher<T> source);

    /** Awaits a value that another thread signals. */
    protected abstract Integer awaitLater(Integer value);

    protected abstract Object awaitError(Throwable failure);

    /** A checked exception in the library's usual wrapper, which the engine removes. */
    protected abstract RuntimeException wrapped(IOException checked);

    private List<Object> trail(Publisher<?> source) {
        var recorder = recorder().eager();
        source.subscribe(recorder);
        return recorder.ended().trail;
    }

    private Throwable error(Publisher<?> source) {
        var recorder = recorder().eager();
        source.subscribe(recorder);
        return recorder.ended().error;
    }

    /** A generator whose thread can be waited for and whose steps are recorded. */
    protected final <T> Publisher<T> watched(Generator<T> generator) {
        return stream(out -> {
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

    protected final Publisher<Integer> numbers() {
        return watched(out -> {
            for (int i = 0; ; i++) {
                out.emit(i);
                steps.add("emitted " + i);
            }
        });
    }

    protected final boolean hasStarted() {
        return thread.get() != null;
    }

    protected final void parked() {
        until("parked", () -> thread.get() != null && thread.get().getState() == Thread.State.WAITING);
    }

    protected final void joinCoroutine() {
        until("started", () -> thread.get() != null);
        Latches.join(thread.get());
    }

    protected final Throwable thrown() {
        return (Throwable) steps.get(steps.size() - 1);
    }

    // --- D1

    @Test
    void D01_emitSuspendsWhileNothingIsRequestedAndReturnsAfterOnNext() {
        var recorder = this.<Integer>recorder().onNext(n -> steps.add("received " + n));
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
        Publisher<Integer> cold = stream(out -> out.emit(runs.incrementAndGet()));
        assertThat(runs).hasValue(0);
        assertThat(trail(cold)).containsExactly("onSubscribe", 1, "onComplete");
        assertThat(trail(cold)).containsExactly("onSubscribe", 2, "onComplete");
    }

    @Test
    void D01_onSubscribeComesBeforeTheGeneratorStarts() {
        var startedInOnSubscribe = new AtomicBoolean();
        var recorder = this.<Integer>recorder()
                .onSubscribe(s -> startedInOnSubscribe.set(((CoroutineTask<?>) s).thread() != null));
        numbers().subscribe(recorder);
        assertThat(startedInOnSubscribe).isFalse();
        assertThat(recorder.threads).containsExactly(Thread.currentThread());
        parked();
        recorder.cancel();
    }

    // --- D2

    @Test
    void D02_demandAddsUpAndSaturates() {
        var recorder = this.<Integer>recorder().onSubscribe(s -> {
            s.request(1);
            s.request(2);
        });
        numbers().subscribe(recorder);
        until("three", () -> recorder.trail.size() == 4);
        parked();
        assertThat(recorder.trail).containsExactly("onSubscribe", 0, 1, 2);
        recorder.cancel();
        var endless = this.<Integer>recorder().onSubscribe(s -> {
            s.request(Long.MAX_VALUE - 1);
            s.request(Long.MAX_VALUE - 1);
            s.request(5);
        });
        Publisher<Integer> hundred = stream(out -> {
            for (int i = 0; i < 100; i++) out.emit(i);
        });
        hundred.subscribe(endless);
        assertThat(endless.ended().trail).hasSize(102).endsWith(99, "onComplete");
    }

    @RepeatedTest(20)
    void D02_requestsFromManyThreadsAreNeverLost() throws Exception {
        var recorder = this.<Integer>recorder();
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
        var recorder = this.<Integer>recorder().onSubscribe(s -> s.request(1));
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
        var recorder = this.<Integer>recorder();
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
        var recorder = this.<Integer>recorder().onSubscribe(s -> s.request(0));
        numbers().subscribe(recorder);
        assertThat(recorder.ended().error).hasMessageContaining("3.9");
        assertThat(thread).hasNullValue();
    }

    // --- D5

    @Test
    void D05_nullIsRefusedAndTheStreamStaysAlive() {
        var recorder = this.<Integer>recorder().eager();
        watched((Emitter<Integer> out) -> {
                    assertThatThrownBy(() -> out.emit(null))
                            .isInstanceOf(NullPointerException.class)
                            .hasMessageContaining(word() + ": emit(null)");
                    out.emit(1);
                })
                .subscribe(recorder);
        assertThat(recorder.ended().trail).containsExactly("onSubscribe", 1, "onComplete");
    }

    // --- D6

    @Test
    void D06_emitAfterACancellationThrowsEachTime() {
        var recorder = this.<Integer>recorder().eager();
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
        var recorder = this.<Integer>recorder();
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
        var recorder = this.<Integer>recorder();
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
        var recorder = this.<Integer>recorder().eager();
        recorder.onNext(n -> {
            if (n == 1) recorder.cancel();
        });
        numbers().subscribe(recorder);
        joinCoroutine();
        assertThat(steps.subList(0, 2)).containsExactly("emitted 0", "emitted 1");
        assertThat(steps).hasSize(3);
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(2);
        assertThat(trail(firstThree(numbers()))).containsExactly("onSubscribe", 0, 1, 2, "onComplete");
    }

    // --- D8

    @Test
    void D08_theEndNeedsNoDemandAndNeverOvertakesAValue() {
        var failure = new IOException("after two");
        var recorder = this.<Integer>recorder().onSubscribe(s -> s.request(2));
        watched((Emitter<Integer> out) -> {
                    out.emit(0);
                    out.emit(1);
                    throw failure;
                })
                .subscribe(recorder);
        assertThat(recorder.ended().trail).containsExactly("onSubscribe", 0, 1, "onError");
        assertThat(recorder.error).isSameAs(failure);
        var empty = this.<Integer>recorder();
        stream((Emitter<Integer> out) -> {}).subscribe(empty);
        assertThat(empty.ended().trail).containsExactly("onSubscribe", "onComplete");
    }

    @Test
    void G07_whatTheGeneratorThrowsIsTheErrorTheSameInstance() {
        var checked = new IOException("checked");
        for (Throwable failure : List.of(
                checked, new IllegalStateException("unchecked"), new AssertionError("error"), wrapped(checked))) {
            Throwable real = failure.getCause() == checked ? checked : failure;
            Publisher<Object> throwing = stream(out -> {
                throw Failures.<RuntimeException>sneak(failure);
            });
            assertThat(error(throwing)).isSameAs(real);
            Publisher<Object> awaiting = stream(out -> awaitError(failure));
            assertThat(error(awaiting)).isSameAs(real);
        }
    }

    // --- D9

    @Test
    void D09_emitFromAnotherThreadOrCoroutineIsRefused() {
        Publisher<Integer> source = stream((Emitter<Integer> out) -> {
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
        assertThat(trail(source)).containsExactly("onSubscribe", 3, "onComplete");
        assertThat(steps).singleElement().isInstanceOf(IllegalStateException.class);
    }

    // --- D10

    @Test
    void D10_finallyRunsAfterACancellationAndAwaitsInItNeedAShield() {
        var recorder = this.<Integer>recorder();
        watched((Emitter<Integer> out) -> {
                    try {
                        out.emit(1);
                    } finally {
                        assertThatThrownBy(() -> awaitLater(2)).isInstanceOf(CancelledException.class);
                        steps.add(shielded(() -> awaitLater(3)));
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
        var recorder = this.<Integer>recorder();
        watched((Emitter<Integer> out) -> {
                    try {
                        out.emit(1);
                    } finally {
                        throwIt(wrapped(checked));
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
        var recorder = this.<Integer>recorder();
        numbers().subscribe(recorder);
        parked();
        assertThat(((CoroutineTask<?>) recorder.subscription).describe()).contains("emit");
        recorder.cancel();
        joinCoroutine();
    }

    @Test
    void D11_aTimeoutEndsTheWaitForDemandAndOnlyThat() {
        var recorder = this.<Integer>recorder();
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

    // --- D13

    @Test
    void D13_noMoreValuesAreMadeThanAreRequested() {
        var recorder = this.<Integer>recorder().onSubscribe(s -> s.request(3));
        oneByOne(numbers()).subscribe(recorder);
        until("three", () -> recorder.trail.size() == 4);
        parked();
        assertThat(steps).hasSizeLessThanOrEqualTo(4);
        recorder.cancel();
        joinCoroutine();
    }

    // --- D14

    @Test
    void D14_aSubscriberThatThrowsFromOnNextUnwindsTheGenerator() {
        var fromSubscriber = new IllegalStateException("from onNext");
        var recorder = this.<Integer>recorder().eager().onNext(n -> {
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
        var recorder = this.<Integer>recorder().eager().onNext(n -> {
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

    // --- what a stream shares with a source of one

    @Test
    void C18_aSubscriberIsForgottenWhileTheCancelledGeneratorCleansUp() {
        var subscription = new AtomicReference<Subscription>();
        var weak = subscribedWeakly(subscription);
        parked();
        subscription.get().cancel();
        until("collected", () -> {
            System.gc();
            return weak.refersTo(null);
        });
        assertThat(thread.get().isAlive()).as("still cleaning up").isTrue();
        release.countDown();
        joinCoroutine();
    }

    private WeakReference<Object> subscribedWeakly(AtomicReference<Subscription> subscription) {
        var recorder = this.<Integer>recorder().onSubscribe(subscription::set);
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
        Publisher<Integer> counting = stream(out -> {
            for (int i = 1; i <= 1000; i++) {
                plain[0] = i;
                out.emit(i);
            }
        });
        var seen = new CopyOnWriteArrayList<Boolean>();
        var recorder = this.<Integer>recorder().eager().onNext(i -> seen.add(plain[0] >= i));
        elsewhereOneByOne(counting).subscribe(recorder);
        recorder.ended();
        assertThat(seen).hasSize(1000).containsOnly(true);
    }
}
