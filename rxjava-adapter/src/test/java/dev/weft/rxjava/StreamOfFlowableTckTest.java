package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.stream;

import dev.weft.testing.streams.PublisherTck;
import io.reactivex.rxjava3.core.Flowable;
import java.io.IOException;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/** A {@code Flowable} as a neutral stream, which is a {@code Flow.Publisher}. */
public class StreamOfFlowableTckTest extends PublisherTck implements OfRxJava {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return FlowAdapters.toPublisher(stream(Flowable.rangeLong(0, elements)));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return FlowAdapters.toPublisher(stream(Flowable.error(new IOException("failed"))));
    }
}
