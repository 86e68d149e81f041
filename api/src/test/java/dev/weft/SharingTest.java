package dev.weft;

import static dev.weft.Async.await;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Watched;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a shared source, its values and its failure when subscribers leave. */
class SharingTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    @Test
    void S3_aRunWaitsForTheCleanUpOfAllBefore() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var cleanUp = new CompletableFuture<Boolean>();
        AsyncStream<Integer> source = stream(out -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                out.emit(1);
                await(new CompletableFuture<>());
            } finally {
                shielded(() -> await(cleanUp));
                running.decrementAndGet();
            }
        });
        AsyncStream<Integer> shared = source.share(0, Overflow.latest());
        run(() -> {
            try (var first = shared.each()) {
                assertThat(first.next()).isEqualTo(1);
            }
            shared.each().close(); // its run waits for the first one, and is cancelled meanwhile
            try (var third = shared.each()) {
                assertThat(third.next(Duration.ofMillis(50))).isEmpty();
                cleanUp.complete(true);
                assertThat(third.next()).isEqualTo(1);
            }
        });
        assertThat(most).hasValue(1);
    }

    @Test
    void S3_valuesThatAreKeptForNobodyAreDiscarded() {
        var values = new Broadcast<Integer>(2, Overflow.latest());
        for (int n = 1; n <= 3; n++) values.emit(n);
        assertThat(hooks.discarded).containsExactly(1);
        values.abandon();
        assertThat(hooks.discarded).containsExactly(1, 2, 3);
        values.emit(4);
        assertThat(hooks.discarded).containsExactly(1, 2, 3, 4);
        hooks.discarded.clear();
    }

    @Test
    void S3_aFailureWithoutASubscriberIsDropped() {
        List<Throwable> untold = new ArrayList<>();
        var failure = new IOException("lost");
        new Broadcast<Integer>(0, Overflow.latest(), untold::add).end(failure);
        assertThat(untold).containsExactly(failure);
    }

    /** A hook that emits in its turn, as one that keeps dead letters does. */
    @Test
    void S2_aDiscardHookMayEmit() throws TimeoutException {
        var letters = SharedStream.<String>of(33, Overflow.suspend());
        for (int n = 0; n < 33; n++) letters.emit("letter " + n);
        Hooks.Handle dead = Hooks.onDiscard(lost -> letters.emit("dead " + lost));
        run(() -> {
            var slow = letters.stream().each();
            assertThat(slow.next()).isEqualTo("letter 0");
            Watched<Boolean> waits =
                    Watched.coroutine(() -> letters.emit("waits")).parked();
            withTimeout(Duration.ofSeconds(Watched.SECONDS), slow::close); // makes room for it, and calls the hook
            dead.close();
            assertThat(waits.value()).isTrue();
            letters.complete();
            assertThat(letters.stream().collect(99))
                    .contains("waits")
                    .anyMatch(letter -> letter.startsWith("dead letter"));
        });
    }
}
