package dev.weft;

import dev.weft.spi.AwaitMode;
import java.util.concurrent.Flow;

/** What a coroutine does with a publisher, with the choices that the public words make themselves. */
final class Publishers {
    private Publishers() {}

    static <T> T await(Flow.Publisher<T> source, AwaitMode take) {
        return new FlowAwait<>(source, take, JdkBackend.INSTANCE).await();
    }

    static <T> AsyncIterator<T> each(Flow.Publisher<T> source, int prefetch) {
        var iteration = new FlowIteration<>(source, prefetch, JdkBackend.INSTANCE);
        iteration.open();
        return Adapters.iterator(iteration);
    }
}
