package dev.weft.test.simulation;

import static dev.weft.Async.awaitable;
import static dev.weft.Async.withBackend;

import dev.weft.Async;
import dev.weft.Awaitable;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What a program under test runs on: its backend, and answers of its own kind that come from another thread. */
enum Engine {
    JDK(Async.backend()) {
        @Override
        <T> Awaitable<T> later(T value) {
            return awaitable(CompletableFuture.supplyAsync(() -> value, Thread::startVirtualThread));
        }
    },
    REACTOR(new ReactorBackend()) {
        @Override
        <T> Awaitable<T> later(T value) {
            return awaitable(Mono.just(value).publishOn(Schedulers.parallel()));
        }
    },
    RXJAVA(new RxBackend()) {
        @Override
        <T> Awaitable<T> later(T value) {
            return awaitable(Single.just(value).observeOn(io.reactivex.rxjava3.schedulers.Schedulers.computation()));
        }
    };

    private final Backend backend;

    Engine(Backend backend) {
        this.backend = backend;
    }

    /** {@return a value that comes a little later} */
    abstract <T> Awaitable<T> later(T value);

    /** Runs a body in a coroutine of this engine. */
    void run(Simulation.Body body) throws Exception {
        withBackend(backend, () -> {
            body.run();
            return null;
        });
    }
}
