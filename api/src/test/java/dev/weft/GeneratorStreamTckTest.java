package dev.weft;

import static dev.weft.Async.stream;

import java.io.IOException;
import java.util.concurrent.Flow;

/** {@code stream(generator)}, whose generator waits for nothing but demand. */
public class GeneratorStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        return stream(out -> {
            for (long i = 0; i < elements; i++) out.emit(i);
        });
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return stream(out -> {
            throw new IOException("failed");
        });
    }
}
