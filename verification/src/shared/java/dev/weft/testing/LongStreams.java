package dev.weft.testing;

import static dev.weft.Async.await;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncStream;
import dev.weft.Deferred;
import dev.weft.Overflow;
import dev.weft.SharedStream;
import dev.weft.StateStream;
import dev.weft.TaskGroup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Long neutral streams, for the test of a backend that runs in a JVM with little memory. */
public abstract class LongStreams {
    /** How many pass through a loop. */
    protected static final int MANY = 10_000_000;

    /** How many pass where each takes longer. */
    protected static final int MILLION = 1_000_000;

    /** For subclasses. */
    protected LongStreams() {}

    @Test
    public void tenMillionValuesPassThroughTheOperatorsOfAStream() {
        AsyncStream<byte[]> values = stream(out -> {
            for (int n = 0; n < MANY; n++) out.emit(new byte[32]);
        });
        long sizes = run(() -> values.skip(1)
                .distinctUntilChanged()
                .takeWhile(bytes -> bytes.length > 0)
                .scan(0L, (size, bytes) -> size + bytes.length)
                .count());
        assertThat(sizes).isEqualTo(MANY);
    }

    @Test
    @EnabledIfSystemProperty(named = "weft.scale", matches = "all")
    public void tenMillionValuesReachTheEnds() {
        AsyncStream<byte[]> values = stream(out -> {
            for (int n = 0; n < MANY; n++) out.emit(new byte[32]);
        });
        var seen = new AtomicLong();
        run(() -> values.forEach(bytes -> seen.addAndGet(bytes.length)));
        assertThat(seen).hasValue(32L * MANY);
        assertThat(run(() -> values.reduce(0L, (size, bytes) -> size + bytes.length)))
                .isEqualTo(32L * MANY);
        assertThat(run(() -> values.concatMap(bytes -> AsyncStream.from(List.of(bytes)))
                        .count()))
                .isEqualTo(MANY);
        long first = run(() -> {
            long size = 0;
            for (int n = 0; n < MILLION; n++) size += values.first().length;
            return size;
        });
        assertThat(first).isEqualTo(32L * MILLION);
    }

    @Test
    @EnabledIfSystemProperty(named = "weft.scale", matches = "all")
    public void tenMillionValuesPassThroughSharedStreams() {
        AsyncStream<byte[]> values = stream(out -> {
            for (int n = 0; n < MANY; n++) out.emit(new byte[32]);
        });
        assertThat(run(() -> values.share(1, Overflow.suspend()).count())).isEqualTo(MANY);
        assertThat(run(() -> values.share(1, Overflow.latest()).count())).isBetween(1L, (long) MANY);
        SharedStream<byte[]> shared = SharedStream.of(1, Overflow.suspend());
        long both = run(() -> group(members -> {
            Deferred<Long> first = counted(members, shared);
            Deferred<Long> second = counted(members, shared);
            for (int n = 0; n < MANY; n++) shared.emit(new byte[32]);
            shared.complete();
            return first.await() + second.await();
        }));
        assertThat(both).isEqualTo(2L * MANY);
    }

    /** A subscriber, which is there when this returns. */
    private static Deferred<Long> counted(TaskGroup members, SharedStream<byte[]> shared) {
        var there = new CompletableFuture<Boolean>();
        Deferred<Long> counted = members.async(() -> {
            try (var values = shared.stream().each()) {
                there.complete(true);
                long count = 0;
                for (byte[] bytes : values) count += bytes.length / 32;
                return count;
            }
        });
        await(there);
        return counted;
    }

    @Test
    @EnabledIfSystemProperty(named = "weft.scale", matches = "all")
    public void tenMillionStatesAreReplaced() {
        StateStream<Integer> state = StateStream.of(0);
        long seen = run(() -> group(members -> {
            Deferred<Long> reader =
                    members.async(() -> state.stream().takeWhile(n -> n < MANY).count());
            for (int n = 1; n <= MANY; n++) state.set(n);
            return reader.await();
        }));
        assertThat(seen).isBetween(0L, (long) MANY);
    }

    @Test
    public void aMillionValuesPassThroughTheOperatorsThatHoldSome() {
        AsyncStream<byte[]> values = stream(out -> {
            for (int n = 0; n < MILLION; n++) out.emit(new byte[32]);
        });
        assertThat(run(() -> values.buffer(Overflow.suspend()).count())).isEqualTo(MILLION);
        assertThat(run(() -> values.buffer(Overflow.latest()).count())).isBetween(1L, (long) MILLION);
        assertThat(run(() -> values.zip(values, (a, b) -> a).count())).isEqualTo(MILLION);
        assertThat(run(() -> values.debounce(Duration.ofHours(1)).count())).isOne();
        assertThat(run(() -> values.sample(Duration.ofHours(1)).count())).isOne();
    }
}
