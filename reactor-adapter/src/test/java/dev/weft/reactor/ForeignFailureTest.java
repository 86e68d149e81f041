package dev.weft.reactor;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitLast;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.collect;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.testing.Unaskable.sneak;
import static dev.weft.testing.Unaskable.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Unaskable;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Failures are foreign code: whatever their methods do, an outcome is the same. */
class ForeignFailureTest {
    private static Stream<Throwable> failures() {
        return Unaskable.all();
    }

    private static boolean comesOutOf(Throwable failure, Callable<?> body) {
        return thrownBy(() -> run(body::call)) == failure;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anAwaitThrowsTheSameInstance(Throwable failure) {
        Mono<String> mono = Mono.error(failure);
        Flux<String> flux = Flux.error(failure);
        Mono<String> later = mono.hide().subscribeOn(Schedulers.parallel());
        assertThat(comesOutOf(failure, () -> await(mono))).isTrue();
        assertThat(comesOutOf(failure, () -> await(mono.hide()))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitSingle(mono))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitSingle(later))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitSingle(flux))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitFirst(flux))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitLast(flux.hide()))).isTrue();
        assertThat(comesOutOf(failure, () -> collect(flux, 1))).isTrue();
        assertThat(comesOutOf(failure, () -> {
                    awaitDone(mono);
                    return "done";
                }))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aBuilderSignalsTheSameInstance(Throwable failure) {
        Mono<String> thrown = mono(() -> {
            throw sneak(failure);
        });
        Mono<String> awaited = mono(() -> await(Mono.<String>error(failure)));
        Mono<String> awaitedLater = mono(() -> await(Mono.<String>error(failure).hide()));
        Flux<String> emitted = flux(out -> {
            throw sneak(failure);
        });
        assertThat(failureOf(thrown.flux()) == failure).isTrue();
        assertThat(failureOf(awaited.flux()) == failure).isTrue();
        assertThat(failureOf(awaitedLater.flux()) == failure).isTrue();
        assertThat(failureOf(emitted) == failure).isTrue();
    }

    private static Throwable failureOf(Flux<String> flux) {
        var failure = new CompletableFuture<Throwable>();
        flux.subscribe(value -> {}, failure::complete);
        return failure.orTimeout(Watched.SECONDS, TimeUnit.SECONDS).join();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void oneThatIsTooLateIsDroppedAsItself(Throwable failure) {
        try (var hooks = new HookLog()) {
            var probe = new Probe<String>();
            var awaiting = Watched.coroutine(() -> awaitFirst(probe)).parked();
            awaiting.cancel();
            awaiting.ended();
            probe.fail(failure);
            assertThat(Unaskable.isOnly(hooks.dropped, failure)).isTrue();
        }
    }
}
