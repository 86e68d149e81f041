package dev.weft.benchmarks;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What no library can do without, on this machine: the others are read as multiples of it. */
@State(Scope.Benchmark)
public class Marks {
    private static final int TIMES = 10_000;

    private final AtomicInteger place = new AtomicInteger();

    /** For JMH. */
    @Benchmark
    public boolean compareAndSet() {
        int before = place.get();
        return place.compareAndSet(before, before + 1);
    }

    /** A virtual thread that yields is unmounted, queued and mounted again; its carrier has nothing else to do. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int mount() throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> {
            for (int i = 0; i < TIMES; i++) Thread.yield();
            return TIMES;
        });
    }

    /** One that starts the next, which a carrier that is awake runs. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int virtualThread() throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> {
            var ended = new AtomicInteger();
            for (int i = 0; i < TIMES; i++) {
                Thread.startVirtualThread(ended::incrementAndGet);
                while (ended.get() == i) Thread.yield();
            }
            return Plain.require(TIMES, ended.get());
        });
    }

    /** Two platform threads hand a value over, in turns: each parks until the other has woken it. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int wakeUp() throws InterruptedException {
        var there = new SynchronousQueue<Integer>();
        var back = new SynchronousQueue<Integer>();
        Thread echo = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < TIMES / 2; i++) back.put(there.take());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        int sum = 0;
        for (int i = 0; i < TIMES / 2; i++) {
            there.put(1);
            sum += back.take();
        }
        echo.join();
        return Plain.require(TIMES / 2, sum);
    }
}
