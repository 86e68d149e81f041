package dev.weft.reactor;

import dev.weft.tck.Later;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/** Reactor's sources with sinks as those that are signalled by hand: they keep what comes before it is requested. */
final class SinkSources extends ReactorSources {
    @Override
    public Later later() {
        return new LaterMono();
    }

    @Override
    public Later laterMany() {
        return new LaterFlux();
    }

    /** What a sink does not show about its subscriber. */
    private abstract static class Counting implements Later {
        private final AtomicInteger subscriptions = new AtomicInteger();
        private final AtomicLong requested = new AtomicLong();
        private final AtomicInteger cancellations = new AtomicInteger();

        final Flux<Object> counted(Flux<Object> flux) {
            return flux.doOnSubscribe(s -> subscriptions.incrementAndGet())
                    .doOnRequest(this::add)
                    .doOnCancel(cancellations::incrementAndGet);
        }

        final Mono<Object> counted(Mono<Object> mono) {
            return mono.doOnSubscribe(s -> subscriptions.incrementAndGet())
                    .doOnRequest(this::add)
                    .doOnCancel(cancellations::incrementAndGet);
        }

        private void add(long count) {
            requested.accumulateAndGet(count, Operators::addCap);
        }

        @Override
        public int subscriptions() {
            return subscriptions.get();
        }

        @Override
        public long requested() {
            return requested.get();
        }

        @Override
        public int cancellations() {
            return cancellations.get();
        }
    }

    private static final class LaterMono extends Counting {
        private final Sinks.One<Object> sink = Sinks.one();
        private final Mono<Object> mono = counted(sink.asMono());

        @Override
        public Object source() {
            return mono;
        }

        @Override
        public void value(Object value) {
            sink.tryEmitValue(value);
        }

        @Override
        public void complete() {
            sink.tryEmitEmpty();
        }

        @Override
        public void fail(Throwable failure) {
            sink.tryEmitError(failure);
        }
    }

    private static final class LaterFlux extends Counting {
        private final Sinks.Many<Object> sink = Sinks.many().unicast().onBackpressureBuffer();
        private final Flux<Object> flux = counted(sink.asFlux());

        @Override
        public Object source() {
            return flux;
        }

        @Override
        public void value(Object value) {
            sink.tryEmitNext(value);
        }

        @Override
        public void complete() {
            sink.tryEmitComplete();
        }

        @Override
        public void fail(Throwable failure) {
            sink.tryEmitError(failure);
        }
    }
}
