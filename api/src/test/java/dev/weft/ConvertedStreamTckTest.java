package dev.weft;

import java.io.IOException;
import java.util.concurrent.Flow;

/** A publisher that is not ours as a stream, through operators, and that as a publisher again. */
public class ConvertedStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        Flow.Publisher<Long> foreign = subscriber -> numbers(elements).subscribe(subscriber);
        return AsyncStream.from(foreign)
                .map(value -> value + 1)
                .filter(value -> value > 0)
                .map(value -> value - 1);
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        Flow.Publisher<Long> foreign = subscriber -> failed().subscribe(subscriber);
        return AsyncStream.from(foreign).map(value -> value + 1);
    }

    private static AsyncStream<Long> numbers(long elements) {
        return Async.stream(out -> {
            for (long i = 0; i < elements; i++) out.emit(i);
        });
    }

    private static AsyncStream<Long> failed() {
        return Async.stream(out -> {
            throw new IOException("failed");
        });
    }
}
