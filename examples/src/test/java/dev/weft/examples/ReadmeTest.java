package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
                    "docs/migrate/from-callbacks.md",
                    "docs/migrate/from-asyncio.md",
                    "docs/migrate/from-reactor.md",
                    "docs/migrate/from-rxjava.md",
                    "docs/migrate/into-a-service.md",
                    "docs/guide/answers.md")
            .map(ROOT::resolve)
            .toList();
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
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

    @TestFactory
    Stream<DynamicTest> everyLinkLeadsSomewhere() throws IOException {
        return Stream.concat(Stream.of(ROOT.resolve("README.md")), pages())
                .flatMap(document -> LINK.matcher(text(document))
                        .results()
                        .map((MatchResult found) -> found.group(1))
                        .filter(link -> !link.contains("://"))
                        .map(link -> DynamicTest.dynamicTest(
                                ROOT.relativize(document) + ": " + link, () -> leadsSomewhere(document, link))));
    }

    private static Stream<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            return files.filter(file -> file.toString().endsWith(".md")).toList().stream();
        }
    }

    private static void leadsSomewhere(Path document, String link) {
        String[] parts = link.split("#", 2);
        Path page = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
        assertThat(page).exists();
        if (parts.length == 2) assertThat(anchors(page)).contains(parts[1]);
    }

    /** Of the headings of a page, as its readers see it rendered. */
    private static List<String> anchors(Path page) {
        return text(page)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
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
