package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.flowable;

import dev.weft.testing.streams.PublisherTck;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code flowable(generator)}, whose generator awaits each value, from another thread. */
public class AwaitingFlowableTckTest extends PublisherTck implements OfRxJava {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(flowable(out -> {
            for (long i = 0; i < elements; i++) out.emit(await(Single.just(i).observeOn(Schedulers.computation())));
        }));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(flowable(
                out -> await(Single.<Long>error(new IOException("failed")).observeOn(Schedulers.computation()))));
    }
}
