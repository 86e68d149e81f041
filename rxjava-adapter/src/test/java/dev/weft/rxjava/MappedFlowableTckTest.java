package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.mapFlowable;

import dev.weft.testing.streams.PublisherTck;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code mapFlowable}, whose function awaits, four at a time. */
public class MappedFlowableTckTest extends PublisherTck implements OfRxJava {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Flowable.rangeLong(0, elements)
                .compose(mapFlowable(4, value -> await(Single.just(value).observeOn(Schedulers.computation()))));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flowable.just(1L).compose(mapFlowable(4, value -> await(Single.error(new IOException("failed")))));
    }
}
