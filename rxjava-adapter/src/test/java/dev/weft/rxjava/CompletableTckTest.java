package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.completable;

import dev.weft.testing.streams.FewElementsTck;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code completable(body)} as a publisher. */
public class CompletableTckTest extends FewElementsTck implements OfRxJava {
    public CompletableTckTest() {
        super(0);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return completable(() -> {}).toFlowable();
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return completable(() -> {
                    throw new IOException("failed");
                })
                .toFlowable();
    }
}
