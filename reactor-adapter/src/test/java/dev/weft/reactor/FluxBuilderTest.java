package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.flux;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Generator;
import dev.weft.testing.streams.BuilderRules;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** Rows D: {@code flux(generator)}. */
class FluxBuilderTest extends BuilderRules implements OfReactor {
    @Override
    protected String word() {
        return "flux";
    }

    @Override
    protected <T> Publisher<T> stream(Generator<T> generator) {
        return flux(generator);
    }

    @Override
    protected <T> Publisher<T> firstThree(Publisher<T> source) {
        return Flux.from(source).take(3);
    }

    @Override
    protected <T> Publisher<T> oneByOne(Publisher<T> source) {
        return Flux.from(source).publishOn(Schedulers.immediate(), 1);
    }

    @Override
    protected <T> Publisher<T> elsewhereOneByOne(Publisher<T> source) {
        return Flux.from(source).publishOn(Schedulers.parallel(), 1);
    }

    @Override
    protected Integer awaitLater(Integer value) {
        return await(Mono.just(value).delayElement(Duration.ofMillis(1)));
    }

    @Override
    protected Object awaitError(Throwable failure) {
        return await(Mono.error(failure).hide());
    }

    @Override
    protected RuntimeException wrapped(IOException checked) {
        return Exceptions.propagate(checked);
    }

    @Test
    void D06_aParkedEmitIsWokenByACancellationAndItsValueDiscardedWithTheSubscribersContext() {
        var discarded = new CopyOnWriteArrayList<Object>();
        var recorder = new Recorder<Integer>();
        Flux.from(numbers()).doOnDiscard(Integer.class, discarded::add).subscribe(recorder);
        parked();
        recorder.cancel();
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(discarded).containsExactly(0);
        assertThat(hooks.discarded).isEmpty();
        assertThat(recorder.trail).containsExactly("onSubscribe");
    }

    @Test
    void D15_thereIsNoFusion() {
        assertThat(numbers()).isNotInstanceOf(Fuseable.class);
        var recorder = new Recorder<Integer>().onSubscribe(Subscription::cancel);
        numbers().subscribe(recorder);
        assertThat(recorder.subscription).isNotInstanceOf(Fuseable.QueueSubscription.class);
        assertThat(hasStarted()).isFalse();
    }

    @Test
    void C17_aNullSubscriberOrGeneratorIsRefused() {
        Flux<Integer> source = flux(out -> out.emit(1));
        assertThatThrownBy(() -> source.subscribe((CoreSubscriber<Integer>) null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> flux(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("generator");
    }

    @Test
    void theGeneratorsContextIsThatOfTheSubscriber() {
        Flux<String> who = flux(out -> out.emit(ReactorAsync.contextView().get("who")));
        StepVerifier.create(who.contextWrite(Context.of("who", "ann")))
                .expectNext("ann")
                .verifyComplete();
    }
}
