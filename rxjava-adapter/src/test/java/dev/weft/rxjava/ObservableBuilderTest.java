package dev.weft.rxjava;

import static dev.weft.Async.checkpoint;
import static dev.weft.Async.shielded;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.observable;
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
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows D, with D12: {@code observable(generator)}, which cannot be asked to wait. */
class ObservableBuilderTest {
    private final HookLog hooks = new HookLog();
    private final List<Object> steps = new CopyOnWriteArrayList<>();
    private final AtomicReference<Thread> thread = new AtomicReference<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void restoreHooks() {
        release.countDown();
        if (thread.get() != null) Latches.join(thread.get());
        hooks.close();
        RxJavaPlugins.setOnObservableAssembly(null);
    }

    /** A generator whose thread can be waited for, and whose steps are recorded. */
    private <T> Observable<T> watched(Generator<T> generator) {
        return observable(out -> {
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

    private Observable<Integer> numbers() {
        return watched(out -> {
            for (int i = 0; ; i++) {
                out.emit(i);
                steps.add("emitted " + i);
            }
        });
    }

    private void joinCoroutine() {
        until("started", () -> thread.get() != null);
        Latches.join(thread.get());
    }

    private Throwable thrown() {
        return (Throwable) steps.get(steps.size() - 1);
    }

    // --- D1, D12

    @Test
    void D12_emitCallsTheObserverOnTheCoroutinesThreadAndNeverSuspends() {
        var recorder = new Recorder<Integer>().onNext(n -> steps.add("received " + n));
        watched((Emitter<Integer> out) -> {
                    for (int i = 0; i < 3; i++) {
                        out.emit(i);
                        steps.add("emitted " + i);
                    }
                })
                .subscribe(recorder);
        assertThat(recorder.ended().trail).containsExactly("onSubscribe", 0, 1, 2, "onComplete");
        joinCoroutine();
        assertThat(steps)
                .containsExactly(
                        "received 0", "emitted 0", "received 1", "emitted 1", "received 2", "emitted 2", "returned");
        assertThat(recorder.threads.subList(1, 5)).containsOnly(thread.get());
        assertThat(thread.get().isVirtual()).isTrue();
    }

    @Test
    void D12_anObserveOnQueuesWhatTheGeneratorIsAhead() {
        var first = new CountDownLatch(1);
        var received = new AtomicInteger();
        Observable<Integer> thousand = watched(out -> {
            for (int i = 0; i < 1000; i++) out.emit(i);
        });
        var observer = thousand.observeOn(Schedulers.single())
                .doOnNext(n -> {
                    first.countDown();
                    Latches.awaitUninterruptibly(release);
                    received.incrementAndGet();
                })
                .test();
        Latches.await(first);
        joinCoroutine();
        assertThat(steps).as("the generator has not waited").containsExactly("returned");
        assertThat(received).hasValue(0);
        release.countDown();
        observer.awaitDone(Watched.SECONDS, TimeUnit.SECONDS)
                .assertValueCount(1000)
                .assertComplete();
    }

    @Test
    void D12_aMillionValuesNeedNoDemand() {
        Observable<Integer> million = observable(out -> {
            for (int i = 0; i < 1_000_000; i++) out.emit(i);
        });
        assertThat(million.count().blockingGet()).isEqualTo(1_000_000);
    }

    @Test
    void D01_aGeneratorIsColdAndRunsForEachSubscription() {
        var runs = new AtomicInteger();
        Observable<Integer> cold = observable(out -> out.emit(runs.incrementAndGet()));
        assertThat(runs).hasValue(0);
        assertThat(cold.blockingIterable()).containsExactly(1);
        assertThat(cold.blockingIterable()).containsExactly(2);
    }

    @Test
    void D01_onSubscribeComesBeforeTheGeneratorStarts() {
        var startedInOnSubscribe = new AtomicBoolean();
        var recorder = new Recorder<Integer>()
                .onSubscribe(r -> startedInOnSubscribe.set(((CoroutineTask<?>) r.handle).thread() != null))
                .onNext(n -> Latches.awaitUninterruptibly(release));
        numbers().subscribe(recorder);
        assertThat(startedInOnSubscribe).isFalse();
        assertThat(recorder.threads.get(0)).isSameAs(Thread.currentThread());
        recorder.cancel();
    }

    // --- D5

    @Test
    void D05_nullIsRefusedAndTheStreamStaysAlive() {
        var recorder = new Recorder<Integer>();
        watched((Emitter<Integer> out) -> {
                    assertThatThrownBy(() -> out.emit(null)).isInstanceOf(NullPointerException.class);
                    out.emit(1);
                })
                .subscribe(recorder);
        assertThat(recorder.ended().trail).containsExactly("onSubscribe", 1, "onComplete");
    }

    // --- D6, D7

    @Test
    void D06_aSubscriptionDisposedOfInOnSubscribeNeverRunsTheGenerator() {
        var recorder = new Recorder<Integer>().onSubscribe(Recorder::cancel);
        numbers().subscribe(recorder);
        assertThat(recorder.trail).containsExactly("onSubscribe");
        assertThat(recorder.isDisposed()).isTrue();
        assertThat(thread).hasNullValue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void D06_emitAfterADisposalThrowsEachTimeEvenInsideAShield(boolean shield) {
        var recorder = new Recorder<Integer>();
        watched((Emitter<Integer> out) -> {
                    out.emit(0);
                    recorder.cancel();
                    for (int i = 1; i <= 3; i++) {
                        int value = i;
                        assertThatThrownBy(() -> {
                                    if (shield) shielded(() -> out.emit(value));
                                    else out.emit(value);
                                })
                                .isInstanceOf(CancelledException.class);
                    }
                    checkpoint();
                })
                .subscribe(recorder);
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(1, 2, 3);
        assertThat(recorder.trail).containsExactly("onSubscribe", 0);
    }

    @RepeatedTest(300)
    void D06_aDisposalThatRacesEmitsDeliversOrDiscardsEachValue() {
        var recorder = new Recorder<Integer>();
        var produced = new AtomicInteger();
        watched((Emitter<Integer> out) -> {
                    for (; ; ) {
                        out.emit(produced.getAndIncrement());
                        Thread.yield();
                    }
                })
                .subscribe(recorder);
        until("some", () -> recorder.trail.size() > 10);
        recorder.cancel();
        joinCoroutine();
        assertThat(recorder.trail.size() - 1 + hooks.discarded.size()).isEqualTo(produced.get());
        assertThat(hooks.discarded).hasSize(1);
    }

    @Test
    void D07_theEmitInWhichTheObserverDisposesReturnsAndTheNextThrows() {
        var recorder = new Recorder<Integer>();
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

    // --- D8, G7

    @Test
    void D08_anErrorNeverOvertakesAValueAndIsTheSameInstance() {
        for (Throwable failure : List.of(
                new IOException("checked"), new IllegalStateException("unchecked"), new AssertionError("error"))) {
            var recorder = new Recorder<Integer>();
            watched((Emitter<Integer> out) -> {
                        out.emit(0);
                        out.emit(1);
                        throw Failures.<RuntimeException>sneak(failure);
                    })
                    .subscribe(recorder);
            assertThat(recorder.ended().trail).containsExactly("onSubscribe", 0, 1, "onError");
            assertThat(recorder.error).isSameAs(failure);
        }
        Observable<Object> awaiting = observable(out -> await(Single.error(new IOException("awaited"))));
        awaiting.test().awaitDone(Watched.SECONDS, TimeUnit.SECONDS).assertFailure(IOException.class);
    }

    // --- D9, D10

    @Test
    void D09_emitFromAnotherThreadOrCoroutineIsRefused() {
        Observable<Integer> source = observable(out -> {
            assertThatThrownBy(() -> Async.async(() -> out.emit(1)).await()).isInstanceOf(IllegalStateException.class);
            var foreign = Watched.thread(Thread.ofPlatform(), () -> {
                out.emit(2);
                return null;
            });
            assertThat(foreign.failure()).isInstanceOf(IllegalStateException.class);
            out.emit(3);
        });
        source.test().awaitDone(Watched.SECONDS, TimeUnit.SECONDS).assertResult(3);
    }

    @Test
    void D10_finallyRunsAfterADisposalAndAwaitsInItNeedAShield() {
        var recorder = new Recorder<Integer>();
        var running = new CountDownLatch(1);
        watched((Emitter<Integer> out) -> {
                    try {
                        running.countDown();
                        await(Single.never());
                    } finally {
                        assertThatThrownBy(() -> await(Single.just(2))).isInstanceOf(CancelledException.class);
                        steps.add(shielded(() -> await(Single.just(3).delay(1, TimeUnit.MILLISECONDS))));
                    }
                })
                .subscribe(recorder);
        Latches.await(running);
        recorder.cancel();
        joinCoroutine();
        assertThat(steps.get(0)).isEqualTo(3);
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(recorder.trail).containsExactly("onSubscribe");
    }

    @Test
    void D10_aLateExceptionGoesToRxJavaPlugins() {
        var late = new IOException("late");
        var running = new CountDownLatch(1);
        var recorder = new Recorder<Integer>();
        watched((Emitter<Integer> out) -> {
                    running.countDown();
                    try {
                        await(Single.never());
                    } catch (CancelledException cancelled) {
                        throw late;
                    }
                })
                .subscribe(recorder);
        Latches.await(running);
        recorder.cancel();
        joinCoroutine();
        assertThat(hooks.dropped).containsExactly(late);
        assertThat(recorder.trail).containsExactly("onSubscribe");
    }

    // --- D14

    @Test
    void D14_anObserverThatThrowsFromOnNextUnwindsTheGenerator() {
        var fromObserver = new IllegalStateException("from onNext");
        var recorder = new Recorder<Integer>().onNext(n -> {
            throw fromObserver;
        });
        numbers().subscribe(recorder);
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class).hasCause(fromObserver);
        assertThat(hooks.dropped).containsExactly(fromObserver);
        assertThat(recorder.trail).containsExactly("onSubscribe", 0);
        assertThat(recorder.isDisposed()).isTrue();
    }

    // --- C17, C18, C19

    @Test
    void C17_aNullObserverIsRefused() {
        Observable<Integer> source = numbers();
        assertThatThrownBy(() -> source.subscribe((Recorder<Integer>) null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void C18_anObserverIsForgottenWhileTheDisposedGeneratorCleansUp() {
        var handle = new AtomicReference<Object>();
        var running = new CountDownLatch(1);
        WeakReference<Object> weak = subscribedWeakly(handle, running);
        Latches.await(running);
        ((Disposable) handle.get()).dispose();
        until("collected", () -> {
            System.gc();
            return weak.refersTo(null);
        });
        assertThat(thread.get().isAlive()).as("still cleaning up").isTrue();
        release.countDown();
        joinCoroutine();
    }

    private WeakReference<Object> subscribedWeakly(AtomicReference<Object> handle, CountDownLatch running) {
        var recorder = new Recorder<Integer>().onSubscribe(r -> handle.set(r.handle));
        watched((Emitter<Integer> out) -> {
                    running.countDown();
                    shielded(() -> Latches.awaitUninterruptibly(release));
                })
                .subscribe(recorder);
        return new WeakReference<>(recorder);
    }

    @Test
    void C19_theDisposableIsDisposedAfterTheEndAndInsideItsSignal() {
        var inside = new AtomicBoolean();
        var during = new AtomicBoolean();
        var recorder = new Recorder<Integer>();
        recorder.onNext(n -> during.set(recorder.isDisposed()));
        recorder.onTerminal(() -> inside.set(recorder.isDisposed()));
        watched((Emitter<Integer> out) -> out.emit(1)).subscribe(recorder);
        joinCoroutine();
        assertThat(during).isFalse();
        assertThat(inside).isTrue();
        assertThat(recorder.isDisposed()).isTrue();
        recorder.cancel();
        recorder.cancel();
        assertThat(recorder.trail).containsExactly("onSubscribe", 1, "onComplete");
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void assemblyHooksSeeTheObservable() {
        var assembled = new AtomicInteger();
        RxJavaPlugins.setOnObservableAssembly(o -> {
            assembled.incrementAndGet();
            return o;
        });
        numbers();
        assertThat(assembled).hasValue(1);
    }
}
