package dev.weft.reactor;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncIterator;
import dev.weft.Emitter;
import dev.weft.testing.Allocations;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
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

    /** Mostly the virtual thread; nothing for listeners, dumps and debug mode. */
    @Test
    void aCoroutine() {
        Mono<Integer> one = mono(() -> 1);
        run(() -> Allocations.perUnit(950, 1, 5_000, () -> awaitSingle(one)));
    }

    /** So a heap that is full keeps no value from the thread that waits for it; how one is woken is the JDK's. */
    @Test
    void A29_aSignalAllocatesNothing() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            var probe = new Probe<String>();
            var awaiting = Watched.thread(Thread.ofPlatform(), () -> awaitSingle(Mono.fromDirect(probe)));
            Subscriber<? super String> cell = probe.subscriber();
            until("waiting", () -> awaiting.thread().getState() == Thread.State.WAITING);
            least = Math.min(least, Allocations.onThisThread(() -> {
                cell.onNext("value");
                cell.onComplete();
            }));
            assertThat(awaiting.value()).isEqualTo("value");
        }
        assertThat(least).isZero();
    }
}
