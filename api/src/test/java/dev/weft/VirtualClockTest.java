package dev.weft;

import static dev.weft.Async.awaitable;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** What a backend gets for saying which clock it has: on a virtual one, coroutines keep step. */
class VirtualClockTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualBackend backend = new ManualBackend() {
        private final VirtualTime<String> clock = new VirtualTime<>(() -> "it shows 1970", shown -> 0);

        @Override
        public VirtualTime<String> clock() {
            return clock;
        }
    };

    private final List<String> trail = new CopyOnWriteArrayList<>();
    private final Given source = new Given();

    @Test
    void theClockWaitsForTheCoroutineThatItWakes() {
        Deferred<?> root = backend.start(() -> {
            for (String hour : List.of("one", "two")) {
                delay(HOUR);
                trail.add(hour);
            }
            return null;
        });
        backend.awaitTimers(1);

        backend.advance(HOUR);
        assertThat(trail).containsExactly("one");
        assertThat(backend.timers()).isOne();

        backend.advance(HOUR);
        assertThat(trail).containsExactly("one", "two");
        assertThat(root.isDone()).isTrue();
    }

    @Test
    void aSignalWaitsForTheLoopThatItWakes() {
        Deferred<?> root = subscribed(() -> {
            try (AsyncIterator<String> values = each(source)) {
                for (String value : values) trail.add(value);
            }
            return null;
        });

        source.subscriber.onNext("one");
        assertThat(trail).containsExactly("one");
        source.subscriber.onNext("two");
        assertThat(trail).containsExactly("one", "two");
        source.subscriber.onComplete();
        assertThat(root.isDone()).isTrue();
    }

    @Test
    void aSignalWaitsForTheAwaitThatItWakes() {
        Deferred<?> root = subscribed(() -> trail.add(awaitable(source).await() + ", awaited"));

        source.subscriber.onNext("one");
        source.subscriber.onComplete();
        assertThat(trail).containsExactly("one, awaited");
        assertThat(root.isDone()).isTrue();
    }

    private Deferred<?> subscribed(Callable<?> body) {
        Deferred<?> root = backend.start(body);
        ManualBackend.until(() -> source.requested);
        return root;
    }

    /** A source that the test signals. */
    private static final class Given implements Flow.Publisher<String>, Flow.Subscription {
        volatile Flow.Subscriber<? super String> subscriber;
        volatile boolean requested;

        @Override
        public void subscribe(Flow.Subscriber<? super String> given) {
            subscriber = given;
            given.onSubscribe(this);
        }

        @Override
        public void request(long count) {
            requested = true;
        }

        @Override
        public void cancel() {}
    }
}
