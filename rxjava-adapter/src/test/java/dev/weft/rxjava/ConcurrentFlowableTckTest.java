package dev.weft.rxjava;

import static dev.weft.Async.group;
import static dev.weft.rxjava.RxAsync.flowable;

import dev.weft.Emitter;
import dev.weft.testing.streams.PublisherTck;
import io.reactivex.rxjava3.core.Flowable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;

/** {@code flowable(generator)}, whose generator has three coroutines emit; the values are numbered as they come. */
public class ConcurrentFlowableTckTest extends PublisherTck implements OfRxJava {
    @Override
    public Publisher<Long> createPublisher(long elements) {
        return bare(Flowable.defer(() -> {
            var number = new AtomicLong();
            return concurrent(elements).map(any -> number.getAndIncrement());
        }));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return bare(flowable(out -> {
            Emitter<Long> shared = out.concurrent();
            group(g -> {
                g.async(() -> shared.emit(0L));
                g.async(() -> {
                    throw new IOException("failed");
                });
            });
        }));
    }

    private static Flowable<Long> concurrent(long elements) {
        return flowable(out -> {
            Emitter<Long> shared = out.concurrent();
            group(g -> {
                for (long first = 0; first < 3; first++) {
                    long mine = first;
                    g.async(() -> {
                        for (long i = mine; i < elements; i += 3) shared.emit(i);
                    });
                }
            });
        });
    }
}
