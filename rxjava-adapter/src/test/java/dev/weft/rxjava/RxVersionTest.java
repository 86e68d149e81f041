package dev.weft.rxjava;

import static dev.weft.Async.backend;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.weft.BackendException;
import io.reactivex.rxjava3.core.Single;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** A RxJava that is too old is refused with a sentence, wherever it stands; the build lays one into {@code target/older}. */
class RxVersionTest {
    private static final String SENTENCE = "looked for RxJava 3.1.0 or newer; found an older one, ";
    private static final String TO_DO = "; use a newer version of io.reactivex.rxjava3:rxjava";

    @Test
    void theOneThatIsThereIsNewEnough() {
        assertThatCode(RxVersion::require).doesNotThrowAnyException();
    }

    @Test
    void onTheClassPath() throws Exception {
        Path older = older();
        refuses(older, "-cp", older + File.pathSeparator + classPathWithout(Single.class));
    }

    @Test
    void onTheModulePath() throws Exception {
        Path older = older();
        refuses(
                older,
                "-cp",
                classPathWithout(Single.class, Publisher.class),
                "-p",
                older + File.pathSeparator + whereIs(Publisher.class),
                "--add-modules",
                "io.reactivex.rxjava3");
    }

    private static void refuses(Path older, String... paths) throws Exception {
        assertThat(answers(paths))
                .hasSize(3)
                .allMatch(answer -> answer.contains(SENTENCE) && answer.contains(older.getFileName() + TO_DO))
                .satisfiesExactly(
                        selected -> assertThat(selected).startsWith(BackendException.class.getName()),
                        started ->
                                assertThat(started).contains(IllegalStateException.class.getName() + ": " + SENTENCE),
                        awaited -> assertThat(awaited).startsWith(BackendException.class.getName()));
    }

    private static Path older() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("target/older").toAbsolutePath())) {
            return files.findFirst().orElseThrow();
        }
    }

    private static List<String> answers(String... paths) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(paths));
        command.add(Asks.class.getName());
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    private static String classPathWithout(Class<?>... types) {
        List<String> left = Arrays.stream(types).map(RxVersionTest::whereIs).toList();
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !left.contains(entry))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String whereIs(Class<?> type) {
        return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).getPath();
    }

    /** What a user may do first: select a backend, subscribe to a coroutine, or await on a virtual thread. */
    static final class Asks {
        private Asks() {}

        public static void main(String[] args) throws InterruptedException {
            tell(() -> backend().id());
            tell(() -> single(() -> 1).blockingGet());
            Thread.ofVirtual().start(() -> tell(() -> await(Single.just(1)))).join();
        }

        private static void tell(Callable<?> action) {
            try {
                System.out.println(action.call());
            } catch (Throwable failure) {
                System.out.println(
                        failure.getCause() == null ? failure : failure + " because of " + failure.getCause());
            }
        }
    }
}
