package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.EmitterTask;
import java.util.concurrent.Flow;

/** A generator that a {@link Flow.Subscriber} has subscribed to, and its subscription. */
final class FlowTask<T> extends EmitterTask<T, Flow.Subscriber<? super T>> implements Emitter<T>, Flow.Subscription {
    private final Generator<T> generator;

    FlowTask(
            Flow.Subscriber<? super T> downstream,
            Generator<T> generator,
            CoroutineOptions options,
            Backend backend,
            Object context) {
        super(downstream, backend, context, options);
        this.generator = generator;
    }

    @Override
    protected void generate() throws Exception {
        generator.generate(this);
    }

    @Override
    protected void next(Flow.Subscriber<? super T> subscriber, T value) {
        subscriber.onNext(value);
    }

    @Override
    protected void complete(Flow.Subscriber<? super T> subscriber) {
        subscriber.onComplete();
    }

    @Override
    protected void fail(Flow.Subscriber<? super T> subscriber, Throwable failure) {
        subscriber.onError(failure);
    }
}
