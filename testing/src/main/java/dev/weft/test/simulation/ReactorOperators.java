package dev.weft.test.simulation;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Lets other threads step in between any two operators of Reactor; then these are not fused. */
final class ReactorOperators {
    private ReactorOperators() {}

    /** {@return what pauses at an operator that is assembled while that is wanted} */
    static Function<Publisher<Object>, Publisher<Object>> pauses(BooleanSupplier isWanted) {
        Function<? super Publisher<Object>, ? extends Publisher<Object>> lift =
                Operators.lift((operator, downstream) -> new Pause(downstream));
        return operator -> isWanted.getAsBoolean() ? lift.apply(operator) : operator;
    }

    /** Passes on what it gets, and stands aside before. */
    private static final class Pause implements CoreSubscriber<Object>, Subscription {
        private final CoreSubscriber<? super Object> downstream;
        private @Nullable Subscription upstream;

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
            Thread.yield();
            // an operator that knows its upstream may fuse expects a subscription that can be asked for that
            downstream.onSubscribe(subscription instanceof Fuseable.QueueSubscription ? subscription : this);
        }

        @Override
        public void onNext(Object value) {
            Thread.yield();
            downstream.onNext(value);
        }

        @Override
        public void onError(Throwable failure) {
            Thread.yield();
            downstream.onError(failure);
        }

        @Override
        public void onComplete() {
            Thread.yield();
            downstream.onComplete();
        }

        @Override
        public void request(long count) {
            Thread.yield();
            Objects.requireNonNull(upstream).request(count);
        }

        @Override
        public void cancel() {
            Thread.yield();
            Objects.requireNonNull(upstream).cancel();
        }
    }
}
