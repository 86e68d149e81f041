package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.rxjava.RxAsync.asFlowable;
import static dev.weft.rxjava.RxAsync.asSingle;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.collect;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.maybe;
import static dev.weft.rxjava.RxAsync.observable;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.testing.streams.ThreadLocalKey;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * K1, thread-local or context: each way into a coroutine, with a key that is in the context, in the thread-local, in both or in neither.
 * What is in the context wins, whichever way; what is not there is taken from the thread by what is called, and cleared in what is
 * subscribed to. RxJava has no context, so what is subscribed to from outside a coroutine has nothing (K9).
 */
class WhoWinsTest {
    private final ThreadLocalKey local = new ThreadLocalKey("local");

    private enum Has {
        NEITHER,
        THREAD,
        CONTEXT,
        BOTH;

        boolean thread() {
            return this == THREAD || this == BOTH;
        }

        boolean context() {
            return this == CONTEXT || this == BOTH;
        }

        String ifCalled() {
            return context() ? "context" : thread() ? "thread" : "null";
        }

        String ifOnTheSameThread() {
            return thread() ? "thread" : "null";
        }
    }

    @AfterEach
    void restore() {
        local.close();
    }

    private String here() {
        return "" + local.getValue();
    }

    private void setThread(Has has) {
        if (has.thread()) local.setValue("thread");
        else local.setValue();
    }

    private Map<String, Callable<String>> called() {
        Map<String, Callable<String>> entries = new LinkedHashMap<>();
        entries.put("async", () -> async(this::here).await());
        entries.put("start", () -> coroutine(this::here).start().await());
        entries.put("group, async", () -> group(g -> g.async(this::here).await()));
        entries.put("gather", () -> gather(coroutine(this::here)).get(0));
        entries.put("race", () -> race(coroutine(this::here)));
        entries.put(
                "mapConcurrent", () -> mapConcurrent(List.of(1), 1, n -> here()).get(0));
        entries.put("an await of a single", () -> await(single(this::here)));
        entries.put("an await of a maybe", () -> await(maybe(this::here)));
        entries.put("an await of a completable", () -> {
            var seen = new CompletableFuture<String>();
            await(completable(() -> seen.complete(here())));
            return seen.join();
        });
        entries.put("an await of a single behind an await", () -> await(single(() -> await(single(this::here)))));
        entries.put("an await of a flatMap", () -> await(single(() -> 1).flatMap(n -> single(this::here))));
        entries.put("an await of asSingle", () -> await(asSingle(coroutine(this::here))));
        entries.put("a loop over a flowable", () -> first(flowable(out -> out.emit(here()))));
        entries.put(
                "a loop over an observable",
                () -> collect(observable(out -> out.emit(here())), 1).get(0).toString());
        entries.put(
                "a loop over a stream",
                () -> stream(out -> out.emit(here())).prefetch(1).collect(1).get(0) + "");
        entries.put(
                "group, start",
                () -> group(g -> g.start(awaitable(single(this::here))).await()));
        entries.put(
                "gather, awaitable", () -> gather(awaitable(single(this::here))).get(0));
        return entries;
    }

    private Map<String, Callable<String>> onTheSameThread() {
        Map<String, Callable<String>> entries = new LinkedHashMap<>();
        entries.put("run", () -> run(this::here));
        entries.put("an await of a coroutine", () -> Async.await(coroutine(this::here)));
        entries.put("shielded", () -> shielded(this::here));
        entries.put("an end of a stream", () -> stream(out -> out.emit(here())).first() + "");
        return entries;
    }

    private Map<String, Callable<String>> subscribedTo() {
        Map<String, Callable<String>> entries = new LinkedHashMap<>();
        entries.put("single", () -> single(this::here).blockingGet());
        entries.put("maybe", () -> maybe(this::here).blockingGet());
        entries.put(
                "flowable",
                () -> RxAsync.<String>flowable(out -> out.emit(here())).blockingFirst());
        entries.put(
                "observable",
                () -> RxAsync.<String>observable(out -> out.emit(here())).blockingFirst());
        entries.put("asSingle", () -> asSingle(coroutine(this::here)).blockingGet());
        entries.put(
                "asFlowable",
                () -> asFlowable(Async.<String>stream(out -> out.emit(here()))).blockingFirst());
        entries.put(
                "async in a single",
                () -> single(() -> async(this::here).await()).blockingGet());
        entries.put(
                "what flatMap subscribes to",
                () -> single(() -> {
                            local.setValue("the first");
                            return 1;
                        })
                        .flatMap(n -> single(this::here))
                        .blockingGet());
        return entries;
    }

    private static String first(Flowable<String> flowable) {
        try (AsyncIterator<String> values = each(flowable)) {
            return values.next();
        }
    }

    @TestFactory
    List<DynamicTest> calledFromOutside() {
        List<DynamicTest> tests = new ArrayList<>();
        var entries = called();
        entries.put("run", () -> run(this::here));
        entries.forEach((name, entry) -> table(tests, name, List.of(Has.NEITHER, Has.THREAD), has -> {
            setThread(has);
            assertThat(entry.call()).isEqualTo(has.ifCalled());
        }));
        return tests;
    }

    @TestFactory
    List<DynamicTest> calledInARun() {
        List<DynamicTest> tests = new ArrayList<>();
        called().forEach((name, entry) -> table(
                tests,
                name,
                List.of(Has.values()),
                has -> assertThat(inRun(has, entry)).isEqualTo(has.ifCalled())));
        onTheSameThread()
                .forEach((name, entry) -> table(
                        tests,
                        name,
                        List.of(Has.values()),
                        has -> assertThat(inRun(has, entry)).isEqualTo(has.ifOnTheSameThread())));
        return tests;
    }

    @TestFactory
    List<DynamicTest> calledInASingle() {
        List<DynamicTest> tests = new ArrayList<>();
        called().forEach((name, entry) -> table(
                tests,
                name,
                List.of(Has.values()),
                has -> assertThat(inSingle(has, entry)).isEqualTo(has.ifCalled())));
        onTheSameThread()
                .forEach((name, entry) -> table(
                        tests,
                        name,
                        List.of(Has.values()),
                        has -> assertThat(inSingle(has, entry)).isEqualTo(has.ifOnTheSameThread())));
        return tests;
    }

    @TestFactory
    List<DynamicTest> subscribedToFromOutside() {
        List<DynamicTest> tests = new ArrayList<>();
        subscribedTo()
                .forEach((name, entry) -> table(tests, name, List.of(Has.NEITHER, Has.THREAD), has -> {
                    setThread(has);
                    assertThat(entry.call()).isEqualTo("null");
                }));
        return tests;
    }

    /** There, RxJava carries nothing at all. */
    @TestFactory
    List<DynamicTest> subscribedToBehindSubscribeOn() {
        List<DynamicTest> tests = new ArrayList<>();
        Single<String> elsewhere = single(this::here).subscribeOn(Schedulers.io());
        table(
                tests,
                "single",
                List.of(Has.values()),
                has -> assertThat(inRun(has, () -> await(elsewhere))).isEqualTo("null"));
        return tests;
    }

    private String inRun(Has has, Callable<String> entry) throws Exception {
        return run(() -> {
            Callable<String> body = () -> {
                setThread(has);
                return entry.call();
            };
            return has.context() ? withContext("local", "context", body::call) : body.call();
        });
    }

    private String inSingle(Has has, Callable<String> entry) throws Exception {
        Single<String> single = single(() -> {
            setThread(has);
            return entry.call();
        });
        return has.context() ? withContext("local", "context", () -> await(single)) : single.blockingGet();
    }

    private interface Row {
        void check(Has has) throws Exception;
    }

    private void table(List<DynamicTest> tests, String entry, List<Has> all, Row row) {
        for (Has has : all)
            tests.add(DynamicTest.dynamicTest(entry + ", key in " + has.name().toLowerCase(), () -> {
                try {
                    row.check(has);
                } finally {
                    local.setValue();
                }
            }));
    }
}
