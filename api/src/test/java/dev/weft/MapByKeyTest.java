package dev.weft;

import static dev.weft.Async.await;
import static dev.weft.Async.withoutInterrupts;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.Watched;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link AsyncStream#mapConcurrentByKey}: one value of each key at a time. */
class MapByKeyTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static AsyncStream<Integer> range(int count) {
        return AsyncStream.from(IntStream.range(0, count).boxed().toList());
    }

    private static void dawdle() {
        for (int i = ThreadLocalRandom.current().nextInt(4); i > 0; i--) Thread.yield();
    }

    @Test
    void theValuesOfAKeyAreInOrderAndNeverTwoAtATime() {
        Map<Integer, AtomicInteger> running = new ConcurrentHashMap<>();
        var all = new AtomicInteger();
        var most = new AtomicInteger();
        List<Integer> results = range(2000)
                .mapConcurrentByKey(4, n -> n % 7, n -> {
                    var mine = running.computeIfAbsent(n % 7, key -> new AtomicInteger());
                    assertThat(mine.incrementAndGet()).isOne();
                    most.accumulateAndGet(all.incrementAndGet(), Math::max);
                    dawdle();
                    all.decrementAndGet();
                    mine.decrementAndGet();
                    return n;
                })
                .collect(2000);
        assertThat(results).hasSize(2000);
        for (int key = 0; key < 7; key++) {
            int mine = key;
            assertThat(results.stream().filter(n -> n % 7 == mine)).isSorted();
        }
        assertThat(most).hasValueBetween(1, 4);
    }

    @Test
    void thereAreAsManyKeysAsOneLikes() {
        assertThat(range(20_000)
                        .mapConcurrentByKey(8, n -> n, n -> n)
                        .collect(20_000)
                        .size())
                .isEqualTo(20_000);
    }

    @Test
    void asManyMayRunAsOneLikes() {
        assertThat(range(20_000)
                        .mapConcurrentByKey(Integer.MAX_VALUE, n -> n, n -> n)
                        .collect(20_000)
                        .size())
                .isEqualTo(20_000);
    }

    @Test
    void aKeyWithoutValuesIsForgotten() {
        List<WeakReference<Object>> keys = new CopyOnWriteArrayList<>();
        AsyncStream<Integer> source = Async.stream(out -> {
            for (int n = 0; n < 1000; n++) out.emit(n);
            await(new CompletableFuture<>());
        });
        var sink = new Sink<Integer>()
                .onSubscribe(s -> s.request(Long.MAX_VALUE))
                .to(source.mapConcurrentByKey(2, n -> remembered(keys), n -> n));
        until("seen", () -> sink.values.size() == 1000);
        until("forgotten", () -> {
            System.gc();
            return keys.stream().allMatch(key -> key.get() == null);
        });
        sink.cancel();
        sink.joined();
    }

    private static Object remembered(List<WeakReference<Object>> keys) {
        var key = new Object();
        keys.add(new WeakReference<>(key));
        return key;
    }

    @Test
    void oneKeyThatWaitsLeavesTheOthersGoOn() {
        var first = new CompletableFuture<Integer>();
        List<Integer> seen = new CopyOnWriteArrayList<>();
        var sink = new Sink<Integer>()
                .onNext(seen::add)
                .onSubscribe(s -> s.request(Long.MAX_VALUE))
                .to(range(10).mapConcurrentByKey(2, n -> n < 5 ? "slow" : "key " + n, n -> n == 0 ? await(first) : n));
        until("the others", () -> seen.size() == 5);
        assertThat(seen).containsExactlyInAnyOrder(5, 6, 7, 8, 9);
        first.complete(0);
        sink.ended();
        assertThat(seen.subList(5, 10)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void noMoreIsReadThanRunsAndMayWait() {
        var never = new CompletableFuture<Integer>();
        var read = new AtomicInteger();
        var begun = new AtomicInteger();
        AsyncStream<Integer> source = Async.stream(out -> {
            for (int n = 0; ; n++) {
                out.awaitDemand();
                read.incrementAndGet();
                out.emit(n);
            }
        });
        var sink = new Sink<Integer>()
                .onSubscribe(s -> s.request(Long.MAX_VALUE))
                .to(source.mapConcurrentByKey(2, 3, n -> "one key", n -> {
                    begun.incrementAndGet();
                    return await(never);
                }));
        until("all that may be read, and one has begun", () -> read.get() == 5 && begun.get() == 1);
        sink.parked();
        assertThat(read).hasValue(5);
        sink.cancel();
        sink.joined();
        assertThat(hooks.discarded).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void nothingIsBegunBehindACancelAlsoWhereThatInterruptsNobody() {
        var begun = new AtomicInteger();
        var read = new AtomicInteger();
        var gate = new Semaphore(0);
        var mapping = Watched.coroutine(() -> {
            withoutInterrupts(() -> range(20)
                    .mapConcurrentByKey(1, n -> read.getAndIncrement(), n -> {
                        begun.incrementAndGet();
                        gate.acquireUninterruptibly();
                        return n;
                    })
                    .forEach(n -> {}));
            return null;
        });
        until("the first is begun, and all are read", () -> gate.hasQueuedThreads() && read.get() == 20);
        mapping.cancel();
        assertThat(mapping.failure()).isInstanceOf(CancelledException.class);
        gate.release(20);
        until("the stream has ended", () -> hooks.discarded.size() == 20);
        assertThat(begun).hasValue(1);
    }

    @Test
    void theFirstFailureCancelsAndDiscardsTheRest() {
        var failure = new IllegalStateException("at 3");
        List<Object> given = new CopyOnWriteArrayList<>();
        assertThatThrownBy(() -> range(10)
                        .mapConcurrentByKey(2, n -> n % 2, n -> {
                            given.add(n);
                            if (n == 3) throw failure;
                            return n;
                        })
                        .map(n -> {
                            given.remove(n);
                            return n;
                        })
                        .forEach(n -> {}))
                .isSameAs(failure);
        assertThat(given).contains(3);
    }

    @Test
    void aKeyThatCannotBeHadIsAFailure() {
        assertThatThrownBy(
                        () -> range(1).mapConcurrentByKey(2, n -> null, n -> n).collect(1))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("key");
        assertThat(hooks.discarded).containsExactly(0);
    }

    @Test
    void theNextOfAKeyWaitsForWhatItsFunctionHasStarted() {
        List<String> trail = new CopyOnWriteArrayList<>();
        range(3).mapConcurrentByKey(3, n -> "key", n -> {
                    trail.add("begin " + n);
                    Async.async(() -> {
                        dawdle();
                        trail.add("child of " + n);
                    });
                    return n;
                })
                .collect(3);
        List<String> expected = new ArrayList<>();
        for (int n = 0; n < 3; n++) expected.addAll(List.of("begin " + n, "child of " + n));
        assertThat(trail).isEqualTo(expected);
    }

    @Test
    void badInputIsNamed() {
        assertThatThrownBy(() -> range(1).mapConcurrentByKey(0, n -> n, n -> n))
                .hasMessage("concurrency must be at least 1, is 0");
        assertThatThrownBy(() -> range(1).mapConcurrentByKey(1, -1, n -> n, n -> n))
                .hasMessage("readAhead must not be negative, is -1");
    }
}
