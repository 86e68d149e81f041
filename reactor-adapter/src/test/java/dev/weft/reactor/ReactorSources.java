package dev.weft.reactor;

import dev.weft.tck.Later;
import dev.weft.tck.Sources;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.test.publisher.TestPublisher;

/** Sources for the contract, by Reactor's own means. */
class ReactorSources implements Sources {
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
        return new ByHand(true);
    }

    @Override
    public Object many(List<?> values) {
        return Flux.fromIterable(values);
    }

    @Override
    public Object failing(List<?> values, Throwable failure) {
        return Flux.<Object>fromIterable(values).concatWith(Mono.error(failure));
    }

    @Override
    public Object infinite() {
        return Flux.<Object, Integer>generate(() -> 0, (i, sink) -> {
            sink.next(i);
            return i + 1;
        });
    }

    @Override
    public Later laterMany() {
        return new ByHand(false);
    }

    /** Not by Reactor's own adapter, which makes one subscription of two. */
    @Override
    public Object misbehaving(Flow.Publisher<?> publisher) {
        return Flux.from(FlowAdapters.toPublisher(publisher));
    }

    @Override
    public Executor nonBlocking() {
        return Schedulers.parallel()::schedule;
    }

    @Override
    public Flow.Publisher<?> publisher(Object source) {
        return JdkFlowAdapter.publisherToFlowPublisher((Publisher<?>) source);
    }

    /** A test publisher that signals on when it was cancelled, as if it had not heard of that yet. */
    private static final class ByHand implements Later {
        private final TestPublisher<Object> publisher =
                TestPublisher.createNoncompliant(TestPublisher.Violation.DEFER_CANCELLATION);
        private final AtomicLong requested = new AtomicLong();
        private final AtomicInteger cancellations = new AtomicInteger();
        private final boolean one;

        ByHand(boolean one) {
            this.one = one;
        }

        @Override
        public Object source() {
            Flux<Object> counted = publisher.flux().doOnRequest(this::count).doOnCancel(cancellations::incrementAndGet);
            return one ? Mono.fromDirect(counted) : counted;
        }

        private void count(long more) {
            requested.accumulateAndGet(more, Operators::addCap);
        }

        @Override
        public void value(Object value) {
            publisher.next(value);
            if (one) publisher.complete();
        }

        @Override
        public void complete() {
            publisher.complete();
        }

        @Override
        public void fail(Throwable failure) {
            publisher.error(failure);
        }

        @Override
        public int subscriptions() {
            return Math.toIntExact(publisher.subscribeCount());
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
}
