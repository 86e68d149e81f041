package dev.weft.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.testing.streams.ThreadLocalKey;
import io.micrometer.context.ContextRegistry;
import io.reactivex.rxjava3.core.Single;
import java.io.File;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.blockhound.BlockHound;

/** The adapter as a module, on a module path with RxJava, and with everything else on the class path. */
class ModulePathTest {
    private static final ToolProvider JAVAC = ToolProvider.findFirst("javac").orElseThrow();

    @TempDir
    Path temp;

    private final List<String> modulePath = new ArrayList<>();

    private static String whereIs(Class<?> type) {
        return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).getPath();
    }

    /**
     * Adds a module of Weft. Its descriptor is compiled here if it is not a jar yet: the build compiles it after the
     * tests.
     */
    private void add(Class<?> type, String sources) throws IOException {
        Path classes = Path.of(whereIs(type));
        if (Files.isRegularFile(classes)) {
            modulePath.add(classes.toString());
            return;
        }
        Path module = temp.resolve(type.getSimpleName());
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.toList())
                Files.copy(file, module.resolve(classes.relativize(file).toString()));
        }
        List<String> all = new ArrayList<>(modulePath);
        for (Class<?> optional : List.of(Nullable.class, ContextRegistry.class, BlockHound.class))
            all.add(whereIs(optional));
        String path = String.join(File.pathSeparator, all);
        String descriptor = sources + "/src/main/java-module/module-info.java";
        assertThat(JAVAC.run(System.out, System.err, "-p", path, "-d", module.toString(), descriptor))
                .isZero();
        modulePath.add(module.toString());
    }

    private ClassLoader modules() {
        ModuleLayer boot = ModuleLayer.boot();
        Path[] path = modulePath.stream().map(Path::of).toArray(Path[]::new);
        Configuration resolved = boot.configuration()
                .resolveAndBind(ModuleFinder.of(path), ModuleFinder.of(), Set.of("dev.weft.rxjava"));
        return boot.defineModulesWithOneLoader(resolved, ModulePathTest.class.getClassLoader())
                .findLoader("dev.weft.rxjava");
    }

    @Test
    void threadLocalsFollowThroughALibraryOnTheClassPath() throws Exception {
        modulePath.add(whereIs(Single.class));
        modulePath.add(whereIs(Publisher.class));
        add(Async.class, "../api");
        add(RxAsync.class, ".");
        ClassLoader loader = modules();
        Class<?> adapter = loader.loadClass(RxAsync.class.getName());
        assertThat(adapter.getModule().getName()).isEqualTo("dev.weft.rxjava");
        Class<?> single = loader.loadClass(Single.class.getName());
        try (var local = new ThreadLocalKey("local")) {
            local.setValue("ann");
            Callable<String> body = local::getValue;
            Object made = adapter.getMethod("single", Callable.class).invoke(null, body);
            assertThat(adapter.getMethod("await", single).invoke(null, made)).isEqualTo("ann");
        }
    }
}
