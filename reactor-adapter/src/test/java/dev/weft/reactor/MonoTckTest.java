package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.testing.streams.FewElementsTck;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code mono(body)}. */
public class MonoTckTest extends FewElementsTck implements OfReactor {
    public MonoTckTest() {
        super(1);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(mono(() -> elements == 0 ? null : 0L));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(mono(() -> {
            throw new IOException("failed");
        }));
    }
}
