package dev.weft.benchmarks;

import dev.weft.Emitter;
import hu.akarnokd.rxjava3.fibers.FiberInterop;
import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Flux;

/** The generators of the rows that generate. */
@State(Scope.Benchmark)
public class Generators {
    private final ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();

    /** For JMH. */
    @TearDown
    public void close() {
        virtual.close();
    }

    static Flux<Integer> reactor() {
        return Flux.generate(() -> 0, (next, sink) -> {
            if (next < Elements.COUNT) sink.next(next);
            else sink.complete();
            return next + 1;
        });
    }

    static Flowable<Integer> rxjava() {
        return Flowable.generate(() -> 0, (next, emitter) -> {
            if (next < Elements.COUNT) emitter.onNext(next);
            else emitter.onComplete();
            return next + 1;
        });
    }

    Flowable<Integer> fiberInterop() {
        return FiberInterop.create(
                emitter -> {
                    for (int i = 0; i < Elements.COUNT; i++) emitter.emit(i);
                },
                virtual);
    }

    static void weft(Emitter<Integer> out) {
        for (int i = 0; i < Elements.COUNT; i++) out.emit(i);
    }
}
