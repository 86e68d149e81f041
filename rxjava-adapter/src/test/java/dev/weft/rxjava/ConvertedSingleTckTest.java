package dev.weft.rxjava;

import static dev.weft.Async.coroutine;
import static dev.weft.rxjava.RxAsync.asSingle;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.single;

import dev.weft.testing.streams.FewElementsTck;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import org.reactivestreams.Publisher;

/** A {@code Single} that was made a neutral coroutine, and that a {@code Single} again, as a publisher. */
public class ConvertedSingleTckTest extends FewElementsTck implements OfRxJava {
    public ConvertedSingleTckTest() {
        super(1);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        Single<Long> single =
                asSingle(coroutine(() -> awaitable(single(() -> 0L)).await()));
        return elements == 0 ? single.ignoreElement().toFlowable() : single.toFlowable();
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return asSingle(awaitable(Single.<Long>error(new IOException("failed"))))
                .toFlowable();
    }
}
