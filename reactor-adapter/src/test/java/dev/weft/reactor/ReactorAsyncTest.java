package dev.weft.reactor;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitLast;
import static dev.weft.reactor.ReactorAsync.awaitOptional;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.collect;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mapFlux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The verbs of {@link ReactorAsync}, each once, as a user writes them beside those of {@link Async}. */
class ReactorAsyncTest {
    @Test
    void aMonoIsAwaited() {
        assertThat(run(() -> await(Mono.just(1)))).isEqualTo(1);
        assertThat(run(() -> await(Mono.just(1).publishOn(Schedulers.parallel()))))
                .isEqualTo(1);
        assertThat(run(() -> await(Mono.<Integer>empty()))).isNull();
        assertThat(run(() -> awaitOptional(Mono.<Integer>empty()))).isEmpty();
        assertThat(run(() -> awaitSingle(Mono.just(2).hide()))).isEqualTo(2);
        run(() -> awaitDone(Mono.just(2).hide()));
    }

    @Test
    void aFluxIsAwaited() {
        assertThat(run(() -> awaitFirst(Flux.range(1, 3)))).isEqualTo(1);
        assertThat(run(() -> awaitLast(Flux.range(1, 3)))).isEqualTo(3);
        assertThat(run(() -> awaitSingle(Flux.range(1, 1)))).isEqualTo(1);
        assertThat(run(() -> collect(Flux.range(1, 3), 3))).containsExactly(1, 2, 3);
    }

    @Test
    void aCheckedErrorComesAsItself() {
        var error = new IOException("disk");
        assertThatThrownBy(() -> run(() -> await(Mono.<String>error(error).hide(), IOException.class)))
                .isSameAs(error);
    }

    @Test
    void aFluxIsIteratedAndCancelledOnBreak() {
        var cancelled = new AtomicBoolean();
        List<Integer> seen = run(() -> {
            List<Integer> list = new ArrayList<>();
            try (AsyncIterator<Integer> rows = each(Flux.range(1, 1000).doOnCancel(() -> cancelled.set(true)))) {
                for (int row : rows) {
                    list.add(row);
                    if (row == 3) break;
                }
            }
            return list;
        });
        assertThat(seen).containsExactly(1, 2, 3);
        assertThat(cancelled).isTrue();
    }

    @Test
    void aBodyBecomesAMono() {
        Mono<Integer> sum = mono(() -> {
            Deferred<Integer> one = async(() -> awaitSingle(Mono.just(1).delayElement(Duration.ofMillis(1))));
            Deferred<Integer> two = async(() -> 2);
            return one.await() + two.await();
        });
        StepVerifier.create(sum).expectNext(3).verifyComplete();
        StepVerifier.create(sum).expectNext(3).verifyComplete();
    }

    @Test
    void aGeneratorBecomesAFluxThatWaitsForDemand() {
        Flux<Integer> numbers = flux(out -> {
            for (int i = 0; ; i++) out.emit(i);
        });
        StepVerifier.create(numbers, 0)
                .thenRequest(2)
                .expectNext(0, 1)
                .thenRequest(1)
                .expectNext(2)
                .thenCancel()
                .verify();
    }

    @Test
    void theSubscribersContextIsVisibleEverywhereInside() {
        Mono<List<String>> seen = mono(() -> {
            Deferred<String> child = async(() -> contextView().get("user"));
            String awaited = await(Mono.deferContextual(c -> Mono.just(c.<String>get("user"))));
            String changed = withContext(
                    "user", "eve", () -> await(Mono.deferContextual(c -> Mono.just(c.<String>get("user")))));
            return List.of(context().get("user"), child.await(), awaited, changed);
        });
        StepVerifier.create(seen.contextWrite(c -> c.put("user", "ann")))
                .expectNext(List.of("ann", "ann", "ann", "eve"))
                .verifyComplete();
    }

    @Test
    void virtualTimeDrivesSeveralDelays() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    for (int i = 0; i < 5; i++) delay(Duration.ofHours(1));
                    return "done";
                }))
                .expectSubscription()
                .expectNoEvent(Duration.ofHours(4))
                .thenAwait(Duration.ofHours(1))
                .expectNext("done")
                .verifyComplete();
    }

    @Test
    void sourcesInAGroupNeedNoThread() {
        int sum = run(() -> group(g -> {
            Deferred<Integer> one = g.start(awaitable(Mono.just(1).delayElement(Duration.ofMillis(1))));
            Deferred<Integer> two = g.start(awaitable(Mono.just(2)));
            return one.await() + two.await();
        }));
        assertThat(sum).isEqualTo(3);
        assertThat(gather(awaitable(Mono.just(1)), awaitable(Mono.just(2)))).containsExactly(1, 2);
    }

    @Test
    void theBlockingGuardRefusesParallelThreads() {
        var subscribed = new AtomicBoolean();
        Mono<Integer> source = Mono.just(1).hide().doOnSubscribe(s -> subscribed.set(true));
        StepVerifier.create(Mono.fromCallable(() -> await(source)).subscribeOn(Schedulers.parallel()))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("parallel")
                        .hasMessageContaining("mono("));
        assertThat(subscribed).isFalse();
    }

    @Test
    void cancellingAMonoCancelsWhatItAwaits() throws InterruptedException {
        var awaiting = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        var subscription = mono(() -> await(
                        Mono.never().doOnSubscribe(s -> awaiting.countDown()).doOnCancel(cancelled::countDown)))
                .subscribe();
        assertThat(awaiting.await(5, TimeUnit.SECONDS)).isTrue();
        subscription.dispose();
        assertThat(cancelled.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void conversionsGoBothWays() {
        Coroutine<String> page = Async.coroutine(() -> "page");
        Mono<?> neutral = page.as(Mono.class);
        assertThat(run(() -> await(neutral))).isEqualTo("page");
        StepVerifier.create(asMono(page)).expectNext("page").verifyComplete();
        StepVerifier.create(asFlux(stream(Flux.range(1, 3)).map(n -> n * 2)))
                .expectNext(2, 4, 6)
                .verifyComplete();
        var calls = new LongAdder();
        StepVerifier.create(Flux.range(1, 20).transform(mapFlux(4, n -> {
                    calls.increment();
                    return awaitSingle(Mono.just(n).delayElement(Duration.ofMillis(1)));
                })))
                .expectNextCount(20)
                .verifyComplete();
        assertThat(calls.sum()).isEqualTo(20);
    }
}
