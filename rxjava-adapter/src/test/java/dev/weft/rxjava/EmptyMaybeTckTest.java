package dev.weft.rxjava;

import dev.weft.testing.streams.FewElementsTck;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code maybe(body)} without a result, as a publisher. */
public class EmptyMaybeTckTest extends FewElementsTck implements OfRxJava {
    public EmptyMaybeTckTest() {
        super(0);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return RxAsync.<Long>maybe(() -> null).toFlowable();
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return RxAsync.<Long>maybe(() -> {
                    throw new IOException("failed");
                })
                .toFlowable();
    }
}
