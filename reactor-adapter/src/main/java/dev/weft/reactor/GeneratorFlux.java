package dev.weft.reactor;

import dev.weft.Emitter;
import dev.weft.Generator;
import dev.weft.spi.Cancellation;
import dev.weft.spi.EmitterTask;
import dev.weft.spi.Reports;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;

/** A {@code Flux} that runs a generator in a coroutine for each subscriber. */
final class GeneratorFlux<T> extends Flux<T> {
    private final Generator<T> generator;

    private GeneratorFlux(Generator<T> generator) {
        this.generator = generator;
    }

    static <T> Flux<T> of(Generator<T> generator) {
        return onAssembly(new GeneratorFlux<>(Objects.requireNonNull(generator, "generator")));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> downstream) {
        var task = new FluxTask<T>(downstream, generator);
        downstream.onSubscribe(task);
        task.start(null);
        ReactorBackend.keepStep(task);
    }
}

/** A generator that a subscriber to a {@code Flux} listens to, and its subscription. */
final class FluxTask<T> extends EmitterTask<T> implements Emitter<T>, Subscription {
    private final Generator<T> generator;

    /** Null as soon as it must not be signalled any more. */
    private volatile @Nullable CoreSubscriber<? super T> downstream;

    FluxTask(CoreSubscriber<? super T> downstream, Generator<T> generator) {
        super(ReactorBackend.INSTANCE, new ReactorContext(downstream.currentContext()));
        this.downstream = downstream;
        this.generator = generator;
    }

    @Override
    public void request(long count) {
        super.request(count);
        ReactorBackend.keepStep();
    }

    @Override
    public void cancel() {
        downstream = null;
        cancel(Cancellation.Reason.REQUESTED, null);
        ReactorBackend.keepStep();
    }

    @Override
    protected void generate() throws Exception {
        generator.generate(this);
    }

    @Override
    protected void deliver(T value) {
        CoreSubscriber<? super T> subscriber = downstream;
        if (subscriber == null) {
            Reports.discard(backend(), context(), value);
            return;
        }
        try {
            subscriber.onNext(value);
        } catch (Throwable fromSubscriber) {
            downstream = null;
            throw fromSubscriber;
        }
    }

    @Override
    protected void succeeded(@Nullable Object result) {
        CoreSubscriber<? super T> subscriber = forget();
        if (subscriber != null) subscriber.onComplete();
    }

    @Override
    protected void failed(Throwable thrown) {
        Throwable failure = Exceptions.unwrap(thrown);
        CoreSubscriber<? super T> subscriber = forget();
        if (subscriber != null) subscriber.onError(failure);
        else Reports.drop(backend(), context(), failure);
    }

    @Override
    protected void ended(@Nullable Throwable failure) {
        if (failure != null) Reports.drop(backend(), context(), Exceptions.unwrap(failure));
        CoreSubscriber<? super T> subscriber = forget();
        Throwable refused = refused();
        if (refused != null && subscriber != null) subscriber.onError(refused);
    }

    private @Nullable CoreSubscriber<? super T> forget() {
        CoreSubscriber<? super T> subscriber = downstream;
        downstream = null;
        return subscriber;
    }
}
