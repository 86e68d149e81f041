package dev.weft.benchmarks;

import dev.weft.AsyncIterator;
import io.reactivex.rxjava3.core.Flowable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Flux;

/** The elements that are iterated over and generated: a fixed number of integers, whose sum every column must find. */
@State(Scope.Benchmark)
public class Elements {
    static final int COUNT = 100_000;

    private static final int SUM = sum();

    /** How many elements may be requested ahead, for all columns that have such a bound. */
    @Param("256")
    public int prefetch = 256;

    final Flux<Integer> flux = Flux.range(0, COUNT);
    final Flowable<Integer> flowable = Flowable.range(0, COUNT);

    static int requireSum(@Nullable Integer sum) {
        return Plain.require(SUM, sum);
    }

    /** {@return the sum of the values of a loop} */
    static int sum(AsyncIterator<Integer> values) {
        int sum = 0;
        try (values) {
            for (int value : values) sum += value;
        }
        return sum;
    }

    private static int sum() {
        int sum = 0;
        for (int i = 0; i < COUNT; i++) sum += i;
        return sum;
    }
}
