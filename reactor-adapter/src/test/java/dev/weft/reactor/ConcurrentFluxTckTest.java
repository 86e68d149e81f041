package dev.weft.reactor;

import static dev.weft.Async.group;
import static dev.weft.reactor.ReactorAsync.flux;

import dev.weft.Emitter;
import dev.weft.testing.streams.PublisherTck;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** {@code flux(generator)}, whose generator has three coroutines emit; the values are numbered as they come. */
public class ConcurrentFluxTckTest extends PublisherTck implements OfReactor {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(Flux.defer(() -> {
            var number = new AtomicLong();
            return concurrent(elements).map(any -> number.getAndIncrement());
        }));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(flux(out -> {
            Emitter<Long> shared = out.concurrent();
            group(g -> {
                g.async(() -> shared.emit(0L));
                g.async(() -> {
                    throw new IOException("failed");
                });
            });
        }));
    }

    private static Flux<Long> concurrent(long elements) {
        return flux(out -> {
            Emitter<Long> shared = out.concurrent();
            group(g -> {
                for (long first = 0; first < 3; first++) {
                    long mine = first;
                    g.async(() -> {
                        for (long i = mine; i < elements; i += 3) shared.emit(i);
                    });
                }
            });
        });
    }
}
