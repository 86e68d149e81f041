package dev.weft.rxjava;

import dev.weft.Adapters;
import dev.weft.Async;
import dev.weft.Context;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Scope;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.TestTime;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import dev.weft.spi.VirtualTime;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The backend {@code rxjava}: its clock is {@code Schedulers.computation()}, its hooks are those of RxJava 3.
 *
 * @since 0.1
 */
@SpiLevel(SpiLevel.CURRENT)
public final class RxBackend implements Backend {
    static final RxBackend INSTANCE = new RxBackend();

    private static final VirtualTime<Scheduler> CLOCK =
            new VirtualTime<>(Schedulers::computation, RxBackend::sinceEpoch);

    static {
        SourceHooks.install();
    }

    /** For {@link java.util.ServiceLoader}. */
    public RxBackend() {}

    /** @throws IllegalStateException if the RxJava present is too old */
    @Override
    public String id() {
        RxVersion.require();
        return "rxjava";
    }

    @Override
    public boolean understands(Class<?> type) {
        return type == Publisher.class
                || Stream.of(
                                Flowable.class,
                                SingleSource.class,
                                MaybeSource.class,
                                CompletableSource.class,
                                ObservableSource.class)
                        .anyMatch(own -> own.isAssignableFrom(type));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        if (source instanceof Publisher<?>) return new PublisherAwait<>((Publisher<T>) source, take);
        return new ObserverAwait<>(source, take);
    }

    /** @throws IllegalArgumentException for a source that cannot be asked to wait, such as an Observable */
    @Override
    @SuppressWarnings("unchecked")
    public <T> IterationCell<T> many(Object source, int prefetch) {
        if (source instanceof Publisher<?>) return new PublisherIteration<>((Publisher<T>) source, prefetch);
        throw new IllegalArgumentException(source.getClass().getName()
                + " cannot be asked to wait: iterate over it with each(observable, overflow)");
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        if (type.isAssignableFrom(Single.class)) return type.cast(CoroutineSingle.of(body, options));
        if (type.isAssignableFrom(Maybe.class)) return type.cast(CoroutineMaybe.of(body, options));
        if (type.isAssignableFrom(Completable.class)) return type.cast(CoroutineCompletable.of(body, options));
        return many(
                CoroutineMaybe.of(body, options).toFlowable(),
                type,
                "Single, Maybe, Completable, Flowable or Observable");
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return many(RxAsync.asFlowable(source), type, "Flowable or Observable");
    }

    private static <N> N many(Flowable<?> source, Class<N> type, String choice) {
        if (type.isAssignableFrom(Flowable.class)) return type.cast(source);
        if (type.isAssignableFrom(Observable.class)) return type.cast(source.toObservable());
        throw new IllegalArgumentException("cannot make a " + type.getName() + " here; ask for " + choice);
    }

    /** @throws IllegalStateException if the RxJava present is too old */
    @Override
    public VirtualTime<Scheduler> clock() {
        RxVersion.require();
        return CLOCK;
    }

    @Override
    public Timer timer() {
        Scheduler scheduler = Schedulers.computation();
        return (nanos, action) -> Timer.once(action, task -> schedule(scheduler, task, nanos));
    }

    /** A scheduler that has been shut down reports that to the hook for errors, and returns a disposed Disposable. */
    private static @Nullable Runnable schedule(Scheduler scheduler, Runnable task, long nanos) {
        Disposable scheduled = scheduler.scheduleDirect(task, nanos, TimeUnit.NANOSECONDS);
        return scheduled == Disposable.disposed() ? null : scheduled::dispose;
    }

    /**
     * With {@code -Drx3.scheduler.use-nanotime=true} none of RxJava's own schedulers counts from the epoch: neither
     * does {@code trampoline()}, which no test replaces and which gives the offset.
     */
    private static long sinceEpoch(Scheduler scheduler) {
        long offset = System.currentTimeMillis() - Schedulers.trampoline().now(TimeUnit.MILLISECONDS);
        return scheduler.now(TimeUnit.MILLISECONDS) + offset;
    }

    /** @throws IllegalStateException if the RxJava present is too old */
    @Override
    public Runnable follow(TestTime time) {
        RxVersion.require();
        return TestSchedulers.on(time);
    }

    /** RxJava has a hook for errors only. */
    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        switch (signal) {
            case Undeliverable.Value value -> Adapters.discard(value.value(), context);
            case Undeliverable.Failure failure -> RxJavaPlugins.onError(failure.error());
            case Undeliverable.Breach breach -> Adapters.violate(breach.violation());
        }
    }

    @Override
    public boolean mayBlock() {
        return !RxThreads.isNonBlocking(Thread.currentThread()) && !RxJavaPlugins.onBeforeBlocking();
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return ThreadLocals.around(body, context);
    }

    /**
     * {@return the context for what is subscribed to here, since no observer has one: the current coroutine's, and
     * during its await also what else its thread has}
     */
    static Context context() {
        return Scope.isCalling() ? ThreadLocals.into(Async.context()) : Async.context();
    }
}
