package dev.weft.rxjava4;

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
import io.reactivex.rxjava4.core.Completable;
import io.reactivex.rxjava4.core.CompletableSource;
import io.reactivex.rxjava4.core.Flowable;
import io.reactivex.rxjava4.core.Maybe;
import io.reactivex.rxjava4.core.MaybeSource;
import io.reactivex.rxjava4.core.Observable;
import io.reactivex.rxjava4.core.ObservableSource;
import io.reactivex.rxjava4.core.Scheduler;
import io.reactivex.rxjava4.core.Single;
import io.reactivex.rxjava4.core.SingleSource;
import io.reactivex.rxjava4.core.Streamable;
import io.reactivex.rxjava4.disposables.Disposable;
import io.reactivex.rxjava4.plugins.RxJavaPlugins;
import io.reactivex.rxjava4.schedulers.Schedulers;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The backend {@code rxjava4}: its clock is {@code Schedulers.computation()}, its hooks are those of RxJava 4.
 *
 * <p>Experimental.
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

    @Override
    public String id() {
        return "rxjava4";
    }

    /** Not every {@link Flow.Publisher}, which the JDK's backend understands. */
    @Override
    public boolean understands(Class<?> type) {
        return Stream.of(
                        Flowable.class,
                        SingleSource.class,
                        MaybeSource.class,
                        CompletableSource.class,
                        ObservableSource.class,
                        Streamable.class)
                .anyMatch(own -> own.isAssignableFrom(type));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        return switch (source) {
            case Flow.Publisher<?> publisher -> new PublisherAwait<>((Flow.Publisher<T>) publisher, take);
            case Streamable<?> streamable ->
                new PublisherAwait<>(new StreamablePublisher<>((Streamable<T>) streamable), take);
            default -> new ObserverAwait<>(source, take);
        };
    }

    /** @throws IllegalArgumentException for a source that cannot be asked to wait, such as an Observable */
    @Override
    @SuppressWarnings("unchecked")
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return switch (source) {
            case Flow.Publisher<?> publisher -> new PublisherIteration<>((Flow.Publisher<T>) publisher, prefetch);
            case Streamable<?> streamable ->
                new PublisherIteration<>(new StreamablePublisher<>((Streamable<T>) streamable), prefetch);
            default ->
                throw new IllegalArgumentException(source.getClass().getName()
                        + " cannot be asked to wait: iterate over it with each(observable, overflow)");
        };
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        if (type.isAssignableFrom(Single.class)) return type.cast(CoroutineSingle.of(body, options));
        if (type.isAssignableFrom(Maybe.class)) return type.cast(CoroutineMaybe.of(body, options));
        if (type.isAssignableFrom(Completable.class)) return type.cast(CoroutineCompletable.of(body, options));
        return many(
                CoroutineMaybe.of(body, options).toFlowable(),
                type,
                "Single, Maybe, Completable, Flowable, Observable or Streamable");
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return many(RxAsync.asFlowable(source), type, "Flowable, Observable or Streamable");
    }

    private static <N> N many(Flowable<?> source, Class<N> type, String choice) {
        if (type.isAssignableFrom(Flowable.class)) return type.cast(source);
        if (type.isAssignableFrom(Observable.class)) return type.cast(source.toObservable());
        if (type.isAssignableFrom(Streamable.class)) return type.cast(source.toStreamable());
        throw new IllegalArgumentException("cannot make a " + type.getName() + " here; ask for " + choice);
    }

    @Override
    public VirtualTime<Scheduler> clock() {
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
     * With {@code -Drx4.scheduler.use-nanotime=true} none of RxJava's own schedulers counts from the epoch: neither
     * does {@code trampoline()}, which no test replaces and which gives the offset.
     */
    private static long sinceEpoch(Scheduler scheduler) {
        long offset = System.currentTimeMillis() - Schedulers.trampoline().now(TimeUnit.MILLISECONDS);
        return scheduler.now(TimeUnit.MILLISECONDS) + offset;
    }

    /** Without {@code Schedulers.virtual()}, whose tasks may block, which would stop the test. */
    @Override
    public Runnable follow(TestTime time) {
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
