package dev.weft.rxjava;

import dev.weft.Emitter;
import dev.weft.Generator;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.EmitterTask;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A {@code Flowable} that runs a generator in a coroutine for each subscriber. */
final class GeneratorFlowable<T> extends Flowable<T> {
    private final Generator<T> generator;
    private final CoroutineOptions options;

    private GeneratorFlowable(Generator<T> generator, CoroutineOptions options) {
        this.generator = generator;
        this.options = options.madeHere();
    }

    static <T> Flowable<T> of(Generator<T> generator, CoroutineOptions options) {
        return RxJavaPlugins.onAssembly(
                new GeneratorFlowable<>(Objects.requireNonNull(generator, "generator"), options));
    }

    @Override
    protected void subscribeActual(Subscriber<? super T> downstream) {
        var task = new FlowableTask<T>(downstream, options, generator);
        downstream.onSubscribe(task);
        task.start();
    }
}

/** A generator that a subscriber to a {@code Flowable} listens to, and its subscription. */
final class FlowableTask<T> extends EmitterTask<T, Subscriber<? super T>> implements Emitter<T>, Subscription {
    private final Generator<T> generator;

    FlowableTask(Subscriber<? super T> downstream, CoroutineOptions options, Generator<T> generator) {
        super(downstream, RxBackend.INSTANCE, RxBackend.context(), options);
        this.generator = generator;
    }

    @Override
    protected String builder() {
        return "flowable";
    }

    @Override
    protected void generate() throws Exception {
        generator.generate(this);
    }

    @Override
    protected void next(Subscriber<? super T> subscriber, T value) {
        subscriber.onNext(value);
    }

    @Override
    protected void complete(Subscriber<? super T> subscriber) {
        subscriber.onComplete();
    }

    @Override
    protected void fail(Subscriber<? super T> subscriber, Throwable failure) {
        subscriber.onError(failure);
    }
}
