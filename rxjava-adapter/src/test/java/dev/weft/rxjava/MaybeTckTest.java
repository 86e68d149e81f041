package dev.weft.rxjava;

import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code maybe(body)} as a publisher. */
public class MaybeTckTest extends FewElementsTck {
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
