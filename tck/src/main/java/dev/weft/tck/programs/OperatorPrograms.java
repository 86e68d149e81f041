package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.Deferred;
import dev.weft.Overflow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The operators of the neutral stream that are known from elsewhere. A time that should pass is short, one that should
 * not is an hour.
 */
final class OperatorPrograms extends Programs {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HOUR = Duration.ofHours(1);

    OperatorPrograms(Stage stage) {
        super(stage);
    }

    private static AsyncStream<Integer> numbers(int count) {
        return stream(out -> {
            for (int n = 0; n < count; n++) out.emit(n);
        });
    }

    private static AsyncStream<Integer> broken() {
        return stream(out -> {
            out.emit(1);
            throw new IOException("broken");
        });
    }

    /** A stream that gives nothing until it is cancelled, which other streams may wait for. */
    private static final class Silent {
        private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
        private final CompletableFuture<String> ended = new CompletableFuture<>();

        AsyncStream<Integer> stream() {
            return Async.stream(out -> {
                begun.complete(true);
                try {
                    await(new CompletableFuture<>());
                } finally {
                    ended.complete("cancelled");
                }
            });
        }

        /** Begins when this has begun. */
        AsyncStream<Integer> before(AsyncStream<Integer> other) {
            return Async.stream(out -> {
                await(begun);
                other.forEach(out::emit);
            });
        }
    }

    private static int odd(int number) throws IOException {
        if (number % 2 == 0) throw new IOException(number + " is even");
        return number;
    }

    /** Of some values, of none, of a failure after one, and of more than are wanted. */
    private void everyWay(Function<AsyncStream<Integer>, AsyncStream<?>> operator) {
        note("some", operator.apply(numbers(4)).collect(99));
        note("none", operator.apply(numbers(0)).collect(99));
        attempt("failure", () -> operator.apply(broken()).collect(99));
        var ended = new CompletableFuture<String>();
        AsyncStream<Integer> endless = stream(out -> {
            try {
                for (int n = 0; ; n++) out.emit(n);
            } finally {
                ended.complete("cancelled");
            }
        });
        note("the first two", operator.apply(endless).take(2).collect(9));
        note("generator", await(ended));
    }

    /** How many values are taken from a source for the first two of the result. */
    private void noteDemand(Function<AsyncStream<Integer>, AsyncStream<?>> operator) {
        var made = new AtomicInteger();
        AsyncStream<Integer> lazy = stream(out -> {
            for (int n = 0; ; n++) {
                out.awaitDemand();
                made.incrementAndGet();
                out.emit(n);
            }
        });
        var over = new CompletableFuture<Boolean>();
        AsyncStream<?> watched = operator.apply(lazy).onCompletion(end -> over.complete(true));
        try (AsyncIterator<?> values = watched.prefetch(0).each()) {
            note("first", values.next());
            note("made", made);
            note("second", values.next());
            note("made", made);
        }
        await(over); // what it discards is not for the next program
    }

    // --- value for value

    void scanEmitsItsSeedAndEachResult() {
        everyWay(s -> s.scan("s", (text, n) -> text + n));
        noteDemand(s -> s.scan("s", (text, n) -> text + n));
        attempt("function", () -> numbers(3).scan(0, (sum, n) -> sum + odd(n)).collect(9));
        attempt("null", () -> numbers(3).scan(0, (sum, n) -> nothing()).collect(9));
    }

    void takeWhileEndsAtTheFirstThatFails() {
        everyWay(s -> s.takeWhile(n -> n < 2));
        noteDemand(s -> s.takeWhile(n -> n < 2));
        note("none", numbers(3).takeWhile(n -> n > 0).collect(9));
        attempt("test", () -> numbers(3).takeWhile(n -> odd(n) > 0).collect(9));
        noteDiscarded();
    }

    void skipDiscardsTheFirst() {
        note("none of few", numbers(2).skip(3).collect(9));
        noteDiscarded();
        everyWay(s -> s.skip(2));
        noteDemand(s -> s.skip(2));
        attempt("negative", () -> numbers(1).skip(-1));
    }

    void distinctUntilChangedDiscardsRepetitions() {
        AsyncStream<String> words = AsyncStream.from(List.of("a", "a", "A", "b", "a"));
        note("values", words.distinctUntilChanged().collect(9));
        noteDiscarded();
        note(
                "keys",
                words.distinctUntilChanged(word -> word.toUpperCase(Locale.ROOT))
                        .collect(9));
        noteDiscarded();
        everyWay(s -> s.distinctUntilChanged(n -> n / 2));
        noteDemand(s -> s.distinctUntilChanged(n -> n / 2));
        attempt(
                "key",
                () -> numbers(3).distinctUntilChanged(OperatorPrograms::odd).collect(9));
        attempt("null", () -> numbers(3).distinctUntilChanged(n -> nothing()).collect(9));
    }

    void concatMapTakesOneStreamAfterTheOther() {
        everyWay(s -> s.concatMap(n -> numbers(n).map(inner -> n + "." + inner)));
        noteDemand(s -> s.concatMap(n -> numbers(n).map(inner -> n + "." + inner)));
        attempt("function", () -> numbers(3).concatMap(n -> numbers(odd(n))).collect(9));
        attempt("inner", () -> numbers(3).concatMap(n -> broken()).collect(9));
        attempt(
                "null",
                () -> numbers(3)
                        .concatMap(n -> OperatorPrograms.<AsyncStream<Integer>>nothing())
                        .collect(9));
    }

    // --- several at once

    void flatMapRunsSeveralStreamsAtATime() {
        everyWay(s -> s.flatMap(1, n -> numbers(n).map(inner -> n + "." + inner)));
        var second = new CompletableFuture<Boolean>();
        AsyncStream<Integer> crossed = numbers(2)
                .flatMap(
                        2,
                        n -> stream(out -> {
                            if (n == 0) await(second);
                            out.emit(n);
                            second.complete(true);
                        }));
        note("crossed", crossed.collect(9));
        var silent = new Silent();
        attempt(
                "inner",
                () -> numbers(2)
                        .flatMap(2, n -> n == 0 ? silent.stream() : silent.before(broken()))
                        .collect(9));
        note("beside it", silent.ended.join());
        attempt("function", () -> numbers(2).flatMap(2, n -> numbers(odd(n))).collect(9));
        attempt("concurrency", () -> numbers(3).flatMap(0, n -> numbers(n)));
    }

    void zipEndsWithTheShorter() {
        everyWay(s -> s.zip(AsyncStream.from(List.of("a", "b", "c")), (n, text) -> n + text));
        everyWay(s -> AsyncStream.from(List.of("a", "b", "c")).zip(s, (text, n) -> text + n));
        attempt("combiner", () -> numbers(3).zip(numbers(3), (a, b) -> odd(a)).collect(9));
        attempt("null", () -> numbers(3).zip(numbers(3), (a, b) -> nothing()).collect(9));
    }

    void zipWithNothingEndsAtOnce() {
        var first = new Silent();
        note("none", first.stream().zip(first.before(numbers(0)), (a, b) -> a).collect(9));
        note("silent", await(first.ended));
        var second = new Silent();
        note("none", second.before(numbers(0)).zip(second.stream(), (a, b) -> a).collect(9));
        note("silent", await(second.ended));
        var third = new Silent();
        attempt(
                "failure",
                () -> third.stream()
                        .zip(third.before(broken().skip(1)), (a, b) -> a)
                        .collect(9));
        note("silent", await(third.ended));
    }

    void zipAsksBothForOneAtATime() {
        noteDemand(s -> s.zip(numbers(9), (a, b) -> a + b));
        noteDemand(s -> numbers(9).zip(s, (a, b) -> a + b));
    }

    void combineLatestFollowsBoth() {
        var first = new CompletableFuture<Boolean>();
        var second = new CompletableFuture<Boolean>();
        AsyncStream<Integer> numbers = stream(out -> {
            out.emit(1);
            await(first);
            out.emit(2);
        });
        AsyncStream<String> letters = stream(out -> {
            out.emit("a");
            await(second);
            out.emit("b");
        });
        numbers.combineLatest(letters, (number, letter) -> number + letter).forEach(both -> {
            note("both", both);
            if (both.equals("1a")) first.complete(true);
            if (both.equals("2a")) second.complete(true);
        });
        noteDiscarded();
    }

    void combineLatestWithNothingEndsAtOnce() {
        var first = new Silent();
        note(
                "none",
                first.stream()
                        .combineLatest(first.before(numbers(0)), (a, b) -> a)
                        .collect(9));
        note("silent", await(first.ended));
        var second = new Silent();
        note(
                "none",
                second.before(numbers(0))
                        .combineLatest(second.stream(), (a, b) -> a)
                        .collect(9));
        note("silent", await(second.ended));
    }

    void aFailureEndsCombineLatest() {
        var first = new Silent();
        attempt(
                "source",
                () -> first.before(broken())
                        .combineLatest(first.stream(), (a, b) -> a)
                        .collect(9));
        note("silent", await(first.ended));
        noteDiscarded();
        var second = new Silent();
        attempt(
                "other",
                () -> second.stream()
                        .combineLatest(second.before(broken()), (a, b) -> a)
                        .collect(9));
        note("silent", await(second.ended));
        noteDiscarded();
        attempt(
                "combiner",
                () -> numbers(1).combineLatest(numbers(1), (a, b) -> odd(a)).collect(9));
        attempt(
                "null",
                () -> numbers(1).combineLatest(numbers(1), (a, b) -> nothing()).collect(9));
    }

    // --- the latest wins

    void aNewerValueCancelsTheCallOfMapLatest() {
        var begun = new CompletableFuture<Boolean>();
        AsyncStream<Integer> source = stream(out -> {
            out.emit(1);
            await(begun);
            out.emit(2);
        });
        note(
                "results",
                source.mapLatest(n -> {
                            note("begins", n);
                            if (n == 2) return n * 10;
                            try {
                                begun.complete(true);
                                return await(new CompletableFuture<Integer>());
                            } finally {
                                note("ends", n);
                            }
                        })
                        .collect(9));
        noteDiscarded();
    }

    void theLastCallOfMapLatestIsFinished() {
        var later = new CompletableFuture<Boolean>();
        AsyncStream<Integer> one = stream(out -> {
            try {
                out.emit(1);
            } finally {
                later.complete(true);
            }
        });
        note("finished", one.mapLatest(n -> await(later) ? n * 10 : n).collect(9));
        note("none", numbers(0).mapLatest(n -> n).collect(9));
        attempt("function", () -> numbers(1).mapLatest(OperatorPrograms::odd).collect(9));
        attempt("null", () -> numbers(1).mapLatest(n -> nothing()).collect(9));
    }

    void aFailureOfTheSourceEndsTheCallOfMapLatest() {
        var begun = new CompletableFuture<Boolean>();
        AsyncStream<Integer> source = stream(out -> {
            out.emit(1);
            await(begun);
            throw new IOException("broken");
        });
        attempt(
                "source",
                () -> source.mapLatest(n -> {
                            begun.complete(true);
                            try {
                                return await(new CompletableFuture<Integer>());
                            } finally {
                                note("ends", n);
                            }
                        })
                        .collect(9));
    }

    void aNewerValueCancelsTheStreamOfFlatMapLatest() {
        var silent = new Silent();
        AsyncStream<Integer> source = stream(out -> {
            out.emit(1);
            await(silent.begun);
            out.emit(2);
        });
        note(
                "values",
                source.flatMapLatest(n -> n == 1 ? silent.stream() : numbers(n)).collect(9));
        note("silent", silent.ended.join());
        attempt("function", () -> numbers(1).flatMapLatest(n -> numbers(odd(n))).collect(9));
        attempt("inner", () -> numbers(1).flatMapLatest(n -> broken().skip(1)).collect(9));
    }

    void forEachLatestCancelsItsAction() {
        var begun = new CompletableFuture<Boolean>();
        AsyncStream<Integer> source = stream(out -> {
            out.emit(1);
            await(begun);
            out.emit(2);
        });
        source.forEachLatest(n -> {
            note("begins", n);
            if (n == 2) return;
            try {
                begun.complete(true);
                await(new CompletableFuture<>());
            } finally {
                note("ends", n);
            }
        });
        note("after it");
        attempt("action", () -> {
            numbers(1).forEachLatest(OperatorPrograms::odd);
            return "none";
        });
        attempt("source", () -> {
            broken().skip(1).forEachLatest(n -> {});
            return "none";
        });
    }

    void aConsumerOfTheLatestIsCancelled() {
        var begun = new CompletableFuture<Boolean>();
        Deferred<?> consumer = async(() -> numbers(1).forEachLatest(n -> {
            begun.complete(true);
            try {
                await(new CompletableFuture<>());
            } finally {
                note("ends", n);
            }
        }));
        await(begun);
        consumer.cancel();
        attempt("consumer", consumer::await);
    }

    // --- by time

    private void noteTimed(Function<AsyncStream<Integer>, AsyncStream<Integer>> lasting) {
        note("the last at the end", lasting.apply(numbers(4)).collect(9));
        noteDiscarded();
        note("none", lasting.apply(numbers(0)).collect(9));
        attempt("failure", () -> lasting.apply(broken()).collect(9));
        noteDiscarded();
        var held = new CompletableFuture<Boolean>();
        AsyncStream<Integer> holding = stream(out -> {
            out.emit(1);
            held.complete(true);
            await(new CompletableFuture<>());
        });
        Deferred<?> consumer = async(() -> lasting.apply(holding).collect(9));
        await(held);
        consumer.cancel();
        attempt("cancelled", consumer::await);
        untilDiscarded(1);
        noteDiscarded();
    }

    /** Each value is emitted when the time is over, before the source goes on. */
    private void noteEach(Function<AsyncStream<Integer>, AsyncStream<Integer>> quick) {
        var seen = List.of(new CompletableFuture<Boolean>(), new CompletableFuture<Boolean>());
        AsyncStream<Integer> source = stream(out -> {
            for (int n = 0; n < 2; n++) {
                out.emit(n);
                await(seen.get(n));
            }
        });
        quick.apply(source).forEach(n -> {
            note("value", n);
            seen.get(n).complete(true);
        });
        noteDiscarded();
    }

    void debounceEmitsWhatNoOtherFollows() {
        noteTimed(s -> s.debounce(HOUR));
        noteEach(s -> s.debounce(SHORT));
        noteEach(s -> s.debounce(Duration.ZERO));
    }

    void sampleEmitsTheNewestOfEachPeriod() {
        noteTimed(s -> s.sample(HOUR));
        noteEach(s -> s.sample(SHORT));
        attempt("no period", () -> numbers(1).sample(Duration.ZERO));
    }

    /** Nothing is requested until all was emitted. */
    private void noteBuffered(String what, Overflow overflow) {
        var over = new CompletableFuture<Boolean>();
        AsyncStream<Integer> source = stream(out -> {
            try {
                for (int n = 0; n < 5; n++) out.emit(n);
            } finally {
                over.complete(true);
            }
        });
        try (AsyncIterator<Integer> values = source.buffer(overflow).each()) {
            await(over);
            attempt(what, () -> {
                while (values.hasNext()) note("value", values.next());
                return "end";
            });
        }
        noteDiscarded();
    }

    void aBufferKeepsWhatItsPolicyAllows() {
        noteBuffered("suspend", Overflow.suspend());
        noteBuffered("latest", Overflow.latest());
        noteBuffered("oldest", Overflow.dropOldest(2));
        noteBuffered("newest", Overflow.dropNewest(2));
        noteBuffered("error", Overflow.error(2));
        noteBuffered("unbounded", Overflow.unbounded());
        everyWay(s -> s.buffer(Overflow.suspend()));
    }

    void aBufferThatSuspendsLetsItsSourceBeSomeValuesAhead() {
        var emitted = new AtomicInteger();
        AsyncStream<Integer> source = stream(out -> {
            for (int n = 0; n < 40; n++) {
                out.emit(n);
                emitted.incrementAndGet();
            }
        });
        try (AsyncIterator<Integer> values = source.buffer(Overflow.suspend()).each()) {
            until(() -> emitted.get() >= 32);
            note("emitted", emitted);
            note("values", rest(values).size());
        }
    }

    // --- ends

    void theFirstValueIsTakenAndTheStreamIsCancelled() {
        var ended = new CompletableFuture<String>();
        AsyncStream<Integer> endless = stream(out -> {
            try {
                for (int n = 5; ; n++) out.emit(n);
            } finally {
                ended.complete("cancelled");
            }
        });
        note("first", endless.first());
        note("generator", ended.isDone());
        note("or null", numbers(2).firstOrNull());
        attempt("none", () -> numbers(0).first());
        note("none", numbers(0).firstOrNull());
        attempt("failure", () -> broken().skip(1).first());
        note("before a failure", broken().first());
    }

    void allValuesAreReducedOrCounted() {
        note("sum", numbers(5).reduce(0, Integer::sum));
        note("none", numbers(0).reduce(7, Integer::sum));
        attempt("function", () -> numbers(3).reduce(0, (sum, n) -> sum + odd(n)));
        attempt("failure", () -> broken().reduce(0, Integer::sum));
        noteDiscarded();
        note("count", numbers(3).count());
        noteDiscarded();
        attempt("failure", () -> broken().count());
    }

    // --- context

    void theFunctionsOfOperatorsHaveTheContextOfTheSubscriber() {
        AsyncStream<String> users = stream(out -> out.emit(user()));
        withContext("user", "ada", () -> {
            note(
                    "concatMap",
                    users.concatMap(u -> users.map(inner -> inner + user())).collect(9));
            note(
                    "flatMap",
                    users.flatMap(2, u -> users.map(inner -> inner + user())).collect(9));
            note("zip", users.zip(users, (a, b) -> a + b + user()).collect(9));
            note(
                    "combineLatest",
                    users.combineLatest(users, (a, b) -> a + b + user()).collect(9));
            note("mapLatest", users.mapLatest(u -> u + user()).collect(9));
            note("debounce", users.debounce(HOUR).map(u -> u + user()).collect(9));
            note("buffer", users.buffer(Overflow.latest()).map(u -> u + user()).collect(9));
        });
    }

    private static String user() {
        return context().contains("user") ? context().get("user") : "nobody";
    }
}
