package dev.weft.examples;

import dev.weft.Hooks;
import dev.weft.spi.Backend;
import dev.weft.spi.Undeliverable;
import dev.weft.tck.BackendContract;
import dev.weft.tck.Later;
import dev.weft.tck.Sources;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.operators.AbstractMulti;
import io.smallrye.mutiny.operators.AbstractUni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniSubscriber;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The contract, for the backend that is written in one file. */
class MutinyContractTest extends BackendContract {
    @Override
    protected Backend backend() {
        return new MutinyBackend();
    }

    @Override
    protected Sources sources() {
        return new MutinySources();
    }

    @Override
    protected Hooks.Handle watch(Consumer<Undeliverable> seen) {
        Hooks.Handle ours = super.watch(seen);
        Infrastructure.setDroppedExceptionHandler(error -> seen.accept(new Undeliverable.Failure(error)));
        return () -> {
            Infrastructure.resetDroppedExceptionHandler();
            ours.close();
        };
    }
}

/** Sources for the contract, by Mutiny's own means. */
final class MutinySources implements Sources {
    @Override
    public Class<?> one() {
        return Uni.class;
    }

    @Override
    public Class<?> many() {
        return Multi.class;
    }

    @Override
    public Object succeeded(Object value) {
        return Uni.createFrom().item(value);
    }

    @Override
    public Object failed(Throwable failure) {
        return Uni.createFrom().failure(failure);
    }

    @Override
    public Object empty() {
        return Uni.createFrom().nullItem();
    }

    @Override
    public Object never() {
        return Uni.createFrom().nothing();
    }

    @Override
    public Later later() {
        return new LaterUni();
    }

    @Override
    public Object many(List<?> values) {
        return Multi.createFrom().iterable(values);
    }

    @Override
    public Object failing(List<?> values, Throwable failure) {
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().iterable(values).onItem().castTo(Object.class),
                        Multi.createFrom().failure(failure));
    }

    @Override
    public Object infinite() {
        return Multi.createFrom().<Integer, Integer>generator(() -> 0, (n, out) -> {
            out.emit(n);
            return n + 1;
        });
    }

    @Override
    public Later laterMany() {
        return new LaterMulti();
    }

    @Override
    public Object misbehaving(Flow.Publisher<?> publisher) {
        return new AbstractMulti<Object>() {
            @Override
            public void subscribe(MultiSubscriber<? super Object> subscriber) {
                publisher.subscribe(subscriber);
            }
        };
    }

    @Override
    public Flow.Publisher<?> publisher(Object source) {
        return source instanceof Uni<?> uni ? eager(uni) : (Multi<?>) source;
    }

    /** Mutiny's own conversion subscribes when the first item is requested; a Uni starts when it is subscribed to. */
    private static Multi<Object> eager(Uni<?> uni) {
        return Multi.createFrom().emitter(out -> {
            if (out.isCancelled()) return;
            Cancellable subscription = uni.subscribe()
                    .with(
                            out.context(),
                            item -> {
                                if (item != null) out.emit(item);
                                out.complete();
                            },
                            out::fail);
            out.onTermination(subscription::cancel);
        });
    }

    /** Signals on when it was cancelled, as if it had not heard of that yet, which Mutiny's emitters do not. */
    private abstract static class ByHand implements Later {
        final AtomicInteger subscriptions = new AtomicInteger();
        final AtomicLong requested = new AtomicLong();
        final AtomicInteger cancellations = new AtomicInteger();

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

    private static final class LaterUni extends ByHand {
        private UniSubscriber<? super Object> subscriber;

        @Override
        public Object source() {
            return new AbstractUni<Object>() {
                @Override
                public void subscribe(UniSubscriber<? super Object> to) {
                    subscriptions.incrementAndGet();
                    requested.set(Long.MAX_VALUE);
                    subscriber = to;
                    to.onSubscribe(cancellations::incrementAndGet);
                }
            };
        }

        @Override
        public void value(Object value) {
            subscriber.onItem(value);
        }

        @Override
        public void complete() {
            subscriber.onItem(null);
        }

        @Override
        public void fail(Throwable failure) {
            subscriber.onFailure(failure);
        }
    }

    private static final class LaterMulti extends ByHand implements Flow.Subscription {
        private MultiSubscriber<? super Object> subscriber;

        @Override
        public Object source() {
            return new AbstractMulti<Object>() {
                @Override
                public void subscribe(MultiSubscriber<? super Object> to) {
                    subscriptions.incrementAndGet();
                    subscriber = to;
                    to.onSubscribe(LaterMulti.this);
                }
            };
        }

        @Override
        public void request(long count) {
            requested.accumulateAndGet(count, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
        }

        @Override
        public void cancel() {
            cancellations.incrementAndGet();
        }

        @Override
        public void value(Object value) {
            subscriber.onItem(value);
        }

        @Override
        public void complete() {
            subscriber.onCompletion();
        }

        @Override
        public void fail(Throwable failure) {
            subscriber.onFailure(failure);
        }
    }
}
