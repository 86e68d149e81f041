package dev.weft;

import java.util.concurrent.Flow;

/** {@link StateStream}, which changes whenever it is read. */
public class StateStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        StateStream<Long> state = StateStream.of(0L);
        return state.stream()
                .map(n -> {
                    state.set(n + 1);
                    return n;
                })
                .take(elements);
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return StateStream.of(0L).stream().onStart(() -> {
            throw new IllegalStateException("failed");
        });
    }
}
