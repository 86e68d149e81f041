package dev.weft.reactor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncAction;
import dev.weft.AsyncConsumer;
import dev.weft.AsyncFunction;
import dev.weft.Dispatcher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the verbs for Reactor say to arguments that cannot be right. */
class BadInputTest {
    private static final Mono<Integer> MONO = Mono.just(1);
    private static final Flux<Integer> FLUX = Flux.just(1);

    @TestFactory
    Stream<DynamicTest> nullIsRefusedByTheNameOfTheArgument() {
        return Stream.of(
                refused("mono", () -> ReactorAsync.await(null)),
                refused("mono", () -> ReactorAsync.await(null, IOException.class)),
                refused("type", () -> ReactorAsync.await(MONO, null)),
                refused("mono", () -> ReactorAsync.awaitOptional(null)),
                refused("mono", () -> ReactorAsync.awaitSingle((Mono<Integer>) null)),
                refused("flux", () -> ReactorAsync.awaitSingle((Flux<Integer>) null)),
                refused("mono", () -> ReactorAsync.awaitDone(null)),
                refused("publisher", () -> ReactorAsync.awaitFirst(null)),
                refused("publisher", () -> ReactorAsync.awaitLast(null)),
                refused("flux", () -> ReactorAsync.collect(null, 1)),
                refused("flux", () -> ReactorAsync.each(null)),
                refused("flux", () -> ReactorAsync.each(null, 1)),
                refused("acquire", () -> ReactorAsync.using(null, r -> {}, r -> 1)),
                refused("release", () -> ReactorAsync.using(Mono.just(1), null, r -> 1)),
                refused(
                        "use",
                        () -> ReactorAsync.using(
                                Mono.just(1), r -> {}, (AsyncFunction<Integer, Integer, RuntimeException>) null)),
                refused(
                        "use",
                        () -> ReactorAsync.using(
                                Mono.just(1), r -> {}, (AsyncConsumer<Integer, RuntimeException>) null)),
                refused("mono", () -> ReactorAsync.awaitable(null)),
                refused("body", () -> ReactorAsync.mono((Callable<Object>) null)),
                refused("body", () -> ReactorAsync.mono((AsyncAction<?>) null)),
                refused("body", () -> ReactorAsync.mono(Dispatcher.virtual(), (AsyncAction<?>) null)),
                refused("generator", () -> ReactorAsync.flux(null)),
                refused("awaitable", () -> ReactorAsync.asMono(null)),
                refused("publisher", () -> ReactorAsync.asFlux(null)),
                refused("flux", () -> ReactorAsync.toInputStream((Flux<ByteBuffer>) null, b -> b, b -> {})),
                refused("flux", () -> ReactorAsync.stream(null)),
                refused("function", () -> ReactorAsync.mapFlux(1, null)),
                refused("scheduler", () -> ReactorAsync.on(null)));
    }

    private static DynamicTest refused(String argument, ThrowingCallable call) {
        return DynamicTest.dynamicTest(
                argument,
                () -> assertThatThrownBy(call)
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage(argument));
    }

    @Test
    void aNegativePrefetchIsRefused() {
        assertThatThrownBy(() -> ReactorAsync.each(FLUX, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prefetch must be at least 0, is -1");
    }

    @Test
    void aConcurrencyBelowOneIsRefused() {
        assertThatThrownBy(() -> ReactorAsync.mapFlux(0, a -> a))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("concurrency must be at least 1, is 0");
    }

    @Test
    void aNegativeMaximumIsRefused() {
        assertThatThrownBy(() -> ReactorAsync.collect(FLUX, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max must not be negative, is -1");
    }
}
