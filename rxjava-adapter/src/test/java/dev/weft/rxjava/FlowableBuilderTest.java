package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.flowable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.Generator;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Failures;
import dev.weft.testing.streams.BuilderRules;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** Rows D: {@code flowable(generator)}. */
class FlowableBuilderTest extends BuilderRules implements OfRxJava {
    @Override
    protected String word() {
        return "flowable";
    }

    @Override
    protected <T> Publisher<T> stream(Generator<T> generator) {
        return flowable(generator);
    }

    @Override
    protected <T> Publisher<T> firstThree(Publisher<T> source) {
        return Flowable.fromPublisher(source).take(3);
    }

    @Override
    protected <T> Publisher<T> oneByOne(Publisher<T> source) {
        return Flowable.fromPublisher(source).observeOn(Schedulers.trampoline(), false, 1);
    }

    @Override
    protected <T> Publisher<T> elsewhereOneByOne(Publisher<T> source) {
        return Flowable.fromPublisher(source).observeOn(Schedulers.computation(), false, 1);
    }

    @Override
    protected Integer awaitLater(Integer value) {
        return await(Single.just(value).delay(1, TimeUnit.MILLISECONDS));
    }

    @Override
    protected Object awaitError(Throwable failure) {
        return await(Single.error(failure instanceof AwaitException ? failure.getCause() : failure));
    }

    @Override
    protected RuntimeException wrapped(IOException checked) {
        return Failures.thrown(checked);
    }

    @Test
    void D06_aParkedEmitIsWokenByACancellationAndItsValueDiscarded() {
        var recorder = new Recorder<Integer>();
        numbers().subscribe(recorder);
        parked();
        recorder.cancel();
        joinCoroutine();
        assertThat(thrown()).isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactly(0);
        assertThat(recorder.trail).containsExactly("onSubscribe");
    }

    @Test
    void D15_thereIsNoFusionAndTheSubscriptionIsTheCoroutine() {
        var recorder = new Recorder<Integer>().onSubscribe(Recorder::cancel);
        numbers().subscribe(recorder);
        assertThat(recorder.handle).isInstanceOf(CoroutineTask.class);
        assertThat(hasStarted()).isFalse();
    }

    @Test
    void C17_aNullSubscriberOrGeneratorIsRefused() {
        Flowable<Integer> source = flowable(out -> out.emit(1));
        assertThatThrownBy(() -> source.subscribe((FlowableSubscriber<Integer>) null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> flowable(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("generator");
    }
}
