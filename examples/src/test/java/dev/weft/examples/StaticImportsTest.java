package dev.weft.examples;

import static dev.weft.Async.*;
import static dev.weft.reactor.ReactorAsync.*;
import static dev.weft.rxjava.RxAsync.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.Awaitable;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Outcome;
import dev.weft.Overflow;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** All verbs at once: no call is ambiguous where the statics of all three classes are imported. */
class StaticImportsTest {
    private static final Overflow KEEP_8 = Overflow.error(8);

    @Test
    void awaitTakesEverything() {
        CompletionStage<String> stage = CompletableFuture.completedFuture("stage");
        List<String> all = run(() -> {
            await(Completable.complete());
            awaitDone(Mono.empty());
            Deferred<String> deferred = async(() -> "deferred");
            return List.of(
                    await(Mono.just("mono")),
                    await(Single.just("single")),
                    await(Maybe.just("maybe")),
                    await(coroutine(() -> "coroutine")),
                    await(deferred),
                    await(stage),
                    await(CompletableFuture.completedFuture("future")),
                    awaitFuture(CompletableFuture.completedFuture("any future")),
                    awaitCallback(done -> done.resume("callback")));
        });
        assertThat(all)
                .containsExactly(
                        "mono",
                        "single",
                        "maybe",
                        "coroutine",
                        "deferred",
                        "stage",
                        "future",
                        "any future",
                        "callback");
    }

    @Test
    void resourcesAndFutures() throws TimeoutException {
        var released = new ArrayList<String>();
        String used = using(() -> await(Single.just("single")), released::add, r -> "used " + r);
        using(Duration.ofMinutes(1), () -> awaitSingle(Mono.just("mono")), r -> await(Completable.complete()), r -> {
            released.add(r);
        });
        String ofMono = using(Mono.just("of a mono"), released::add, r -> "used " + r);
        using(Single.just("of a single"), r -> await(Completable.complete()), r -> {
            released.add(r + " after " + ofMono);
        });
        int discarded =
                withDiscard(String.class, released::add, () -> await(owned(CompletableFuture.completedFuture(1))));
        assertThat(used).isEqualTo("used single");
        assertThat(released).containsExactly("single", "mono", "of a mono", "of a single after used of a mono");
        assertThat(discarded).isEqualTo(1);
        rethrowCancellation(new IllegalStateException());
    }

    @Test
    void awaitNamesACheckedException() throws IOException {
        var failure = new IOException("no");
        run(() -> {
            assertThatThrownBy(() -> await(Mono.error(failure), IOException.class))
                    .isSameAs(failure);
            assertThatThrownBy(() -> await(Single.error(failure), IOException.class))
                    .isSameAs(failure);
            assertThatThrownBy(() -> await(Maybe.error(failure), IOException.class))
                    .isSameAs(failure);
            assertThatThrownBy(() -> await(Completable.error(failure), IOException.class))
                    .isSameAs(failure);
            assertThatThrownBy(() -> await(CompletableFuture.failedFuture(failure), IOException.class))
                    .isSameAs(failure);
            assertThatThrownBy(() -> throwing(IOException.class, () -> awaitDone(Mono.error(failure))))
                    .isSameAs(failure);
            assertThatThrownBy(() -> throwing(IOException.class, () -> {
                        await(Completable.error(failure));
                    }))
                    .isSameAs(failure);
            String given = throwing(IOException.class, () -> awaitCallback(done -> done.resume("given")));
            assertThat(given).isEqualTo("given");
            assertThatThrownBy(() -> throwing(IOException.class, () -> awaitFirst(Flux.error(failure))))
                    .isSameAs(failure);
            assertThatThrownBy(() -> throwing(IOException.class, () -> awaitFirst(Flowable.error(failure))))
                    .isSameAs(failure);
            assertThatThrownBy(() -> throwing(IOException.class, () -> awaitFirst(Observable.error(failure))))
                    .isSameAs(failure);
        });
    }

    @Test
    void emptyIsSpelledOut() {
        run(() -> {
            assertThat(await(Mono.<String>empty())).isNull();
            assertThat(await(Maybe.<String>empty())).isNull();
            assertThat(awaitOptional(Mono.empty())).isEmpty();
            assertThat(awaitOptional(Maybe.empty())).isEmpty();
            assertThat(awaitSingle(Mono.just(1))).isEqualTo(1);
            assertThat(awaitSingle(Maybe.just(1))).isEqualTo(1);
        });
    }

    @Test
    void manyBecomeOneOrAll() {
        run(() -> {
            assertThat(List.of(awaitFirst(Flux.just(1, 2)), awaitLast(Flux.just(1, 2)), awaitSingle(Flux.just(3))))
                    .containsExactly(1, 2, 3);
            assertThat(List.of(
                            awaitFirst(Flowable.just(1, 2)),
                            awaitLast(Flowable.just(1, 2)),
                            awaitSingle(Flowable.just(3))))
                    .containsExactly(1, 2, 3);
            assertThat(List.of(
                            awaitFirst(Observable.just(1, 2)),
                            awaitLast(Observable.just(1, 2)),
                            awaitSingle(Observable.just(3))))
                    .containsExactly(1, 2, 3);
            assertThat(collect(Flux.just(1, 2), 2)).containsExactly(1, 2);
            assertThat(collect(Flowable.just(1, 2), 2)).containsExactly(1, 2);
            assertThat(collect(Observable.just(1, 2), 2)).containsExactly(1, 2);
        });
    }

    @Test
    void eachLoopsOverEverything() {
        run(() -> {
            assertThat(values(each(Flux.just(1, 2)))).containsExactly(1, 2);
            assertThat(values(each(Flux.just(1, 2), 1))).containsExactly(1, 2);
            assertThat(values(each(Flowable.just(1, 2)))).containsExactly(1, 2);
            assertThat(values(each(Flowable.just(1, 2), 1))).containsExactly(1, 2);
            assertThat(values(each(Observable.just(1, 2), KEEP_8))).containsExactly(1, 2);
            assertThat(values(each(stream(out -> out.emit(1))))).containsExactly(1);
        });
    }

    @Test
    void streamsAreMadeOfEverything() {
        run(() -> {
            AsyncStream<Integer> own = stream(out -> out.emit(1));
            assertThat(own.collect(1)).containsExactly(1);
            assertThat(stream(Flux.just(1)).collect(1)).containsExactly(1);
            assertThat(stream(Flowable.just(1)).collect(1)).containsExactly(1);
            assertThat(stream(Observable.just(1), KEEP_8).collect(1)).containsExactly(1);
            assertThat(awaitSingle(asFlux(own))).isEqualTo(1);
            assertThat(awaitSingle(asFlowable(own))).isEqualTo(1);
        });
    }

    @Test
    void buildersAreNamedByWhatTheyBuild() {
        List<String> ran = new ArrayList<>();
        assertThat(mono(() -> "mono").block()).isEqualTo("mono");
        assertThat(single(() -> "single").blockingGet()).isEqualTo("single");
        assertThat(maybe(() -> "maybe").blockingGet()).isEqualTo("maybe");
        completable(() -> ran.add("completable")).blockingAwait();
        completable(() -> {
                    ran.add("with a block");
                    delay(Duration.ofMillis(1));
                })
                .blockingAwait();
        assertThat(ran).containsExactly("completable", "with a block");
        assertThat(ReactorAsync.<Integer>flux(out -> out.emit(1)).collectList().block())
                .containsExactly(1);
        assertThat(RxAsync.<Integer>flowable(out -> out.emit(1)).toList().blockingGet())
                .containsExactly(1);
        assertThat(RxAsync.<Integer>observable(out -> out.emit(1)).toList().blockingGet())
                .containsExactly(1);
        Flux<Integer> flux = flux(out -> out.emit(1));
        Flowable<Integer> flowable = flowable(out -> out.emit(1));
        Observable<Integer> observable = observable(out -> out.emit(1));
        assertThat(List.of(flux.blockLast(), flowable.blockingLast(), observable.blockingLast()))
                .containsOnly(1);
    }

    @Test
    void buildersTakeABodyWithoutAResult() {
        List<String> ran = new ArrayList<>();
        Mono<Void> mono = mono(() -> {
            awaitDone(Mono.delay(Duration.ofMillis(1)));
            ran.add("mono");
        });
        Maybe<Void> maybe = maybe(() -> await(completable(() -> ran.add("maybe"))));
        Coroutine<Void> coroutine = coroutine(() -> {
            delay(Duration.ofMillis(1));
            ran.add("coroutine");
        });
        assertThat(mono.block()).isNull();
        assertThat(maybe.blockingGet()).isNull();
        assertThat(run(() -> await(coroutine))).isNull();
        assertThat(ran).containsExactly("mono", "maybe", "coroutine");
        Mono<String> thrown = mono(() -> {
            throw new IOException("a body that only throws may have any result");
        });
        assertThatThrownBy(thrown::block).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void awaitablesBecomeSources() {
        Awaitable<String> word = coroutine(() -> "word");
        assertThat(asMono(word).block()).isEqualTo("word");
        assertThat(asSingle(word).blockingGet()).isEqualTo("word");
        assertThat(asMaybe(word).blockingGet()).isEqualTo("word");
        asCompletable(word).blockingAwait();
    }

    @Test
    void sourcesBecomeAwaitables() {
        List<String> all = run(() -> gather(
                awaitable(Mono.just("mono")),
                awaitable(Single.just("single")),
                awaitable(Maybe.just("maybe")),
                awaitable(CompletableFuture.completedFuture("future")),
                coroutine(() -> "coroutine")));
        assertThat(all).containsExactly("mono", "single", "maybe", "future", "coroutine");
        List<Outcome<Void>> done = run(() -> gatherSettled(awaitable(Completable.complete())));
        assertThat(done).hasSize(1);
        assertThat(run(() -> race(awaitable(Mono.never()), awaitable(Single.just("first")))))
                .isEqualTo("first");
        assertThat(run(StaticImportsTest::sum)).isEqualTo(3);
    }

    @Test
    void scopesTakeEitherEngine() throws TimeoutException {
        int three = withTimeout(
                Duration.ofSeconds(20),
                () -> withContext("key", "value", () -> shielded(() -> await(Single.just(1)) + await(Mono.just(2)))));
        assertThat(three).isEqualTo(3);
    }

    @Test
    void functionsThatAwaitEitherEngineMapEitherEngine() {
        run(() -> {
            assertThat(collect(Flux.just(1, 2).transform(mapFlux(2, n -> await(Single.just(n * 2)))), 2))
                    .containsExactly(2, 4);
            assertThat(collect(Flowable.just(1, 2).compose(mapFlowable(2, n -> await(Mono.just(n * 2)))), 2))
                    .containsExactly(2, 4);
        });
    }

    private static int sum() {
        return group(calls -> {
            var one = calls.start(awaitable(Mono.just(1)));
            var two = calls.start(awaitable(Single.just(2)));
            return one.await() + two.await();
        });
    }

    private static <T> List<T> values(AsyncIterator<T> iterator) {
        List<T> values = new ArrayList<>();
        try (iterator) {
            for (T value : iterator) values.add(value);
        }
        return values;
    }
}
