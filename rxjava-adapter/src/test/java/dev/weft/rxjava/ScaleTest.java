package dev.weft.rxjava;

import static dev.weft.Async.await;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncStream;
import dev.weft.Deferred;
import dev.weft.Overflow;
import dev.weft.SharedStream;
import dev.weft.StateStream;
import dev.weft.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.subscribers.DefaultSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Long streams, in a JVM with little memory: what is kept does not grow with what has passed. */
@EnabledIfSystemProperty(named = "weft.scale", matches = "some|all")
@Timeout(180)
class ScaleTest {
    private static final int MANY = 10_000_000;
    private static final int MILLION = 1_000_000;

    @Test
    void tenMillionValuesPassThroughGeneratorOperatorAndLoop() {
        assertThat(Runtime.getRuntime().maxMemory()).isLessThan(64L << 20);
        Flowable<byte[]> values = flowable(out -> {
            for (int n = 0; n < MANY; n++) out.emit(new byte[32]);
        });
        long size = run(() -> {
            long sum = 0;
            try (var each = each(values.map(bytes -> bytes))) {
                for (byte[] bytes : each) sum += bytes.length;
            }
            return sum;
        });
        assertThat(size).isEqualTo(32L * MANY);
    }

    @Test
    void tenMillionValuesPassThroughTheOperatorsOfAStream() {
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
    void tenMillionValuesReachTheEnds() {
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
    void tenMillionValuesPassThroughSharedStreams() {
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
    void tenMillionStatesAreReplaced() {
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
    void aMillionValuesPassThroughTheOperatorsThatHoldSome() {
        AsyncStream<byte[]> values = stream(out -> {
            for (int n = 0; n < MILLION; n++) out.emit(new byte[32]);
        });
        assertThat(run(() -> values.buffer(Overflow.suspend()).count())).isEqualTo(MILLION);
        assertThat(run(() -> values.buffer(Overflow.latest()).count())).isBetween(1L, (long) MILLION);
        assertThat(run(() -> values.zip(values, (a, b) -> a).count())).isEqualTo(MILLION);
        assertThat(run(() -> values.debounce(Duration.ofHours(1)).count())).isOne();
        assertThat(run(() -> values.sample(Duration.ofHours(1)).count())).isOne();
    }

    @Test
    void aMillionSynchronousValuesNeedNoStack() {
        long sum = run(() -> {
            long seen = 0;
            try (var each = each(Flowable.range(0, MILLION), 1)) {
                for (int n : each) seen += n;
            }
            return seen;
        });
        assertThat(sum).isEqualTo(MILLION * (MILLION - 1L) / 2);
    }

    @Test
    void oneIsRequestedInsideOnNextAMillionTimes() throws InterruptedException {
        var sum = new AtomicLong();
        var end = new CountDownLatch(1);
        RxAsync.<Integer>flowable(out -> {
                    for (int n = 0; n < MILLION; n++) out.emit(n);
                })
                .subscribe(new DefaultSubscriber<>() {
                    @Override
                    protected void onStart() {
                        request(1);
                    }

                    @Override
                    public void onNext(Integer value) {
                        sum.addAndGet(value);
                        request(1);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onComplete() {
                        end.countDown();
                    }
                });
        end.await();
        assertThat(sum).hasValue(MILLION * (MILLION - 1L) / 2);
    }
}
