package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Backends.Installed;
import dev.weft.spi.Backend;
import dev.weft.spi.SpiLevel;
import dev.weft.testing.Unaskable;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which backend, rows L5 to L7 of the promises: the rule, the loading, and both together in a process of their own. */
class BackendsTest {
    private static final Backend ONE = new Fake("one", String.class);
    private static final Backend TWO = new Fake("two", Integer.class, String.class);

    @TempDir
    private Path directory;

    // --- the rule

    @Test
    void L5_withoutAdaptersItIsJdk() {
        assertThat(Backends.choose(null, null, null, installed())).isSameAs(JdkBackend.INSTANCE);
    }

    @Test
    void L5_theOnlyAdapterIsChosen() {
        assertThat(Backends.choose(null, null, null, installed(ONE))).isSameAs(ONE);
    }

    @ParameterizedTest
    @CsvSource({"one,two,two,one", ",one,two,one", ",,one,one", "jdk,one,two,jdk", ",jdk,two,jdk", ",,jdk,jdk"})
    void L5_theFirstThatAsksDecides(String property, String environment, String file, String expected) {
        assertThat(Backends.choose(property, environment, file, installed(ONE, TWO))
                        .id())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void L5_aBlankValueDoesNotAsk(String blank) {
        assertThat(Backends.choose(blank, blank, blank, installed(ONE))).isSameAs(ONE);
        assertThat(Backends.choose(blank, blank, "two", installed(ONE, TWO))).isSameAs(TWO);
        assertThat(Backends.choose(blank, "two", "one", installed(ONE, TWO))).isSameAs(TWO);
    }

    @Test
    void L5_spacesAroundAnIdDoNotMatter() {
        assertThat(Backends.choose(" two ", null, null, installed(ONE, TWO))).isSameAs(TWO);
    }

    @Test
    void L5_twoAdaptersAndNoChoiceIsAnError() {
        assertThatThrownBy(() -> Backends.choose(null, null, null, installed(ONE, TWO)))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "looked for one backend",
                        "found [one, two, jdk]",
                        "-Dweft.backend=<id>",
                        "WEFT_BACKEND=<id>",
                        "weft.properties",
                        "withBackend");
    }

    @ParameterizedTest
    @CsvSource({
        "nope,one,one,system property weft.backend",
        ",nope,one,environment variable WEFT_BACKEND",
        ",,nope,weft.properties"
    })
    void L5_anUnknownIdIsAnErrorThatNamesWhoAsked(String property, String environment, String file, String askedBy) {
        assertThatThrownBy(() -> Backends.choose(property, environment, file, installed(ONE)))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "looked for backend \"nope\"", askedBy, "found [one, jdk]", "dev.weft:weft-reactor");
    }

    @Test
    void L5_anUnknownIdNamesWhatCouldNotBeLoaded() {
        var installed = new Installed(List.of(), List.of("no such class: Adapter"));
        assertThatThrownBy(() -> Backends.choose("one", null, null, installed))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("no such class: Adapter");
    }

    @Test
    void L5_idsAreUnique() {
        assertThatThrownBy(() -> installed(ONE, new Fake("one")))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "looked for backends with different ids",
                        "found two with the id \"one\"",
                        Fake.class.getName(),
                        "remove one");
        assertThatThrownBy(() -> installed(new Fake("jdk")))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("\"jdk\"", JdkBackend.class.getName());
    }

    // --- the rule for a type

    @Test
    void L5_aTypeFindsTheBackendThatUnderstandsIt() {
        assertThat(Backends.of(Integer.class, installed(ONE, TWO), null, () -> ONE))
                .isSameAs(TWO);
        assertThat(Backends.of(CompletionStage.class)).isSameAs(JdkBackend.INSTANCE);
        assertThat(Backends.of(CompletableFuture.class)).isSameAs(JdkBackend.INSTANCE);
    }

    @Test
    void L5_anAdapterKnowsItsOwnPublishersBetterThanJdk() {
        var adapter = new Fake("adapter", SubmissionPublisher.class);
        assertThat(Backends.of(SubmissionPublisher.class, installed(ONE, adapter), null, () -> ONE))
                .isSameAs(adapter);
        assertThat(Backends.of(SubmissionPublisher.class, installed(ONE), null, () -> ONE))
                .isSameAs(JdkBackend.INSTANCE);
    }

    @Test
    void L5_aTypeThatNobodyUnderstandsIsAnError() {
        assertThatThrownBy(() -> Backends.of(Thread.class, installed(ONE), null, () -> ONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "looked for a backend that understands java.lang.Thread",
                        "found [one, jdk]",
                        "add the adapter");
        assertThatThrownBy(() -> Async.awaitable("a string"))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("java.lang.String");
    }

    @Test
    void L5_aBackendThatCodeHasSelectedNeedNotBeInstalled() {
        var own = new Fake("own", Thread.class, SubmissionPublisher.class);
        assertThat(Backends.of(Thread.class, installed(ONE), own, () -> own)).isSameAs(own);
        assertThat(Backends.of(SubmissionPublisher.class, installed(ONE), own, () -> own))
                .isSameAs(own);
        assertThat(Backends.of(Integer.class, installed(TWO), own, () -> own)).isSameAs(TWO);
        assertThat(Async.withBackend(own, () -> Backends.of(Thread.class))).isSameAs(own);
        assertThat(Async.withBackend(own, () -> Backends.of(CompletionStage.class)))
                .isSameAs(JdkBackend.INSTANCE);
    }

    @Test
    void L5_ofTwoThatClaimATypeTheSelectedOneIsTaken() {
        assertThat(Backends.of(String.class, installed(ONE, TWO), null, () -> TWO))
                .isSameAs(TWO);
        assertThat(Backends.of(String.class, installed(ONE, TWO), null, () -> new Fake("two")))
                .isSameAs(TWO);
        assertThatThrownBy(() -> Backends.of(String.class, installed(ONE, TWO), null, () -> JdkBackend.INSTANCE))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "looked for one backend that understands java.lang.String",
                        "found [one, two]",
                        "-Dweft.backend=<id>");
    }

    // --- threads

    @Test
    void A24_aThreadThatMustNotBlockIsRefusedWithWhatToWriteInstead() {
        Backend nonBlocking = new Fake("loop") {
            @Override
            public boolean mayBlock() {
                return !Thread.currentThread().getName().equals("event-loop");
            }
        };
        Installed installed = installed(ONE, nonBlocking);
        assertThatCode(() -> Backends.requireMayBlock("await", installed)).doesNotThrowAnyException();
        var refused = new CompletableFuture<Void>();
        Thread.ofPlatform().name("event-loop").start(() -> {
            try {
                Backends.requireMayBlock("await", installed);
                refused.complete(null);
            } catch (Throwable failure) {
                refused.completeExceptionally(failure);
            }
        });
        assertThatThrownBy(refused::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("await", "event-loop", "mono(", "Async.async(");
        assertThatCode(() -> Thread.ofVirtual()
                        .name("event-loop")
                        .start(() -> Backends.requireMayBlock("await", installed))
                        .join())
                .doesNotThrowAnyException();
    }

    // --- loading

    @Test
    void L5_whatIsListedIsLoaded() throws IOException {
        Installed installed = load(Good.class.getName(), OtherGood.class.getName());
        assertThat(installed.adapters()).extracting(Backend::id).containsExactly("good", "other");
        assertThat(installed.problems()).isEmpty();
        assertThat(installed.describe()).isEqualTo("[good, other, jdk]");
    }

    @Test
    void L5_nothingListedIsNoProblem() throws IOException {
        assertThat(load().adapters()).isEmpty();
    }

    @Test
    void L5_aBrokenProviderIsReportedAndSkipped() throws IOException {
        try (var log = new LibraryLog()) {
            Installed installed = load(
                    "no.such.Provider",
                    Throws.class.getName(),
                    Good.class.getName(),
                    CannotBeLinked.class.getName(),
                    CannotBeInitialized.class.getName(),
                    BackendsTest.class.getName(),
                    OtherGood.class.getName());
            assertThat(installed.adapters()).extracting(Backend::id).containsExactly("good", "other");
            assertThat(installed.problems()).hasSize(5);
            assertThat(installed.describe())
                    .contains(
                            "not loadable",
                            "no.such.Provider",
                            "not today",
                            "missing/Library",
                            "CannotBeInitialized",
                            "not a subtype");
            assertThat(log.lines()).hasSize(5);
        }
    }

    @Test
    void L5_aProviderWhoseFailureCannotBeAskedIsSkippedLikeAnyOther() throws IOException {
        try (var log = new LibraryLog()) {
            Installed installed = load(ThrowsWhatCannotBeAsked.class.getName(), Good.class.getName());
            assertThat(installed.adapters()).extracting(Backend::id).containsExactly("good");
            assertThat(installed.describe()).contains("because of dev.weft.testing.Unaskable$Unchecked");
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void L5_aFileThatCannotBeParsedIsReported() throws IOException {
        try (var log = new LibraryLog()) {
            assertThat(load("not a class name").problems()).hasSize(1);
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void L6_anotherSpiLevelIsAnErrorAndNoneOfItsCodeRuns() {
        assertThatThrownBy(() -> load(Good.class.getName(), Newer.class.getName()))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "level " + SpiLevel.CURRENT + " of the Weft SPI",
                        Newer.class.getName() + " for level " + (SpiLevel.CURRENT + 1),
                        "same version of weft-api");
    }

    @Test
    void L6_aProviderWithoutALevelIsAnError() {
        assertThatThrownBy(() -> load(Unmarked.class.getName()))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(Unmarked.class.getName() + " without @SpiLevel", "same version");
    }

    @Test
    void L5_twoProvidersWithOneIdAreAnError() {
        assertThatThrownBy(() -> load(Good.class.getName(), AnotherGood.class.getName()))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("\"good\"", Good.class.getName(), AnotherGood.class.getName());
    }

    // --- in a process of its own

    @Test
    void L5_thePropertyIsReadAndItsErrorIsThrownAnewAtEachUse() throws Exception {
        List<String> lines = process(Map.of(), "-Dweft.backend=nope");
        assertThat(lines).hasSize(3).allMatch(line -> line.startsWith(BackendException.class.getName()));
        assertThat(lines)
                .allMatch(line -> line.contains("looked for backend \"nope\" (system property weft.backend)")
                        && line.contains("found [jdk]"));
    }

    @Test
    void L5_theEnvironmentIsRead() throws Exception {
        assertThat(process(Map.of("WEFT_BACKEND", "nope"))).allMatch(line -> line.contains("WEFT_BACKEND"));
        assertThat(process(Map.of("WEFT_BACKEND", "jdk"))).containsOnly("jdk");
        assertThat(process(Map.of("WEFT_BACKEND", "nope"), "-Dweft.backend=jdk"))
                .containsOnly("jdk");
    }

    @Test
    void L5_theFileOnTheClassPathIsRead() throws Exception {
        Files.writeString(directory.resolve("weft.properties"), "weft.backend=nope");
        assertThat(process(Map.of())).hasSize(3).allMatch(line -> line.contains("weft.properties"));
        assertThat(process(Map.of("WEFT_BACKEND", "jdk"))).containsOnly("jdk");
    }

    @Test
    void L5_aFileThatCannotBeReadIsAnErrorAtEachUse() throws Exception {
        Files.writeString(directory.resolve("weft.properties"), "weft.backend=\\u00zz");
        assertThat(process(Map.of()))
                .hasSize(3)
                .allMatch(
                        line -> line.startsWith(BackendException.class.getName()) && line.contains("weft.properties"));
    }

    @Test
    void L6_aBackendForAnotherLevelIsAnErrorAtEachUse() throws Exception {
        list(Newer.class.getName());
        assertThat(process(Map.of()))
                .hasSize(3)
                .allMatch(line -> line.startsWith(BackendException.class.getName()) && line.contains("level"));
    }

    @Test
    void L5_aBackendWhoseIdCannotBeReadIsAnErrorAtEachUse() throws Exception {
        list(Nameless.class.getName());
        assertThat(process(Map.of()))
                .hasSize(3)
                .allMatch(line -> line.startsWith(BackendException.class.getName()) && line.contains("no id today"));
    }

    @Test
    void L5_theAdapterOnTheClassPathIsChosen() throws Exception {
        list(Good.class.getName());
        assertThat(process(Map.of())).containsOnly("good");
    }

    @Test
    void L7_manyThreadsSelectAtOnce() throws Exception {
        list(Good.class.getName());
        assertThat(process(Map.of(), "-Dprobe.threads=16")).containsOnly("good").hasSize(48);
    }

    /** Asks for the backend three times in each of several threads. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) throws InterruptedException {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < Integer.getInteger("probe.threads", 1); i++) threads.add(new Thread(Probe::ask));
            threads.forEach(Thread::start);
            for (Thread thread : threads) thread.join();
        }

        private static void ask() {
            for (int i = 0; i < 3; i++) {
                String answer;
                try {
                    answer = Async.backend().id();
                } catch (Throwable failure) {
                    answer = failure.toString();
                }
                System.out.println(answer);
            }
        }
    }

    private List<String> process(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(arguments));
        command.add("-cp");
        command.add(directory + File.pathSeparator + System.getProperty("java.class.path"));
        command.add(Probe.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("WEFT_BACKEND");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.lines().toList();
    }

    private Installed load(String... providers) throws IOException {
        list(providers);
        var loader = new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, getClass().getClassLoader());
        return Backends.load(ServiceLoader.load(Backend.class, loader));
    }

    private void list(String... providers) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.write(services.resolve(Backend.class.getName()), List.of(providers));
    }

    private static Installed installed(Backend... adapters) {
        return new Installed(List.of(adapters), List.of());
    }

    private static class Fake extends ManualBackend {
        private final String id;
        private final List<Class<?>> types;

        Fake(String id, Class<?>... types) {
            this.id = id;
            this.types = List.of(types);
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public boolean understands(Class<?> type) {
            return types.contains(type);
        }
    }

    // --- providers, public so that the service loader can make them

    /** A provider as it should be. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class Good extends Fake {
        /** For the service loader. */
        public Good() {
            super("good");
        }
    }

    /** Another one. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class OtherGood extends Fake {
        /** For the service loader. */
        public OtherGood() {
            super("other");
        }
    }

    /** One with an id that is taken. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class AnotherGood extends Fake {
        /** For the service loader. */
        public AnotherGood() {
            super("good");
        }
    }

    /** One that cannot be made. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class Throws extends Fake {
        /** For the service loader. */
        public Throws() {
            super("throws");
            throw new IllegalStateException("not today");
        }
    }

    /** One that cannot be made, and cannot say why. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class ThrowsWhatCannotBeAsked extends Fake {
        /** For the service loader. */
        public ThrowsWhatCannotBeAsked() {
            super("throws");
            throw new Unaskable.Unchecked();
        }
    }

    /** One whose library is missing. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class CannotBeLinked extends Fake {
        private static final Object LIBRARY = missing();

        /** For the service loader. */
        public CannotBeLinked() {
            super("cannot be linked " + LIBRARY);
        }

        private static Object missing() {
            throw new NoClassDefFoundError("missing/Library");
        }
    }

    /** One whose static initializer throws. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class CannotBeInitialized extends Fake {
        private static final int NUMBER = Integer.parseInt("not a number");

        /** For the service loader. */
        public CannotBeInitialized() {
            super("cannot be initialized " + NUMBER);
        }
    }

    /** One that was compiled for another version; making it would be an error of the test. */
    @SpiLevel(SpiLevel.CURRENT + 1)
    public static final class Newer extends Fake {
        /** For the service loader. */
        public Newer() {
            super("newer");
            throw new AssertionError("its code ran");
        }
    }

    /** One that does not say for which version it was compiled. */
    public static final class Unmarked extends Fake {
        /** For the service loader. */
        public Unmarked() {
            super("unmarked");
        }
    }

    /** A backend that cannot even give its id. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class Nameless extends Fake {
        /** For the service loader. */
        public Nameless() {
            super("nameless");
        }

        @Override
        public String id() {
            throw new UnsupportedOperationException("no id today");
        }
    }
}
