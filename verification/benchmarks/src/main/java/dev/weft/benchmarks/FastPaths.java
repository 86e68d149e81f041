package dev.weft.benchmarks;

import dev.weft.Async;
import dev.weft.Awaitable;
import dev.weft.Coroutine;
import dev.weft.reactor.ReactorAsync;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Pairs: the same result with and without one of Weft's short cuts, on Reactor and the JDK's scheduler. */
@State(Scope.Benchmark)
public class FastPaths {
    private static final int TIMES = 10_000;
    private static final int SOURCES = 3;

    private final Mono<Integer> ready = Mono.just(1);
    private final Mono<Integer> hidden = ready.hide();
    private final Coroutine<Integer> coroutine = Async.coroutine(() -> 1);
    private final List<Awaitable<Integer>> sources = Collections.nCopies(SOURCES, ReactorAsync.awaitable(hidden));
    private final List<Coroutine<Integer>> coroutines =
            Collections.nCopies(SOURCES, Async.coroutine(() -> ReactorAsync.awaitSingle(hidden)));
    private final Flux<Integer> flux = Flux.range(0, TIMES).map(i -> 1);

    /** A ready value is read. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int readValue() {
        return sum(() -> ReactorAsync.awaitSingle(ready));
    }

    /** The same value, from a source that hides it. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int subscribedValue() {
        return sum(() -> ReactorAsync.awaitSingle(hidden));
    }

    /** A cold coroutine that is awaited is called. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int calledCoroutine() {
        return sum(() -> Async.await(coroutine));
    }

    /** The same coroutine, started as a member with its own thread. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int startedCoroutine() {
        return sum(() -> coroutine.start().await());
    }

    /** Gathered sources have no threads. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int gatheredSources() {
        return sum(() -> Async.gather(sources).size() / SOURCES);
    }

    /** Coroutines that await the same sources have threads. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int gatheredCoroutines() {
        return sum(() -> Async.gather(coroutines).size() / SOURCES);
    }

    /** A loop takes what has arrived, and requests the next 192 whenever 192 are taken. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int loopBy256() {
        return iterate(256);
    }

    /** A loop that requests each element. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int loopBy1() {
        return iterate(1);
    }

    private int iterate(int prefetch) {
        return require(() -> Elements.sum(ReactorAsync.each(flux, prefetch)));
    }

    private static int sum(Callable<Integer> one) {
        return require(() -> {
            int sum = 0;
            for (int i = 0; i < TIMES; i++) sum += one.call();
            return sum;
        });
    }

    private static int require(Callable<Integer> body) {
        return Plain.require(TIMES, ReactorAsync.mono(body).block());
    }
}
