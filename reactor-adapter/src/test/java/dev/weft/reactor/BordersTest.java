package dev.weft.reactor;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncStream;
import dev.weft.Awaitable;
import dev.weft.CancelledException;
import dev.weft.TooManyValuesException;
import io.micrometer.context.ContextRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Where a coroutine ends and its subscriber begins, and where Reactor does. */
class BordersTest {
    @Test
    void aSubscriberIsToldWhenSomebodyElseCancelledTheCoroutine() {
        StepVerifier.create(mono(() -> {
                    Thread.currentThread().interrupt();
                    return await(Mono.never());
                }))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(CancelledException.class)
                        .hasCauseInstanceOf(InterruptedException.class))
                .verify(Duration.ofSeconds(50));
        var real = new IOException("while cancelled");
        StepVerifier.create(mono(() -> {
                    Thread.currentThread().interrupt();
                    try {
                        return await(Mono.never());
                    } catch (CancelledException cancelled) {
                        throw real;
                    }
                }))
                .expectErrorSatisfies(e -> assertThat(e).isSameAs(real))
                .verify(Duration.ofSeconds(50));
    }

    @Test
    void anAwaitDownstreamOfACoroutineIsAPlainOne() {
        Mono<Integer> sum =
                mono(() -> 1).map(one -> one + awaitSingle(Mono.just(2).delayElement(Duration.ofMillis(1))));
        StepVerifier.create(sum).expectNext(3).expectComplete().verify(Duration.ofSeconds(50));
    }

    @Test
    void aNeutralAwaitOfManyValuesIsRefused() {
        Awaitable<Integer> many = Async.awaitable((Object) Flux.range(1, 3));
        assertThatThrownBy(() -> run(() -> Async.await(many))).isInstanceOf(TooManyValuesException.class);
        Awaitable<Integer> one = Async.awaitable((Object) Mono.just(1));
        assertThat(run(() -> Async.await(one))).isEqualTo(1);
    }

    @Test
    void aTypeThatCannotBeMadeIsRefused() {
        assertThatThrownBy(() -> Async.coroutine(() -> 1).as(ConnectableFlux.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("ConnectableFlux", "ask for Mono or Flux");
        assertThatThrownBy(() -> Async.coroutine(() -> 1).as(SubmissionPublisher.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("SubmissionPublisher", "ask for CompletableFuture or Flow.Publisher");
        AsyncStream<Integer> stream = Async.stream(out -> out.emit(1));
        assertThatThrownBy(() -> stream.as(Mono.class)).hasMessageEndingWith("ask for Flux");
        assertThatThrownBy(() -> stream.as(CompletableFuture.class)).hasMessageEndingWith("ask for Flow.Publisher");
    }

    @Test
    void outsideReactorRegisteredThreadLocalsAreInTheContextOfAnAwait() {
        var local = new ThreadLocal<String>();
        ContextRegistry.getInstance().registerThreadLocalAccessor("borders", local);
        try {
            local.set("from the caller");
            Mono<String> seen = Mono.deferContextual(c -> Mono.just(c.<String>get("borders")));
            assertThat(awaitSingle(seen)).isEqualTo("from the caller");
            assertThat(run(() -> awaitSingle(seen))).isEqualTo("from the caller");
        } finally {
            local.remove();
            ContextRegistry.getInstance().removeThreadLocalAccessor("borders");
        }
    }
}
