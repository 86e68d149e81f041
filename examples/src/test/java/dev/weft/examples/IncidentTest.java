package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncidentTest {
    private static final Pattern SECTION =
            Pattern.compile("^## At three in the morning$.*?(?=^## )", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern BLOCK = Pattern.compile("^```text$\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    /** The guide shows the output, without the ends of long lines. */
    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void eachFaultIsFoundAndTheGuideShowsHow(String backend) throws Exception {
        List<String> told = new Program(Incident.class)
                .with("-Dweft.backend=" + backend).run().stream()
                        .map(line -> masked(line.replace('(' + backend, "(reactor")))
                        .toList();
        assertThat(shown())
                .hasSize(7)
                .allSatisfy(block -> assertThat(isTold(block, told))
                        .as("%s in %s", block, told)
                        .isTrue());
    }

    private static List<List<String>> shown() {
        String section = SECTION.matcher(Project.text("docs/guide/operating.md"))
                .results()
                .findFirst()
                .orElseThrow()
                .group();
        return BLOCK.matcher(section)
                .results()
                .map(block -> block.group(1).lines().map(IncidentTest::masked).toList())
                .toList();
    }

    /** {@return a line without what differs each time, or with each compiler} */
    private static String masked(String line) {
        return line.replaceAll("[0-9]+[.][0-9] s", "n s")
                .replaceAll(":[0-9]+\\)", ":n)")
                .replaceAll("[$][0-9]+", "\\$n")
                .replaceAll("and [0-9]+ more", "and n more");
    }

    private static boolean isTold(List<String> block, List<String> told) {
        return IntStream.rangeClosed(0, told.size() - block.size())
                .anyMatch(from ->
                        IntStream.range(0, block.size()).allMatch(i -> isShown(told.get(from + i), block.get(i))));
    }

    private static boolean isShown(String line, String shown) {
        return shown.endsWith("…")
                ? line.startsWith(shown.substring(0, shown.length() - 1).stripTrailing())
                : line.equals(shown);
    }
}
