package dev.weft.reactor;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;

import dev.weft.AsyncIterator;
import dev.weft.Emitter;
import dev.weft.testing.Allocations;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the adapter allocates on its fast paths, in bytes on a JVM with compressed pointers; Reactor's own share included. */
class AllocationTest {
    private static final int ELEMENTS = 1000;

    /** It is read, not subscribed to. */
    @Test
    void aReadyMono() {
        Mono<Integer> ready = Mono.just(1);
        run(() -> Allocations.perUnit(0, 1, 200_000, () -> awaitSingle(ready)));
    }

    /** One cell, and Reactor's two subscribers. */
    @Test
    void aMonoThatCompletesInsideSubscribe() {
        Mono<Integer> source = Mono.fromCallable(() -> 1).hide();
        run(() -> Allocations.perUnit(136, 1, 200_000, () -> awaitSingle(source)));
    }

    @Test
    void anElementOfALoop() {
        Flux<Integer> source = Flux.range(0, ELEMENTS).map(i -> 1);
        run(() -> Allocations.perUnit(1, ELEMENTS, 200, () -> {
            try (AsyncIterator<Integer> values = each(source)) {
                while (values.hasNext()) values.next();
            }
        }));
    }

    @Test
    void anElementOfAGenerator() {
        Mono<Integer> last = flux((Emitter<Integer> out) -> {
                    for (int i = 0; i < ELEMENTS; i++) out.emit(1);
                })
                .takeLast(1)
                .single();
        run(() -> Allocations.perUnit(2, ELEMENTS, 200, () -> awaitSingle(last)));
    }
}
