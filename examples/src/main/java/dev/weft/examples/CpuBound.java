package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.withTimeout;

import dev.weft.Async;
import dev.weft.Awaitable;
import dev.weft.Dispatcher;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Long computations belong in a pool, and are awaited. Here the coroutines share one event loop, as in asyncio, so that
 * a coroutine that computes stops another one's heartbeat; one that waits for the pool does not. Needs JDK 24.
 *
 * <p>Without {@link Dispatcher#on} the same happens, only later: when as many coroutines compute as there are
 * processors.
 */
public final class CpuBound {
    private static final int PARTS = 8;
    private static final int PART = 100_000;
    private static final int PRIMES = 63_951; // in all parts together
    private static final int BEATS = 5;

    private final PrintStream out;
    private final ExecutorService pool;
    private final AtomicInteger beats = new AtomicInteger();

    private CpuBound(PrintStream out, ExecutorService pool) {
        this.out = out;
        this.pool = pool;
    }

    public static void main(String[] args) {
        Example.main(CpuBound.class, CpuBound::compute);
    }

    /** Counts primes on an event loop, and off it. */
    static void compute(PrintStream out) {
        try (ExecutorService loop = Executors.newSingleThreadExecutor();
                ExecutorService pool = new ForkJoinPool()) {
            var example = new CpuBound(out, pool);
            await(coroutine(example::onOneThread).on(Dispatcher.on(loop)));
        }
    }

    private boolean onOneThread() {
        var heart = async(() -> {
            for (; ; delay(Duration.ofMillis(2))) beats.incrementAndGet();
        });
        onTheLoop();
        offTheLoop();
        inParts();
        tooLong();
        return heart.cancel();
    }

    /** It has the loop to itself: no other coroutine has a turn. */
    private void onTheLoop() {
        int before = beats.get();
        int found = primes(0, PARTS * PART);
        tell("on the event loop; meanwhile the heart beat " + (beats.get() - before) + " times", found);
        Check.same(before, beats.get(), "the number of beats after a computation on the event loop");
    }

    /** It computes elsewhere, here until the heart has beaten a few times. */
    private void offTheLoop() {
        int before = beats.get();
        int found = await(inPool(() -> {
            int primes = primes(0, PARTS * PART);
            while (beats.get() < before + BEATS) Thread.onSpinWait();
            return primes;
        }));
        tell("in the pool; meanwhile the heart beat on", found);
    }

    /** On as many processors as there are. */
    private void inParts() {
        List<Awaitable<Integer>> parts = IntStream.range(0, PARTS)
                .mapToObj(part -> Async.<Integer>awaitable(inPool(() -> primes(part * PART, (part + 1) * PART))))
                .toList();
        tell("in the pool, in parts", gather(parts).stream().mapToInt(n -> n).sum());
    }

    /** A future may be shared, so an await that is cancelled does not cancel it; this one is ours, so we stop it. */
    private void tooLong() {
        var stop = new AtomicBoolean();
        var search = inPool(() -> {
            int candidate = 2;
            while (!stop.get()) candidate++;
            return candidate;
        });
        try {
            withTimeout(Duration.ofMillis(50), () -> await(search));
            throw new Check.Failed("a search without an end has ended");
        } catch (TimeoutException tooLong) {
            stop.set(true);
        }
        out.println("given up in time, and stopped: " + (await(search) >= 2));
    }

    private <T> CompletableFuture<T> inPool(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, pool);
    }

    private void tell(String where, int found) {
        out.println(found + " primes, computed " + where);
        Check.same(PRIMES, found, "the number of primes");
    }

    private static int primes(int from, int to) {
        return (int) IntStream.range(Math.max(2, from), to)
                .filter(n -> IntStream.rangeClosed(2, (int) Math.sqrt(n)).noneMatch(divisor -> n % divisor == 0))
                .count();
    }
}
