package dev.weft.spring.boot.ahead;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor.Settings;

/** What {@code process-aot} of Boot's plug-ins generates, compiled and run in a JVM of its own. */
class AheadTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    @TempDir
    private Path directory;

    private Path sources;
    private Path resources;
    private Path classes;

    /** A compiler and two starts: on a busy machine they take longer than the limit of other tests. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void anApplicationDoesTheSameWhenItIsCompiledAheadOfTime() throws Exception {
        sources = Files.createDirectory(directory.resolve("sources"));
        resources = Files.createDirectory(directory.resolve("resources"));
        classes = Files.createDirectory(directory.resolve("classes"));
        process();
        compile();
        assertThat(run())
                .contains(
                        "ahead of time: true",
                        "/plain ann no 0",
                        "/mono ann",
                        "/coroutine ann",
                        "/stream ann",
                        "/actuator/coroutines {\"taken\":");
    }

    private void process() {
        var settings = Settings.builder()
                .sourceOutput(sources)
                .resourceOutput(resources)
                .classOutput(classes)
                .groupId("shop")
                .artifactId("ahead")
                .build();
        new SpringApplicationAotProcessor(Ahead.class, settings, new String[] {
                    "--server.port=0", "--management.endpoints.web.exposure.include=coroutines"
                })
                .process();
    }

    private void compile() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                var found = Files.walk(sources)) {
            List<Path> generated =
                    found.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(generated).isNotEmpty();
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-nowarn", "-proc:none", "-d", classes.toString(), "-cp", onClassPath(classes)),
                            null,
                            files.getJavaFileObjectsFromPaths(generated))
                    .call();
            assertThat(compiled).as("%s", messages).isTrue();
        }
    }

    private String run() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dspring.aot.enabled=true",
                        "-cp",
                        onClassPath(classes, resources),
                        Ahead.class.getName(),
                        "--server.port=0",
                        "--management.endpoints.web.exposure.include=coroutines")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static String onClassPath(Path... before) {
        var path = new StringBuilder();
        for (Path each : before) path.append(each).append(File.pathSeparator);
        return path.append(CLASS_PATH).toString();
    }
}
