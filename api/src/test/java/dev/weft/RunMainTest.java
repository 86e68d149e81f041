package dev.weft;

import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.runMain;
import static dev.weft.Async.shielded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.snippets.MainSnippets;
import dev.weft.testing.Watched;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs in processes of their own, which are sent signals; row L9 of the promises. */
class RunMainTest {
    private static final int SIGINT = 2;

    private static final List<String> WITHOUT_SIGNALS = List.of("--limit-modules", "java.base,java.logging");

    /** What is started; its argument names the body. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws IOException {
            switch (arguments[0]) {
                case "returns" -> {
                    runMain(() -> delay(Duration.ofMillis(1)));
                    System.out.println("returned");
                }
                case "fails" ->
                    runMain(() -> {
                        throw new IOException("broken");
                    });
                case "waits" -> runMain(() -> waiting(() -> delay(Duration.ofMillis(1))));
                case "fails in its clean-up" ->
                    runMain(() -> waiting(() -> {
                        throw new IOException("broken clean-up");
                    }));
                case "cleans up too long" ->
                    runMain(Duration.ofMillis(100), () -> waiting(() -> delay(Duration.ofDays(1))));
                case "cleans up for long" -> runMain(() -> waiting(() -> delay(Duration.ofDays(1))));
                case "waits after its end" -> {
                    runMain(() -> {});
                    run(() -> waiting(() -> {}));
                }
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }

        private static void waiting(AsyncAction<IOException> cleanUp) throws IOException {
            try {
                System.out.println("waits");
                delay(Duration.ofDays(1));
            } catch (CancelledException cancelled) {
                System.out.println("cleans up: " + cancelled.reason());
                shielded(cleanUp);
                System.out.println("clean");
                throw cancelled;
            }
        }
    }

    /** A process, and what it has said. */
    private static final class Child {
        private final Process process;
        private final BufferedReader output;
        private final List<String> said = new ArrayList<>();

        Child(Class<?> main, List<String> options, String... arguments) throws IOException {
            List<String> command = new ArrayList<>();
            command.add(System.getProperty("java.home") + "/bin/java");
            command.addAll(options);
            command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
            command.add(main.getName());
            command.addAll(List.of(arguments));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            output = process.inputReader();
            CompletableFuture.delayedExecutor(2 * Watched.SECONDS, TimeUnit.SECONDS)
                    .execute(process::destroyForcibly); // so that one that hangs fails its test
        }

        /** Reads until it says something. */
        Child says(String text) throws IOException {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                said.add(line);
                if (line.contains(text)) return this;
            }
            throw new AssertionError("ended without \"" + text + "\": " + said);
        }

        Child sent(String signal) throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .inheritIO()
                    .start();
            assertThat(kill.waitFor()).isZero();
            return this;
        }

        /** {@return all that it has said, when it has ended with this exit code} */
        List<String> ends(int code) throws IOException, InterruptedException {
            output.lines().forEach(said::add);
            assertThat(process.waitFor(Watched.SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said::toString).isEqualTo(code);
            return said;
        }
    }

    /** A process that starts with a signal ignored, as its parent had it, keeps it so. */
    private static boolean ignoresSigint() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) return false;
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1L << SIGINT - 1) != 0);
    }

    private static Child child(String body) throws IOException {
        return new Child(Main.class, List.of(), body);
    }

    @Test
    void L9_aBodyThatReturnsEndsAsAnyMain() throws Exception {
        assertThat(child("returns").ends(0)).containsExactly("returned");
    }

    @Test
    void L9_aFailureIsPrintedAndTheExitCodeIsOne() throws Exception {
        assertThat(child("fails").ends(1))
                .contains("Exception in thread \"main\" java.io.IOException: broken")
                .anyMatch(line -> line.contains("RunMainTest$Main"));
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void L9_aSignalCancelsAndCleanUpIsWaitedFor(String signal, int code) throws Exception {
        assumeFalse(signal.equals("INT") && ignoresSigint(), "a shell that runs this in the background has it ignored");
        assertThat(child("waits").says("waits").sent(signal).ends(code))
                .containsExactly("waits", "cleans up: SIG" + signal, "clean");
    }

    @Test
    void L9_theExampleCleansUp() throws Exception {
        Child child = new Child(MainSnippets.class, List.of());
        assertThat(child.says("open").sent("TERM").ends(143)).containsExactly("open", "closed");
    }

    @Test
    void L9_aFailureInTheCleanUpIsPrintedAndTheExitCodeIsOne() throws Exception {
        assertThat(child("fails in its clean-up").says("waits").sent("TERM").ends(1))
                .contains("cleans up: SIGTERM", "Exception in thread \"main\" java.io.IOException: broken clean-up");
    }

    @Test
    void L9_cleanUpHasALimit() throws Exception {
        assertThat(child("cleans up too long").says("waits").sent("TERM").ends(143))
                .contains("cleans up: SIGTERM")
                .anyMatch(line -> line.contains("Asked to end by SIGTERM, and still running after PT0.1S: main"))
                .doesNotContain("clean");
    }

    @Test
    void L9_aSecondSignalEndsTheProcessAtOnce() throws Exception {
        Child child = child("cleans up for long").says("waits").sent("TERM").says("cleans up");
        assertThat(child.sent("TERM").ends(143)).containsExactly("waits", "cleans up: SIGTERM");
    }

    @Test
    void L9_afterItsEndASignalHasItsOldEffect() throws Exception {
        assertThat(child("waits after its end").says("waits").sent("TERM").ends(143))
                .containsExactly("waits");
    }

    @Test
    void L9_withoutTheModuleForSignalsAShutdownHookCancels() throws Exception {
        assertThat(new Child(Main.class, WITHOUT_SIGNALS, "waits")
                        .says("waits")
                        .sent("TERM")
                        .ends(143))
                .containsExactly("waits", "cleans up: the JVM shuts down", "clean");
        assertThat(new Child(Main.class, WITHOUT_SIGNALS, "returns").ends(0)).containsExactly("returned");
        assertThat(new Child(Main.class, WITHOUT_SIGNALS, "fails").ends(1))
                .contains("Exception in thread \"main\" java.io.IOException: broken");
    }

    @Test
    void L9_insideACoroutineItIsRefused() {
        run(() -> assertThatThrownBy(() -> runMain(() -> {}))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("runMain is for main: write run(body) inside a coroutine"));
    }
}
