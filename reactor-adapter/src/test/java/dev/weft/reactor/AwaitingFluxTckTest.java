package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.flux;

import dev.weft.testing.streams.PublisherTck;
import java.io.IOException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** {@code flux(generator)}, whose generator awaits each value, from another thread. */
public class AwaitingFluxTckTest extends PublisherTck implements OfReactor {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(flux(out -> {
            for (long i = 0; i < elements; i++)
                out.emit(awaitSingle(Mono.just(i).publishOn(Schedulers.parallel())));
        }));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(
                flux(out -> await(Mono.<Long>error(new IOException("failed")).publishOn(Schedulers.parallel()))));
    }
}
