package dev.weft;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.LongStream;

/** {@code takeUntil}, whose signal comes after the last value, or fails. */
public class UntilStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        AsyncStream<Long> endless = Async.stream(out -> {
            for (long n : (Iterable<Long>) () -> LongStream.range(0, elements).iterator()) out.emit(n);
        });
        return endless.takeUntil(awaitable(new CompletableFuture<>()));
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        AsyncStream<Long> silent = Async.stream(out -> await(new CompletableFuture<>()));
        return silent.takeUntil(awaitable(CompletableFuture.failedFuture(new IOException("failed"))));
    }
}
