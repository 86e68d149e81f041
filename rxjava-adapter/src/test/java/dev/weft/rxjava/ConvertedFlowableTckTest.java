package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.asFlowable;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.stream;

import dev.weft.testing.streams.PublisherTck;
import io.reactivex.rxjava3.core.Flowable;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** A {@code Flowable} that was made a neutral stream, and that a {@code Flowable} again. */
public class ConvertedFlowableTckTest extends PublisherTck implements OfRxJava {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(asFlowable(stream(flowable(out -> {
            for (long i = 0; i < elements; i++) out.emit(i);
        }))));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(asFlowable(stream(Flowable.error(new IOException("failed")))));
    }
}
