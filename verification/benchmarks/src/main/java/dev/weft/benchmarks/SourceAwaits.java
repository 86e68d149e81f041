package dev.weft.benchmarks;

import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;

/** The columns of a row that awaits one source repeatedly in one coroutine; the row says which source, and how often. */
@State(Scope.Benchmark)
public abstract class SourceAwaits {
    private final int awaits;
    Mono<Integer> mono = Mono.never();
    Single<Integer> single = Single.never();

    SourceAwaits(int awaits) {
        this.awaits = awaits;
    }

    /** Operators. */
    @Benchmark
    public int reactor() {
        return Awaits.reactor(mono, awaits);
    }

    /** Operators. */
    @Benchmark
    public int rxjava() {
        return Awaits.rxjava(single, awaits);
    }

    /** A virtual thread that blocks. */
    @Benchmark
    public int reactorBlocking() throws ExecutionException, InterruptedException {
        return Awaits.reactorBlocking(mono, awaits);
    }

    /** A virtual thread that blocks. */
    @Benchmark
    public int rxjavaBlocking() throws ExecutionException, InterruptedException {
        return Awaits.rxjavaBlocking(single, awaits);
    }

    /** Kotlin. */
    @Benchmark
    public int kotlinReactor(Kotlin kotlin) {
        return Awaits.kotlinReactor(kotlin, mono, awaits);
    }

    /** Kotlin. */
    @Benchmark
    public int kotlinRx3(Kotlin kotlin) {
        return Awaits.kotlinRx3(kotlin, single, awaits);
    }

    /** Weft. */
    @Benchmark
    public int weftReactor(Weft weft) {
        return Awaits.weftReactor(weft, mono, awaits);
    }

    /** Weft. */
    @Benchmark
    public int weftRxjava(Weft weft) {
        return Awaits.weftRxjava(weft, single, awaits);
    }
}
