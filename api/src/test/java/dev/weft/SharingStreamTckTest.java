package dev.weft;

import java.util.concurrent.Flow;

/** {@link AsyncStream#share}. */
public class SharingStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        AsyncStream<Long> source = Async.stream(out -> {
            for (long n = 0; n < elements; n++) out.emit(n);
        });
        return source.share(0, Overflow.suspend());
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        AsyncStream<Long> source = Async.stream(out -> {
            throw new IllegalStateException("failed");
        });
        return source.share(0, Overflow.suspend());
    }
}
