package dev.weft.examples.guide;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.Project;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The code and the claims of {@code docs/guide/configuration.md}. */
class ConfigurationGuideTest {
    private static final List<String> MODULES = List.of("api", "reactor-adapter", "rxjava-adapter", "testing", "tck");
    private static final String FILE = "weft.properties";

    private static final Pattern KEY_IN_SOURCES = Pattern.compile("\"(weft\\.[a-z.]+|WEFT_[A-Z_]+)\"");
    private static final Pattern KEY_ON_PAGE = Pattern.compile("(?<![\\w.])(weft\\.[a-z.]*[a-z]|WEFT_[A-Z_]+)\\b");
    private static final Pattern ROW = Pattern.compile("^\\| `(weft\\.[a-z.]+)` \\|", Pattern.MULTILINE);

    // --- the list

    private static Set<String> keys(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(key -> !key.equals(FILE))
                .collect(toCollection(TreeSet::new));
    }

    private static Set<String> keysInSources() {
        Set<String> keys = new TreeSet<>();
        for (String module : MODULES) {
            for (Path file : Project.javaBelow(Project.ROOT.resolve(module).resolve("src/main")))
                keys.addAll(keys(KEY_IN_SOURCES, Project.text(file)));
        }
        return keys;
    }

    private static String page() {
        return Project.text("docs/guide/configuration.md");
    }

    @Test
    void thePageHasTheKeysOfTheSourcesAndNoOther() throws IOException {
        assertThat(keys(KEY_ON_PAGE, page())).isEqualTo(keysInSources()).contains("weft.backend", "WEFT_BACKEND");
    }

    @Test
    void eachKeyHasARowInTheTable() throws IOException {
        Set<String> names = keysInSources();
        names.removeIf(key -> key.startsWith("WEFT_"));
        assertThat(keys(ROW, page())).isEqualTo(names);
    }

    @Test
    void theFileOfTheExamplesIsAsThePageShows() throws IOException {
        var properties = new Properties();
        try (InputStream in = Settings.class.getResourceAsStream("/" + FILE)) {
            properties.load(in);
        }
        assertThat(properties).containsExactlyEntriesOf(Map.of("weft.backend", "reactor"));
        assertThat(page()).contains("weft.backend=reactor");
    }

    // --- what is said of them: the program in a JVM of its own, on this class path, whose file says reactor

    private static String settings(String backendVariable, String... options) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Settings.class.getName()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("WEFT_") || name.startsWith("JDK_JAVA_"));
        if (backendVariable != null) builder.environment().put("WEFT_BACKEND", backendVariable);
        Process process = builder.start();
        try (InputStream out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.waitFor();
        }
    }

    @Test
    void aFileOnTheClassPathIsRead() throws Exception {
        assertThat(settings(null).lines()).containsExactly("backend: reactor", "says where it was awaited: true");
    }

    @Test
    void aVariableWinsOverTheFile() throws Exception {
        assertThat(settings("rxjava")).contains("backend: rxjava");
    }

    @Test
    void aPropertyWinsOverTheVariable() throws Exception {
        assertThat(settings("rxjava", "-Dweft.backend=jdk")).contains("backend: jdk");
    }

    @Test
    void blankIsNotSet() throws Exception {
        assertThat(settings(" ", "-Dweft.backend= ")).contains("backend: reactor");
    }

    @Test
    void thePlaceOfTheAwaitCanBeLeftOut() throws Exception {
        assertThat(settings(null, "-Dweft.trace=off")).contains("says where it was awaited: false");
    }

    @Test
    void othersAreTakenAsTheyAreWritten() throws Exception {
        assertThat(settings(null, "-Dweft.interrupts=cooperative", "-Dweft.watchdog=10s", "-Dweft.dispatcher=virtual")
                        .lines())
                .containsExactly("backend: reactor", "says where it was awaited: true");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    -Dweft.backend=kotlin   | looked for backend "kotlin" (system property weft.backend); found [
                    -Dweft.dispatcher=fast  | looked for a dispatcher in weft.dispatcher, virtual or event-loop; found "fast"
                    -Dweft.interrupts=never | looked for sent or cooperative in weft.interrupts; found "never"
                    -Dweft.watchdog=soon    | looked for a time in weft.watchdog, such as 500ms, 10s, 2m or PT10S, or off
                    """)
    void aWrongValueIsAnErrorAtTheFirstCoroutine(String option, String message) throws Exception {
        assertThat(settings(null, option))
                .contains("Exception in thread \"main\" dev.weft.BackendException: " + message)
                .doesNotContain("says where it was awaited");
    }

    @Test
    void withoutTheFlagTheEventLoopIsReportedAndNotUsed() throws Exception {
        assertThat(settings(null, "-Dweft.dispatcher=event-loop"))
                .contains("weft.dispatcher=event-loop needs JDK 24 or newer and the flag --add-opens")
                .contains("coroutines run on the JDK's scheduler instead")
                .contains("backend: reactor");
    }
}
