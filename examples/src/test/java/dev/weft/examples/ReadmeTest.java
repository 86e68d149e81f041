package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The README and the guides tell the truth: their code is code that is compiled and run here. */
class ReadmeTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final List<Path> DOCUMENTS = Stream.of(
                    "README.md",
                    "docs/from-callbacks.md",
                    "docs/from-asyncio.md",
                    "docs/from-reactor.md",
                    "docs/from-rxjava.md",
                    "docs/adoption.md",
                    "docs/answers.md")
            .map(ROOT::resolve)
            .toList();
    private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> everyBlockOfCodeIsPartOfASourceFile() throws IOException {
        String sources = sources();
        return DOCUMENTS.stream()
                .flatMap(document -> blocks(document).stream())
                .map(block -> DynamicTest.dynamicTest(
                        block.lines().findFirst().orElse(""),
                        () -> assertThat(sources).contains(squeezed(block))));
    }

    @Test
    void thereAreBlocksOfCode() {
        assertThat(DOCUMENTS)
                .allSatisfy(document -> assertThat(blocks(document)).hasSizeGreaterThan(3));
    }

    private static List<String> blocks(Path document) {
        return CODE.matcher(text(document))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private static String sources() throws IOException {
        String tests = sources("reactor-adapter/src/test") + sources("rxjava-adapter/src/test");
        return sources("examples/src") + tests;
    }

    private static String sources(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(file -> squeezed(text(file)))
                    .collect(Collectors.joining());
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Lines are broken and indented differently there. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
