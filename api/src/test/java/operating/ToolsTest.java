package operating;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.backend;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.Async.runMain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.Coroutines;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.spi.Reports;
import dev.weft.spi.Warning;
import dev.weft.testing.Watched;
import java.io.BufferedReader;
import java.io.File;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Coroutines as the tools of the JDK see them: JMX, jcmd, signals and the flight recorder. */
@SuppressWarnings("try") // what is registered is not used
class ToolsTest {
    private final CompletableFuture<String> gate = new CompletableFuture<>();

    private Deferred<String> waiting(String name) {
        return waiting(name, gate);
    }

    private static Deferred<String> waiting(String name, CompletableFuture<String> gate) {
        Deferred<String> started = coroutine(() -> await(gate)).named(name).start();
        Watched.until(
                name + " waits",
                () -> Coroutines.dump().entries().stream()
                        .anyMatch(entry -> entry.name().equals(name) && entry.kind() != null));
        return started;
    }

    @Test
    void aDumpSaysWhereInTheProgram() {
        Deferred<String> waits = waiting("placed");
        var entry = Coroutines.dump().entries().stream()
                .filter(found -> found.name().equals("placed"))
                .findFirst()
                .orElseThrow();
        assertThat(entry.where().get(0).getClassName()).isEqualTo(ToolsTest.class.getName());
        assertThat(Coroutines.dump().toString()).contains("    at operating.ToolsTest.");
        gate.complete("a");
        waits.await();
    }

    @Test
    void jmxShowsADump() throws Exception {
        var server = ManagementFactory.getPlatformMBeanServer();
        var name = new ObjectName("dev.weft:type=Coroutines");
        Deferred<String> waits = waiting("seen by jmx");
        try (Hooks.Handle registered = Coroutines.registerMXBean();
                Hooks.Handle again = Coroutines.registerMXBean()) {
            assertThat((String) server.invoke(name, "dumpText", null, null)).contains("seen by jmx (jdk, ");
            assertThat((String) server.invoke(name, "dumpJson", null, null)).contains("\"name\":\"seen by jmx\"");
            assertThat((String[]) server.invoke(name, "findCycles", null, null)).isEmpty();
        }
        assertThat(server.isRegistered(name)).isFalse();
        gate.complete("a");
        waits.await();
    }

    @Test
    void aRecordingHasCoroutinesWaitsCancellationsAndDiscards(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("weft.jfr");
        try (Recording recording = new Recording()) {
            for (String event : List.of("Coroutine", "Cancellation", "Discard")) recording.enable("dev.weft." + event);
            recording.enable("dev.weft.Wait").withThreshold(Duration.ZERO);
            recording.start();
            assertThat(isListening()).isTrue();
            Deferred<String> waits = waiting("recorded");
            Deferred<String> cancelled = coroutine(() -> await(new CompletableFuture<String>()))
                    .named("cancelled")
                    .start();
            cancelled.cancel("enough");
            gate.complete("a");
            waits.await();
            Watched.until("it has ended", () -> cancelled.state() == Deferred.State.CANCELLED);
            Reports.discard(backend(), null, 7);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(isListening()).as("no recording wants it").isFalse();
        assertThat(event(events, "Coroutine", "recorded").getString("outcome")).isEqualTo("SUCCEEDED");
        assertThat(event(events, "Coroutine", "recorded").getString("backend")).isEqualTo("jdk");
        assertThat(event(events, "Wait", "recorded").getString("waitsFor")).isEqualTo("await of a CompletionStage");
        assertThat(event(events, "Wait", "recorded").getDuration()).isPositive();
        assertThat(event(events, "Cancellation", "cancelled").getString("why")).isEqualTo("enough");
        assertThat(event(events, "Coroutine", "cancelled").getString("outcome")).isEqualTo("CANCELLED");
        assertThat(events)
                .anyMatch(event -> event.getEventType().getName().equals("dev.weft.Discard")
                        && event.getClass("type").getName().equals("java.lang.Integer"));
    }

    /** What another process records from its start. */
    static final class Recorded {
        private Recorded() {}

        public static void main(String[] arguments) {
            run(() -> coroutine(() -> 1).named("recorded").start().await());
        }
    }

    @Test
    void aRecordingFromTheStartHasTheFirstCoroutine(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("start.jfr");
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:StartFlightRecording:+dev.weft.Coroutine#enabled=true,filename=" + file,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Recorded.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(event(RecordingFile.readAllEvents(file), "Coroutine", "recorded")
                        .getString("outcome"))
                .isEqualTo("SUCCEEDED");
    }

    /** {@return whether the waits of new coroutines are timed, since somebody listens} */
    private static boolean isListening() {
        Deferred<String> probe = waiting("probe", new CompletableFuture<>());
        boolean timed = Coroutines.dump().entries().stream()
                .anyMatch(entry -> entry.name().equals("probe") && entry.waiting() != null);
        probe.cancel();
        Watched.until("it is over", () -> probe.state() == Deferred.State.CANCELLED);
        return timed;
    }

    private static RecordedEvent event(List<RecordedEvent> events, String type, String coroutine) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.weft." + type))
                .filter(event -> coroutine.equals(event.getString("coroutine")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " of " + coroutine + " in " + events));
    }

    /** What another process runs. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            runMain(() -> {
                async(() -> await(new CompletableFuture<>()));
                System.out.println("waits");
                await(new CompletableFuture<>());
            });
        }
    }

    /** Is found by its service. */
    public static final class Loud implements CoroutineListener {
        @Override
        public void started(CoroutineInfo coroutine) {
            System.out.println("told of " + coroutine.name());
        }
    }

    private static Process start(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of(options));
        command.add(Main.class.getName());
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    void aListenerIsFoundByItsServiceAndOneThatCannotBeLoadedHarmsNothing(@TempDir Path folder) throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(
                services.resolve("dev.weft.CoroutineListener"), "no.such.Listener\n" + Loud.class.getName() + "\n");
        Process process = start(
                "-XX:TieredStopAtLevel=1", "-cp", folder + File.pathSeparator + System.getProperty("java.class.path"));
        try (BufferedReader output = process.inputReader()) {
            until("A CoroutineListener cannot be loaded, and is told nothing", output);
            until("told of main", output);
        } finally {
            process.destroyForcibly().waitFor(Watched.SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Forgets a coroutine and a callback, and uses others. */
    static final class Forgetful {
        private Forgetful() {}

        public static void main(String[] arguments) {
            Set<Warning.Kind> kinds = ConcurrentHashMap.newKeySet();
            Hooks.onWarning(warning -> {
                System.out.println(warning);
                kinds.add(warning.kind());
            });
            coroutine(() -> "never run");
            coroutine(() -> "run").named("used").await();
            async(() -> awaitCallback(done -> {}));
            run(() -> awaitCallback(done -> done.resume("a")));
            while (kinds.size() < 2) System.gc();
            System.gc();
            System.out.println("over");
            System.exit(0);
        }
    }

    @Test
    void inDebugModeWhatIsForgottenIsReportedWithThePlaceWhereItWasMade() throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Dweft.debug=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Forgetful.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output)
                .containsOnlyOnce("a coroutine was built and never run: await it, or start it")
                .containsOnlyOnce("a Completion was forgotten without having been resumed")
                .contains("at operating.ToolsTest$Forgetful.main(", "over");
    }

    @Test
    void jcmdAndASignalHaveAnotherProcessDumpItsCoroutines(@TempDir Path folder) throws Exception {
        Process process = start(
                "-XX:TieredStopAtLevel=1",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty("java.class.path"));
        try (BufferedReader output = process.inputReader()) {
            until("waits", output);
            Path file = folder.resolve("dump.json");
            Process jcmd = new ProcessBuilder(
                            System.getProperty("java.home") + "/bin/jcmd",
                            Long.toString(process.pid()),
                            "JVMTI.agent_load",
                            agent(folder).toString(),
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(jcmd.waitFor()).as(said).isZero();
            assertThat(Files.readString(file)).contains("\"name\":\"main\"", "\"parent\":0");
            assertThat(new ProcessBuilder("kill", "-USR1", Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            until("main (jdk, ", output);
        } finally {
            process.destroyForcibly().waitFor(Watched.SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void until(String text, BufferedReader output) throws Exception {
        for (String line = output.readLine(); line != null; line = output.readLine()) if (line.contains(text)) return;
        throw new AssertionError("ended without \"" + text + '"');
    }

    /** {@return a jar with the manifest of Weft's, and nothing else: its classes are there already} */
    private static Path agent(Path folder) throws Exception {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Agent-Class", "dev.weft.DumpAgent");
        Path jar = folder.resolve("weft-api.jar");
        try (OutputStream to = Files.newOutputStream(jar);
                var written = new JarOutputStream(to, manifest)) {
            written.putNextEntry(new ZipEntry("empty"));
            written.closeEntry();
        }
        return jar;
    }
}
