package dev.weft.testing.sources;

import java.util.concurrent.Flow;
import org.reactivestreams.Publisher;

/** A publisher of a test's own making, Reactive Streams' and the JDK's, with nothing between it and its subscriber. */
public interface RawPublisher<T> extends Publisher<T>, Flow.Publisher<T> {
    @Override
    default void subscribe(Flow.Subscriber<? super T> subscriber) {
        subscribe(new FlowSubscriber<T>(subscriber));
    }
}
