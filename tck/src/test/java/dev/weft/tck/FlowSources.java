package dev.weft.tck;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

/** Sources for a backend that takes any {@link Flow.Publisher}, for one value and for many. */
class FlowSources implements Sources {
    @Override
    public Class<?> one() {
        return Flow.Publisher.class;
    }

    @Override
    public Class<?> many() {
        return Flow.Publisher.class;
    }

    @Override
    public Object succeeded(Object value) {
        return many(List.of(value));
    }

    @Override
    public Object failed(Throwable failure) {
        return failing(List.of(), failure);
    }

    @Override
    public Object empty() {
        return many(List.of());
    }

    @Override
    public Object never() {
        return Script.waiting();
    }

    @Override
    public Later later() {
        return new FlowLater(true);
    }

    @Override
    public Object many(List<?> values) {
        return (Flow.Publisher<Object>) to -> to.onSubscribe(new Values(to, values.iterator(), null));
    }

    @Override
    public Object failing(List<?> values, Throwable failure) {
        return (Flow.Publisher<Object>) to -> to.onSubscribe(new Values(to, values.iterator(), failure));
    }

    @Override
    public Object infinite() {
        return (Flow.Publisher<Object>) to ->
                to.onSubscribe(new Values(to, Stream.iterate(0, i -> i + 1).iterator(), null));
    }

    @Override
    public Later laterMany() {
        return new FlowLater(false);
    }

    @Override
    public Object misbehaving(Flow.Publisher<?> publisher) {
        return publisher;
    }

    @Override
    public Flow.Publisher<?> publisher(Object source) {
        return (Flow.Publisher<?>) source;
    }

    /** Values as they are requested, then the end. Its subscriber requests on one thread. */
    private static final class Values implements Flow.Subscription {
        private final Flow.Subscriber<? super Object> to;
        private final Iterator<?> values;
        private final Throwable failure;
        private long demand;
        private boolean running;
        private boolean over;

        Values(Flow.Subscriber<? super Object> to, Iterator<?> values, Throwable failure) {
            this.to = to;
            this.values = values;
            this.failure = failure;
        }

        @Override
        public void request(long count) {
            demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
            if (running) return;
            running = true;
            while (!over && demand > 0 && values.hasNext()) {
                demand--;
                to.onNext(values.next());
            }
            running = false;
            if (!over && !values.hasNext()) end();
        }

        @Override
        public void cancel() {
            over = true;
        }

        private void end() {
            over = true;
            if (failure == null) to.onComplete();
            else to.onError(failure);
        }
    }

    /** A publisher that is signalled by hand, also when it was cancelled. */
    private static final class FlowLater implements Later {
        private final Script script = Script.waiting();
        private final boolean one;

        FlowLater(boolean one) {
            this.one = one;
        }

        @Override
        public Object source() {
            return script;
        }

        @Override
        public void value(Object value) {
            script.next(value);
            if (one) complete();
        }

        @Override
        public void complete() {
            script.complete();
        }

        @Override
        public void fail(Throwable failure) {
            script.fail(failure);
        }

        @Override
        public int subscriptions() {
            return script.subscriptions();
        }

        @Override
        public long requested() {
            return script.isConnected() ? script.upstream(0).requested() : 0;
        }

        @Override
        public int cancellations() {
            return script.isConnected() ? script.upstream(0).cancels() : 0;
        }
    }
}
