package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.maybe;

import dev.weft.testing.streams.FewElementsTck;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** {@code maybe(body)}, whose body awaits a value that another one gives on another thread, as a publisher. */
public class AwaitingMaybeTckTest extends FewElementsTck implements OfRxJava {
    public AwaitingMaybeTckTest() {
        super(1);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return maybe(() -> await(
                        Maybe.fromCallable(() -> elements == 0 ? null : 0L).subscribeOn(Schedulers.io())))
                .toFlowable();
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return maybe(() -> await(Maybe.<Long>error(new IOException("failed")).subscribeOn(Schedulers.io())))
                .toFlowable();
    }
}
