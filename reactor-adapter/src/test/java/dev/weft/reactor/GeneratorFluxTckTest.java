package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.flux;

import dev.weft.testing.streams.PublisherTck;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code flux(generator)}, whose generator waits for nothing but demand. */
public class GeneratorFluxTckTest extends PublisherTck implements OfReactor {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(flux(out -> {
            for (long i = 0; i < elements; i++) out.emit(i);
        }));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(flux(out -> {
            throw new IOException("failed");
        }));
    }
}
