package dev.weft.benchmarks;

import com.softwaremill.jox.Channel;
import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Generates numbers for a subscriber downstream of {@code publishOn}, which adds them on
 * {@link Signals the signals' thread} and requests more when it has taken three quarters. One operation is one element.
 *
 * <p>{@code Flux.generate} and {@code Flowable.generate} are fused with the operator: they run on the adding thread.
 */
@State(Scope.Benchmark)
public class GenerateAsync {
    private static final int COUNT = Elements.COUNT;

    /** Operators: {@code Flux.generate}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int reactor(Elements elements, Signals signals) {
        return Elements.requireSum(Generators.reactor()
                .publishOn(signals.reactor, elements.prefetch)
                .reduce(Integer::sum)
                .block());
    }

    /** Operators: {@code Flowable.generate}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int rxjava(Elements elements, Signals signals) {
        return Elements.requireSum(Generators.rxjava()
                .observeOn(signals.rxjava, false, elements.prefetch)
                .reduce(Integer::sum)
                .blockingGet());
    }

    /** Kotlin: {@code flux}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int kotlinReactor(Elements elements, Signals signals, Kotlin kotlin) {
        return Elements.requireSum(KotlinReactor.generate(kotlin.dispatcher(), COUNT)
                .publishOn(signals.reactor, elements.prefetch)
                .reduce(Integer::sum)
                .block());
    }

    /** Kotlin: {@code rxFlowable}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int kotlinRx3(Elements elements, Signals signals, Kotlin kotlin) {
        return Elements.requireSum(KotlinRx3.generate(kotlin.dispatcher(), COUNT)
                .observeOn(signals.rxjava, false, elements.prefetch)
                .reduce(Integer::sum)
                .blockingGet());
    }

    /** RxJavaFiberInterop, on a virtual thread. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int fiberInterop(Elements elements, Signals signals, Generators generators) {
        return Elements.requireSum(generators
                .fiberInterop()
                .observeOn(signals.rxjava, false, elements.prefetch)
                .reduce(Integer::sum)
                .blockingGet());
    }

    /** Jox: a virtual thread sends to a channel, the signals' thread receives. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int jox(Elements elements, Signals signals) throws ExecutionException, InterruptedException {
        Channel<Integer> channel = Channel.newBufferedChannel(elements.prefetch);
        Thread.ofVirtual().start(() -> JoxChannel.send(COUNT, channel));
        return Elements.requireSum(
                signals.thread.submit(() -> JoxChannel.sum(channel)).get());
    }

    /** Weft: {@code flux}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int weftReactor(Elements elements, Signals signals, Weft weft) {
        return Elements.requireSum(weft.<Integer>flux(Generators::weft)
                .publishOn(signals.reactor, elements.prefetch)
                .reduce(Integer::sum)
                .block());
    }

    /** Weft: {@code flowable}. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int weftRxjava(Elements elements, Signals signals, Weft weft) {
        return Elements.requireSum(weft.<Integer>flowable(Generators::weft)
                .observeOn(signals.rxjava, false, elements.prefetch)
                .reduce(Integer::sum)
                .blockingGet());
    }
}
