package dev.weft.benchmarks;

import dev.weft.Generator;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.Callable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What carries Weft's coroutines in a column: the one place where the columns' dispatchers are known. */
public enum Dispatch {
    /** The JDK's scheduler, which is the default. */
    VIRTUAL;

    /** {@return a coroutine on Reactor} */
    <T> Mono<T> mono(Signals signals, Callable<T> body) {
        return ReactorAsync.mono(body);
    }

    /** {@return a generator on Reactor} */
    <T> Flux<T> flux(Signals signals, Generator<T> generator) {
        return ReactorAsync.flux(generator);
    }

    /** {@return a coroutine on RxJava} */
    <T> Single<T> single(Signals signals, Callable<T> body) {
        return RxAsync.single(body);
    }

    /** {@return a generator on RxJava} */
    <T> Flowable<T> flowable(Signals signals, Generator<T> generator) {
        return RxAsync.flowable(generator);
    }
}
