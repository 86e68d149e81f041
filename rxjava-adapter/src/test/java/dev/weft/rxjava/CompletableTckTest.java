package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.completable;

import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code completable(body)} as a publisher. */
public class CompletableTckTest extends FewElementsTck {
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
