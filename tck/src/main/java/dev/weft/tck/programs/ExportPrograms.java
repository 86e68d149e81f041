package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;

import dev.weft.Async;
import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.CoroutineOptions;
import dev.weft.tck.Later;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Coroutines and generators as the library's own types, as a subscriber sees them. */
final class ExportPrograms extends Programs {
    ExportPrograms(Stage stage) {
        super(stage);
    }

    // --- one value

    void aCoroutineBecomesASourceOfOneValue() {
        TracedSubscriber recorder = subscribed(exported(() -> await(awaitable(ready("a")))));
        recorder.request(1);
        recorder.ended();
    }

    void aValueWaitsForDemand() {
        var done = new CompletableFuture<Boolean>();
        TracedSubscriber recorder = subscribed(exported(() -> {
            done.complete(true);
            return "a";
        }));
        await(done);
        recorder.request(Long.MAX_VALUE);
        recorder.ended();
    }

    void aFailureNeedsNoDemand() {
        subscribed(exported(() -> {
                    throw new IllegalStateException("body");
                }))
                .ended();
        subscribed(exported(() -> {
                    throw new IOException("checked");
                }))
                .ended();
        subscribed(exported(() -> await(awaitable(failed(new IOException("awaited"))))))
                .ended();
        subscribed(exported(() -> {
                    throw new AssertionError("error");
                }))
                .ended();
        subscribed(exported(() -> {
                    throw new NoClassDefFoundError("absent");
                }))
                .ended();
    }

    void aCancelledSubscriptionCancelsTheCoroutine() {
        var running = new CompletableFuture<Boolean>();
        var ended = new CompletableFuture<Boolean>();
        TracedSubscriber recorder = subscribed(exported(() -> {
            try {
                running.complete(true);
                return await(new CompletableFuture<>());
            } finally {
                note("finally");
                ended.complete(true);
            }
        }));
        recorder.request(1);
        await(running);
        recorder.cancel();
        await(ended);
        note("signalled", recorder.hasEnded());
    }

    void anExportedCoroutineIsAwaitedLikeAnyOther() {
        attempt("value", () -> await(awaitable(exported(() -> "a"))));
        attempt(
                "failure",
                () -> await(awaitable(exported(() -> {
                    throw new IOException("there and back");
                }))));
        note("of a coroutine", await(awaitable(coroutine(() -> "b").as(sources().one()))));
    }

    void aHandleBecomesASourceToo() {
        var gate = new CompletableFuture<String>();
        Deferred<String> handle = async(() -> await(gate));
        TracedSubscriber recorder = subscribed(handle.as(sources().one()));
        recorder.request(1);
        gate.complete("a");
        recorder.ended();
        note("handle", handle.await());
    }

    void exportsAreGathered() {
        note("all", gather(awaitable(exported(() -> "a")), awaitable(exported(() -> {
            delay(Duration.ofMillis(1));
            return "b";
        }))));
    }

    void aCoroutineBecomesASourceOfManyValues() {
        TracedSubscriber value = subscribed(backend().createOne(() -> "only", CoroutineOptions.NONE, typeOfMany()));
        value.request(1);
        value.ended();
        subscribed(backend().createOne(() -> nothing(), CoroutineOptions.NONE, typeOfMany()))
                .ended();
        subscribed(backend().createOne(() -> throwing("body"), CoroutineOptions.NONE, typeOfMany()))
                .ended();
    }

    private static Object throwing(String message) throws IOException {
        throw new IOException(message);
    }

    void aResultBehindTheCancellationIsDiscarded() {
        var running = new CompletableFuture<Boolean>();
        TracedSubscriber subscriber = subscribed(exported(() -> {
            try {
                running.complete(true);
                return await(new CompletableFuture<>());
            } catch (CancelledException cancelled) {
                note("cancelled");
                return "too late";
            }
        }));
        subscriber.request(1);
        await(running);
        subscriber.cancel();
        untilDiscarded(1);
        noteDiscarded();
        note("signalled", subscriber.hasEnded());
    }

    void anExportedCoroutineHasAThreadOfItsOwn() {
        Thread here = Thread.currentThread();
        note("virtual", await(awaitable(exported(() -> Thread.currentThread().isVirtual()))));
        note("another one", await(awaitable(exported(() -> Thread.currentThread() != here))));
        note(
                "its backend",
                await(awaitable(
                        exported(() -> Async.backend().id().equals(backend().id())))));
    }

    void contextReachesAnExportedCoroutine() {
        note("inside", withContext("user", "ada", () -> await(awaitable(exported(ExportPrograms::user)))));
        note("behind", await(awaitable(exported(ExportPrograms::user))));
    }

    private static String user() {
        return context().contains("user") ? context().get("user") : "nobody";
    }

    // --- many values

    void emissionFollowsDemand() {
        TracedSubscriber recorder = subscribed(exported(numbers(5)));
        recorder.request(1);
        recorder.seen(1);
        recorder.request(2);
        recorder.seen(3);
        recorder.request(10);
        recorder.ended();
    }

    private static AsyncStream<Integer> numbers(int count) {
        return stream(out -> {
            for (int n = 0; n < count; n++) out.emit(n);
        });
    }

    void theEndNeedsNoDemand() {
        subscribed(exported(numbers(0))).ended();
        TracedSubscriber recorder = subscribed(exported(numbers(2)));
        recorder.request(2);
        recorder.ended();
    }

    void aFailureFollowsTheValues() {
        TracedSubscriber recorder = subscribed(exported(stream(out -> {
            out.emit("a");
            throw new IOException("behind");
        })));
        recorder.request(1);
        recorder.ended();
    }

    void emitReturnsWhenItsValueHasBeenReceived() {
        var gate = new CompletableFuture<Boolean>();
        TracedSubscriber recorder = subscribed(exported(stream(out -> {
            await(gate);
            for (String value : new String[] {"a", "b"}) {
                note("emit " + value);
                out.emit(value);
                note("emitted " + value);
            }
        })));
        recorder.request(5);
        gate.complete(true);
        recorder.ended();
    }

    void aGeneratorIsCancelledWhileItWaitsForDemand() {
        var waiting = new CompletableFuture<Boolean>();
        var ended = new CompletableFuture<Boolean>();
        TracedSubscriber recorder = subscribed(exported(stream(out -> {
            try {
                out.emit("a");
                waiting.complete(true);
                attempt("emit", () -> {
                    out.emit("b");
                    return null;
                });
                attempt("again", () -> {
                    out.emit("c");
                    return null;
                });
            } finally {
                noteDiscarded();
                ended.complete(true);
            }
        })));
        recorder.request(1);
        await(waiting);
        recorder.seen(1).cancel();
        await(ended);
        note("signalled", recorder.hasEnded());
    }

    void aSubscriberMayCancelInItsSignal() {
        var recorder = new TracedSubscriber(trace());
        var ended = new CompletableFuture<Boolean>();
        recorder.doing(recorder::cancel);
        sources()
                .publisher(exported(stream(out -> {
                    out.emit("a");
                    note("the emit returned");
                    attempt("next", () -> {
                        out.emit("b");
                        return null;
                    });
                    ended.complete(true);
                })))
                .subscribe(recorder);
        recorder.request(5);
        await(ended);
        noteDiscarded();
    }

    void aSubscriberMayRequestInItsSignal() {
        var recorder = new TracedSubscriber(trace());
        recorder.doing(() -> recorder.request(1));
        sources().publisher(exported(numbers(3))).subscribe(recorder);
        recorder.request(1);
        recorder.ended();
    }

    void aRequestOfNothingIsAnError() {
        var refused = new CompletableFuture<Throwable>();
        sources().publisher(exported(numbers(1))).subscribe(new Refused(refused));
        Throwable thrown = await(refused);
        note("it is", thrown.getClass().getSimpleName());
        note("it names the rule", String.valueOf(thrown.getMessage()).contains("3.9"));
    }

    void emitRefusesNullAndOtherThreads() {
        var gate = new CompletableFuture<Boolean>();
        TracedSubscriber recorder = subscribed(exported(stream(out -> {
            await(gate);
            try {
                out.emit(nothing());
            } catch (NullPointerException refused) {
                note("null refused");
            }
            attempt("another thread", () -> async(() -> out.emit("stray")).await());
            out.emit("a");
        })));
        recorder.request(5);
        gate.complete(true);
        recorder.ended();
    }

    void emitSeesTheCancellationEvenInAShield() {
        var waiting = new CompletableFuture<Boolean>();
        var ended = new CompletableFuture<Boolean>();
        TracedSubscriber recorder = subscribed(exported(stream(out -> {
            shielded(() -> {
                waiting.complete(true);
                attempt("emit", () -> {
                    out.emit("a");
                    return null;
                });
                note("await", await(awaitable(ready("shielded"))));
            });
            ended.complete(true);
        })));
        await(waiting);
        recorder.cancel();
        await(ended);
        noteDiscarded();
    }

    void eachSubscriberHasAGeneratorOfItsOwn() {
        var runs = new AtomicInteger();
        Object source = exported(stream(out -> out.emit("run " + runs.incrementAndGet())));
        note("before", runs);
        for (int n = 0; n < 2; n++) {
            TracedSubscriber recorder = subscribed(source);
            recorder.request(1);
            recorder.ended();
        }
    }

    void aGeneratorMayDoAnything() {
        TracedSubscriber recorder = subscribed(exported(stream(out -> {
            out.emit(await(awaitable(ready("awaited"))));
            gather(coroutine(() -> "gathered"), awaitable(ready("in order"))).forEach(out::emit);
            try (var values = open(many(1, 2, 3), 2)) {
                for (Object value : values) out.emit(value);
            }
            Deferred<String> child = async(() -> "of a child");
            out.emit(child.await());
        })));
        recorder.request(Long.MAX_VALUE);
        recorder.ended();
    }

    void anExportedStreamIsIteratedLikeAnyOther() {
        for (int prefetch : new int[] {1, 3, 32}) {
            try (var values = open(exported(numbers(7)), prefetch)) {
                note("prefetch " + prefetch, rest(values));
            }
        }
        note("last", take(exported(numbers(7)), AwaitMode.LAST));
        noteDiscarded();
    }

    void theFirstOfAnExportedStreamCancelsItsGenerator() {
        var ended = new CompletableFuture<String>();
        Object source = exported(stream(out -> {
            try {
                out.emit("a");
                out.emit("b");
            } finally {
                ended.complete("cancelled");
            }
        }));
        note("first", take(source, AwaitMode.FIRST));
        note("generator", await(ended));
        noteDiscarded();
    }

    void theDemandOfALoopReachesTheGenerator() {
        for (int prefetch : new int[] {1, 2, 4}) {
            var emitted = new AtomicInteger();
            var ended = new CompletableFuture<Boolean>();
            Object source = exported(stream(out -> {
                try {
                    for (int n = 0; ; n++) {
                        out.emit(n);
                        emitted.incrementAndGet();
                    }
                } finally {
                    ended.complete(true);
                }
            }));
            try (var values = open(source, prefetch)) {
                until(() -> emitted.get() == prefetch);
                for (int n = 0; n < 5; n++) values.next();
                int batch = Math.max(1, prefetch - (prefetch >> 2));
                int more = prefetch + 5 / batch * batch;
                until(() -> emitted.get() == more);
                note("prefetch " + prefetch + " emitted", emitted);
            }
            await(ended);
            noteDiscarded();
        }
    }

    void contextReachesAnExportedStream() {
        Object source = exported(stream(out -> {
            out.emit(user());
            out.emit(await(coroutine(ExportPrograms::user)));
            out.emit(async(ExportPrograms::user).await());
        }));
        withContext("user", "ada", () -> note("inside", open(source, 2).collect(3)));
        note("behind", open(source, 2).collect(3));
    }

    void aStreamOfTheLibraryIsTransformedAndHandedBack() {
        Object source = exported(stream(out -> {
            try (var values = open(many(1, 2, 3, 4), 2)) {
                for (Object value : values) if ((Integer) value % 2 == 0) out.emit((Integer) value * 10);
            }
        }));
        TracedSubscriber recorder = subscribed(source);
        recorder.request(1);
        recorder.seen(1);
        recorder.request(1);
        recorder.ended();
    }

    void aCancelledAwaitCancelsAnExportedStream() {
        var running = new CompletableFuture<Boolean>();
        var ended = new CompletableFuture<String>();
        Deferred<Object> waits = async(() -> take(
                exported(stream(out -> {
                    try {
                        out.emit("a");
                        running.complete(true);
                        await(new CompletableFuture<>());
                    } finally {
                        ended.complete("cancelled");
                    }
                })),
                AwaitMode.LAST));
        await(running);
        waits.cancel();
        attempt("await", waits::await);
        note("generator", await(ended));
        noteDiscarded();
    }

    void aValueIsSignalledOnTheThreadOfItsGenerator() {
        var thread = new CompletableFuture<Thread>();
        var subscriber = new TracedSubscriber(trace());
        subscriber.doing(() -> thread.complete(Thread.currentThread()));
        sources()
                .publisher(exported(stream(out -> {
                    Thread own = Thread.currentThread();
                    out.emit("a");
                    note("its own", await(thread) == own);
                })))
                .subscribe(subscriber);
        subscriber.request(1);
        subscriber.ended();
    }

    void cancellingDownstreamCancelsUpstream() {
        Later upstream = laterMany();
        var ended = new CompletableFuture<Boolean>();
        TracedSubscriber recorder = subscribed(exported(stream(out -> {
            try (var values = open(upstream.source(), 2)) {
                for (Object value : values) out.emit(value);
            } finally {
                ended.complete(true);
            }
        })));
        recorder.request(2);
        until(() -> upstream.requested() > 0);
        upstream.value("a");
        recorder.seen(1).cancel();
        await(ended);
        note("cancellations", upstream.cancellations());
    }
}
