package dev.weft.reactor;

import dev.weft.tck.Later;
import dev.weft.tck.Sources;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Sources of Reactor's types: {@link Mono} for one value, {@link Flux} for many. */
final class ReactorSources implements Sources {
    @Override
    public Class<?> one() {
        return Mono.class;
    }

    @Override
    public Class<?> many() {
        return Flux.class;
    }

    @Override
    public Object succeeded(Object value) {
        return Mono.just(value);
    }

    @Override
    public Object failed(Throwable failure) {
        return Mono.error(failure);
    }

    @Override
    public Object empty() {
        return Mono.empty();
    }

    @Override
    public Object never() {
        return Mono.never();
    }

    @Override
    public Later later() {
        return new LaterMono();
    }

    @Override
    public Object many(List<?> values) {
        return Flux.fromIterable(values);
    }

    @Override
    public Object failing(List<?> values, Throwable failure) {
        return Flux.concat(Flux.fromIterable(values), Flux.error(failure));
    }

    @Override
    public Object infinite() {
        return Flux.<Integer, Integer>generate(() -> 0, (n, sink) -> {
            sink.next(n);
            return n + 1;
        });
    }

    @Override
    public Later laterMany() {
        return new LaterFlux();
    }

    @Override
    public Object misbehaving(Flow.Publisher<?> publisher) {
        return new Flux<Object>() {
            @Override
            public void subscribe(CoreSubscriber<? super Object> actual) {
                publisher.subscribe(new Relay(actual));
            }
        };
    }

    @Override
    public Flow.Publisher<?> publisher(Object source) {
        return FlowAdapters.toFlowPublisher((Publisher<?>) source);
    }

    /** What a sink does not tell about its subscriber. */
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
            requested.accumulateAndGet(count, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
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

    /** Passes signals on as they are; one subscription stays one. */
    private static final class Relay implements Flow.Subscriber<Object> {
        private final CoreSubscriber<? super Object> actual;
        private Flow.Subscription given;
        private Subscription relayed;

        Relay(CoreSubscriber<? super Object> actual) {
            this.actual = actual;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            if (subscription == null) {
                actual.onSubscribe(null);
                return;
            }
            if (subscription != given) {
                given = subscription;
                relayed = relay(subscription);
            }
            actual.onSubscribe(relayed);
        }

        @Override
        public void onNext(Object value) {
            actual.onNext(value);
        }

        @Override
        public void onError(Throwable failure) {
            actual.onError(failure);
        }

        @Override
        public void onComplete() {
            actual.onComplete();
        }

        private static Subscription relay(Flow.Subscription subscription) {
            return new Subscription() {
                @Override
                public void request(long count) {
                    subscription.request(count);
                }

                @Override
                public void cancel() {
                    subscription.cancel();
                }
            };
        }
    }
}
