package dev.weft.rxjava4;

import java.util.concurrent.Flow;

/** What the adapter for RxJava 3 converts is the same thing here: RxJava 4 speaks the JDK's {@link Flow}. */
final class FlowAdapters {
    private FlowAdapters() {}

    static <T> Flow.Publisher<T> toPublisher(Flow.Publisher<T> publisher) {
        return publisher;
    }

    /** A publisher only gives values. */
    @SuppressWarnings("unchecked")
    static <T> Flow.Publisher<T> toFlowPublisher(Flow.Publisher<? extends T> publisher) {
        return (Flow.Publisher<T>) publisher;
    }
}
