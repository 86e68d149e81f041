package dev.weft;

import dev.weft.spi.Take;
import java.util.concurrent.Flow;

/** What a coroutine does with a publisher, with the choices that the public words make themselves. */
final class Publishers {
    private Publishers() {}

    static <T> T await(Flow.Publisher<T> source, Take take) {
        return new FlowCell<>(source, take, JdkBackend.INSTANCE).await();
    }

    static <T> AsyncIterator<T> each(Flow.Publisher<T> source, int prefetch) {
        var iteration = new FlowIteration<>(source, prefetch, JdkBackend.INSTANCE);
        iteration.open();
        return Adapters.iterator(iteration);
    }
}
