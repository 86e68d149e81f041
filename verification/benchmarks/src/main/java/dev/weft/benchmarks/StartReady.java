package dev.weft.benchmarks;

import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;

/**
 * Builds and runs a coroutine that awaits a source whose value is ready, and waits for its result on the same platform
 * thread. One operation is all of that. The operators defer to the same source instead.
 */
@State(Scope.Benchmark)
public class StartReady {
    private final Mono<Integer> mono = Mono.just(1);
    private final Single<Integer> single = Single.just(1);

    /** Operators. */
    @Benchmark
    public @Nullable Integer reactor() {
        return Mono.defer(() -> mono).block();
    }

    /** Operators. */
    @Benchmark
    public Integer rxjava() {
        return Single.defer(() -> single).blockingGet();
    }

    /** A virtual thread that blocks. */
    @Benchmark
    public int reactorBlocking() throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> Plain.require(1, mono.block()));
    }

    /** A virtual thread that blocks. */
    @Benchmark
    public int rxjavaBlocking() throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(single::blockingGet);
    }

    /** Kotlin. */
    @Benchmark
    public @Nullable Integer kotlinReactor(Kotlin kotlin) {
        return KotlinReactor.await(kotlin.dispatcher(), mono).block();
    }

    /** Kotlin. */
    @Benchmark
    public Integer kotlinRx3(Kotlin kotlin) {
        return KotlinRx3.await(kotlin.dispatcher(), single).blockingGet();
    }

    /** Weft. */
    @Benchmark
    public @Nullable Integer weftReactor(Weft weft) {
        return weft.mono(() -> ReactorAsync.awaitSingle(mono)).block();
    }

    /** Weft. */
    @Benchmark
    public Integer weftRxjava(Weft weft) {
        return weft.single(() -> RxAsync.await(single)).blockingGet();
    }
}
