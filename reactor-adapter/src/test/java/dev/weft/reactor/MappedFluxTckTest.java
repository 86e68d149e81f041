package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mapFlux;

import dev.weft.testing.streams.PublisherTck;
import java.io.IOException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** {@code mapFlux}, whose function awaits, four at a time. */
public class MappedFluxTckTest extends PublisherTck implements OfReactor {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Flux.<Long, Long>generate(() -> 0L, (next, sink) -> {
                    if (next < elements) sink.next(next);
                    else sink.complete();
                    return next + 1;
                })
                .transform(mapFlux(4, value -> awaitSingle(Mono.just(value).publishOn(Schedulers.parallel()))));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flux.just(1L).transform(mapFlux(4, value -> awaitSingle(Mono.error(new IOException("failed")))));
    }
}
