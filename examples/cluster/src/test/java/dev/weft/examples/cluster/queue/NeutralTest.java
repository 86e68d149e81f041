package dev.weft.examples.cluster.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The queue and its worker are the same source for every client: they name no reactive library. */
class NeutralTest {
    @Test
    void nothingOfAnEngineIsImported() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/java/dev/weft/examples/cluster/queue"))) {
            assertThat(files.flatMap(NeutralTest::lines).filter(line -> line.startsWith("import ")))
                    .hasSizeGreaterThan(20)
                    .noneMatch(line -> line.matches(".*(reactor|reactivex|rxjava|reactive).*"));
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
