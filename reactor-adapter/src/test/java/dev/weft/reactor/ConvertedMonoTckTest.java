package dev.weft.reactor;

import static dev.weft.Async.coroutine;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.testing.streams.FewElementsTck;
import java.io.IOException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** A {@code Mono} that was made a neutral coroutine, and that a {@code Mono} again. */
public class ConvertedMonoTckTest extends FewElementsTck implements OfReactor {
    public ConvertedMonoTckTest() {
        super(1);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(asMono(coroutine(
                () -> awaitable(mono(() -> elements == 0 ? null : 0L)).await())));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(asMono(awaitable(Mono.error(new IOException("failed")))));
    }
}
