package dev.weft.reactor;

import dev.weft.Adapters;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.TestTime;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import dev.weft.spi.VirtualTime;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * The backend {@code reactor}: its clock is {@code Schedulers.parallel()}, its hooks are those of Reactor.
 *
 * @since 0.1
 */
@SpiLevel(SpiLevel.CURRENT)
public final class ReactorBackend implements Backend {
    static final ReactorBackend INSTANCE = new ReactorBackend();

    private static final VirtualTime<Scheduler> CLOCK =
            new VirtualTime<>(Schedulers::parallel, scheduler -> scheduler.now(TimeUnit.MILLISECONDS));

    static {
        SourceHooks.install();
    }

    /** For {@link java.util.ServiceLoader}. */
    public ReactorBackend() {}

    /** @throws IllegalStateException if the Reactor present is too old */
    @Override
    public String id() {
        ReactorVersion.require();
        return "reactor";
    }

    @Override
    public boolean understands(Class<?> type) {
        return CorePublisher.class.isAssignableFrom(type) || type == Publisher.class;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        return new PublisherAwait<>((Publisher<T>) source, take);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return new PublisherIteration<>((Publisher<T>) source, prefetch);
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        Mono<Object> mono = CoroutineMono.of(body, options);
        return type.isAssignableFrom(Mono.class) ? type.cast(mono) : many(mono.flux(), type, "Mono or Flux");
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return many(ReactorAsync.asFlux(source), type, "Flux");
    }

    private static <N> N many(Flux<?> source, Class<N> type, String choice) {
        if (type.isAssignableFrom(Flux.class)) return type.cast(source);
        throw new IllegalArgumentException("cannot make a " + type.getName() + " here; ask for " + choice);
    }

    /** @throws IllegalStateException if the Reactor present is too old */
    @Override
    public VirtualTime<Scheduler> clock() {
        ReactorVersion.require();
        return CLOCK;
    }

    @Override
    public Timer timer() {
        Scheduler scheduler = Schedulers.parallel();
        return (nanos, action) ->
                Timer.once(action, task -> scheduler.schedule(task, nanos, TimeUnit.NANOSECONDS)::dispose);
    }

    /** @throws IllegalStateException if the Reactor present is too old */
    @Override
    public Runnable follow(TestTime time) {
        ReactorVersion.require();
        Schedulers.Snapshot before = Schedulers.setFactoryWithSnapshot(new TestSchedulers(time));
        return () -> Schedulers.resetFrom(before);
    }

    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        Context reactor = ReactorContext.toReactor(context);
        switch (signal) {
            case Undeliverable.Value value -> discard(value.value(), reactor);
            case Undeliverable.Failure failure -> Operators.onErrorDropped(failure.error(), reactor);
            case Undeliverable.Breach breach -> Adapters.violate(breach.violation());
        }
    }

    @Override
    public @Nullable String describe(Object subscription) {
        Scannable scanned = Scannable.from(subscription);
        return scanned.isScanAvailable() ? scanned.steps().collect(Collectors.joining(" → ")) : null;
    }

    @Override
    public boolean mayBlock() {
        return !Schedulers.isInNonBlockingThread();
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return ThreadLocals.around(body, context);
    }

    /** Reactor has a discard hook only downstream of a {@code doOnDiscard}; elsewhere a value would be lost silently. */
    private static void discard(Object value, Context context) {
        if (context.hasKey(ReactorContext.DISCARD_KEY)) Operators.onDiscard(value, context);
        else Adapters.discard(value, null);
    }
}
