package dev.weft;

import static dev.weft.Async.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.LongStream;

/** {@code mapConcurrentByKey} of one key, whose function awaits. */
public class MappedByKeyStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        return AsyncStream.<Long>from(() -> LongStream.range(0, elements).iterator())
                .mapConcurrentByKey(4, value -> "key", value -> await(CompletableFuture.supplyAsync(() -> value)));
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return AsyncStream.from(List.of(0L))
                .mapConcurrentByKey(
                        4, value -> "key", value -> await(CompletableFuture.failedStage(new IOException("failed"))));
    }
}
