package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.context;
import static dev.weft.Async.group;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;

import dev.weft.AsyncStream;
import dev.weft.Deferred;
import dev.weft.TaskGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/** What a value meets after an emit: code that belongs neither to the emitting code nor to what surrounds its emit. */
final class EmitPrograms extends Programs {
    private static final Duration SECOND = Duration.ofSeconds(1);

    EmitPrograms(Stage stage) {
        super(stage);
    }

    private static String user() {
        return context().contains("user") ? context().get("user") : "nobody";
    }

    void anOperatorHasTheContextOfTheSubscriber() {
        AsyncStream<String> rows = stream(out -> withContext("user", "system", () -> out.emit("row for " + user())));
        withContext("user", "ada", () -> {
            note("mapped", rows.map(row -> row + " by " + user()).collect(1));
            note(
                    "twice",
                    rows.map(row -> row + " by " + user())
                            .filter(row -> user().equals("ada"))
                            .collect(1));
            note("several", rows.mapConcurrent(2, row -> row + " by " + user()).collect(1));
            note("merged", rows.merge(rows).map(row -> row + " by " + user()).collect(2));
        });
    }

    /** A coroutine that the generator has started emits, with a context of its own. */
    void anOperatorBehindTheEmitOfAChildHasTheContextOfTheSubscriber() {
        AsyncStream<String> rows = stream(out -> {
            out.concurrent();
            withContext(
                    "user",
                    "system",
                    () -> async(() -> out.emit("row for " + user())).await());
        });
        withContext(
                "user",
                "ada",
                () -> note("mapped", rows.map(row -> row + " by " + user()).collect(1)));
    }

    void aShieldOfTheGeneratorIsNoneForAnOperator() {
        var inside = new CompletableFuture<String>();
        var ended = new CompletableFuture<String>();
        AsyncStream<Integer> values = stream(out -> shielded(() -> out.emit(1)));
        Deferred<?> consumer = async(() -> values.map(value -> {
                    inside.complete("reached");
                    try {
                        return await(awaitable(never()));
                    } finally {
                        ended.complete("has ended");
                    }
                })
                .collect(1));
        note("inside", await(inside));
        consumer.cancel();
        attempt("consumer", consumer::await);
        note("operator", await(ended));
    }

    void aScopeOfTheGeneratorIsCancelledBehindItsEmit() {
        var scope = new AtomicReference<TaskGroup>();
        AsyncStream<String> values = stream(out -> {
            group(members -> {
                scope.set(members);
                out.emit("inside");
                note("the emit has returned");
                attempt("behind", () -> {
                    checkpoint();
                    return "went on";
                });
            });
            out.emit("behind");
        });
        note(
                "mapped",
                values.map(value -> {
                            scope.get().cancel();
                            checkpoint();
                            return value + " the scope";
                        })
                        .collect(2));
    }

    void aTimeoutOfAnOperatorIsNobodyElses() {
        attempt(
                "generator",
                () -> stream(out -> {
                            resetTimeout(SECOND);
                            out.emit(1);
                        })
                        .timeout(SECOND)
                        .collect(1));
        attempt(
                "behind it",
                () -> stream(out -> out.emit(1))
                        .timeout(SECOND)
                        .map(value -> {
                            resetTimeout(SECOND);
                            return value;
                        })
                        .collect(1));
    }

    /** What it starts is not a member of the generator, and its failure is not the generator's. */
    void aSubscriberStartsWorkOfItsOwn() {
        var gate = new CompletableFuture<String>();
        var started = new CompletableFuture<Deferred<String>>();
        var upstream = new CompletableFuture<Flow.Subscription>();
        AsyncStream<Integer> values = stream(out -> {
            withContext("user", "system", () -> out.emit(1));
            await(awaitable(never()));
        });
        sources().publisher(exported(values)).subscribe(new Flow.Subscriber<Object>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                upstream.complete(subscription);
                subscription.request(1);
            }

            @Override
            public void onNext(Object value) {
                note("user", user());
                started.complete(async(() -> await(gate)));
                upstream.join().cancel();
            }

            @Override
            public void onError(Throwable failure) {
                note("onError", failure);
            }

            @Override
            public void onComplete() {
                note("onComplete");
            }
        });
        Deferred<String> work = await(started);
        gate.complete("done");
        note("work", work.await());
    }

    void emittingBehindAnEmitIsRefused() {
        var captured = new AtomicReference<Runnable>();
        AsyncStream<Integer> values = stream(out -> {
            captured.set(() -> out.emit(2));
            out.emit(1);
        });
        note(
                "mapped",
                values.map(value -> {
                            attempt("emit", () -> {
                                captured.get().run();
                                return "emitted";
                            });
                            return value;
                        })
                        .collect(2));
    }
}
