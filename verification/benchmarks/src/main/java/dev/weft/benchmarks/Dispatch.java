package dev.weft.benchmarks;

import dev.weft.Dispatcher;
import dev.weft.Generator;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.Callable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Where Weft's coroutines run in a column: the only place that knows the columns' dispatchers. */
public enum Dispatch {
    /** The JDK's scheduler, the default. */
    VIRTUAL {
        @Override
        Dispatcher dispatcher(Signals signals) {
            return Dispatcher.virtual();
        }
    },
    /** The signals' thread. */
    ON {
        @Override
        Dispatcher dispatcher(Signals signals) {
            return Dispatcher.on(signals.thread);
        }
    };

    /** {@return the dispatcher; fails where the JVM does not allow it} */
    abstract Dispatcher dispatcher(Signals signals);

    /** {@return a coroutine on Reactor} */
    <T> Mono<T> mono(Signals signals, Callable<T> body) {
        return ReactorAsync.mono(dispatcher(signals), body);
    }

    /** {@return a generator on Reactor} */
    <T> Flux<T> flux(Signals signals, Generator<T> generator) {
        return ReactorAsync.flux(dispatcher(signals), generator);
    }

    /** {@return a coroutine on RxJava} */
    <T> Single<T> single(Signals signals, Callable<T> body) {
        return RxAsync.single(dispatcher(signals), body);
    }

    /** {@return a generator on RxJava} */
    <T> Flowable<T> flowable(Signals signals, Generator<T> generator) {
        return RxAsync.flowable(dispatcher(signals), generator);
    }
}
