package dev.weft.reactor;

import static dev.weft.Async.async;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mapFlux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncIterator;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Schedulers;

/** Thousands of coroutines under random cancellations: no subscription is left open and no value is lost or seen twice. */
class StressTest {
    private static final int COROUTINES = 10_000;

    private final HookLog hooks = new HookLog();
    private final LongAdder opened = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder bodies = new LongAdder();
    private final LongAdder ends = new LongAdder();
    private final Resources resources = new Resources();

    /** Where a {@code Mono.create} puts the value that races its cancel, and nowhere else: Reactor's own code does that. */
    @BeforeEach
    void watchWhatReactorDrops() {
        Hooks.onNextDropped(value -> {
            if (value instanceof Resource resource) resources.close(resource);
        });
    }

    @AfterEach
    void restoreHooks() {
        Hooks.resetOnNextDropped();
        hooks.close();
    }

    /** A value that is no other. */
    private static final class Resource {}

    /** Values that must each be received or discarded, once. */
    private static final class Resources {
        private final Set<Resource> open = ConcurrentHashMap.newKeySet();
        private final LongAdder twice = new LongAdder();

        Resource make() {
            var resource = new Resource();
            open.add(resource);
            return resource;
        }

        void close(Resource resource) {
            if (!open.remove(resource)) twice.increment();
        }
    }

    private <T> Mono<T> counted(Mono<T> source) {
        return source.doOnSubscribe(s -> opened.increment()).doFinally((SignalType s) -> closed.increment());
    }

    private <T> Flux<T> counted(Flux<T> source) {
        return source.doOnSubscribe(s -> opened.increment()).doFinally((SignalType s) -> closed.increment());
    }

    private void everythingIsOver() {
        until("over", () -> bodies.sum() == ends.sum() && opened.sum() == closed.sum());
    }

    /** A resource from another thread, sometimes at once, sometimes a little later. */
    private Mono<Resource> resource() {
        int kind = ThreadLocalRandom.current().nextInt(4);
        Mono<Resource> made = Mono.create(sink -> sink.success(resources.make()));
        Mono<Resource> late = switch (kind) {
            case 0 -> made;
            case 1 -> made.hide();
            case 2 -> made.subscribeOn(Schedulers.parallel());
            default ->
                Mono.delay(Duration.ofNanos(ThreadLocalRandom.current().nextInt(200_000)))
                        .map(tick -> resources.make()); // then(made) forgets a value that races its cancel
        };
        return counted(late);
    }

    private Mono<Integer> coroutine(int n) {
        return mono(() -> {
            bodies.increment();
            try {
                Resource mine = awaitSingle(resource());
                try {
                    return n % 3 == 0 ? async(() -> use(n)).await() : use(n);
                } finally {
                    resources.close(mine);
                }
            } finally {
                ends.increment();
            }
        });
    }

    private int use(int n) {
        await(counted(Mono.just(n).publishOn(Schedulers.parallel())));
        return awaitFirst(counted(Flux.just(n, n).hide()));
    }

    @RepeatedTest(3)
    void tenThousandCoroutinesRunToTheirEnd() {
        long count = Flux.range(0, COROUTINES)
                .flatMap(this::coroutine, 256)
                .doOnDiscard(Resource.class, resources::close)
                .count()
                .block(Duration.ofSeconds(50));
        assertThat(count).isEqualTo(COROUTINES);
        everythingIsOver();
        assertThat(resources.open).isEmpty();
        assertThat(resources.twice.sum()).isZero();
        assertThat(hooks.dropped).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"take", "timeout", "dispose"})
    void randomCancellationsLeaveNothingBehind(String how) {
        Flux.range(0, COROUTINES / 20)
                .flatMap(
                        batch -> {
                            Flux<Integer> twenty = Flux.range(0, 20).flatMap(this::coroutine, 8);
                            int some = ThreadLocalRandom.current().nextInt(20);
                            Duration soon =
                                    Duration.ofNanos(ThreadLocalRandom.current().nextInt(1, 2_000_000));
                            return switch (how) {
                                case "take" -> twenty.take(some);
                                case "timeout" ->
                                    twenty.timeout(Mono.delay(soon)).onErrorComplete();
                                default -> twenty.takeUntilOther(Mono.delay(soon));
                            };
                        },
                        16)
                .doOnDiscard(Resource.class, resources::close)
                .blockLast(Duration.ofSeconds(50));
        everythingIsOver();
        until("closed", resources.open::isEmpty);
        assertThat(resources.twice.sum()).isZero();
        assertThat(hooks.discarded).as("what had no hook of its own").isEmpty();
        assertThat(hooks.dropped).isEmpty();
    }

    @RepeatedTest(3)
    void generatorsAndIterationsThatAreLeftAnywhereLoseNothing() {
        var received = new LongAdder();
        Flux.range(0, 500)
                .flatMap(
                        n -> mono(() -> {
                            bodies.increment();
                            int leaveAt = ThreadLocalRandom.current().nextInt(30);
                            try (AsyncIterator<Resource> values = each(generator(), 1 + n % 16)) {
                                for (int i = 0; i < leaveAt && values.hasNext(); i++) {
                                    resources.close(values.next());
                                    received.increment();
                                }
                            } finally {
                                ends.increment();
                            }
                            return n;
                        }),
                        16)
                .doOnDiscard(Resource.class, resources::close)
                .blockLast(Duration.ofSeconds(50));
        everythingIsOver();
        until("closed", resources.open::isEmpty);
        assertThat(received.sum()).isPositive();
        assertThat(resources.twice.sum()).isZero();
        assertThat(hooks.dropped).isEmpty();
    }

    private Flux<Resource> generator() {
        return counted(flux(out -> {
            bodies.increment();
            try {
                for (int i = 0; i < 20; i++) {
                    if (i % 5 == 0) await(Mono.just(i).publishOn(Schedulers.parallel()));
                    out.emit(resources.make());
                }
            } finally {
                ends.increment();
            }
        }));
    }

    @Test
    void mapFluxKeepsTheOrderAndTheConcurrency() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        assertThat(Flux.range(0, COROUTINES)
                        .transform(mapFlux(32, n -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            int result = awaitSingle(Mono.just(n).publishOn(Schedulers.parallel()));
                            running.decrementAndGet();
                            return result;
                        }))
                        .collectList()
                        .block(Duration.ofSeconds(50)))
                .isSorted()
                .hasSize(COROUTINES);
        assertThat(most.get()).isBetween(2, 32);
    }
}
