package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.group;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;

import dev.weft.Async;
import dev.weft.AsyncConsumer;
import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.TaskGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** The ends of a stream, which run it in the coroutine that calls them. */
final class EndPrograms extends Programs {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HOUR = Duration.ofHours(1);

    EndPrograms(Stage stage) {
        super(stage);
    }

    private AsyncStream<Integer> noted(int count) {
        return stream(out -> {
            try {
                for (int n = 0; n < count; n++) {
                    note("made", n);
                    out.emit(n);
                }
            } finally {
                note("generator ends");
            }
        });
    }

    /** A stream that waits for its cancellation. */
    private AsyncStream<Integer> waiting(
            CompletableFuture<Boolean> begun, AsyncConsumer<CancelledException, ?> cleanUp) {
        return stream(out -> {
            out.emit(1);
            begun.complete(true);
            try {
                await(awaitable(never()));
            } catch (CancelledException cancelled) {
                cleanUp.accept(cancelled);
            }
        });
    }

    /** Cancels what an end runs in, once its generator waits. */
    private void cancelled(AsyncConsumer<CancelledException, ?> cleanUp, AsyncConsumer<AsyncStream<Integer>, ?> end) {
        var begun = new CompletableFuture<Boolean>();
        Deferred<?> consumer = async(() -> end.accept(waiting(begun, cleanUp)));
        await(begun);
        consumer.cancel();
        attempt("consumer", consumer::await);
    }

    private static Object here() {
        return Thread.currentThread();
    }

    void anEndRunsTheStreamInTheCurrentCoroutine() {
        Object here = here();
        AsyncStream<Object> threads = stream(out -> out.emit(here()));
        note("collect", threads.collect(1).equals(List.of(here)));
        note("first", threads.first() == here);
        note("reduce", threads.reduce(0, (none, thread) -> thread == here ? 1 : 2));
        threads.forEach(thread -> note("forEach", thread == here));
        note(
                "with an operator",
                threads.map(thread -> thread == here && here() == here).first());
        note("in lock-step", threads.prefetch(0).first() == here);
        note("with a name", threads.named("own").first() == here);
        note("that reads ahead", threads.prefetch(1).first() == here);
    }

    void aValueIsMadeWhenTheOneBeforeHasBeenDealtWith() {
        noted(2).forEach(n -> note("seen", n));
        note("sum", noted(2).reduce(0, Integer::sum));
        note("first", noted(2).first());
    }

    void whatOtherCoroutinesEmitEndsOnTheCurrentThread() {
        Object here = here();
        AsyncStream<Integer> one = stream(out -> out.emit(1));
        List<AsyncStream<?>> streams = List.of(
                one.merge(one),
                one.flatMap(2, n -> one),
                one.concatMap(n -> one.merge(one)),
                one.mapConcurrent(2, n -> n),
                one.mapConcurrentUnordered(2, n -> n),
                one.mapConcurrentByKey(2, n -> n, n -> n),
                one.mapLatest(n -> n),
                one.combineLatest(one, Integer::sum),
                one.merge(one).zip(one.merge(one), Integer::sum),
                one.chunked(1, HOUR));
        for (AsyncStream<?> each : streams)
            each.forEach(n -> note("value " + Trace.describe(n) + " here", here() == here));
        for (AsyncStream<?> each : streams) note("count", each.count());
    }

    void membersOfAGeneratorEmitToAnEnd() {
        AsyncStream<String> values = stream(out -> {
            out.concurrent();
            group(members -> {
                members.async(() -> out.emit("from a member")).await();
                out.emit("from the generator");
            });
        });
        values.forEach(value -> note("forEach", value));
        note("collect", values.collect(9));
        attempt(
                "reduce",
                () -> values.reduce(0, (sum, value) -> {
                    throw new IOException(value);
                }));
    }

    // --- cancellation

    void aGeneratorThatIgnoresItsCancellationHidesItFromNoEnd() {
        cancelled(echo -> note("ignored"), values -> values.forEach(n -> note("seen", n)));
        cancelled(echo -> note("ignored"), values -> note("collected", values.collect(9)));
        noteDiscarded();
        cancelled(echo -> note("ignored"), values -> note("counted", values.count()));
        cancelled(echo -> note("ignored"), values -> note("reduced", values.reduce(0, Integer::sum)));
        noteDiscarded();
        var ignored = new CompletableFuture<Boolean>();
        AsyncStream<Integer> stubborn = stream(out -> {
            try {
                await(awaitable(never()));
            } catch (CancelledException cancelled) {
                ignored.complete(true);
            }
        });
        attempt("timeout", () -> withTimeout(SHORT, () -> stubborn.collect(9)));
    }

    void whatCleanUpThrowsIsNoFailureOfACancelledEnd() {
        cancelled(
                echo -> {
                    throw new IOException("while cleaning up");
                },
                values -> values.forEach(n -> note("seen", n)));
        cancelled(
                echo -> {
                    throw new IllegalStateException("while cleaning up");
                },
                values -> note("collected", values.collect(9)));
        noteDiscarded();
    }

    void aCancelledEndHasWaitedForTheCleanUp() {
        cancelled(
                echo -> {
                    shielded(() -> Async.delay(SHORT));
                    note("cleaned up");
                },
                values -> {
                    try {
                        values.forEach(n -> {});
                    } finally {
                        note("the end returns");
                    }
                });
    }

    void anEndInACancelledCoroutineStartsNothing() {
        cancelled(
                echo -> {
                    attempt("without a shield", () -> noted(1).count());
                    shielded(() -> note("in a shield", noted(1).count()));
                },
                values -> note("count", values.count()));
    }

    void aTimeoutEndsAnEndInsideAndOutside() {
        AsyncStream<Integer> silent = stream(out -> await(awaitable(never())));
        attempt("outside", () -> withTimeout(SHORT, silent::first));
        AsyncStream<Integer> late = stream(out -> withTimeout(SHORT, () -> {
            out.emit(1);
            return await(awaitable(never()));
        }));
        attempt("inside", () -> late.collect(9));
        noteDiscarded();
    }

    void aScopeOfTheGeneratorIsCancelledWithoutTheAction() {
        var scope = new AtomicReference<TaskGroup>();
        AsyncStream<Integer> values = stream(out -> {
            group(members -> {
                scope.set(members);
                out.emit(1);
                attempt("in the scope", () -> await(awaitable(never())));
            });
            out.emit(2);
        });
        values.forEach(n -> {
            scope.get().cancel();
            Async.checkpoint();
            note("the action goes on", n);
        });
    }

    // --- failures

    void aFailureOfTheActionCancelsTheGenerator() {
        attempt("action", () -> {
            noted(3).forEach(n -> {
                throw new IOException("of the action");
            });
            return "none";
        });
        AsyncStream<Integer> stubborn = stream(out -> {
            try {
                out.emit(1);
            } catch (CancelledException cancelled) {
                attempt("emits again", () -> {
                    out.emit(2);
                    return "none";
                });
                throw new IllegalStateException("of the clean-up");
            }
        });
        attempt(
                "function",
                () -> stubborn.reduce(0, (sum, n) -> {
                    throw new IOException("of the function");
                }));
        noteDiscarded();
    }

    void aFailureOfTheGeneratorComesAfterItsValues() {
        AsyncStream<Integer> broken = stream(out -> {
            out.emit(1);
            throw new IOException("broken");
        });
        attempt("forEach", () -> {
            broken.forEach(n -> note("seen", n));
            return "none";
        });
        attempt("collect", () -> broken.collect(9));
        attempt("first", broken::first);
        noteDiscarded();
    }

    void whatFollowsTheFirstValueIsNotAwaited() {
        var trail = new CompletableFuture<String>();
        AsyncStream<Integer> endless = stream(out -> {
            try {
                for (int n = 0; ; n++) out.emit(n);
            } finally {
                trail.complete("cancelled");
            }
        });
        note("first", endless.first());
        note("generator", trail.getNow("still running"));
        attempt("too many", () -> endless.collect(2));
        noteDiscarded();
        AsyncStream<Integer> failing = stream(out -> {
            out.emit(1);
            Async.checkpoint();
            throw new IllegalStateException("nobody asked for more");
        });
        note("first", failing.first());
    }

    void aShieldHidesNoFailureOfTheAction() {
        AsyncStream<Integer> values = stream(out -> shielded(() -> {
            attempt("first", () -> {
                out.emit(1);
                return "none";
            });
            attempt("second", () -> {
                out.awaitDemand();
                return "none";
            });
        }));
        attempt(
                "action",
                () -> values.reduce(0, (sum, n) -> {
                    throw new IOException("of the action");
                }));
    }

    // --- nesting

    void anEndInAGeneratorPassesValuesOn() {
        AsyncStream<Integer> flat = stream(out -> noted(2).forEach(n -> noted(n).forEach(out::emit)));
        note("all", flat.collect(9));
        note("first", flat.first());
    }

    void anActionHasNothingOfTheGenerator() {
        var members = new AtomicReference<Deferred<?>>();
        AsyncStream<String> values = stream(out -> withContext("user", "the generator's", () -> {
            group(inside -> {
                out.emit("value");
                inside.async(() -> note("the generator goes on"));
            });
        }));
        withContext(
                "user",
                "the caller's",
                () -> values.forEach(value -> {
                    note("context", context().get("user"));
                    members.set(async(() -> await(awaitable(ready("done")))));
                }));
        attempt("what the action started", () -> members.get().await());
    }
}
