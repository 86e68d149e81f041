package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.testing.streams.FewElementsTck;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code mono(body)} without a result. */
public class EmptyMonoTckTest extends FewElementsTck implements OfReactor {
    public EmptyMonoTckTest() {
        super(0);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(mono(() -> null));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(mono(() -> {
            throw new IOException("failed");
        }));
    }
}
