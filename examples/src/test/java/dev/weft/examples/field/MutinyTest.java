package dev.weft.examples.field;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncBody;
import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.examples.MutinyBackend;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Mutiny, as Quarkus has it, with the backend of {@code docs/contribute/backends.md}. */
class MutinyTest extends FieldTest {
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final Uni<String> never = Uni.createFrom()
            .<String>emitter(item -> {})
            .onSubscription()
            .invoke(() -> subscribed.complete(null))
            .onCancellation()
            .invoke(cancelled::incrementAndGet);

    private static <T> T mutiny(AsyncBody<T, Exception> body) throws Exception {
        return withBackend(new MutinyBackend(), () -> run(body));
    }

    @Test
    void aTimeLimitCancelsWhatIsAwaited() {
        assertThatThrownBy(() -> mutiny(() -> withTimeout(PATIENCE, () -> {
                    var call = async(() -> await(awaitable(never)));
                    await(subscribed);
                    resetTimeout(Duration.ofMillis(1));
                    return call.await();
                })))
                .isInstanceOf(TimeoutException.class);
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void aCallerWhoLeavesCancelsWhatIsAwaited() throws Exception {
        var left = async(() -> withBackend(new MutinyBackend(), () -> await(awaitable(never))));
        soon(subscribed);
        left.cancel();
        assertThatThrownBy(left::await).isInstanceOf(CancelledException.class);
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void aLoopThatIsLeftEndsTheTicks() throws Exception {
        var ended = new CompletableFuture<Void>();
        Multi<Long> ticks = Multi.createFrom()
                .ticks()
                .every(Duration.ofMillis(1))
                .onOverflow()
                .drop() // ticks fail if nobody has asked for them in time
                .onCancellation()
                .invoke(() -> ended.complete(null));
        List<Long> seen = new ArrayList<>();
        mutiny(() -> {
            try (var each = Async.each(ticks)) {
                for (long tick : each) {
                    seen.add(tick);
                    if (tick == 2) break;
                }
            }
            return null;
        });
        assertThat(seen).containsExactly(0L, 1L, 2L);
        soon(ended);
        discarded.clear(); // ticks under way
    }

    /** Mutiny's own emitter buffers what its subscriber has not asked for. */
    @Test
    void aGeneratorEmitsWhatIsAskedFor() throws Exception {
        var emitted = new AtomicInteger();
        AsyncStream<Integer> numbers = stream(out -> {
            for (int i = 0; i < 1000; i++) {
                out.emit(i);
                emitted.incrementAndGet();
            }
        });
        Multi<?> multi = withBackend(new MutinyBackend(), () -> numbers.as(Multi.class));
        assertThat(multi.select().first(10).collect().asList().await().atMost(PATIENCE))
                .hasSize(10);
        assertThat(emitted.get()).isLessThanOrEqualTo(10);
    }

    /** What is in Mutiny's context in front of a coroutine is in the context of its body and of what that awaits. */
    @Test
    void theContextGoesThroughACoroutine() throws Exception {
        Uni<Object> reads = Uni.createFrom()
                .context(context -> Uni.createFrom().item(context.<Object>getOrElse("trace", () -> "none")));
        Object seen = withBackend(
                new MutinyBackend(), () -> withContext("trace", "id 7", () -> run(() -> await(awaitable(reads)))));
        assertThat(seen).isEqualTo("id 7");
    }
}
