package dev.weft.benchmarks;

import dev.weft.Async;
import dev.weft.Coroutine;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Single;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;

/**
 * Repeatedly awaits await-style code from await-style code in one coroutine. One operation is one such call, with a
 * scope around it: {@code await(coroutine)} in Weft, a suspending function with a {@code coroutineScope} in Kotlin.
 *
 * <p>The columns "as a source" await what the builder returns, as code does where a signature says {@code Mono} or
 * {@code Single}. Operators defer to a ready value.
 */
@State(Scope.Benchmark)
public class NestedCall {
    private static final int AWAITS = 20_000;

    private final Mono<Integer> mono = Mono.defer(() -> Mono.just(1));
    private final Single<Integer> single = Single.defer(() -> Single.just(1));
    private final Coroutine<Integer> coroutine = Async.coroutine(() -> 1);

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

    /** Kotlin: a suspending function. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int kotlinReactor(Kotlin kotlin) {
        return Plain.require(
                AWAITS, KotlinReactor.callMany(kotlin.dispatcher(), AWAITS).block());
    }

    /** Kotlin: {@code mono} inside {@code mono}. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int kotlinReactorSource(Kotlin kotlin) {
        return Awaits.kotlinReactor(kotlin, KotlinReactor.await(kotlin.dispatcher(), mono), AWAITS);
    }

    /** Kotlin: {@code rxSingle} inside {@code rxSingle}. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int kotlinRx3Source(Kotlin kotlin) {
        return Awaits.kotlinRx3(kotlin, KotlinRx3.await(kotlin.dispatcher(), single), AWAITS);
    }

    /** Weft: a coroutine. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int weftReactor(Weft weft) {
        return Plain.require(AWAITS, weft.mono(this::callMany).block());
    }

    /** Weft: a coroutine. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int weftRxjava(Weft weft) {
        return Plain.require(AWAITS, weft.single(this::callMany).blockingGet());
    }

    /** Weft: {@code mono} inside {@code mono}. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int weftReactorSource(Weft weft) {
        return Awaits.weftReactor(weft, weft.mono(() -> ReactorAsync.awaitSingle(mono)), AWAITS);
    }

    /** Weft: {@code single} inside {@code single}. */
    @Benchmark
    @OperationsPerInvocation(AWAITS)
    public int weftRxjavaSource(Weft weft) {
        return Awaits.weftRxjava(weft, weft.single(() -> RxAsync.await(single)), AWAITS);
    }

    private int callMany() {
        int sum = 0;
        for (int i = 0; i < AWAITS; i++) sum += Async.await(coroutine);
        return sum;
    }
}
