package dev.weft.rxjava4;

import static dev.weft.Async.checkpoint;
import static dev.weft.Async.context;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.rxjava4.RxAsync.await;
import static dev.weft.rxjava4.RxAsync.collect;
import static dev.weft.rxjava4.RxAsync.flowable;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledException;
import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import io.reactivex.rxjava4.core.Flowable;
import io.reactivex.rxjava4.core.Single;
import io.reactivex.rxjava4.core.VirtualEmitter;
import io.reactivex.rxjava4.subjects.SingleSubject;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * RxJava's {@code virtualCreate} beside our {@code flowable}: a generator on a virtual thread each, which may await, and
 * whose {@code emit} waits for demand. The others are about what is different when the subscriber leaves.
 */
class VirtualCreateTest {
    private enum Way {
        RXJAVA {
            @Override
            Flowable<String> of(Generating generating) {
                return Flowable.virtualCreate(out -> generating.run(value -> emit(out, value)));
            }
        },
        WEFT {
            @Override
            Flowable<String> of(Generating generating) {
                return flowable(out -> generating.run(out::emit));
            }
        };

        abstract Flowable<String> of(Generating generating);

        private static void emit(VirtualEmitter<String> out, String value) {
            try {
                out.emit(value);
            } catch (Throwable stopped) {
                throw Failures.<RuntimeException>sneak(stopped);
            }
        }
    }

    private interface Generating {
        void run(Consumer<String> out) throws Exception;
    }

    private final HookLog hooks = new HookLog();
    private final CountDownLatch running = new CountDownLatch(1);
    private final CompletableFuture<Throwable> ended = new CompletableFuture<>();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** Subscribes without demand, and waits until the generator runs. */
    private Recorder<String> subscribed(Way way, Generating generating) {
        var recorder = new Recorder<String>();
        way.of(out -> {
                    running.countDown();
                    try {
                        generating.run(out);
                        ended.complete(null);
                    } catch (Throwable thrown) {
                        ended.complete(thrown);
                        throw thrown;
                    }
                })
                .subscribe(recorder);
        Latches.await(running);
        return recorder;
    }

    private Throwable thrown() throws Exception {
        return ended.get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource
    void bothMayAwait(Way way) {
        Flowable<String> values = way.of(out -> {
            for (int i = 0; i < 3; i++)
                out.accept(await(Single.just("value " + i).delay(1, TimeUnit.MILLISECONDS)));
        });
        assertThat(run(() -> collect(values, 10))).containsExactly("value 0", "value 1", "value 2");
    }

    @ParameterizedTest
    @EnumSource
    void onlyOursCancelsWhatIsAwaited(Way way) throws Exception {
        SingleSubject<String> awaited = SingleSubject.create();
        var recorder = subscribed(way, out -> out.accept(await(awaited)));
        until("awaited", awaited::hasObservers);
        recorder.cancel();
        if (way == Way.WEFT) {
            assertThat(thrown()).isInstanceOf(CancelledException.class);
            assertThat(awaited.hasObservers()).isFalse();
        } else {
            assertThat(awaited.hasObservers()).isTrue();
            awaited.onSuccess("value");
            assertThat(thrown()).hasMessage("Downstream cancelled");
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyOursDiscardsAValueThatNobodyTakes(Way way) throws Exception {
        var recorder = subscribed(way, out -> out.accept("value"));
        recorder.cancel();
        thrown();
        if (way == Way.WEFT) until("discarded", () -> hooks.discarded.contains("value"));
        else assertThat(hooks.discarded).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void onlyOursReportsALateFailure(Way way) throws Exception {
        var failure = new IOException("late");
        var left = new CountDownLatch(1);
        var recorder = subscribed(way, out -> {
            Latches.awaitUninterruptibly(left);
            try {
                checkpoint();
            } catch (CancelledException seen) {
                // without having seen that, a failure may only be a blocking call's answer to an interrupt
            }
            throw failure;
        });
        recorder.cancel();
        left.countDown();
        assertThat(thrown()).isSameAs(failure);
        if (way == Way.WEFT) until("reported", () -> hooks.dropped.contains(failure));
        else assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void onlyOursHasTheContextOfTheSubscriber() {
        Generating user = out -> out.accept(context().getOrDefault("user", "nobody"));
        run(() -> withContext("user", "ann", () -> {
            assertThat(collect(Way.WEFT.of(user), 1)).containsExactly("ann");
            assertThat(collect(Way.RXJAVA.of(user), 1)).containsExactly("nobody");
        }));
    }
}
