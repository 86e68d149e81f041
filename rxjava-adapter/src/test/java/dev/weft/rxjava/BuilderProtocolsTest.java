package dev.weft.rxjava;

import static dev.weft.Async.group;
import static dev.weft.Async.shielded;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Emitter;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The four protocols of RxJava that are not Reactive Streams, and that no kit tests, for what our builders make: an
 * observer receives {@code onSubscribe}, then values one after the other, then at most one end, and nothing after it
 * has disposed. The numbers are those of the like rules of Reactive Streams.
 */
class BuilderProtocolsTest {
    private enum Kind {
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
        },
        OBSERVABLE("value", "onComplete") {
            @Override
            void subscribe(Callable<String> body, Recorder<String> to) {
                RxAsync.<String>observable(out -> out.emit(body.call())).subscribe(to);
            }
        };

        /** What comes after onSubscribe when the body returns {@code "value"}. */
        final List<Object> signals;

        Kind(Object... signals) {
            this.signals = List.of(signals);
        }

        abstract void subscribe(Callable<String> body, Recorder<String> to);

        /** All signals that an observer receives. */
        Object[] whole() {
            return IntStream.rangeClosed(0, signals.size())
                    .mapToObj(i -> i == 0 ? "onSubscribe" : signals.get(i - 1))
                    .toArray();
        }
    }

    private final HookLog hooks = new HookLog();
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void restoreHooks() {
        release.countDown();
        hooks.close();
    }

    private String held() {
        running.countDown();
        shielded(() -> Latches.awaitUninterruptibly(release));
        return "value";
    }

    private static void join(Recorder<?> recorder) {
        Latches.join(((CoroutineTask<?>) recorder.handle).thread());
    }

    @ParameterizedTest
    @EnumSource
    void rule1_03_theSignalsComeInARowAndNotOneBesides(Kind kind) {
        var inside = new AtomicInteger();
        var overlapped = new AtomicBoolean();
        Runnable signal = () -> {
            if (inside.incrementAndGet() > 1) overlapped.set(true);
            inside.decrementAndGet();
        };
        var recorder = new Recorder<String>()
                .onSubscribe(r -> signal.run())
                .onNext(value -> signal.run())
                .onTerminal(signal);
        kind.subscribe(() -> "value", recorder);
        join(recorder.ended());
        assertThat(recorder.trail).containsExactly(kind.whole());
        assertThat(overlapped).isFalse();
    }

    @Test
    void rule1_03_valuesOfSeveralCoroutinesComeOneAfterTheOther() {
        var inside = new AtomicInteger();
        var overlapped = new AtomicBoolean();
        var recorder = new Recorder<Integer>().onNext(value -> {
            if (inside.incrementAndGet() > 1) overlapped.set(true);
            Thread.yield();
            inside.decrementAndGet();
        });
        RxAsync.<Integer>observable(out -> {
                    Emitter<Integer> shared = out.concurrent();
                    group(g -> {
                        for (int i = 0; i < 4; i++) {
                            g.async(() -> {
                                for (int value = 0; value < 100; value++) shared.emit(value);
                            });
                        }
                    });
                })
                .subscribe(recorder);
        join(recorder.ended());
        assertThat(overlapped).isFalse();
        assertThat(recorder.trail).hasSize(402).startsWith("onSubscribe").endsWith("onComplete");
    }

    @ParameterizedTest
    @EnumSource
    void rule1_04_aFailureIsTheOnlyEnd(Kind kind) {
        var failure = new IOException("failed");
        var recorder = new Recorder<String>();
        kind.subscribe(
                () -> {
                    throw failure;
                },
                recorder);
        join(recorder.ended());
        assertThat(recorder.trail).containsExactly("onSubscribe", "onError");
        assertThat(recorder.error).isSameAs(failure);
        assertThat(hooks.dropped).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void rule1_06_afterTheEndItIsDisposedAndDisposingDoesNothing(Kind kind) {
        for (boolean fails : new boolean[] {false, true}) {
            var recorder = new Recorder<String>();
            kind.subscribe(
                    () -> {
                        if (fails) throw new IOException("failed");
                        return "value";
                    },
                    recorder);
            join(recorder.ended());
            List<Object> before = List.copyOf(recorder.trail);
            assertThat(recorder.isDisposed()).isTrue();
            recorder.cancel();
            recorder.cancel();
            assertThat(recorder.trail).isEqualTo(before);
            assertThat(hooks.dropped).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule1_08_whoDisposesInsideASignalGetsNoOther(Kind kind) {
        var recorder = new Recorder<String>();
        recorder.onNext(value -> recorder.cancel());
        kind.subscribe(() -> "value", recorder);
        Watched.until("signalled", () -> recorder.trail.size() == 2);
        join(recorder);
        assertThat(recorder.trail).containsExactly("onSubscribe", kind.signals.getFirst());
    }

    @ParameterizedTest
    @EnumSource
    void rule1_08_aBodyThatDisposesItsOwnSubscriptionIsNotHeardOfAgain(Kind kind) {
        var recorder = new Recorder<String>();
        kind.subscribe(
                () -> {
                    recorder.cancel();
                    return "value";
                },
                recorder);
        join(recorder);
        assertThat(recorder.trail).containsExactly("onSubscribe");
        assertThat(hooks.discarded).isEqualTo(kind == Kind.COMPLETABLE ? List.of() : List.of("value"));
        assertThat(hooks.dropped).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void rule1_09_subscribingReturnsWhateverTheBodyThrows(Kind kind) {
        List<Throwable> failures = List.of(
                new IOException(), new IllegalStateException(), new AssertionError(), new NoClassDefFoundError());
        for (Throwable failure : failures) {
            var recorder = new Recorder<String>();
            kind.subscribe(
                    () -> {
                        throw Failures.<RuntimeException>sneak(failure);
                    },
                    recorder);
            recorder.ended();
            assertThat(recorder.threads.getFirst()).isSameAs(Thread.currentThread());
            assertThat(recorder.error).isSameAs(failure);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule1_10_anObserverThatSubscribesTwiceHasTwoSubscriptions(Kind kind) {
        var handles = new CopyOnWriteArrayList<Object>();
        var recorder = new Recorder<String>().onSubscribe(r -> {
            handles.add(r.handle);
            if (handles.size() == 2) r.cancel();
        });
        kind.subscribe(this::held, recorder);
        kind.subscribe(this::held, recorder);
        release.countDown();
        recorder.ended();
        assertThat(handles).doesNotHaveDuplicates().hasSize(2);
        assertThat(recorder.trail).hasSize(2 + kind.signals.size()).containsSequence(kind.signals);
    }

    @ParameterizedTest
    @EnumSource
    void rule1_11_disposingOfOneSubscriptionLeavesTheOthersAlone(Kind kind) {
        var disposed = new Recorder<String>();
        var kept = new Recorder<String>();
        kind.subscribe(this::held, disposed);
        kind.subscribe(this::held, kept);
        disposed.cancel();
        assertThat(disposed.isDisposed()).isTrue();
        assertThat(kept.isDisposed()).isFalse();
        release.countDown();
        join(kept.ended());
        assertThat(kept.trail).containsExactly(kind.whole());
        join(disposed);
        assertThat(disposed.trail).containsExactly("onSubscribe");
    }

    @ParameterizedTest
    @EnumSource
    void rule2_11_whatTheBodyHasDoneIsSeenByTheObserver(Kind kind) {
        int[] plain = {0};
        var seen = new AtomicInteger();
        var recorder = new Recorder<String>().onTerminal(() -> seen.set(plain[0]));
        kind.subscribe(
                () -> {
                    plain[0] = 42;
                    return "value";
                },
                recorder);
        join(recorder.ended());
        assertThat(seen).hasValue(42);
    }

    @ParameterizedTest
    @EnumSource
    void rule3_05_disposingReturnsWhileTheObserverIsBusy(Kind kind) {
        var busy = new CountDownLatch(1);
        var recorder = new Recorder<String>();
        Runnable hold = () -> {
            busy.countDown();
            Latches.awaitUninterruptibly(release);
        };
        recorder.onNext(value -> hold.run()).onTerminal(hold);
        kind.subscribe(() -> "value", recorder);
        Latches.await(busy);
        recorder.cancel();
        assertThat(recorder.isDisposed()).isTrue();
        release.countDown();
        join(recorder);
        assertThat(recorder.trail).containsExactly("onSubscribe", kind.signals.getFirst());
    }

    @ParameterizedTest
    @EnumSource
    void rule3_07_manyThreadsMayDisposeAtOnce(Kind kind) throws InterruptedException {
        var recorder = new Recorder<String>();
        kind.subscribe(this::held, recorder);
        Latches.await(running);
        assertThat(recorder.isDisposed()).isFalse();
        var start = new CountDownLatch(4);
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(i -> Thread.ofPlatform().start(() -> {
                    Latches.meet(start);
                    recorder.cancel();
                    assertThat(recorder.isDisposed()).isTrue();
                }))
                .toList();
        for (Thread thread : threads) thread.join();
        release.countDown();
        join(recorder);
        assertThat(recorder.trail).containsExactly("onSubscribe");
        assertThat(hooks.discarded).isEqualTo(kind == Kind.COMPLETABLE ? List.of() : List.of("value"));
        assertThat(hooks.dropped).isEmpty();
    }
}
