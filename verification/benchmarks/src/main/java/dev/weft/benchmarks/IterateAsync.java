package dev.weft.benchmarks;

import com.softwaremill.jox.Channel;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Flux;

/**
 * Iterates over a range that is published on {@link Signals the signals' thread}. One operation is one element. Every
 * column requests at most the same number of elements ahead. Operators, Unconfined and on stay on the publishing
 * thread.
 */
@State(Scope.Benchmark)
public class IterateAsync {
    private static final int COUNT = Elements.COUNT;

    private Flux<Integer> flux = Flux.never();
    private Flowable<Integer> flowable = Flowable.never();

    /** For JMH. */
    @Setup
    public void publishOn(Signals signals, Elements elements) {
        flux = elements.flux.publishOn(signals.reactor, elements.prefetch);
        flowable = elements.flowable.observeOn(signals.rxjava, false, elements.prefetch);
    }

    /** Operators: a sum. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int reactor(Elements elements) {
        return Elements.requireSum(flux.reduce(Integer::sum).block());
    }

    /** Operators: a sum. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int rxjava(Elements elements) {
        return Elements.requireSum(flowable.reduce(Integer::sum).blockingGet());
    }

    /** A virtual thread that blocks. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int reactorBlocking(Elements elements) throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> {
            int sum = 0;
            for (int value : flux.toIterable(elements.prefetch)) sum += value;
            return Elements.requireSum(sum);
        });
    }

    /** A virtual thread that blocks. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int rxjavaBlocking(Elements elements) throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> {
            int sum = 0;
            for (int value : flowable.blockingIterable(elements.prefetch)) sum += value;
            return Elements.requireSum(sum);
        });
    }

    /** Kotlin. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int kotlinReactor(Elements elements, Kotlin kotlin) {
        return Elements.requireSum(KotlinReactor.iterate(kotlin.dispatcher(), flux, elements.prefetch)
                .block());
    }

    /** Kotlin. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int kotlinRx3(Elements elements, Kotlin kotlin) {
        return Elements.requireSum(KotlinRx3.iterate(kotlin.dispatcher(), flowable, elements.prefetch)
                .blockingGet());
    }

    /** Jox: the signals' thread sends to a channel, a virtual thread receives. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int jox(Elements elements, Signals signals) throws ExecutionException, InterruptedException {
        Channel<Integer> channel = Channel.newBufferedChannel(elements.prefetch);
        signals.thread.execute(() -> JoxChannel.send(COUNT, channel));
        return Elements.requireSum(Plain.onVirtualThread(() -> JoxChannel.sum(channel)));
    }

    /** Weft. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int weftReactor(Elements elements, Weft weft) {
        return Elements.requireSum(weft.mono(() -> Elements.sum(ReactorAsync.each(flux, elements.prefetch)))
                .block());
    }

    /** Weft. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int weftRxjava(Elements elements, Weft weft) {
        return Elements.requireSum(weft.single(() -> Elements.sum(RxAsync.each(flowable, elements.prefetch)))
                .blockingGet());
    }
}
