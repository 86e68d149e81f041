package dev.weft.testing.sources;

import java.util.concurrent.Flow;
import org.reactivestreams.Publisher;

/**
 * A publisher that a test makes itself, for both Reactive Streams and the JDK, with nothing between it and its
 * subscriber.
 */
public interface RawPublisher<T> extends Publisher<T>, Flow.Publisher<T> {
    @Override
    default void subscribe(Flow.Subscriber<? super T> subscriber) {
        subscribe(new FlowSubscriber<T>(subscriber));
    }
}
