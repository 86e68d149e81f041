package dev.weft.benchmarks;

import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The columns of the rows that repeatedly await one source of the value 1: each column adds up the values. */
final class Awaits {
    private Awaits() {}

    /** Operators: one after the other. */
    static int reactor(Mono<Integer> source, int times) {
        return Plain.require(
                times,
                Flux.range(0, times).concatMap(i -> source).reduce(Integer::sum).block());
    }

    static int rxjava(Single<Integer> source, int times) {
        return Plain.require(
                times,
                Flowable.range(0, times)
                        .concatMapSingle(i -> source)
                        .reduce(Integer::sum)
                        .blockingGet());
    }

    static int reactorBlocking(Mono<Integer> source, int times) throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> {
            int sum = 0;
            for (int i = 0; i < times; i++) sum += Objects.requireNonNull(source.block());
            return Plain.require(times, sum);
        });
    }

    static int rxjavaBlocking(Single<Integer> source, int times) throws ExecutionException, InterruptedException {
        return Plain.onVirtualThread(() -> {
            int sum = 0;
            for (int i = 0; i < times; i++) sum += source.blockingGet();
            return Plain.require(times, sum);
        });
    }

    static int kotlinReactor(Kotlin kotlin, Mono<Integer> source, int times) {
        return Plain.require(
                times,
                KotlinReactor.awaitMany(kotlin.dispatcher(), source, times).block());
    }

    static int kotlinRx3(Kotlin kotlin, Single<Integer> source, int times) {
        return Plain.require(
                times, KotlinRx3.awaitMany(kotlin.dispatcher(), source, times).blockingGet());
    }

    static int weftReactor(Weft weft, Mono<Integer> source, int times) {
        return Plain.require(
                times,
                weft.mono(() -> {
                            int sum = 0;
                            for (int i = 0; i < times; i++) sum += ReactorAsync.awaitSingle(source);
                            return sum;
                        })
                        .block());
    }

    static int weftRxjava(Weft weft, Single<Integer> source, int times) {
        return Plain.require(
                times,
                weft.single(() -> {
                            int sum = 0;
                            for (int i = 0; i < times; i++) sum += RxAsync.await(source);
                            return sum;
                        })
                        .blockingGet());
    }
}
