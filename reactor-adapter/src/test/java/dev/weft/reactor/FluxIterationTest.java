package dev.weft.reactor;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncIterator;
import dev.weft.testing.streams.IterationRules;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Rows E over a Flux: {@code each(flux)} and {@code collect(flux, max)}. */
class FluxIterationTest extends IterationRules implements OfReactor {
    @Override
    protected Publisher<Integer> range(int count) {
        return Flux.range(0, count);
    }

    @Override
    protected <T> Publisher<T> watched(
            Publisher<T> source, Runnable onSubscribe, LongConsumer onRequest, Runnable onCancel) {
        return Flux.from(source)
                .hide()
                .doOnSubscribe(s -> onSubscribe.run())
                .doOnRequest(onRequest)
                .doOnCancel(onCancel);
    }

    @Override
    protected <T> Publisher<T> onNext(Publisher<T> source, Runnable action) {
        return Flux.from(source).hide().doOnNext(value -> action.run());
    }

    @Override
    protected <T> Publisher<T> elsewhere(Publisher<T> source) {
        return Flux.from(source).publishOn(Schedulers.parallel());
    }

    @Override
    protected <T> Publisher<T> failing(Publisher<T> source, Throwable failure) {
        return Flux.from(source).concatWith(Flux.error(failure));
    }

    @Override
    protected <T> AsyncIterator<T> each(Publisher<T> source) {
        return ReactorAsync.each(Flux.from(source));
    }

    @Override
    protected <T> AsyncIterator<T> each(Publisher<T> source, int prefetch) {
        return ReactorAsync.each(Flux.from(source), prefetch);
    }

    @Override
    protected <T> List<T> collect(Publisher<T> source, int max) {
        return ReactorAsync.collect(Flux.from(source), max);
    }

    @Override
    protected <T> T awaitLater(T value) {
        return await(Mono.just(value).delayElement(Duration.ofNanos(1000)));
    }

    @Test
    void E01_aNegativePrefetchIsRefused() {
        assertThatThrownBy(() -> ReactorAsync.each(Flux.range(0, 3), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ReactorAsync.each(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("flux");
    }

    @Test
    void E03_theSubscribersDiscardHookTakesWhatWasQueued() {
        var discarded = new CopyOnWriteArrayList<Object>();
        StepVerifier.create(mono(() -> {
                            try (AsyncIterator<Integer> values =
                                    ReactorAsync.each(Flux.range(0, 100).hide(), 4)) {
                                return values.next();
                            }
                        })
                        .doOnDiscard(Integer.class, discarded::add))
                .expectNext(0)
                .verifyComplete();
        assertThat(discarded).containsExactly(1, 2, 3);
        assertThat(hooks.discarded).isEmpty();
    }

    @Test
    void A24_aNonBlockingThreadIsRefusedBeforeAnythingIsSubscribedTo() {
        StepVerifier.create(Mono.fromRunnable(() -> each(probed(range(3)))).subscribeOn(Schedulers.parallel()))
                .verifyErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(IllegalStateException.class).hasMessageContaining("each"));
        assertThat(subscriptions).hasValue(0);
    }

    @Test
    void whatLivesOnlyAsLongAsItsSignalIsMappedBeforeTheLoop() {
        Flux<AtomicBoolean> released = Flux.create(sink -> {
            for (int n = 0; n < 3; n++) {
                var message = new AtomicBoolean();
                sink.next(message);
                message.set(true);
            }
            sink.complete();
        });
        assertThat(run(() -> collect(released.map(AtomicBoolean::get), 3))).containsExactly(false, false, false);
        assertThat(run(() -> collect(released, 3))).allMatch(AtomicBoolean::get);
    }
}
