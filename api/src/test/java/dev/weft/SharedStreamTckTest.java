package dev.weft;

import java.util.concurrent.Flow;

/** {@link SharedStream}, read by a late subscriber. */
public class SharedStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        SharedStream<Long> shared = SharedStream.of((int) Math.min(elements, 1 << 16), Overflow.suspend());
        for (long n = 0; n < elements; n++) shared.emit(n);
        shared.complete();
        return shared.stream();
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        SharedStream<Long> shared = SharedStream.of(0, Overflow.suspend());
        shared.fail(new IllegalStateException("failed"));
        return shared.stream();
    }
}
