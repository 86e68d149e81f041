package dev.weft.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The keys that the starter knows, those that the guide names, and those that editors are told. */
class KeysTest {
    private static final Path GUIDE = Path.of("../../docs/guide");
    private static final Path METADATA = Path.of("src/main/resources/META-INF/spring-configuration-metadata.json");

    /** Keys for tests of Weft and of backends, which an application does not set. */
    private static final List<String> FOR_TESTS =
            List.of("weft.simulation", "weft.seed", "weft.seeds", "weft.tck.rounds");

    private static Stream<String> found(Path file, String row) throws IOException {
        return Pattern.compile(row).matcher(Files.readString(file)).results().map(key -> key.group(1));
    }

    private static List<String> rows(String page) throws IOException {
        return found(GUIDE.resolve(page), "(?m)^\\| `(weft\\.[a-z.-]+)` \\|").toList();
    }

    @Test
    void theStarterHandsOverEachKeyOfAProgram() throws IOException {
        assertThat(rows("configuration.md"))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(Settings.KEYS.stream(), FOR_TESTS.stream())
                        .toList());
    }

    @Test
    void editorsAreToldEachKey() throws IOException {
        assertThat(found(METADATA, "\\{\"name\": \"([a-z.-]+)\", \"type\""))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(Settings.KEYS.stream(), rows("spring.md").stream())
                        .toList());
    }
}
