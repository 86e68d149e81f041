package dev.weft;

import static dev.weft.Async.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.LongStream;

/** {@code mapConcurrent}, whose function awaits, four at a time. */
public class MappedStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        return AsyncStream.<Long>from(() -> LongStream.range(0, elements).iterator())
                .mapConcurrent(4, value -> await(CompletableFuture.supplyAsync(() -> value)));
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return AsyncStream.from(List.of(0L))
                .mapConcurrent(4, value -> await(CompletableFuture.failedStage(new IOException("failed"))));
    }
}
