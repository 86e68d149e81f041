package dev.weft;

import dev.weft.testing.streams.PublisherTck;
import java.util.concurrent.Flow;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/** The Reactive Streams TCK for a publisher of Weft that is a JDK type. */
public abstract class StreamTck extends PublisherTck implements OfJdk {
    abstract Flow.Publisher<Long> createFlowPublisher(long elements);

    abstract Flow.Publisher<Long> createFailedFlowPublisher();

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return FlowAdapters.toPublisher(createFlowPublisher(elements));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return FlowAdapters.toPublisher(createFailedFlowPublisher());
    }
}
