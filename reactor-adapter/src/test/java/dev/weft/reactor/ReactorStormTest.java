package dev.weft.reactor;

import dev.weft.AsyncIterator;
import dev.weft.Awaitable;
import dev.weft.Generator;
import dev.weft.Hooks;
import dev.weft.stress.Storms;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Storms over Mono and Flux. */
class ReactorStormTest extends Storms {
    @Override
    protected <T> Awaitable<T> one(Flow.Publisher<T> source) {
        return ReactorAsync.awaitable(Mono.fromDirect(FlowAdapters.toPublisher(source)));
    }

    @Override
    protected <T> AsyncIterator<T> each(Flow.Publisher<T> source, int prefetch) {
        return ReactorAsync.each(Flux.from(FlowAdapters.toPublisher(source)), prefetch);
    }

    @Override
    protected <T> void subscribe(Callable<T> body, Flow.Subscriber<T> subscriber) {
        FlowAdapters.toFlowPublisher(ReactorAsync.<T>mono(body)).subscribe(subscriber);
    }

    @Override
    protected <T> void subscribe(Generator<T> generator, Flow.Subscriber<T> subscriber) {
        FlowAdapters.toFlowPublisher(ReactorAsync.flux(generator)).subscribe(subscriber);
    }

    @Override
    protected Hooks.Handle watchDropped(Consumer<Throwable> seen) {
        reactor.core.publisher.Hooks.onErrorDropped(seen);
        return reactor.core.publisher.Hooks::resetOnErrorDropped;
    }
}
