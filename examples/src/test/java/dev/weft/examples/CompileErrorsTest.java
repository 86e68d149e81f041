package dev.weft.examples;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What people write in their first hour, with everything imported, and whether it compiles. What does not says why. */
class CompileErrorsTest {
    private static final String IMPORTS =
            "import static dev.weft.Async.*; import static dev.weft.reactor.ReactorAsync.*;"
                    + " import static dev.weft.rxjava.RxAsync.*; import dev.weft.*; import dev.weft.reactor.ReactorAsync; import dev.weft.rxjava.*;"
                    + " import io.reactivex.rxjava3.core.*; import java.io.*; import java.time.*; import java.util.*;"
                    + " import java.util.concurrent.*; import org.reactivestreams.Publisher; import reactor.core.publisher.*;\n";

    /** What it is, and the members of a class. */
    private static final String COMPILES = """
            a mono without a result: Mono<Void> m(Mono<?> x) { return mono(() -> { awaitDone(x); }); }
            a mono of a call without a result: Mono<Void> m(Mono<?> x) { return mono(() -> awaitDone(x)); }
            a mono of an await: Mono<String> m(Mono<String> x) { return mono(() -> await(x)); }
            a mono that waits for a Completable: Mono<Void> m(Completable x) { return mono(() -> await(x)); }
            a mono that only throws: Mono<String> m() { return mono(() -> { throw new IOException(); }); }
            a mono that runs for ever: Mono<Void> m() { return mono(() -> { for (;;) delay(Duration.ZERO); }); }
            a mono without a result on a dispatcher: Mono<Void> m(Mono<?> x) { return mono(Dispatcher.virtual(), () -> { awaitDone(x); }); }
            a mono without a result in a flatMap: Mono<Void> m(Mono<String> s) { return s.flatMap(v -> mono(() -> { v.strip(); })); }
            a mono of a method with a result: Mono<String> m() { return mono(this::name); } String name() { return ""; }
            a mono of a method without: Mono<Void> m() { return mono(this::save); } void save() throws IOException {}
            a mono of a Callable: <T> Mono<T> m(Callable<T> body) { return mono(body); }
            a maybe without a result: Maybe<Void> m(Mono<?> x) { return maybe(() -> { awaitDone(x); }); }
            a completable: Completable m(Mono<?> x) { return completable(() -> { awaitDone(x); }); }
            a coroutine without a result: Coroutine<Void> m(Mono<?> x) { return coroutine(() -> { awaitDone(x); }); }
            a child without a result: Deferred<Void> m(Mono<?> x) { return async(() -> { awaitDone(x); }); }
            a group that runs for ever: void m() { group(g -> { for (;;) delay(Duration.ofMillis(1)); }); }
            a group that only throws: void m() { group(g -> { throw new IllegalStateException(); }); }
            a group that only throws what is checked: void m() throws IOException { group(g -> { throw new IOException(); }); }
            the same with a typed parameter: void m() { group((TaskGroup g) -> { for (;;) delay(Duration.ofMillis(1)); }); }
            a group of a single call: String m() { return group(g -> g.async(this::w).await()); } String w() { return ""; }
            a group of a single call whose result nobody wants: void m() { group(g -> g.async(() -> 1).await()); }
            a group without a result: void m() { group(g -> { g.async(() -> delay(Duration.ZERO)); }); }
            a group that may return early: void m(boolean b) { group(g -> { if (b) return; g.cancel(); }); }
            a group with a result: int m() { return group(g -> { var a = g.async(() -> 1); return a.await(); }); }
            a group of a method without a result: void m() { group(this::fill); } void fill(TaskGroup g) {}
            a group of a method with one: int m() { return group(this::sum); } int sum(TaskGroup g) { return 1; }
            a group in a group: int m() { return group(g -> group(h -> g.async(() -> 1).await())); }
            a group in a mono: Mono<Integer> m() { return mono(() -> group(g -> g.async(() -> 1).await())); }
            a group in a flux: Flux<Integer> m() { return flux(out -> group(g -> { out.emit(1); })); }
            runBlocking in a class that has a run: static class T implements Runnable { public void run() { runBlocking(() -> delay(Duration.ZERO)); } }
            Async.stream in a class that has a stream: abstract static class T extends AbstractList<String> { AsyncStream<Integer> m() { return Async.stream(out -> out.emit(1)); } }
            gather of Monos as awaitables: List<String> m(Mono<String> a, Mono<String> b) { return gather(awaitable(a), awaitable(b)); }
            the first of a Publisher: String m(Publisher<String> p) { return awaitFirst(p); }
            a body that throws nothing checked: String m() { return run(() -> ""); }
            a value of the context, assigned first: void m() { String id = context().get("id"); System.out.println(id); }
            a value of the context as an argument, with its type: void m() { System.out.println(context().<String>get("id")); }
            a group in a run, assigned first: void m() { int one = run(() -> group(g -> g.async(() -> 1).await())); System.out.println(one); }
            a stream, assigned first: void m() { AsyncStream<Integer> s = stream(out -> out.emit(1)); s.forEach(n -> {}); }
            a stream with a typed parameter: void m() { stream((dev.weft.Emitter<Integer> out) -> out.emit(1)).forEach(n -> n.intValue()); }
            a body that does: String m(Reader r) throws IOException { return run(() -> "" + r.read()); }
            """;

    /** What it is, a part of what the compiler says, and the members of a class. */
    private static final String DOES_NOT = """
            a mono of an overloaded method: reference to mono is ambiguous: Mono<String> m() { return mono(this::name); } String name() { return ""; } String name(int length) { return ""; }
            a child of an overloaded method: reference to async is ambiguous: void m() { async(this::save); } void save() {} void save(String what) {}
            a single without a result: lambda: Single<Void> m(Mono<?> x) { return single(() -> { awaitDone(x); }); }
            a time limit that gives null either way: lambda: void m(Mono<?> x) { withTimeoutOrNull(Duration.ZERO, () -> { awaitDone(x); }); }
            a group of a single call without a result, which needs braces: void: void m() { group(g -> fill(g)); } void fill(TaskGroup g) {}
            a group of an overloaded method without a result: void: void m() { group(this::fill); } void fill(TaskGroup g) {} void fill(String s) {}
            run in a class that has a run: method run in class: static class T implements Runnable { public void run() { run(() -> delay(Duration.ZERO)); } }
            stream in a class that has a stream: method stream in interface: abstract static class T extends AbstractList<String> { AsyncStream<Integer> m() { return stream(out -> out.emit(1)); } }
            a value of the context as an argument: reference to println is ambiguous: void m() { System.out.println(context().get("id")); }
            a group in a run as an argument: reference to println is ambiguous: void m() { System.out.println(run(() -> group(g -> g.async(() -> 1).await()))); }
            a stream whose type nothing says: Object: void m() { stream(out -> out.emit(1)).forEach(n -> n.intValue()); }
            an Emitter with both packages imported: reference to Emitter is ambiguous: void m(Emitter<String> out) {}
            await of a Mono by Async: no suitable method found for await(: String m(Mono<String> x) { return Async.await(x); }
            await of a Single by ReactorAsync: no suitable method found for await(: String m(Single<String> x) { return ReactorAsync.await(x); }
            gather of Monos: no suitable method found for gather: List<String> m(Mono<String> a, Mono<String> b) { return gather(a, b); }
            await of a Publisher: no suitable method found for await: Object m(Publisher<String> p) { return await(p); }
            a body that does, undeclared: unreported exception: String m(Reader r) { return run(() -> "" + r.read()); }
            """;

    @TestFactory
    Stream<DynamicTest> itCompiles(@TempDir Path output) {
        List<Source> sources = COMPILES.lines()
                .map(line -> line.split(": ", 2))
                .map(parts -> new Source(parts[0], "", parts[1]))
                .toList();
        Map<Source, String> errors = errors(sources, output);
        return sources.stream()
                .map(source -> DynamicTest.dynamicTest(
                        source.what, () -> assertThat(errors.get(source)).isNull()));
    }

    @TestFactory
    Stream<DynamicTest> itDoesNot(@TempDir Path output) {
        List<Source> sources = DOES_NOT.lines()
                .map(line -> line.split(": ", 3))
                .map(parts -> new Source(parts[0], parts[1], parts[2]))
                .toList();
        Map<Source, String> errors = errors(sources, output);
        return sources.stream()
                .map(source -> DynamicTest.dynamicTest(
                        source.what, () -> assertThat(errors.get(source)).contains(source.error)));
    }

    /** What the compiler says about each, if it is an error. All are compiled at once: most of the time goes into the first. */
    private static Map<Source, String> errors(List<Source> sources, Path output) {
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        List<String> options = List.of(
                "-proc:none",
                "--should-stop=ifError=FLOW", // the others are to be looked at in full, too
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                output.toString());
        ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, diagnostics, options, null, sources)
                .call();
        return diagnostics.getDiagnostics().stream()
                .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                .collect(groupingBy(
                        each -> (Source) each.getSource(),
                        mapping(each -> each.getMessage(Locale.ENGLISH), joining("\n"))));
    }

    /** A class of its own for each. */
    private static final class Source extends SimpleJavaFileObject {
        final String what;
        final String error;
        private final String text;

        Source(String what, String error, String members) {
            super(URI.create("string:///" + name(what) + ".java"), Kind.SOURCE);
            this.what = what;
            this.error = error;
            this.text = IMPORTS + "class " + name(what) + " { " + members + " }";
        }

        private static String name(String what) {
            return what.replaceAll("\\W+", "_");
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
