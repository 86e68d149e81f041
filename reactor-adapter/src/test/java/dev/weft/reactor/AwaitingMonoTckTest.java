package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.testing.streams.FewElementsTck;
import java.io.IOException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** {@code mono(body)}, whose body awaits a value that another one gives on another thread. */
public class AwaitingMonoTckTest extends FewElementsTck implements OfReactor {
    public AwaitingMonoTckTest() {
        super(1);
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(mono(
                () -> await(Mono.fromCallable(() -> elements == 0 ? null : 0L).subscribeOn(Schedulers.parallel()))));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(mono(() -> await(Mono.<Long>error(new IOException("failed")).publishOn(Schedulers.parallel()))));
    }
}
