package dev.weft.examples.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The checkout is the same source for every engine: it names none. */
class NeutralTest {
    private static final Path CHECKOUT = Path.of("src/main/java/dev/weft/examples/checkout");
    private static final List<String> MAY_BE_IMPORTED =
            List.of("java.", "okhttp3.", "org.jspecify.", "dev.weft.examples.checkout.Connection.");

    @Test
    void nothingOfAnEngineIsImported() throws IOException {
        try (Stream<Path> files = Files.list(CHECKOUT)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")).flatMap(NeutralTest::imports))
                    .hasSizeGreaterThan(20)
                    .allMatch(NeutralTest::isNeutral);
        }
    }

    private static boolean isNeutral(String imported) {
        return imported.matches("dev\\.weft\\.[A-Z][\\w.]*")
                || MAY_BE_IMPORTED.stream().anyMatch(imported::startsWith);
    }

    private static Stream<String> imports(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("import "))
                    .map(line -> line.replaceFirst("import (static )?", "").replace(";", ""));
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }
}
