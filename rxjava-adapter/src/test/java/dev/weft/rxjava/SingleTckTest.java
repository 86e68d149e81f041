package dev.weft.rxjava;

import dev.weft.testing.streams.FewElementsTck;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code single(body)} as a publisher. */
public class SingleTckTest extends FewElementsTck implements OfRxJava {
    public SingleTckTest() {
        super(1);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        Single<Long> single = RxAsync.single(() -> 0L);
        return elements == 0 ? single.ignoreElement().toFlowable() : single.toFlowable();
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return RxAsync.<Long>single(() -> {
                    throw new IOException("failed");
                })
                .toFlowable();
    }
}
