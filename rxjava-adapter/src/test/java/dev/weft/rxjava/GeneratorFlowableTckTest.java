package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.flowable;

import dev.weft.testing.streams.PublisherTck;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code flowable(generator)}, whose generator waits for nothing but demand. */
public class GeneratorFlowableTckTest extends PublisherTck implements OfRxJava {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(flowable(out -> {
            for (long i = 0; i < elements; i++) out.emit(i);
        }));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(flowable(out -> {
            throw new IOException("failed");
        }));
    }
}
