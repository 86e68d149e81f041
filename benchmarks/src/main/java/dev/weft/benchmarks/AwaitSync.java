package dev.weft.benchmarks;

import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;

/**
 * Awaits a source that gives its value inside {@code subscribe}, again and again, in one coroutine. One operation is one await.
 * The source is hidden, so that nobody can read its value without subscribing.
 */
@State(Scope.Benchmark)
public class AwaitSync {
    private static final int AWAITS = 100_000;

    private final Mono<Integer> mono = Mono.just(1).hide();
    private final Single<Integer> single = Single.just(1).hide();

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
