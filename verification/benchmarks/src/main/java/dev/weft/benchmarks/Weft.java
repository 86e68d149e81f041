package dev.weft.benchmarks;

import dev.weft.Generator;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.Callable;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the columns of Weft use: its builders, for each dispatcher. */
@State(Scope.Benchmark)
public class Weft {
    /** The dispatcher. */
    @Param
    public Dispatch dispatcher = Dispatch.VIRTUAL;

    private Signals signals = new Signals();

    /** For JMH. */
    @Setup
    public void use(Signals signals) {
        this.signals = signals;
    }

    <T> Mono<T> mono(Callable<T> body) {
        return dispatcher.mono(signals, body);
    }

    <T> Flux<T> flux(Generator<T> generator) {
        return dispatcher.flux(signals, generator);
    }

    <T> Single<T> single(Callable<T> body) {
        return dispatcher.single(signals, body);
    }

    <T> Flowable<T> flowable(Generator<T> generator) {
        return dispatcher.flowable(signals, generator);
    }
}
