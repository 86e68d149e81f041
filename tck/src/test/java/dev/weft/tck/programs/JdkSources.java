package dev.weft.tck.programs;

import dev.weft.tck.Later;
import dev.weft.tck.Sources;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Sources of the JDK's own types: {@link CompletableFuture} for one value, {@link Flow.Publisher} for many. */
final class JdkSources implements Sources {
    @Override
    public Class<?> one() {
        return CompletableFuture.class;
    }

    @Override
    public Class<?> many() {
        return Flow.Publisher.class;
    }

    @Override
    public Object succeeded(Object value) {
        return CompletableFuture.completedFuture(value);
    }

    @Override
    public Object failed(Throwable failure) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public Object empty() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Object never() {
        return new CompletableFuture<>();
    }

    @Override
    public Later later() {
        return new LaterFuture();
    }

    @Override
    public Object many(List<?> values) {
        return new Values(values::iterator, null);
    }

    @Override
    public Object failing(List<?> values, Throwable failure) {
        return new Values(values::iterator, failure);
    }

    @Override
    public Object infinite() {
        return new Values(() -> Stream.iterate(0, n -> n + 1).iterator(), null);
    }

    @Override
    public Later laterMany() {
        return new LaterPublisher();
    }

    @Override
    public Object misbehaving(Flow.Publisher<?> publisher) {
        return publisher;
    }

    @Override
    public Flow.Publisher<?> publisher(Object source) {
        if (source instanceof CompletableFuture<?> future) return new FuturePublisher(future);
        return (Flow.Publisher<?>) source;
    }

    private static long add(long requested, long more) {
        long sum = requested + more;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /**
     * A subscription whose signals are sent by one thread at a time, the first to come: values, as long as some are
     * requested.
     */
    private abstract static class Serial implements Flow.Subscription {
        private final Flow.Subscriber<? super Object> subscriber;
        private final AtomicLong requested = new AtomicLong();
        private final AtomicInteger pending = new AtomicInteger();
        private volatile Throwable refused;
        private volatile boolean over;

        Serial(Flow.Subscriber<? super Object> subscriber) {
            this.subscriber = subscriber;
        }

        /** Whether there is a value now; called serially, like all below. */
        abstract boolean hasNext();

        abstract Object next();

        /** Whether nothing will come after what there is now. */
        abstract boolean isLast();

        /** The failure that ends it, or null. */
        abstract Throwable failure();

        @Override
        public void request(long count) {
            if (count <= 0) refused = new IllegalArgumentException("request(" + count + ") breaks rule 3.9");
            else requested.accumulateAndGet(count, JdkSources::add);
            drain();
        }

        @Override
        public void cancel() {
            over = true;
        }

        final void drain() {
            if (pending.getAndIncrement() != 0) return;
            int seen = 1;
            do {
                while (!over && step()) {}
                seen = pending.addAndGet(-seen);
            } while (seen != 0);
        }

        /** One signal; false if there is none to send. */
        private boolean step() {
            Throwable breach = refused;
            if (breach != null) return end(breach);
            boolean last = isLast();
            if (!hasNext()) return last && end(failure());
            if (requested.get() == 0) return false;
            if (requested.get() != Long.MAX_VALUE) requested.decrementAndGet();
            subscriber.onNext(next());
            return true;
        }

        private boolean end(Throwable with) {
            over = true;
            if (with == null) subscriber.onComplete();
            else subscriber.onError(with);
            return false;
        }
    }

    /** Values that are ready, and what comes after them. */
    private record Values(Supplier<Iterator<?>> values, Throwable failure) implements Flow.Publisher<Object> {
        @Override
        public void subscribe(Flow.Subscriber<? super Object> subscriber) {
            Iterator<?> iterator = values.get();
            Throwable last = failure;
            var subscription = new Serial(subscriber) {
                @Override
                boolean hasNext() {
                    return iterator.hasNext();
                }

                @Override
                Object next() {
                    return iterator.next();
                }

                @Override
                boolean isLast() {
                    return !iterator.hasNext();
                }

                @Override
                Throwable failure() {
                    return last;
                }
            };
            subscriber.onSubscribe(subscription);
            subscription.drain();
        }
    }

    /** Values that are signalled by hand, and wait until they are asked for. */
    private static final class LaterPublisher implements Later, Flow.Publisher<Object> {
        private final Queue<Object> values = new ConcurrentLinkedQueue<>();
        private final AtomicInteger subscriptions = new AtomicInteger();
        private final AtomicLong requested = new AtomicLong();
        private final AtomicInteger cancellations = new AtomicInteger();
        private volatile Serial subscription;
        private volatile Throwable failure;
        private volatile boolean ended;

        @Override
        public void subscribe(Flow.Subscriber<? super Object> subscriber) {
            subscriptions.incrementAndGet();
            var own = new Serial(subscriber) {
                @Override
                boolean hasNext() {
                    return !values.isEmpty();
                }

                @Override
                Object next() {
                    return values.remove();
                }

                @Override
                boolean isLast() {
                    return ended;
                }

                @Override
                Throwable failure() {
                    return failure;
                }

                @Override
                public void request(long count) {
                    requested.accumulateAndGet(count, JdkSources::add);
                    super.request(count);
                }

                @Override
                public void cancel() {
                    cancellations.incrementAndGet();
                    super.cancel();
                }
            };
            subscriber.onSubscribe(own);
            subscription = own;
            own.drain();
        }

        @Override
        public Object source() {
            return this;
        }

        @Override
        public void value(Object value) {
            values.add(value);
            drain();
        }

        @Override
        public void complete() {
            ended = true;
            drain();
        }

        @Override
        public void fail(Throwable with) {
            failure = with;
            complete();
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

        private void drain() {
            Serial present = subscription;
            if (present != null) present.drain();
        }
    }

    /** A future that counts its waits. Cancelling a wait does not affect it: it may be shared. */
    private static final class LaterFuture extends CompletableFuture<Object> implements Later {
        private final AtomicInteger subscriptions = new AtomicInteger();
        private final AtomicInteger cancellations = new AtomicInteger();

        @Override
        public <U> CompletableFuture<U> handle(BiFunction<? super Object, Throwable, ? extends U> action) {
            subscriptions.incrementAndGet();
            return super.handle(action);
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            cancellations.incrementAndGet();
            return super.cancel(mayInterruptIfRunning);
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }

        @Override
        public Object source() {
            return this;
        }

        @Override
        public void value(Object value) {
            complete(value);
        }

        @Override
        public void complete() {
            complete(null);
        }

        @Override
        public void fail(Throwable failure) {
            completeExceptionally(failure);
        }

        @Override
        public int subscriptions() {
            return subscriptions.get();
        }

        @Override
        public long requested() {
            return subscriptions.get() == 0 ? 0 : Long.MAX_VALUE;
        }

        @Override
        public int cancellations() {
            return cancellations.get();
        }
    }

    /** A future as a publisher of its value; to cancel the subscription cancels the future. */
    private record FuturePublisher(CompletableFuture<?> future) implements Flow.Publisher<Object> {
        @Override
        public void subscribe(Flow.Subscriber<? super Object> subscriber) {
            var subscription = new Serial(subscriber) {
                private boolean taken;

                @Override
                boolean hasNext() {
                    return !taken && future.state() == Future.State.SUCCESS && future.resultNow() != null;
                }

                @Override
                Object next() {
                    taken = true;
                    return future.resultNow();
                }

                @Override
                boolean isLast() {
                    return future.isDone();
                }

                @Override
                Throwable failure() {
                    return switch (future.state()) {
                        case RUNNING, SUCCESS -> null;
                        case FAILED -> future.exceptionNow();
                        case CANCELLED -> new CancellationException();
                    };
                }

                @Override
                public void cancel() {
                    super.cancel();
                    future.cancel(true);
                }
            };
            subscriber.onSubscribe(subscription);
            future.whenComplete((value, failure) -> subscription.drain());
        }
    }
}
