package dev.weft.rxjava4;

import static dev.weft.Async.run;
import static dev.weft.rxjava4.RxAsync.await;
import static dev.weft.rxjava4.RxAsync.flowable;
import static dev.weft.rxjava4.RxAsync.single;
import static dev.weft.rxjava4.Streamables.collect;
import static dev.weft.rxjava4.Streamables.each;
import static dev.weft.rxjava4.Streamables.stream;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AwaitException;
import dev.weft.Awaitable;
import dev.weft.CancelledException;
import dev.weft.TooManyValuesException;
import dev.weft.spi.AwaitMode;
import dev.weft.testing.Watched;
import io.reactivex.rxjava4.core.Flowable;
import io.reactivex.rxjava4.core.Single;
import io.reactivex.rxjava4.core.Streamable;
import io.reactivex.rxjava4.core.Streamer;
import io.reactivex.rxjava4.disposables.DisposableContainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** {@code Streamable}: loops over it, awaits of it, and coroutines that become one. */
class StreamablesTest {
    private static final int RUNS = 20;

    private final HookLog hooks = new HookLog();
    private final HandStreamer source = new HandStreamer();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private Watched<List<String>> collecting() {
        return Watched.coroutine(() -> collect(source, 10));
    }

    /** All values are there already. */
    private record Ready(int count, int from) implements Streamable<Integer> {
        @Override
        public Streamer<Integer> stream(DisposableContainer cancellation) {
            return new Streamer<>() {
                private int current = from - 1;

                @Override
                public CompletionStage<Boolean> next(DisposableContainer cancellation) {
                    return CompletableFuture.completedStage(++current < from + count);
                }

                @Override
                public Integer current() {
                    return current;
                }

                @Override
                public CompletionStage<Void> finish(DisposableContainer cancellation) {
                    return CompletableFuture.completedStage(null);
                }
            };
        }
    }

    // --- values and ends

    @Test
    void rxJavasOwnAreIteratedOver() {
        run(() -> {
            assertThat(collect(Streamable.just("a"), 10)).containsExactly("a");
            assertThat(collect(Streamable.empty(), 10)).isEmpty();
            assertThat(collect(Flowable.range(1, 100).toStreamable(), 100)).hasSize(100);
            assertThat(collect(Streamable.<Integer>create(out -> out.emit(1)), 10))
                    .containsExactly(1);
        });
    }

    @Test
    void aStreamerIsAskedForOneValueWhenTheLoopWaitsForIt() {
        var first = new CompletableFuture<Void>();
        var looping = Watched.coroutine(() -> {
            List<String> seen = new ArrayList<>();
            try (var values = each(source)) {
                for (String value : values) {
                    seen.add(value);
                    Async.await(first);
                }
            }
            return seen;
        });
        source.value("a");
        looping.parked();
        assertThat(source.calls).containsExactly("stream", "next");
        first.complete(null);
        source.value("b");
        source.end();
        assertThat(looping.value()).containsExactly("a", "b");
        assertThat(source.calls).containsExactly("stream", "next", "next", "next", "finish");
    }

    @Test
    void readyValuesNeedNoStack() {
        run(() -> {
            assertThat(RxBackend.INSTANCE
                            .<Integer>one(new Ready(20_000, 0), AwaitMode.LAST)
                            .await())
                    .isEqualTo(19_999);
            long sum = 0;
            try (var values = each(new Ready(20_000, 0))) {
                for (int value : values) sum += value;
            }
            assertThat(sum).isEqualTo(19_999L * 20_000 / 2);
        });
    }

    /** Values that are answered on another thread, at the very moment at which that is waited for. */
    @RepeatedTest(RUNS)
    void answersRaceTheQuestion() {
        Streamable<Integer> racing = cancellation -> {
            Streamer<Integer> ready = new Ready(200, 0).stream(cancellation);
            return new Streamer<>() {
                @Override
                public CompletionStage<Boolean> next(DisposableContainer given) {
                    return CompletableFuture.supplyAsync(
                            () -> ready.next(given).toCompletableFuture().join());
                }

                @Override
                public Integer current() {
                    return ready.current();
                }

                @Override
                public CompletionStage<Void> finish(DisposableContainer given) {
                    return ready.finish(given);
                }
            };
        };
        run(() -> {
            assertThat(collect(racing, 200)).hasSize(200).isSorted();
            assertThat(RxBackend.INSTANCE.<Integer>one(racing, AwaitMode.LAST).await())
                    .isEqualTo(199);
        });
    }

    @Test
    void theEndIsSeenWhenTheStreamerIsFinished() {
        var collecting = collecting();
        source.value("a");
        source.question().complete(false);
        until("finishing", () -> source.calls.contains("finish"));
        collecting.parked();
        assertThat(collecting.hasEnded()).isFalse();
        source.finished.complete(null);
        assertThat(collecting.value()).containsExactly("a");
    }

    @Test
    void moreValuesThanAllowedFinishTheStreamer() {
        var collecting = Watched.coroutine(() -> collect(source, 1));
        source.value("a");
        source.value("b");
        assertThat(collecting.failure()).isInstanceOf(TooManyValuesException.class);
        assertThat(source.calls).endsWith("finish");
        assertThat(hooks.discarded).containsExactlyInAnyOrder("a", "b");
    }

    // --- failures

    @Test
    void anUncheckedFailureIsThrownAsItselfAfterTheStreamerIsFinished() {
        var failure = new IllegalStateException("boom");
        var collecting = collecting();
        source.question().completeExceptionally(new CompletionException(failure));
        until("finishing", () -> source.calls.contains("finish"));
        source.finished.complete(null);
        assertThat(collecting.failure()).isSameAs(failure);
    }

    @Test
    void aCheckedFailureComesInsideTheCarrier() {
        var failure = new IOException("boom");
        var collecting = collecting();
        source.question().completeExceptionally(failure);
        source.finished.complete(null);
        assertThat(collecting.failure()).isInstanceOf(AwaitException.class).hasCause(failure);
    }

    @Test
    void whatFinishingFailsWithIsTheFailure() {
        var failure = new IllegalStateException("not closed");
        var collecting = collecting();
        source.question().complete(false);
        source.finished.completeExceptionally(failure);
        assertThat(collecting.failure()).isSameAs(failure);
    }

    @Test
    void besideAFailureItIsSuppressed() {
        var failure = new IllegalStateException("boom");
        var later = new IllegalStateException("not closed");
        var collecting = collecting();
        source.question().completeExceptionally(failure);
        source.finished.completeExceptionally(later);
        assertThat(collecting.failure()).isSameAs(failure);
        assertThat(failure.getSuppressed()).contains(later);
    }

    @Test
    void whatAStreamerThrowsIsAFailureToo() {
        var failure = new IllegalStateException("boom");
        Streamable<Integer> throwing = cancellation -> {
            throw failure;
        };
        Streamable<Integer> without = cancellation -> null;
        run(() -> {
            assertThatThrownBy(() -> collect(throwing, 1)).isSameAs(failure);
            assertThatThrownBy(() -> collect(without, 1))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("the streamer is null");
        });
        var collecting = collecting();
        source.question().complete(true); // without a current value
        source.finished.complete(null);
        assertThat(collecting.failure()).isInstanceOf(java.util.NoSuchElementException.class);
    }

    // --- leaving

    @Test
    void leavingALoopFinishesTheStreamerOnce() {
        var left = Watched.coroutine(() -> {
            try (var values = each(source)) {
                return values.next();
            }
        });
        source.value("a");
        assertThat(left.value()).isEqualTo("a");
        assertThat(source.calls).containsExactly("stream", "next", "finish");
        assertThat(source.cancellation.isDisposed()).isTrue();
    }

    @Test
    void aCancellationCancelsWhatIsWaitedForAndFinishesTheStreamer() {
        var collecting = collecting();
        CompletableFuture<Boolean> question = source.question();
        collecting.parked().cancel();
        assertThat(collecting.failure()).isInstanceOf(CancelledException.class);
        until("finished", () -> source.calls.contains("finish"));
        assertThat(question).isCancelled();
        assertThat(source.calls).containsExactly("stream", "next", "finish");
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void whatFinishingFailsWithAfterThatIsDropped() {
        var failure = new IllegalStateException("not closed");
        var collecting = collecting();
        source.question();
        collecting.parked().cancel();
        collecting.joined();
        source.finished.completeExceptionally(failure);
        until("dropped", () -> !hooks.dropped.isEmpty());
        assertThat(hooks.dropped).containsExactly(failure);
    }

    /** Whoever wins, the value is returned or discarded or never taken, and the streamer is finished once. */
    @RepeatedTest(RUNS)
    void aValueRacesACancellation() throws Exception {
        List<String> taken = new CopyOnWriteArrayList<>();
        var looping = Watched.coroutine(() -> {
            try (var values = each(source)) {
                while (values.hasNext()) taken.add(values.next());
            }
            return null;
        });
        CompletableFuture<Boolean> question = source.question();
        looping.parked();
        Thread answering = Thread.ofPlatform().start(() -> source.answer(question, "a"));
        looping.cancel();
        answering.join();
        looping.joined();
        until("finished", () -> source.calls.contains("finish"));
        assertThat(source.calls.stream().filter("finish"::equals)).hasSize(1);
        boolean given = !question.isCancelled();
        until("taken or discarded", () -> taken.size() + hooks.discarded.size() == (given ? 1 : 0));
    }

    // --- to and from the other types

    @Test
    void aStreamableIsANeutralStreamAndAwaitable() {
        Streamable<Integer> ready = new Ready(5, 1);
        run(() -> {
            assertThat(stream(ready).map(n -> n * 2).collect(10)).containsExactly(2, 4, 6, 8, 10);
            Awaitable<String> one = Async.awaitable((Object) Streamable.just("a"));
            assertThat(one.await()).isEqualTo("a");
        });
    }

    @Test
    @SuppressWarnings("unchecked")
    void aCoroutineAndAStreamBecomeAStreamable() {
        Streamable<String> one = Async.coroutine(() -> "page").as(Streamable.class);
        Streamable<Integer> many = Async.<Integer>stream(out -> {
                    for (int i = 0; i < 3; i++) out.emit(i);
                })
                .as(Streamable.class);
        run(() -> {
            assertThat(collect(one, 10)).containsExactly("page");
            assertThat(collect(many, 10)).containsExactly(0, 1, 2);
        });
        many.test().awaitDone(30, TimeUnit.SECONDS).assertResult(0, 1, 2);
    }

    @Test
    void aGeneratorThatAwaitsIsAStreamable() {
        Streamable<String> pages = flowable((dev.weft.Emitter<String> out) -> {
                    for (int i = 0; i < 3; i++)
                        out.emit(await(Single.just("page " + i).delay(1, TimeUnit.MILLISECONDS)));
                })
                .toStreamable();
        assertThat(single(() -> collect(pages, 10)).blockingGet()).containsExactly("page 0", "page 1", "page 2");
    }

    @Test
    void nullIsRefused() {
        assertThatThrownBy(() -> each(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("streamable");
        assertThatThrownBy(() -> stream(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("streamable");
        assertThatThrownBy(() -> collect(null, 1))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("streamable");
        assertThatThrownBy(() -> collect(new Ready(1, 1), -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max must not be negative, is -1");
    }
}
