package dev.weft.rxjava;

import dev.weft.testing.streams.FewElementsTck;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code maybe(body)} as a publisher. */
public class MaybeTckTest extends FewElementsTck implements OfRxJava {
    public MaybeTckTest() {
        super(1);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return RxAsync.<Long>maybe(() -> elements == 0 ? null : 0L).toFlowable();
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return RxAsync.<Long>maybe(() -> {
                    throw new IOException("failed");
                })
                .toFlowable();
    }
}
