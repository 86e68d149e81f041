package dev.weft.examples;

import dev.weft.Adapters;
import dev.weft.Async;
import dev.weft.AsyncStream;
import dev.weft.Emitter;
import dev.weft.Generator;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.EmitterTask;
import dev.weft.spi.IterationCell;
import dev.weft.spi.SourceAwaitCell;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.SubscriberTask;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.operators.AbstractMulti;
import io.smallrye.mutiny.operators.AbstractUni;
import io.smallrye.mutiny.subscription.ContextSupport;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniSubscriber;
import io.smallrye.mutiny.subscription.UniSubscription;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A backend in one file, for SmallRye Mutiny's {@code Uni} and {@code Multi}, as {@code docs/contribute/backends.md}
 * describes. It is chosen with {@code withBackend(new MutinyBackend(), …)}; a published one would be listed in
 * {@code META-INF/services} as well.
 */
@SpiLevel(SpiLevel.CURRENT)
public final class MutinyBackend implements Backend {
    @Override
    public String id() {
        return "mutiny";
    }

    @Override
    public boolean understands(Class<?> type) {
        return Uni.class.isAssignableFrom(type) || Multi.class.isAssignableFrom(type);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        return source instanceof Uni<?> uni
                ? new UniAwait<>(this, (Uni<T>) uni, take)
                : new MultiAwait<>(this, (Multi<T>) source, take);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return new MultiIteration<>(this, (Multi<T>) source, prefetch);
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        Uni<?> uni = Infrastructure.onUniCreation(new CoroutineUni<>(this, options, body));
        return type.isAssignableFrom(Uni.class) ? type.cast(uni) : type.cast(uni.toMulti());
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        if (!(source instanceof AsyncStream<?> stream))
            return type.cast(Multi.createFrom().publisher(source));
        return type.cast(Infrastructure.onMultiCreation(
                new GeneratorMulti<>(this, Adapters.options(stream), Adapters.generator(stream))));
    }

    @Override
    public Timer timer() {
        var pool = Infrastructure.getDefaultWorkerPool();
        return (nanos, action) -> {
            Future<?> entry = pool.schedule(action, nanos, TimeUnit.NANOSECONDS);
            return () -> entry.cancel(false);
        };
    }

    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        switch (signal) {
            case Undeliverable.Value value -> Adapters.discard(value.value(), context);
            case Undeliverable.Failure failure -> Infrastructure.handleDroppedException(failure.error());
            case Undeliverable.Breach breach -> Adapters.violate(breach.violation());
        }
    }

    @Override
    public boolean mayBlock() {
        return Infrastructure.canCallerThreadBeBlocked();
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return Infrastructure.decorate(body);
    }

    // --- context

    /** A coroutine's context as Mutiny's, for the keys that are strings. */
    private static Context mutiny(@Nullable Object carried) {
        if (carried == null || carried == dev.weft.Context.empty()) return Context.empty();
        Map<String, Object> entries = new HashMap<>();
        ((dev.weft.Context) carried).forEach((key, value) -> {
            if (key instanceof String name) entries.put(name, value);
        });
        return Context.from(entries);
    }

    /** A subscriber's context for a coroutine, on top of the context of the subscribing coroutine, if there is one. */
    private static dev.weft.Context captured(Object subscriber) {
        dev.weft.Context context = Async.context();
        if (!(subscriber instanceof ContextSupport support)) return context;
        Context own = support.context();
        for (String key : own.keys()) context = context.with(key, own.<Object>get(key));
        return context;
    }

    // --- await

    /** In Mutiny, a null item means empty. */
    private static final class UniAwait<T> extends SourceAwaitCell<T> implements UniSubscriber<T> {
        UniAwait(MutinyBackend backend, Uni<? extends T> source, AwaitMode take) {
            super(backend, take, source);
        }

        @Override
        @SuppressWarnings("unchecked")
        protected void subscribe(Object source) {
            AbstractUni.subscribe((Uni<T>) source, this);
        }

        @Override
        protected boolean hasDemand() {
            return false;
        }

        @Override
        protected void cancelUpstream(Object subscription) {
            ((UniSubscription) subscription).cancel();
        }

        @Override
        public Context context() {
            return mutiny(carried());
        }

        @Override
        public void onSubscribe(UniSubscription subscription) {
            subscribed(subscription);
        }

        @Override
        public void onItem(@Nullable T item) {
            if (item == null) completed();
            else succeeded(item);
        }

        @Override
        public void onFailure(Throwable failure) {
            failed(failure);
        }
    }

    private static final class MultiAwait<T> extends SourceAwaitCell<T> implements MultiSubscriber<T>, ContextSupport {
        MultiAwait(MutinyBackend backend, Multi<? extends T> source, AwaitMode take) {
            super(backend, take, source);
        }

        @Override
        @SuppressWarnings("unchecked")
        protected void subscribe(Object source) {
            ((Multi<T>) source).subscribe(this);
        }

        @Override
        protected void request(Object subscription, long count) {
            ((Flow.Subscription) subscription).request(count);
        }

        @Override
        protected void cancelUpstream(Object subscription) {
            ((Flow.Subscription) subscription).cancel();
        }

        @Override
        public Context context() {
            return mutiny(carried());
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscribed(subscription);
        }

        @Override
        public void onItem(T item) {
            value(item);
        }

        @Override
        public void onFailure(Throwable failure) {
            failed(failure);
        }

        @Override
        public void onCompletion() {
            completed();
        }
    }

    // --- iterate

    private static final class MultiIteration<T> extends IterationCell<T>
            implements MultiSubscriber<T>, ContextSupport {
        MultiIteration(MutinyBackend backend, Multi<? extends T> source, int prefetch) {
            super(backend, prefetch, source);
        }

        @Override
        @SuppressWarnings("unchecked")
        protected void subscribe(Object source) {
            ((Multi<T>) source).subscribe(this);
        }

        @Override
        protected void request(Object subscription, long count) {
            ((Flow.Subscription) subscription).request(count);
        }

        @Override
        protected void cancelUpstream(Object subscription) {
            ((Flow.Subscription) subscription).cancel();
        }

        @Override
        public Context context() {
            return mutiny(carried());
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscribed(subscription);
        }

        @Override
        public void onItem(T item) {
            value(item);
        }

        @Override
        public void onFailure(Throwable failure) {
            failed(failure);
        }

        @Override
        public void onCompletion() {
            completed();
        }
    }

    // --- build

    private static final class CoroutineUni<T> extends AbstractUni<T> {
        private final MutinyBackend backend;
        private final CoroutineOptions options;
        private final Callable<? extends @Nullable T> body;

        CoroutineUni(MutinyBackend backend, CoroutineOptions options, Callable<? extends @Nullable T> body) {
            this.backend = backend;
            this.options = options;
            this.body = body;
        }

        @Override
        public void subscribe(UniSubscriber<? super T> downstream) {
            var task = new UniTask<T>(backend, downstream, options, body);
            downstream.onSubscribe(task);
            task.start();
        }
    }

    private static final class UniTask<T> extends SubscriberTask<@Nullable T, UniSubscriber<? super T>>
            implements UniSubscription {
        UniTask(
                MutinyBackend backend,
                UniSubscriber<? super T> downstream,
                CoroutineOptions options,
                Callable<? extends @Nullable T> body) {
            super(downstream, backend, captured(downstream), options, body);
        }

        @Override
        protected void succeeded(@Nullable T value) {
            UniSubscriber<? super T> subscriber = forget();
            if (subscriber != null) subscriber.onItem(value);
            else discard(value);
        }

        @Override
        protected void fail(UniSubscriber<? super T> subscriber, Throwable failure) {
            subscriber.onFailure(failure);
        }
    }

    private static final class GeneratorMulti<T> extends AbstractMulti<T> {
        private final MutinyBackend backend;
        private final CoroutineOptions options;
        private final Generator<T> generator;

        GeneratorMulti(MutinyBackend backend, CoroutineOptions options, Generator<T> generator) {
            this.backend = backend;
            this.options = options;
            this.generator = generator;
        }

        @Override
        public void subscribe(MultiSubscriber<? super T> downstream) {
            var task = new MultiTask<T>(backend, downstream, options, generator);
            downstream.onSubscribe(task);
            task.start();
        }
    }

    private static final class MultiTask<T> extends EmitterTask<T, MultiSubscriber<? super T>>
            implements Emitter<T>, Flow.Subscription {
        private final Generator<T> generator;

        MultiTask(
                MutinyBackend backend,
                MultiSubscriber<? super T> downstream,
                CoroutineOptions options,
                Generator<T> generator) {
            super(downstream, backend, captured(downstream), options);
            this.generator = generator;
        }

        @Override
        protected void generate() throws Exception {
            generator.generate(this);
        }

        @Override
        protected void next(MultiSubscriber<? super T> subscriber, T value) {
            subscriber.onItem(value);
        }

        @Override
        protected void complete(MultiSubscriber<? super T> subscriber) {
            subscriber.onCompletion();
        }

        @Override
        protected void fail(MultiSubscriber<? super T> subscriber, Throwable failure) {
            subscriber.onFailure(failure);
        }
    }
}
