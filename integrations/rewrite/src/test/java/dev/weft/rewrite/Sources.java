package dev.weft.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.Async;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Single;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.Result;
import org.openrewrite.SourceFile;
import org.openrewrite.internal.InMemoryLargeSourceSet;
import org.openrewrite.java.JavaParser;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** The code that the tests rewrite: what it is parsed, compiled and run with. */
final class Sources {
    private static final List<Path> LIBRARIES = Stream.of(
                    Async.class,
                    ReactorAsync.class,
                    RxAsync.class,
                    Mono.class,
                    Single.class,
                    Publisher.class,
                    Nullable.class,
                    named("okhttp3.Callback"),
                    named("org.apache.kafka.clients.producer.Producer"))
            .map(Sources::home)
            .toList();

    private Sources() {}

    /** Skips a test on a JDK that is newer than OpenRewrite's parsers. */
    static void assumeParser() {
        try {
            parser().build();
        } catch (IllegalStateException missing) {
            int jdk = Runtime.version().feature();
            assumeFalse(jdk > 25, "the parser of OpenRewrite for JDK 25 does not run on JDK " + jdk);
            throw missing;
        }
    }

    static JavaParser.Builder<?, ?> parser() {
        return JavaParser.fromJavaVersion().classpath(LIBRARIES);
    }

    /** Compiles a source with everything that Weft needs; fails with what the compiler says. */
    static void compile(String name, String source, Path target) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        String path = LIBRARIES.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        var options = List.of("-proc:none", "-d", target.toString(), "-cp", target + File.pathSeparator + path);
        boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(new Text(name, source)))
                .call();
        assertThat(compiled).as(messages + source).isTrue();
    }

    /** {@return a source after a recipe has changed it} */
    static String changed(Recipe recipe, String source) {
        var run = new InMemoryExecutionContext(failure -> {
            throw new AssertionError(failure);
        });
        List<SourceFile> parsed = parser().build().parse(run, source).toList();
        List<Result> results = recipe.run(new InMemoryLargeSourceSet(parsed), run)
                .getChangeset()
                .getAllResults();
        assertThat(results).hasSize(1);
        return results.get(0).getAfter().printAll();
    }

    /** Runs a static method without parameters of a compiled class. */
    static Object call(Path target, String type, String method) {
        try (var loader = new URLClassLoader(new URL[] {target.toUri().toURL()}, Sources.class.getClassLoader())) {
            var declared = loader.loadClass(type).getDeclaredMethod(method);
            declared.setAccessible(true);
            return declared.invoke(null);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** A class of a library whose own dependencies are not there, so that the compiler would warn of it. */
    private static Class<?> named(String type) {
        try {
            return Class.forName(type, false, Sources.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static Path home(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static final class Text extends SimpleJavaFileObject {
        private final String source;

        Text(String name, String source) {
            super(URI.create("string:///" + name), JavaFileObject.Kind.SOURCE);
            this.source = source;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }
    }
}
