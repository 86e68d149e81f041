package dev.weft.rxjava;

import dev.weft.tck.Later;
import dev.weft.tck.Sources;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Sources of RxJava's types: {@link Single}, or {@link Maybe} where it may be empty, for one value, {@link Flowable} for many. */
final class RxSources implements Sources {
    @Override
    public Class<?> one() {
        return Single.class;
    }

    @Override
    public Class<?> many() {
        return Flowable.class;
    }

    @Override
    public Object succeeded(Object value) {
        return Single.just(value);
    }

    @Override
    public Object failed(Throwable failure) {
        return Single.error(failure);
    }

    @Override
    public Object empty() {
        return Maybe.empty();
    }

    @Override
    public Object never() {
        return Single.never();
    }

    @Override
    public Later later() {
        return new LaterMaybe();
    }

    @Override
    public Object many(List<?> values) {
        return Flowable.fromIterable(values);
    }

    @Override
    public Object failing(List<?> values, Throwable failure) {
        return Flowable.concat(Flowable.fromIterable(values), Flowable.error(failure));
    }

    @Override
    public Object infinite() {
        return Flowable.<Integer, Integer>generate(() -> 0, (n, out) -> {
            out.onNext(n);
            return n + 1;
        });
    }

    @Override
    public Later laterMany() {
        return new LaterFlowable();
    }

    @Override
    public Object misbehaving(Flow.Publisher<?> publisher) {
        return new Flowable<Object>() {
            @Override
            protected void subscribeActual(Subscriber<? super Object> actual) {
                publisher.subscribe(new Relay(actual));
            }
        };
    }

    @Override
    public Flow.Publisher<?> publisher(Object source) {
        return FlowAdapters.toFlowPublisher(flowable(source));
    }

    private static Publisher<?> flowable(Object source) {
        return switch (source) {
            case Single<?> single -> single.toFlowable();
            case Maybe<?> maybe -> maybe.toFlowable();
            case Completable completable -> completable.toFlowable();
            case Observable<?> observable -> Flowable.fromObservable(observable, BackpressureStrategy.BUFFER);
            default -> (Publisher<?>) source;
        };
    }

    /** What a subject does not tell about its subscriber. */
    private abstract static class Counting implements Later {
        final AtomicInteger subscriptions = new AtomicInteger();
        final AtomicLong requested = new AtomicLong();
        final AtomicInteger cancellations = new AtomicInteger();

        final void add(long count) {
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

    private static final class LaterMaybe extends Counting {
        private final MaybeSubject<Object> subject = MaybeSubject.create();
        private final Maybe<Object> maybe = subject.doOnSubscribe(s -> {
                    subscriptions.incrementAndGet();
                    add(Long.MAX_VALUE);
                })
                .doOnDispose(cancellations::incrementAndGet);

        @Override
        public Object source() {
            return maybe;
        }

        @Override
        public void value(Object value) {
            subject.onSuccess(value);
        }

        @Override
        public void complete() {
            subject.onComplete();
        }

        @Override
        public void fail(Throwable failure) {
            subject.onError(failure);
        }
    }

    private static final class LaterFlowable extends Counting {
        private final UnicastProcessor<Object> processor = UnicastProcessor.create();
        private final Flowable<Object> flowable = processor
                .doOnSubscribe(s -> subscriptions.incrementAndGet())
                .doOnRequest(this::add)
                .doOnCancel(cancellations::incrementAndGet);

        @Override
        public Object source() {
            return flowable;
        }

        @Override
        public void value(Object value) {
            processor.onNext(value);
        }

        @Override
        public void complete() {
            processor.onComplete();
        }

        @Override
        public void fail(Throwable failure) {
            processor.onError(failure);
        }
    }

    /** Passes signals on as they are; one subscription stays one. */
    private static final class Relay implements Flow.Subscriber<Object> {
        private final Subscriber<? super Object> actual;
        private Flow.Subscription given;
        private Subscription relayed;

        Relay(Subscriber<? super Object> actual) {
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
