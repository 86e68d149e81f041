package dev.weft;

import static dev.weft.Async.await;
import static dev.weft.Async.stream;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** {@code stream(generator)}, whose generator awaits each value, from another thread. */
public class AwaitingStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        return stream(out -> {
            for (long i = 0; i < elements; i++) {
                long next = i;
                out.emit(await(CompletableFuture.supplyAsync(() -> next)));
            }
        });
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return stream(out -> await(CompletableFuture.failedStage(new IOException("failed"))));
    }
}
