package dev.weft.reactor;

import static dev.weft.Async.delay;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.AsyncStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The neutral operators under Reactor: on its clock, with its sources, to and from its types. */
class StreamOperatorsTest {
    private static final int RUNS = 100;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** 0 to 4, 25 minutes from one to the next, and 25 more to the end. */
    private static AsyncStream<Integer> slow() {
        return Async.stream(out -> {
            for (int n = 0; n < 5; n++) {
                out.emit(n);
                delay(Duration.ofMinutes(25));
            }
        });
    }

    @RepeatedTest(RUNS)
    void chunksFollowTheVirtualClock() {
        StepVerifier.withVirtualTime(() -> asFlux(slow().chunked(10, HOUR)))
                .expectSubscription()
                .expectNoEvent(HOUR.minus(SECOND))
                .thenAwait(SECOND)
                .expectNext(List.of(0, 1, 2))
                .expectNoEvent(Duration.ofMinutes(65).minus(SECOND))
                .thenAwait(SECOND)
                .expectNext(List.of(3, 4))
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void timeoutsFollowTheVirtualClock() {
        StepVerifier.withVirtualTime(() -> asFlux(slow().timeout(Duration.ofMinutes(20))))
                .expectNext(0)
                .expectNoEvent(Duration.ofMinutes(20).minus(SECOND))
                .thenAwait(SECOND)
                .verifyError(TimeoutException.class);
    }

    @RepeatedTest(RUNS)
    void retriesFollowTheVirtualClock() {
        StepVerifier.withVirtualTime(() -> {
                    var attempts = new AtomicInteger();
                    return asFlux(Async.<Integer>stream(out -> {
                                if (attempts.incrementAndGet() < 3) throw new IOException("attempt");
                                out.emit(attempts.get());
                            })
                            .retry(5, HOUR));
                })
                .expectSubscription()
                .expectNoEvent(HOUR.multipliedBy(2).minus(SECOND))
                .thenAwait(SECOND)
                .expectNext(3)
                .verifyComplete();
    }

    @RepeatedTest(RUNS)
    void concurrentWorkFollowsTheVirtualClock() {
        StepVerifier.withVirtualTime(() ->
                        asFlux(AsyncStream.from(List.of(0, 1, 2, 3)).mapConcurrent(2, n -> {
                            delay(HOUR);
                            return n;
                        })))
                .expectSubscription()
                .expectNoEvent(HOUR.minus(SECOND))
                .thenAwait(SECOND)
                .expectNext(0, 1)
                .expectNoEvent(HOUR.minus(SECOND))
                .thenAwait(SECOND)
                .expectNext(2, 3)
                .verifyComplete();
    }

    @Test
    void operatorsAwaitReactorsSources() {
        Flux<Integer> doubled = asFlux(AsyncStream.from(List.of(1, 2, 3))
                .map(n -> await(Mono.just(n * 2).delayElement(Duration.ofMillis(1))))
                .merge());
        StepVerifier.create(doubled).expectNext(2, 4, 6).verifyComplete();
    }

    @Test
    void aStreamComesFromAndBecomesEveryOtherKind() {
        Flux<Integer> flux = Flux.range(0, 5);
        AsyncStream<Integer> stream = ReactorAsync.stream(flux);
        assertThat(stream.collect(9)).containsExactly(0, 1, 2, 3, 4);
        StepVerifier.create((Flux<?>) stream.as(Flux.class)).expectNextCount(5).verifyComplete();
        Flow.Publisher<Integer> published = stream;
        StepVerifier.create(asFlux(published)).expectNextCount(5).verifyComplete();
        StepVerifier.create(asFlux(AsyncStream.from(published).map(n -> n)))
                .expectNextCount(5)
                .verifyComplete();
        try (Stream<Integer> java = stream.toStream()) {
            assertThat(java.toList()).containsExactly(0, 1, 2, 3, 4);
        }
        try (var each = stream.each()) {
            assertThat(each.next()).isZero();
        }
    }
}
