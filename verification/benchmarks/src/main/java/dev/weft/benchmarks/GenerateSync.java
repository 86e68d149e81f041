package dev.weft.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Generates numbers for a subscriber that requests everything and adds on the emitting thread. One operation is one
 * element.
 */
@State(Scope.Benchmark)
public class GenerateSync {
    private static final int COUNT = Elements.COUNT;

    /** Operators: {@code Flux.generate}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int reactor() {
        return Elements.requireSum(Generators.reactor().reduce(Integer::sum).block());
    }

    /** Operators: {@code Flowable.generate}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int rxjava() {
        return Elements.requireSum(Generators.rxjava().reduce(Integer::sum).blockingGet());
    }

    /** Kotlin: {@code flux}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int kotlinReactor(Kotlin kotlin) {
        return Elements.requireSum(KotlinReactor.generate(kotlin.dispatcher(), COUNT)
                .reduce(Integer::sum)
                .block());
    }

    /** Kotlin: {@code rxFlowable}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int kotlinRx3(Kotlin kotlin) {
        return Elements.requireSum(KotlinRx3.generate(kotlin.dispatcher(), COUNT)
                .reduce(Integer::sum)
                .blockingGet());
    }

    /** RxJavaFiberInterop, on a virtual thread. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int fiberInterop(Generators generators) {
        return Elements.requireSum(
                generators.fiberInterop().reduce(Integer::sum).blockingGet());
    }

    /** Weft: {@code flux}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int weftReactor(Weft weft) {
        return Elements.requireSum(
                weft.<Integer>flux(Generators::weft).reduce(Integer::sum).block());
    }

    /** Weft: {@code flowable}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int weftRxjava(Weft weft) {
        return Elements.requireSum(
                weft.<Integer>flowable(Generators::weft).reduce(Integer::sum).blockingGet());
    }
}
