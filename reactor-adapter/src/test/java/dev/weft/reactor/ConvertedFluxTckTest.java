package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.stream;

import dev.weft.testing.streams.PublisherTck;
import java.io.IOException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A {@code Flux} that was made a neutral stream, and that a {@code Flux} again. */
public class ConvertedFluxTckTest extends PublisherTck implements OfReactor {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(asFlux(stream(flux(out -> {
            for (long i = 0; i < elements; i++) out.emit(i);
        }))));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(asFlux(stream(Flux.error(new IOException("failed")))));
    }
}
