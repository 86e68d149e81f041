package dev.weft.benchmarks;

import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Iterates over a range that emits its elements inside {@code request}, on the iterating thread. One operation is one
 * element. Every bounded column requests the same number at a time.
 */
@State(Scope.Benchmark)
public class IterateSync {
    private static final int COUNT = Elements.COUNT;

    /** Operators: a sum. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int reactor(Elements elements) {
        return Elements.requireSum(elements.flux.reduce(Integer::sum).block());
    }

    /** Operators: an adding subscriber, the least possible. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int reactorForEach(Elements elements) {
        int[] sum = new int[1];
        elements.flux.subscribe(value -> sum[0] += value);
        return Elements.requireSum(sum[0]);
    }

    /** Operators: a sum. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int rxjava(Elements elements) {
        return Elements.requireSum(elements.flowable.reduce(Integer::sum).blockingGet());
    }

    /** A virtual thread that blocks. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int reactorBlocking(Elements elements) throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> {
            int sum = 0;
            for (int value : elements.flux.toIterable(elements.prefetch)) sum += value;
            return Elements.requireSum(sum);
        });
    }

    /** A virtual thread that blocks. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int rxjavaBlocking(Elements elements) throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> {
            int sum = 0;
            for (int value : elements.flowable.blockingIterable(elements.prefetch)) sum += value;
            return Elements.requireSum(sum);
        });
    }

    /** Kotlin. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int kotlinReactor(Elements elements, Kotlin kotlin) {
        return Elements.requireSum(KotlinReactor.iterate(kotlin.dispatcher(), elements.flux, elements.prefetch)
                .block());
    }

    /** Kotlin. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int kotlinRx3(Elements elements, Kotlin kotlin) {
        return Elements.requireSum(KotlinRx3.iterate(kotlin.dispatcher(), elements.flowable, elements.prefetch)
                .blockingGet());
    }

    /** Weft. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int weftReactor(Elements elements, Weft weft) {
        return Elements.requireSum(weft.mono(() -> Elements.sum(ReactorAsync.each(elements.flux, elements.prefetch)))
                .block());
    }

    /** Weft. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int weftRxjava(Elements elements, Weft weft) {
        return Elements.requireSum(weft.single(() -> Elements.sum(RxAsync.each(elements.flowable, elements.prefetch)))
                .blockingGet());
    }
}
