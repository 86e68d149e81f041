package dev.weft.reactor;

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
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.testing.streams.ThreadLocalKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * K1, thread-local or context: each way into a coroutine, with a key that is in the context, in the thread-local, in both or in neither,
 * with and without Reactor's automatic context propagation. What is in the context wins, whichever way; what is not there is taken from the
 * thread by what is called, and cleared in what is subscribed to.
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

        String ifSubscribedTo() {
            return context() ? "context" : "null";
        }

        String ifOnTheSameThread() {
            return thread() ? "thread" : "null";
        }
    }

    @AfterEach
    void restore() {
        local.close();
        Hooks.disableAutomaticContextPropagation();
    }

    private String here() {
        return "" + local.getValue();
    }

    private Mono<String> shown() {
        return Mono.deferContextual(context -> Mono.just(context.getOrDefault("local", "null")));
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
        entries.put("an await of a source", () -> awaitSingle(shown()));
        entries.put("a loop over a source", () -> first(shown().flux()));
        entries.put("an await of a mono", () -> awaitSingle(mono(this::here)));
        entries.put("an await of a mono behind an await", () -> awaitSingle(mono(() -> awaitSingle(mono(this::here)))));
        entries.put("an await of a flatMap", () -> awaitSingle(mono(() -> 1).flatMap(n -> mono(this::here))));
        entries.put("an await of asMono", () -> awaitSingle(asMono(coroutine(this::here))));
        entries.put("a loop over a flux", () -> first(flux(out -> out.emit(here()))));
        entries.put(
                "a loop over a stream",
                () -> stream(out -> out.emit(here())).prefetch(1).collect(1).get(0) + "");
        entries.put(
                "group, start",
                () -> group(g -> g.start(awaitable(mono(this::here))).await()));
        entries.put(
                "gather, awaitable", () -> gather(awaitable(mono(this::here))).get(0));
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

    private Map<String, Publisher<String>> subscribedTo() {
        Map<String, Publisher<String>> entries = new LinkedHashMap<>();
        entries.put("mono", mono(this::here));
        entries.put("flux", flux(out -> out.emit(here())));
        entries.put("asMono", asMono(coroutine(this::here)));
        entries.put("asFlux", asFlux(stream(out -> out.emit(here()))));
        entries.put("async in a mono", mono(() -> async(this::here).await()));
        entries.put(
                "what flatMap subscribes to",
                mono(() -> {
                            local.setValue("the first");
                            return 1;
                        })
                        .flatMap(n -> mono(this::here)));
        return entries;
    }

    private static String first(Flux<String> flux) {
        try (AsyncIterator<String> values = each(flux)) {
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
    List<DynamicTest> calledInAMono() {
        List<DynamicTest> tests = new ArrayList<>();
        called().forEach((name, entry) -> table(
                tests,
                name,
                List.of(Has.values()),
                has -> assertThat(inMono(has, entry)).isEqualTo(has.ifCalled())));
        onTheSameThread()
                .forEach((name, entry) -> table(
                        tests,
                        name,
                        List.of(Has.values()),
                        has -> assertThat(inMono(has, entry)).isEqualTo(has.ifOnTheSameThread())));
        return tests;
    }

    @TestFactory
    List<DynamicTest> subscribedToFromOutside() {
        List<DynamicTest> tests = new ArrayList<>();
        subscribedTo()
                .forEach((name, entry) -> table(tests, name, List.of(Has.values()), has -> {
                    setThread(has);
                    var recorder = new Recorder<String>(
                                    has.context() ? Context.of("local", "context") : Context.empty())
                            .onSubscribe(s -> s.request(1));
                    entry.subscribe(recorder);
                    assertThat(recorder.ended().trail).contains(has.ifSubscribedTo());
                }));
        return tests;
    }

    /** Reactor's own doing: what blocks puts the thread-locals of its thread into the context. */
    @Test
    void withAutomaticPropagationWhatBlocksHandsOverItsThreadLocals() {
        local.setValue("thread");
        assertThat(mono(this::here).block()).isEqualTo("null");
        Hooks.enableAutomaticContextPropagation();
        assertThat(mono(this::here).block()).isEqualTo("thread");
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

    private String inMono(Has has, Callable<String> entry) throws Exception {
        var value = new CompletableFuture<String>();
        var recorder = new Recorder<String>(has.context() ? Context.of("local", "context") : Context.empty())
                .onSubscribe(s -> s.request(1))
                .onNext(value::complete);
        mono(() -> {
                    setThread(has);
                    return entry.call();
                })
                .subscribe(recorder);
        if (recorder.ended().error != null) throw new AssertionError(recorder.error);
        return value.get();
    }

    private interface Row {
        void check(Has has) throws Exception;
    }

    private void table(List<DynamicTest> tests, String entry, List<Has> all, Row row) {
        for (Has has : all)
            for (boolean automatic : List.of(false, true))
                tests.add(DynamicTest.dynamicTest(
                        entry + ", key in " + has.name().toLowerCase() + (automatic ? ", automatic" : ""), () -> {
                            if (automatic) Hooks.enableAutomaticContextPropagation();
                            else Hooks.disableAutomaticContextPropagation();
                            try {
                                row.check(has);
                            } finally {
                                local.setValue();
                            }
                        }));
    }
}
