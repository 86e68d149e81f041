package dev.weft.tck;

import dev.weft.Adapters;
import dev.weft.Async;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A backend for {@link Flow.Publisher} as small as one can be: the one in the guide, and what the broken ones are made of. */
@SpiLevel(SpiLevel.CURRENT)
class ModelBackend implements Backend {
    static final ScheduledExecutorService CLOCK = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("model-clock").factory());

    @Override
    public String id() {
        return "model";
    }

    @Override
    public boolean understands(Class<?> type) {
        return Flow.Publisher.class.isAssignableFrom(type);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        return new ModelAwait<>((Flow.Publisher<T>) source, take, this);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return new ModelIteration<>((Flow.Publisher<T>) source, prefetch, this);
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        return type.cast((Flow.Publisher<Object>) to -> run(task(to, options, body), to));
    }

    static void run(ModelTask task, Flow.Subscriber<? super Object> to) {
        to.onSubscribe(task);
        task.start();
    }

    ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
        return new ModelTask(to, this, Async.context(), options, body);
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return type.cast(source);
    }

    @Override
    public Timer timer() {
        return (nanos, action) -> {
            Future<?> entry = CLOCK.schedule(action, nanos, TimeUnit.NANOSECONDS);
            return () -> entry.cancel(false);
        };
    }

    @Override
    public void undeliverable(Undeliverable signal, Object context) {
        switch (signal) {
            case Undeliverable.Value value -> Adapters.discard(value.value(), context);
            case Undeliverable.Failure failure -> Adapters.drop(failure.error());
            case Undeliverable.Breach breach -> Adapters.violate(breach.violation());
        }
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return body;
    }
}
