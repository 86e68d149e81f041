package dev.weft.tck;

import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.EmitterTask;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;

/** A coroutine that a subscriber listens to, and its subscription. */
class ModelTask extends EmitterTask<Object, Flow.Subscriber<? super Object>> implements Flow.Subscription {
    private final Callable<?> body;

    ModelTask(
            Flow.Subscriber<? super Object> to,
            Backend backend,
            Object context,
            CoroutineOptions options,
            Callable<?> body) {
        super(to, backend, context, options);
        this.body = body;
    }

    @Override
    protected void generate() throws Exception {
        Object value = body.call();
        if (value != null) emit(value);
    }

    @Override
    protected void next(Flow.Subscriber<? super Object> subscriber, Object value) {
        subscriber.onNext(value);
    }

    @Override
    protected void complete(Flow.Subscriber<? super Object> subscriber) {
        subscriber.onComplete();
    }

    @Override
    protected void fail(Flow.Subscriber<? super Object> subscriber, Throwable failure) {
        subscriber.onError(failure);
    }
}
