package dev.weft;

import java.util.concurrent.Flow;

/** {@link SharedStream}, read by a late subscriber. */
public class SharedStreamTckTest extends StreamTck {
    /** Where the kit asks for more, it cancels after a few. */
    private static final int MANY = 1 << 12;

    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        int kept = (int) Math.min(elements, MANY);
        SharedStream<Long> shared = SharedStream.of(kept, Overflow.suspend());
        for (long n = 0; n < kept; n++) shared.emit(n);
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
