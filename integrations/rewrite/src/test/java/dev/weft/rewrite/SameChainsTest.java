package dev.weft.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains do the same before and after they are flattened: values, empties, errors, context, laziness, cancellation. */
class SameChainsTest {
    private static final String PROGRAM = """
            import dev.weft.Async;
            import dev.weft.reactor.ReactorAsync;
            import dev.weft.rxjava.RxAsync;
            import io.reactivex.rxjava3.core.Maybe;
            import io.reactivex.rxjava3.core.Single;
            import java.io.IOException;
            import java.util.ArrayList;
            import java.util.Collections;
            import java.util.LinkedHashMap;
            import java.util.List;
            import java.util.Map;
            import java.util.concurrent.CountDownLatch;
            import java.util.concurrent.TimeUnit;
            import java.util.function.Supplier;
            import reactor.core.publisher.Mono;
            import reactor.core.publisher.Signal;

            public class Program {
                static final RuntimeException WRONG = new IllegalArgumentException("wrong");
                static final Exception CHECKED = new IOException("checked");
                static final List<String> trail = Collections.synchronizedList(new ArrayList<>());
                static Mono<String> source;
                static CountDownLatch begun;
                static CountDownLatch cancelled;

                static Mono<String> one() {
                    return open().flatMap(a -> next(a));
                }

                static Mono<String> named(Mono<String> given) {
                    return given.flatMap(a -> next(a)).flatMap(b -> next(b));
                }

                static Mono<String> valued() {
                    return open().map(a -> a.trim()).flatMap(b -> next(b)).map(c -> c + "!");
                }

                static Mono<Integer> primitive() {
                    return open().flatMap(a -> next(a)).map(b -> b.length());
                }

                static Mono<String> nested() {
                    return open().flatMap(a -> next(a).flatMap(b -> next(a + b).map(c -> a + b + c)));
                }

                static Mono<String> operators() {
                    return open().flatMap(a -> next(a).map(Program::orNull)).map(Program::orNull);
                }

                static Mono<String> nulls() {
                    return open().flatMap(a -> next(a)).map(b -> orNull(b)).flatMap(Program::next);
                }

                static Mono<String> statements() {
                    return open().flatMap(a -> {
                        trail.add("has " + a);
                        if (a.startsWith("throw")) throw WRONG;
                        return a.isEmpty() ? Mono.just("nothing") : next(a);
                    }).map(b -> new String(b));
                }

                static String awaited() {
                    return ReactorAsync.await(open().flatMap(a -> next(a)).flatMap(b -> next(b)).map(c -> c + "!"));
                }

                static String run() {
                    return Async.run(() -> ReactorAsync.await(open().flatMap(a -> next(a))));
                }

                static Single<String> single() {
                    return rx().flatMap(a -> rxNext(a)).flatMap(b -> rxNext(b)).map(c -> c + "!");
                }

                static Maybe<String> maybe() {
                    return maybeRx().flatMap(a -> maybeNext(a)).flatMap(b -> maybeNext(b)).map(c -> orNull(c));
                }

                static Mono<String> open() {
                    trail.add("made");
                    return source;
                }

                static Single<String> rx() {
                    return Single.fromPublisher(open());
                }

                static Single<String> rxNext(String value) {
                    return Single.fromPublisher(next(value));
                }

                static Maybe<String> maybeRx() {
                    return Maybe.fromPublisher(open());
                }

                static Maybe<String> maybeNext(String value) {
                    return Maybe.fromPublisher(next(value));
                }

                /** What a step does is said by the value: its first letters, which it takes away. */
                static Mono<String> next(String value) {
                    trail.add("next " + value);
                    String rest = value.substring(Math.min(1, value.length()));
                    return switch (value.isEmpty() ? ' ' : value.charAt(0)) {
                        case 'e' -> Mono.empty();
                        case 'w' -> Mono.error(WRONG);
                        case 'c' -> Mono.error(CHECKED);
                        case 't' -> throw WRONG;
                        case 'n' -> never();
                        case 'x' -> Mono.deferContextual(context -> Mono.just(rest + context.getOrDefault("key", "-")));
                        case 'd' -> Mono.just(rest).hide().delayElement(java.time.Duration.ofMillis(1));
                        default -> Mono.just(rest);
                    };
                }

                static String orNull(String value) {
                    return value.startsWith("0") ? null : value;
                }

                static Mono<String> never() {
                    return Mono.<String>never().doOnSubscribe(s -> begun.countDown()).doOnCancel(() -> {
                        trail.add("cancelled");
                        cancelled.countDown();
                    });
                }

                public static List<String> outcomes() throws Exception {
                    Map<String, Mono<String>> sources = new LinkedHashMap<>();
                    for (String value : List.of("vvv", "", "  ", "evv", "vev", "w", "vw", "c", "vc", "tv", "vtv", "xxx", "ddd",
                            "v0", "vv0", "throw", "vxv", "vvx")) sources.put("'" + value + "'", Mono.just(value));
                    sources.put("empty", Mono.empty());
                    sources.put("wrong", Mono.error(WRONG));
                    sources.put("checked", Mono.error(CHECKED));
                    sources.put("cancelled", Mono.error(new java.util.concurrent.CancellationException()));
                    sources.put("assertion", Mono.error(new AssertionError()));
                    sources.put("deferred", Mono.deferContextual(c -> Mono.just("v" + c.getOrDefault("key", "-"))));
                    sources.put("late", Mono.just("vvv").delayElement(java.time.Duration.ofMillis(1)));
                    for (var each : sources.entrySet()) {
                        source = each.getValue().doOnSubscribe(s -> trail.add("subscribed"));
                        shapes().forEach((name, shape) -> {
                            trail.add("# " + name + " of " + each.getKey());
                            Mono<?> mono = shape.get().contextWrite(context -> context.put("key", "K"));
                            trail.add("assembled");
                            for (int i = 0; i < 2; i++) trail.add(text(mono.materialize().block()));
                        });
                    }
                    return trail;
                }

                public static List<String> cancellations() throws Exception {
                    for (String steps : List.of("", "n", "vn", "vvn")) {
                        for (var shape : shapes().entrySet()) {
                            begun = new CountDownLatch(1);
                            cancelled = new CountDownLatch(1);
                            source = steps.isEmpty() ? never() : Mono.just(steps);
                            trail.add("# " + shape.getKey() + " of " + steps);
                            var ended = new CountDownLatch(1);
                            var subscribed = shape.getValue().get().subscribe(
                                    value -> trail.add("value " + value), failure -> ended.countDown(), ended::countDown);
                            boolean waits = hangs(ended);
                            trail.add("waits " + waits);
                            subscribed.dispose();
                            if (waits) trail.add("in time " + cancelled.await(60, TimeUnit.SECONDS));
                        }
                    }
                    return trail;
                }

                /** Whether the chain gets to its endless step rather than to its end. */
                static boolean hangs(CountDownLatch ended) throws InterruptedException {
                    while (true) {
                        if (begun.await(1, TimeUnit.MILLISECONDS)) return true;
                        if (ended.await(1, TimeUnit.MILLISECONDS)) return false;
                    }
                }

                static Map<String, Supplier<Mono<?>>> shapes() {
                    Map<String, Supplier<Mono<?>>> shapes = new LinkedHashMap<>();
                    shapes.put("one", () -> one());
                    shapes.put("named", () -> named(source));
                    shapes.put("valued", () -> valued());
                    shapes.put("primitive", () -> primitive());
                    shapes.put("nested", () -> nested());
                    shapes.put("operators", () -> operators());
                    shapes.put("nulls", () -> nulls());
                    shapes.put("statements", () -> statements());
                    shapes.put("awaited", () -> ReactorAsync.mono(() -> awaited()));
                    shapes.put("run", () -> ReactorAsync.mono(() -> run()));
                    shapes.put("single", () -> Mono.from(single().toFlowable()));
                    shapes.put("maybe", () -> Mono.from(maybe().toFlowable()));
                    return shapes;
                }

                static String text(Signal<?> signal) {
                    Throwable failure = signal.getThrowable();
                    if (failure == null) return signal.getType() + " " + signal.get();
                    if (failure == WRONG || failure == CHECKED) return "fails with " + failure;
                    return "fails with a " + (failure instanceof java.util.NoSuchElementException
                            ? "NoSuchElementException" : failure.getClass().getName());
                }
            }
            """;

    @TempDir
    static Path before;

    @TempDir
    static Path after;

    @BeforeAll
    static void compileBoth() {
        Sources.assumeParser();
        String flat = Sources.changed(new FlattenChains(), PROGRAM);
        for (String method : List.of(
                "one",
                "named",
                "valued",
                "primitive",
                "nested",
                "operators",
                "nulls",
                "statements",
                "awaited",
                "run",
                "single",
                "maybe"))
            assertThat(method(flat, method)).as(flat).contains("await(").isNotEqualTo(method(PROGRAM, method));
        Sources.compile("Program.java", PROGRAM, before);
        Sources.compile("Program.java", flat, after);
    }

    private static String method(String program, String name) {
        int from = program.indexOf(" " + name + "(");
        return program.substring(from, program.indexOf("\n    }\n", from));
    }

    @Test
    void theOutcomesAreTheSame() {
        assertThat(lines(after, "outcomes"))
                .isEqualTo(lines(before, "outcomes"))
                .contains("onNext xKK", "onComplete null", "fails with java.io.IOException: checked")
                .contains(
                        "fails with java.lang.IllegalArgumentException: wrong",
                        "fails with a java.lang.NullPointerException");
    }

    @Test
    void whatIsAwaitedIsCancelled() {
        assertThat(lines(after, "cancellations"))
                .isEqualTo(lines(before, "cancellations"))
                .contains("waits true", "waits false", "cancelled", "in time true")
                .doesNotContain("in time false");
    }

    @SuppressWarnings("unchecked")
    private static List<String> lines(Path classes, String method) {
        return (List<String>) Sources.call(classes, "Program", method);
    }
}
