package dev.weft.surface;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Requirements for the Javadoc of the module in whose folder this runs. */
class JavadocTest {
    private static final Pattern USED =
            Pattern.compile("\\{@snippet class=\"([\\w.]+)\"\\s+(?:\\*\\s+)?region=\"(\\w+)\"}");
    private static final Pattern REGION =
            Pattern.compile("// @start region=\"(\\w+)\"\n(.*?)\n *// @end", Pattern.DOTALL);
    private static final Pattern PUBLIC =
            Pattern.compile("^public [^(;=]*\\b(class|interface|enum|record) ", Pattern.MULTILINE);

    @Test
    void everyExampleIsARegionAndEveryRegionAnExample() throws IOException {
        List<String> regions = regions(Path.of("src/test/java"));
        assertThat(examples(Path.of("src/main/java"))).containsExactlyInAnyOrderElementsOf(regions);
    }

    @Test
    void everyPublicTypeSaysSinceWhenItExists() throws IOException {
        for (Path file : files(Path.of("src/main/java"))) {
            String text = Files.readString(file);
            Matcher type = PUBLIC.matcher(text);
            if (!type.find()) continue;
            assertThat(text.substring(text.lastIndexOf("/**", type.start()), type.start()))
                    .as("the documentation of %s", file)
                    .contains("\n * @since ");
        }
    }

    private static List<String> examples(Path sources) throws IOException {
        List<String> examples = new ArrayList<>();
        for (Path file : files(sources)) {
            String text = Files.readString(file);
            List<String> here = USED.matcher(text)
                    .results()
                    .map(found -> found.group(1) + " " + found.group(2))
                    .toList();
            assertThat(here)
                    .as("what is understood here of the snippets in %s", file)
                    .hasSize(text.split("@snippet", -1).length - 1);
            examples.addAll(here);
        }
        return examples;
    }

    private static List<String> regions(Path sources) throws IOException {
        List<String> regions = new ArrayList<>();
        for (Path file : files(sources)) {
            String name = sources.relativize(file)
                    .toString()
                    .replaceAll("[/\\\\]", ".")
                    .replaceFirst("\\.java$", "");
            REGION.matcher(Files.readString(file)).results().forEach(found -> {
                assertThat(found.group(2).lines().count())
                        .as("lines of %s in %s", found.group(1), name)
                        .isBetween(1L, 9L);
                regions.add(name + " " + found.group(1));
            });
        }
        return regions;
    }

    private static List<Path> files(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
