package dev.weft.testing.sources;

import java.util.concurrent.Flow;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A subscriber of the JDK as one of Reactive Streams; a subscription that is both is passed through unchanged. */
public record FlowSubscriber<T>(Flow.Subscriber<? super T> subscriber) implements Subscriber<T> {
    @Override
    public void onSubscribe(Subscription given) {
        if (given == null || given instanceof Flow.Subscription) subscriber.onSubscribe((Flow.Subscription) given);
        else FlowAdapters.toSubscriber(subscriber).onSubscribe(given);
    }

    @Override
    public void onNext(T value) {
        subscriber.onNext(value);
    }

    @Override
    public void onError(Throwable failure) {
        subscriber.onError(failure);
    }

    @Override
    public void onComplete() {
        subscriber.onComplete();
    }
}
