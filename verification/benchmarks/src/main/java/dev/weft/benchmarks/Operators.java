package dev.weft.benchmarks;

import dev.weft.AsyncStream;
import dev.weft.Overflow;
import dev.weft.reactor.ReactorAsync;
import java.time.Duration;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Flux;

/**
 * An operator of {@code AsyncStream} beside Reactor's of the same name, or an end, over the same list. One operation is
 * one element; for {@code FIRST}, one stream. Weft's time includes its coroutine, one for all elements.
 */
@State(Scope.Benchmark)
public class Operators {
    private static final int COUNT = 10_000;
    private static final List<Integer> NUMBERS =
            IntStream.range(0, COUNT).boxed().toList();
    private static final Flux<Integer> FLUX = Flux.fromIterable(NUMBERS);
    private static final AsyncStream<Integer> STREAM = AsyncStream.from(NUMBERS);
    private static final Flux<Integer> ONE_BY_FLUX = Flux.just(1);
    private static final AsyncStream<Integer> ONE_BY_STREAM = AsyncStream.from(List.of(1));
    private static final int CONCURRENCY = 16;
    private static final Duration HOUR = Duration.ofHours(1);

    /** What is measured. */
    @Param
    public Operator operator = Operator.FOR_EACH;

    /** Reactor's. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public long reactor() {
        return operator.require(operator.reactor.applyAsLong(FLUX));
    }

    /** Weft's. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public long weft() {
        return operator.require(ReactorAsync.mono(() -> operator.weft.applyAsLong(STREAM))
                .blockOptional()
                .orElse(0L));
    }

    /** How often an action is called that an end is given. */
    private static long seen(Flux<?> flux) {
        var seen = new long[1];
        flux.subscribe(value -> seen[0]++);
        return seen[0];
    }

    /** The same. */
    private static long seen(AsyncStream<?> stream) {
        var seen = new long[1];
        stream.forEach(value -> seen[0]++);
        return seen[0];
    }

    /** An operator, with an action as its end, or an end; and how many values come there. */
    public enum Operator {
        /** No operator: the source and the action. */
        FOR_EACH(Operators::seen, Operators::seen),
        /** Adds one. */
        MAP(flux -> seen(flux.map(n -> n + 1)), stream -> seen(stream.map(n -> n + 1))),
        /** Lets half through. */
        FILTER(COUNT / 2, flux -> seen(flux.filter(n -> n % 2 == 0)), stream -> seen(stream.filter(n -> n % 2 == 0))),
        /** Takes all. */
        TAKE(flux -> seen(flux.take(COUNT)), stream -> seen(stream.take(COUNT))),
        /** Takes all. */
        TAKE_WHILE(flux -> seen(flux.takeWhile(n -> n < COUNT)), stream -> seen(stream.takeWhile(n -> n < COUNT))),
        /** Skips half. */
        SKIP(COUNT / 2, flux -> seen(flux.skip(COUNT / 2)), stream -> seen(stream.skip(COUNT / 2))),
        /** Sums; Reactor's calls the same with a seed by the same name. */
        SCAN(COUNT + 1, flux -> seen(flux.scan(0, Integer::sum)), stream -> seen(stream.scan(0, Integer::sum))),
        /** Finds no repetition. */
        DISTINCT_UNTIL_CHANGED(
                flux -> seen(flux.distinctUntilChanged()), stream -> seen(stream.distinctUntilChanged())),
        /** One value for each. */
        CONCAT_MAP(
                flux -> seen(flux.concatMap(n -> ONE_BY_FLUX.hide())),
                stream -> seen(stream.concatMap(n -> ONE_BY_STREAM))),
        /** One value for each, 16 streams at a time. */
        FLAT_MAP(
                flux -> seen(flux.flatMap(n -> ONE_BY_FLUX.hide(), CONCURRENCY)),
                stream -> seen(stream.flatMap(CONCURRENCY, n -> ONE_BY_STREAM))),
        /** With itself. */
        ZIP(flux -> seen(Flux.zip(flux, flux, Integer::sum)), stream -> seen(stream.zip(stream, Integer::sum))),
        /** With one value. */
        COMBINE_LATEST(
                -1,
                flux -> seen(Flux.combineLatest(ONE_BY_FLUX, flux, Integer::sum)),
                stream -> seen(ONE_BY_STREAM.combineLatest(stream, Integer::sum))),
        /** Reactor's name is {@code onBackpressureBuffer}. */
        BUFFER(flux -> seen(flux.onBackpressureBuffer()), stream -> seen(stream.buffer(Overflow.suspend()))),
        /** Lists of 100; Reactor's name is {@code bufferTimeout}. */
        CHUNKED(COUNT / 100, flux -> seen(flux.bufferTimeout(100, HOUR)), stream -> seen(stream.chunked(100, HOUR))),
        /** With one subscriber. */
        SHARE(flux -> seen(flux.share()), stream -> seen(stream.share(0, Overflow.suspend()))),
        /** Sums. */
        REDUCE(
                flux -> flux.reduce(0, (count, n) -> count + 1).blockOptional().orElse(0),
                stream -> stream.reduce(0, (count, n) -> count + 1)),
        /** Counts. */
        COUNT_ALL(flux -> flux.count().blockOptional().orElse(0L), AsyncStream::count),
        /** Reactor's name is {@code collectList}. */
        COLLECT(
                flux -> flux.collectList().blockOptional().orElse(List.of()).size(),
                stream -> stream.collect(COUNT).size()),
        /** The first value of as many streams; Reactor's name is {@code next}. */
        FIRST(
                flux -> NUMBERS.stream()
                        .filter(n -> flux.next().blockOptional().isPresent())
                        .count(),
                stream -> NUMBERS.stream().filter(n -> stream.first() == 0).count());

        private final long expected;
        private final ToLongFunction<Flux<Integer>> reactor;
        private final ToLongFunction<AsyncStream<Integer>> weft;

        Operator(ToLongFunction<Flux<Integer>> reactor, ToLongFunction<AsyncStream<Integer>> weft) {
            this(COUNT, reactor, weft);
        }

        Operator(long expected, ToLongFunction<Flux<Integer>> reactor, ToLongFunction<AsyncStream<Integer>> weft) {
            this.expected = expected;
            this.reactor = reactor;
            this.weft = weft;
        }

        /** Fails a benchmark that has not done its work. */
        long require(long actual) {
            if (expected >= 0 && actual != expected)
                throw new IllegalStateException(this + " came to " + actual + " instead of " + expected);
            return actual;
        }
    }
}
