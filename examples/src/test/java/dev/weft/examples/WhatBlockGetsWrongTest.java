package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of what blocking calls get wrong says what they do here, row by row. */
class WhatBlockGetsWrongTest {
    private static final Path PAGE = Path.of("").toAbsolutePath().resolveSibling("docs/reference/block-gets-wrong.md");

    @Test
    void eachDefectIsThereAndIsNotOurs() throws IOException {
        assertThat(WhatBlockGetsWrong.measure()).hasSize(12).containsExactlyElementsOf(rows("Reactor"));
    }

    @Test
    void eachDefectOfRxJavaIsThereAndIsNotOurs() throws IOException {
        assertThat(WhatBlockingGetGetsWrong.measure()).hasSize(12).containsExactlyElementsOf(rows("RxJava"));
    }

    /** Each is a heading, perhaps a sentence, and an item for each way of waiting. */
    private static List<Row> rows(String library) throws IOException {
        return Pattern.compile("(?ms)^### ([^\n]+)\n(?:(?!^#).)*?^- " + library + ": ([^\n]+)\n- Weft: ([^\n]+)$")
                .matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult row) -> new Row(row.group(1), row.group(2), row.group(3)))
                .toList();
    }
}
