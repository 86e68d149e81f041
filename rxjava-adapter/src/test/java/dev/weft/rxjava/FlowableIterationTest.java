package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.testing.Watched;
import dev.weft.testing.streams.IterationRules;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** Rows E over a Flowable: {@code each(flowable)} and {@code collect(flowable, max)}. */
class FlowableIterationTest extends IterationRules implements OfRxJava {
    @Override
    protected Publisher<Integer> range(int count) {
        return Flowable.range(0, count);
    }

    @Override
    protected <T> Publisher<T> watched(
            Publisher<T> source, Runnable onSubscribe, LongConsumer onRequest, Runnable onCancel) {
        return Flowable.fromPublisher(source)
                .hide()
                .doOnSubscribe(s -> onSubscribe.run())
                .doOnRequest(onRequest::accept)
                .doOnCancel(onCancel::run);
    }

    @Override
    protected <T> Publisher<T> onNext(Publisher<T> source, Runnable action) {
        return Flowable.fromPublisher(source).hide().doOnNext(value -> action.run());
    }

    @Override
    protected <T> Publisher<T> elsewhere(Publisher<T> source) {
        return Flowable.fromPublisher(source).observeOn(Schedulers.computation());
    }

    @Override
    protected <T> Publisher<T> failing(Publisher<T> source, Throwable failure) {
        return Flowable.fromPublisher(source).concatWith(Flowable.error(failure));
    }

    @Override
    protected <T> AsyncIterator<T> each(Publisher<T> source) {
        return RxAsync.each(Flowable.fromPublisher(source));
    }

    @Override
    protected <T> AsyncIterator<T> each(Publisher<T> source, int prefetch) {
        return RxAsync.each(Flowable.fromPublisher(source), prefetch);
    }

    @Override
    protected <T> List<T> collect(Publisher<T> source, int max) {
        return RxAsync.collect(Flowable.fromPublisher(source), max);
    }

    @Override
    protected <T> T awaitLater(T value) {
        return await(Single.just(value).delay(1, TimeUnit.MICROSECONDS));
    }

    @Test
    void E01_aNegativePrefetchIsRefused() {
        assertThatThrownBy(() -> RxAsync.each(Flowable.range(0, 3), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RxAsync.each((Flowable<?>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("flowable");
    }

    @Test
    void A24_aNonBlockingThreadIsRefusedBeforeAnythingIsSubscribedTo() {
        Completable.fromAction(() -> each(probed(range(3))))
                .subscribeOn(Schedulers.computation())
                .test()
                .awaitDone(Watched.SECONDS, TimeUnit.SECONDS)
                .assertError(e ->
                        e instanceof IllegalStateException && e.getMessage().contains("each"));
        assertThat(subscriptions).hasValue(0);
    }

    @Test
    void G13_aSourceThatKeepsItsSubscriberDoesNotKeepTheContext() {
        var source = new RxProbe<String>();
        var weak = new AtomicReference<WeakReference<Object>>();
        var iterating = Watched.coroutine(() -> {
            var big = new byte[1000];
            weak.set(new WeakReference<>(big));
            return Async.withContext("big", big, () -> collect(source.flowable(), 1));
        });
        iterating.parked();
        source.next("value");
        source.complete();
        iterating.joined();
        until("collected", () -> {
            System.gc();
            return weak.get().refersTo(null);
        });
        assertThat(source.subscriber()).isNotNull();
    }

    @Test
    void whatLivesOnlyAsLongAsItsSignalIsMappedBeforeTheLoop() {
        Flowable<AtomicBoolean> released = Flowable.create(
                emitter -> {
                    for (int n = 0; n < 3; n++) {
                        var message = new AtomicBoolean();
                        emitter.onNext(message);
                        message.set(true);
                    }
                    emitter.onComplete();
                },
                BackpressureStrategy.ERROR);
        assertThat(run(() -> collect(released.map(AtomicBoolean::get), 3))).containsExactly(false, false, false);
        assertThat(run(() -> collect(released, 3))).allMatch(AtomicBoolean::get);
    }
}
