package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.ByteStreams;
import dev.weft.CancelledException;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.tck.Later;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The neutral stream and its operators. */
final class StreamPrograms extends Programs {
    StreamPrograms(Stage stage) {
        super(stage);
    }

    private static AsyncStream<Integer> numbers(int count) {
        return stream(out -> {
            for (int n = 0; n < count; n++) out.emit(n);
        });
    }

    void aStreamIsLoopedOver() {
        List<Integer> all = new ArrayList<>();
        try (var values = each(numbers(5))) {
            for (int value : values) all.add(value);
        }
        note("all", all);
    }

    void aStreamIsColdAndRunsForEachSubscriber() {
        var runs = new AtomicInteger();
        AsyncStream<Integer> cold = stream(out -> out.emit(runs.incrementAndGet()));
        note("before", runs);
        note("first", cold.collect(10));
        note("second", cold.collect(10));
    }

    void operatorsAreChained() {
        note(
                "all",
                numbers(100)
                        .filter(n -> n % 2 == 1)
                        .map(n -> "number " + n)
                        .take(3)
                        .collect(10));
    }

    void operatorsMayAwait() {
        note(
                "mapped",
                numbers(3).map(n -> n + (Integer) await(awaitable(ready(10)))).collect(10));
        note(
                "filtered",
                numbers(4).filter(n -> await(awaitable(ready(n))).equals(2)).collect(10));
    }

    void operatorsTakeFunctionsThatThrowCheckedExceptions() {
        attempt("map", () -> numbers(3).map(StreamPrograms::odd).collect(10));
        attempt("filter", () -> numbers(3).filter(n -> odd(n) > 0).collect(10));
        attempt(
                "mapConcurrent",
                () -> numbers(3).mapConcurrent(2, StreamPrograms::odd).collect(10));
        attempt(
                "byKey",
                () -> numbers(3)
                        .mapConcurrentByKey(2, StreamPrograms::odd, n -> n)
                        .collect(10));
        attempt("items", () -> Async.mapConcurrent(List.of(1, 2), 2, StreamPrograms::odd));
        attempt("forEach", () -> {
            numbers(3).forEach(StreamPrograms::odd);
            return "none";
        });
    }

    private static int odd(int number) throws IOException {
        if (number % 2 == 0) throw new IOException(number + " is even");
        return number;
    }

    void aStreamNamesTheThreadsOfItsSubscribers() {
        AsyncStream<String> names =
                stream(out -> out.emit(Thread.currentThread().getName()));
        note("named", names.named("first").collect(1));
        note(
                "the last counts",
                names.named("first").filter(name -> true).named("last").collect(1));
        note(
                "a loop has a coroutine of its own",
                names.named("prices").map(name -> name).take(1).each().next());
    }

    void takeCancelsTheGenerator() {
        var ended = new CompletableFuture<String>();
        AsyncStream<Integer> endless = stream(out -> {
            try {
                for (int n = 0; ; n++) out.emit(n);
            } finally {
                ended.complete("cancelled");
            }
        });
        note("taken", endless.take(3).collect(10));
        note("generator", await(ended));
        note("none", endless.take(0).collect(10));
        attempt("negative", () -> endless.take(-1));
    }

    void forEachRunsOnTheCallingThread() {
        Thread before = Thread.currentThread();
        numbers(3).forEach(n -> note("value " + n + " here", Thread.currentThread() == before));
    }

    void aThrowingActionCancelsTheStream() {
        var ended = new CompletableFuture<String>();
        AsyncStream<Integer> endless = stream(out -> {
            try {
                for (int n = 0; ; n++) out.emit(n);
            } finally {
                ended.complete("cancelled");
            }
        });
        attempt("forEach", () -> {
            endless.forEach(n -> {
                if (n == 2) throw new IllegalStateException("at " + n);
            });
            return null;
        });
        note("generator", await(ended));
    }

    void aFailureOfTheGeneratorFollowsItsValues() {
        AsyncStream<String> broken = stream(out -> {
            out.emit("a");
            out.emit("b");
            throw new IOException("broken");
        });
        try (AsyncIterator<String> values = broken.each()) {
            note("first", values.next());
            note("second", values.next());
            attempt("failure", values::hasNext);
        }
        attempt("mapped", () -> broken.map(value -> value).collect(10));
        noteDiscarded();
    }

    void aFailureOfAnOperatorEndsTheStream() {
        attempt(
                "map",
                () -> numbers(5)
                        .map(n -> {
                            if (n == 1) throw new IllegalArgumentException("not " + n);
                            return n;
                        })
                        .collect(10));
    }

    void aStreamWithTooManyValuesIsCancelled() {
        attempt("collect", () -> numbers(50).collect(3));
    }

    void aConsumerOfAStreamIsCancelled() {
        var started = new CompletableFuture<Boolean>();
        var ended = new CompletableFuture<String>();
        AsyncStream<String> silent = stream(out -> {
            try {
                out.emit("a");
                await(new CompletableFuture<>());
            } finally {
                ended.complete("cancelled");
            }
        });
        Deferred<?> consumer = async(() -> silent.forEach(value -> {
            note("value", value);
            started.complete(true);
        }));
        await(started);
        consumer.cancel();
        attempt("consumer", consumer::await);
        note("generator", await(ended));
    }

    void aGeneratorMayTakeItsTime() {
        note(
                "all",
                stream(out -> {
                            for (int n = 0; n < 3; n++) {
                                delay(Duration.ofMillis(1));
                                out.emit(n);
                            }
                        })
                        .collect(10));
    }

    void contextReachesTheGenerator() {
        AsyncStream<String> users =
                stream(out -> out.emit(context().contains("user") ? context().get("user") : "nobody"));
        withContext("user", "ada", () -> {
            note("each", users.collect(1));
            note(
                    "mapped",
                    users.map(user -> user + " and " + context().get("user")).collect(1));
        });
        note("behind", users.collect(1));
    }

    void aStreamOfTheLibraryIsWrapped() {
        Later later = laterMany();
        AsyncStream<Object> wrapped = stream(out -> {
            try (var values = open(later.source(), 4)) {
                for (Object value : values) out.emit(value);
            }
        });
        Deferred<List<String>> taken =
                async(() -> wrapped.map(value -> "value " + value).take(2).collect(10));
        until(() -> later.requested() > 0);
        later.value(0);
        later.value(1);
        note("taken", taken.await());
        until(() -> later.cancellations() == 1);
        note("cancellations", later.cancellations());
    }

    void streamsOfStreamsAreFlattened() {
        AsyncStream<Integer> flat = stream(out -> {
            try (var outer = each(numbers(4))) {
                for (int n : outer) numbers(n).forEach(out::emit);
            }
        });
        note("all", flat.collect(100));
    }

    void aSignalTakesNoNewWorkAndFinishesWhatIsThere() {
        var working = new CompletableFuture<Boolean>();
        var goOn = new CompletableFuture<Boolean>();
        var signal = new CompletableFuture<String>();
        var ended = new CompletableFuture<String>();
        AsyncStream<Integer> endless = stream(out -> {
            try {
                out.emit(0);
                await(new CompletableFuture<>());
            } finally {
                ended.complete("cancelled");
            }
        });
        Deferred<List<Integer>> results = async(() -> endless.takeUntil(Async.awaitable(signal))
                .mapConcurrent(2, n -> {
                    working.complete(true);
                    await(goOn);
                    return n + 10;
                })
                .collect(10));
        await(working);
        signal.complete("now");
        note("generator", await(ended));
        goOn.complete(true);
        note("results", results.await());
    }

    void aSourceOfTheLibraryIsASignal() {
        Later later = later();
        AsyncStream<Integer> silent = stream(out -> await(new CompletableFuture<>()));
        Deferred<List<Integer>> none =
                async(() -> silent.takeUntil(awaitable(later.source())).collect(10));
        until(() -> later.requested() > 0);
        later.fail(new IOException("signal"));
        attempt("failed", none::await);
        note("ready", silent.takeUntil(awaitable(ready("now"))).collect(10));
    }

    void theWaitForASignalIsGivenUp() {
        var waiting = new CompletableFuture<Boolean>();
        var ended = new CompletableFuture<String>();
        Coroutine<Object> signal = coroutine(() -> {
            waiting.complete(true);
            try {
                return await(new CompletableFuture<>());
            } finally {
                ended.complete("cancelled");
            }
        });
        AsyncStream<Integer> one = stream(out -> {
            await(waiting);
            out.emit(1);
        });
        note("all", one.takeUntil(signal).collect(10));
        note("wait", await(ended));
    }

    void oneKeyIsWorkedOnInOrderWhileOthersGoOn() {
        var first = new CompletableFuture<Boolean>();
        AsyncStream<Integer> keyed = numbers(6).mapConcurrentByKey(2, n -> n % 2, n -> {
            if (n == 0) await(first);
            return n;
        });
        try (AsyncIterator<Integer> values = keyed.each()) {
            note("odd", List.of(values.next(), values.next(), values.next()));
            first.complete(true);
            note("even", rest(values));
        }
    }

    void bytesAreWrittenIntoAStreamAndReadFromIt() throws IOException {
        AsyncStream<ByteBuffer> written = ByteStreams.fromOutputStream(4, out -> {
            try (var zip = new GZIPOutputStream(out)) {
                zip.write("written and read".getBytes(StandardCharsets.UTF_8));
            }
        });
        try (var in = new GZIPInputStream(ByteStreams.toInputStream(written))) {
            note("read", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    void aReaderOfBytesThatIsClosedCancelsTheWriter() throws IOException {
        var ended = new CompletableFuture<String>();
        AsyncStream<ByteBuffer> endless = ByteStreams.fromOutputStream(1, out -> {
            try {
                for (int n = 0; ; n++) out.write(n);
            } catch (CancelledException cancelled) {
                ended.complete("cancelled");
                throw cancelled;
            }
        });
        InputStream in = ByteStreams.toInputStream(endless);
        note("first", in.read());
        note("second", in.read());
        in.close();
        note("writer", await(ended));
        attempt("closed", in::read);
    }

    void aLoopInLockStepAsksWhenItWaits() {
        AsyncStream<Integer> made = stream(out -> {
            for (int n = 0; n < 3; n++) {
                out.awaitDemand();
                note("made", n);
                out.emit(n);
            }
        });
        try (AsyncIterator<Integer> values = each(made, 0)) {
            while (values.hasNext()) note("worked on", values.next());
        }
        attempt("negative", () -> each(made, -1));
    }

    private static AsyncStream<String> broken() {
        return stream(out -> {
            out.emit("a");
            await(awaitable(CompletableFuture.failedFuture(new IOException("lost"))));
        });
    }

    void aFailureIsReplacedByAValueOrAStream() {
        note(
                "value",
                broken().recover(IOException.class, lost -> "recovered from " + lost.getMessage())
                        .collect(9));
        note(
                "stream",
                broken().recoverWith(IOException.class, lost -> numbers(2).map(n -> lost.getMessage() + n))
                        .collect(9));
        attempt(
                "other type",
                () -> broken().recover(IllegalStateException.class, f -> "no").collect(9));
        attempt(
                "again",
                () -> broken().recoverWith(IOException.class, lost -> broken()).collect(9));
        attempt(
                "function",
                () -> broken().recover(IOException.class, lost -> {
                            throw new IllegalStateException("function");
                        })
                        .collect(9));
        attempt(
                "downstream",
                () -> numbers(3)
                        .recover(IllegalStateException.class, f -> -1)
                        .map(n -> {
                            throw new IllegalStateException("downstream");
                        })
                        .collect(9));
    }

    void theStartAndTheEndOfAStreamAreSeen() {
        AsyncStream<Integer> watched = numbers(2).onStart(() -> note("start")).onCompletion(end -> note("end", end));
        note("all", watched.collect(9));
        attempt("failed", () -> broken().onCompletion(end -> note("end", end)).collect(9));
        note("enough", watched.take(1).collect(9));
        attempt(
                "downstream",
                () -> watched.map(n -> {
                            throw new IllegalStateException("downstream");
                        })
                        .collect(9));
        attempt(
                "not started",
                () -> watched.onStart(() -> {
                            throw new IOException("start");
                        })
                        .collect(9));
        attempt(
                "end",
                () -> numbers(2)
                        .onCompletion(end -> {
                            throw new IOException("end");
                        })
                        .collect(9));
        attempt(
                "both",
                () -> broken().onCompletion(end -> {
                            throw new IOException("end");
                        })
                        .collect(9));
    }
}
