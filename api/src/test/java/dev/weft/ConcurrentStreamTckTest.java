package dev.weft;

import static dev.weft.Async.group;
import static dev.weft.Async.stream;

import java.io.IOException;
import java.util.concurrent.Flow;

/** {@code stream(generator)}, whose generator has three coroutines emit; the values are numbered as they come. */
public class ConcurrentStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        Flow.Publisher<Long> concurrent = concurrent(elements);
        return subscriber -> concurrent.subscribe(subscriber == null ? null : new Numbering(subscriber));
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return stream(out -> {
            Emitter<Long> shared = out.concurrent();
            group(g -> {
                g.async(() -> shared.emit(0L));
                g.async(() -> {
                    throw new IOException("failed");
                });
            });
        });
    }

    private static AsyncStream<Long> concurrent(long elements) {
        return stream(out -> {
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

    /** Numbers the values as they come; they come one after the other, so the number is plain. */
    private static final class Numbering implements Flow.Subscriber<Long> {
        private final Flow.Subscriber<? super Long> subscriber;
        private long number;

        Numbering(Flow.Subscriber<? super Long> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
        }

        @Override
        public void onNext(Long value) {
            subscriber.onNext(number++);
        }

        @Override
        public void onError(Throwable failure) {
            subscriber.onError(failure);
        }

        @Override
        public void onComplete() {
            subscriber.onComplete();
        }
    }
}
