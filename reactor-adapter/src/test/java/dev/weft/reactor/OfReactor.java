package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitLast;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;

import dev.weft.testing.StreamRecorder;
import dev.weft.testing.streams.Awaiting;
import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.Library;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** A kit's test of what is Reactor's. */
interface OfReactor extends Library {
    /** The publisher without Reactor's wrapper for subscribers that are not its own, which would keep the rules in its place. */
    default Publisher<Long> bare(CorePublisher<Long> publisher) {
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
        return new Recorder<>();
    }

    @Override
    default void take(Way way, Awaiting coroutine) throws InterruptedException {
        var source = new Flux<Long>() {
            @Override
            public void subscribe(CoreSubscriber<? super Long> actual) {
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

record Bare(Subscriber<? super Long> subscriber) implements CoreSubscriber<Long> {
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
