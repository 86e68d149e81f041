package dev.weft.reactor;

import dev.weft.Emitter;
import dev.weft.Generator;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.EmitterTask;
import java.util.Objects;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;

/** A {@code Flux} that runs a generator in a coroutine for each subscriber. */
final class GeneratorFlux<T> extends Flux<T> {
    private final Generator<T> generator;
    private final CoroutineOptions options;

    private GeneratorFlux(Generator<T> generator, CoroutineOptions options) {
        this.generator = generator;
        this.options = options.madeHere();
    }

    static <T> Flux<T> of(Generator<T> generator, CoroutineOptions options) {
        return onAssembly(new GeneratorFlux<>(Objects.requireNonNull(generator, "generator"), options));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> downstream) {
        var task = new FluxTask<T>(downstream, options, generator);
        downstream.onSubscribe(task);
        task.start();
    }
}

/** A generator that a subscriber to a {@code Flux} listens to, and its subscription. */
final class FluxTask<T> extends EmitterTask<T, CoreSubscriber<? super T>> implements Emitter<T>, Subscription {
    private final Generator<T> generator;

    FluxTask(CoreSubscriber<? super T> downstream, CoroutineOptions options, Generator<T> generator) {
        super(downstream, ReactorBackend.INSTANCE, new ReactorContext(downstream.currentContext()), options);
        this.generator = generator;
    }

    @Override
    protected String builder() {
        return "flux";
    }

    @Override
    protected void generate() throws Exception {
        generator.generate(this);
    }

    @Override
    protected void next(CoreSubscriber<? super T> subscriber, T value) {
        subscriber.onNext(value);
    }

    @Override
    protected void complete(CoreSubscriber<? super T> subscriber) {
        subscriber.onComplete();
    }

    @Override
    protected void fail(CoreSubscriber<? super T> subscriber, Throwable failure) {
        subscriber.onError(failure);
    }

    @Override
    protected Throwable unwrap(Throwable failure) {
        return super.unwrap(Exceptions.unwrap(failure));
    }
}
