package dev.weft.reactor;

import dev.weft.Hooks;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.StreamCell;
import dev.weft.spi.Take;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import dev.weft.spi.VirtualTime;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** The backend {@code reactor}: its clock is {@code Schedulers.parallel()}, its hooks are those of Reactor. */
@SpiLevel(SpiLevel.CURRENT)
public final class ReactorBackend implements Backend {
    static final ReactorBackend INSTANCE = new ReactorBackend();

    /** Where {@code Flux.doOnDiscard} puts its hook. */
    private static final String DISCARD_KEY = "reactor.onDiscard.local";

    private static volatile @Nullable Scheduler real;

    /** For {@link java.util.ServiceLoader}. */
    public ReactorBackend() {}

    @Override
    public String id() {
        return "reactor";
    }

    @Override
    public boolean understands(Class<?> type) {
        return CorePublisher.class.isAssignableFrom(type) || type == Publisher.class;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> AwaitCell<T> one(Object source, Take take) {
        return new PublisherAwait<>((Publisher<T>) source, take);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> StreamCell<T> many(Object source, int prefetch) {
        return new PublisherIteration<>((Publisher<T>) source, prefetch);
    }

    @Override
    public <N> N createOne(Callable<?> body, Class<N> type) {
        Mono<Object> mono = ReactorAsync.mono(body::call);
        return type.cast(type == Flux.class ? mono.flux() : mono);
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return type.cast(ReactorAsync.asFlux(source));
    }

    @Override
    public Timer timer() {
        Scheduler scheduler = Schedulers.parallel();
        boolean virtual = isVirtual(scheduler);
        return (nanos, action) -> {
            Runnable run = virtual ? VirtualTime.inStep(action) : action;
            Disposable entry = scheduler.schedule(run, nanos, TimeUnit.NANOSECONDS);
            return entry::dispose;
        };
    }

    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        Context reactor = ReactorContext.toReactor(context);
        switch (signal) {
            case Undeliverable.Value value -> discard(value.value(), reactor);
            case Undeliverable.Failure failure -> Operators.onErrorDropped(failure.error(), reactor);
            case Undeliverable.Breach breach -> Hooks.violate(breach.violation());
        }
    }

    @Override
    public boolean mayBlock() {
        return !Schedulers.isInNonBlockingThread();
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return ThreadLocals.around(body, ReactorContext.toReactor(context));
    }

    /** Reactor has a discard hook only downstream of a {@code doOnDiscard}; elsewhere a value would be lost without a word. */
    private static void discard(Object value, Context context) {
        if (context.hasKey(DISCARD_KEY)) Operators.onDiscard(value, context);
        else Hooks.discard(value);
    }

    /** On a virtual clock, waits until a coroutine that was started has got as far as it can. */
    static void keepStep(CoroutineTask<?> started) {
        if (!isVirtual(Schedulers.parallel())) return;
        VirtualTime.follow(started);
        VirtualTime.settle();
    }

    /** On a virtual clock, waits until the coroutines that a signal may have woken have got as far as they can. */
    static void keepStep() {
        if (isVirtual(Schedulers.parallel())) VirtualTime.settle();
    }

    /** On a virtual clock, has signals wait for the current coroutine. */
    static void follow() {
        if (isVirtual(Schedulers.parallel())) VirtualTime.follow(CoroutineTask.current());
    }

    /** Looked up for each signal; so the scheduler that was last seen to follow the wall clock is remembered. */
    private static boolean isVirtual(Scheduler scheduler) {
        if (scheduler == real) return false;
        if (VirtualTime.isVirtual(scheduler.now(TimeUnit.MILLISECONDS))) return true;
        real = scheduler;
        return false;
    }
}
