package dev.weft.benchmarks;

import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;

/**
 * Awaits a source that computes its value on {@link Signals the signals' thread}, again and again, in one coroutine. One operation
 * is one await: the source schedules a task there, the task gives the value, the coroutine goes on where its dispatcher says.
 * Where that is the thread that signals (operators, Unconfined, inline), the next task is scheduled by the thread that runs it, and
 * no thread ever waits; elsewhere two threads wake each other.
 */
@State(Scope.Benchmark)
public class Hop {
    private static final int AWAITS = 5_000;

    private Mono<Integer> mono = Mono.never();
    private Single<Integer> single = Single.never();

    /** For JMH. */
    @Setup
    public void signalOn(Signals signals) {
        mono = Mono.fromCallable(() -> 1).subscribeOn(signals.reactor);
        single = Single.fromCallable(() -> 1).subscribeOn(signals.rxjava);
    }

    /** Operators. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int reactor() {
        return Awaits.reactor(mono, AWAITS);
    }

    /** Operators. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int rxjava() {
        return Awaits.rxjava(single, AWAITS);
    }

    /** A virtual thread that blocks. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int reactorBlocking() throws ExecutionException, InterruptedException {
        return Awaits.reactorBlocking(mono, AWAITS);
    }

    /** A virtual thread that blocks. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int rxjavaBlocking() throws ExecutionException, InterruptedException {
        return Awaits.rxjavaBlocking(single, AWAITS);
    }

    /** Kotlin. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int kotlinReactor(Kotlin kotlin) {
        return Awaits.kotlinReactor(kotlin, mono, AWAITS);
    }

    /** Kotlin. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int kotlinRx3(Kotlin kotlin) {
        return Awaits.kotlinRx3(kotlin, single, AWAITS);
    }

    /** Weft. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int weftReactor(Weft weft) {
        return Awaits.weftReactor(weft, mono, AWAITS);
    }

    /** Weft. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int weftRxjava(Weft weft) {
        return Awaits.weftRxjava(weft, single, AWAITS);
    }
}
