package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.stream;

import dev.weft.testing.streams.PublisherTck;
import java.io.IOException;
import java.util.stream.LongStream;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A {@code Flux} as a neutral stream, which is a {@code Flow.Publisher}. */
public class StreamOfFluxTckTest extends PublisherTck implements OfReactor {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return FlowAdapters.toPublisher(
                stream(Flux.fromStream(() -> LongStream.range(0, elements).boxed())));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return FlowAdapters.toPublisher(stream(Flux.error(new IOException("failed"))));
    }
}
