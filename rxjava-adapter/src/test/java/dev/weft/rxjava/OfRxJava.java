package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitLast;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.each;

import dev.weft.testing.StreamRecorder;
import dev.weft.testing.streams.Awaiting;
import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.Library;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A kit's test of what is RxJava's. */
interface OfRxJava extends Library {
    /** The publisher without RxJava's wrapper for subscribers that are not its own, which would keep the rules in its place. */
    default Publisher<Long> bare(Flowable<Long> publisher) {
        return subscriber -> {
            if (subscriber == null) publisher.subscribe((Subscriber<Long>) null);
            else publisher.subscribe(new Bare(subscriber));
        };
    }

    @Override
    default HookLog hooks() {
        return new HookLog();
    }

    @Override
    default <T> StreamRecorder<T> recorder() {
        return new FlowableRecorder<>();
    }

    @Override
    default void take(Way way, Awaiting coroutine) throws InterruptedException {
        var source = new Flowable<Long>() {
            @Override
            protected void subscribeActual(Subscriber<? super Long> actual) {
                coroutine.subscribed(actual);
            }
        };
        switch (way) {
            case FIRST -> coroutine.taken(awaitFirst(source));
            case LAST -> coroutine.taken(awaitLast(source));
            case SINGLE -> coroutine.taken(awaitSingle(source));
            case EACH_1 -> coroutine.loop(each(source, 1));
            case EACH_32 -> coroutine.loop(each(source, 32));
        }
    }
}

final class FlowableRecorder<T> extends StreamRecorder<T> implements FlowableSubscriber<T> {}

record Bare(Subscriber<? super Long> subscriber) implements FlowableSubscriber<Long> {
    @Override
    public void onSubscribe(Subscription subscription) {
        subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(Long value) {
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
