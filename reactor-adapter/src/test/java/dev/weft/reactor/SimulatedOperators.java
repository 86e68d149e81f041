package dev.weft.reactor;

import dev.weft.spi.SchedulePoint;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Lets other threads step in between any two operators of Reactor, in every other run; in the rest these may be fused. */
final class SimulatedOperators {
    private SimulatedOperators() {}

    static Function<Publisher<Object>, Publisher<Object>> pauses() {
        Function<? super Publisher<Object>, ? extends Publisher<Object>> lift =
                Operators.lift((operator, downstream) -> new Pause(downstream));
        return operator -> ReactorWorld.pauses() ? lift.apply(operator) : operator;
    }

    /** Passes on what it gets, and stands aside before. */
    private static final class Pause implements CoreSubscriber<Object>, Subscription {
        private final CoreSubscriber<? super Object> downstream;
        private Subscription upstream;

        Pause(CoreSubscriber<? super Object> downstream) {
            this.downstream = downstream;
        }

        @Override
        public Context currentContext() {
            return downstream.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            SchedulePoint.pass();
            // an operator that knows its upstream may fuse expects a subscription that can be asked for that
            downstream.onSubscribe(subscription instanceof Fuseable.QueueSubscription ? subscription : this);
        }

        @Override
        public void onNext(Object value) {
            SchedulePoint.pass();
            downstream.onNext(value);
        }

        @Override
        public void onError(Throwable failure) {
            SchedulePoint.pass();
            downstream.onError(failure);
        }

        @Override
        public void onComplete() {
            SchedulePoint.pass();
            downstream.onComplete();
        }

        @Override
        public void request(long count) {
            SchedulePoint.pass();
            upstream.request(count);
        }

        @Override
        public void cancel() {
            SchedulePoint.pass();
            upstream.cancel();
        }
    }
}
