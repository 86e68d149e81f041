package dev.weft.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The list of rules, which stands in two places: each rule has a test, and each test is in the list. */
class RuleListTest {
    private static final List<String> TESTED =
            chapters().flatMap(RuleListTest::rules).sorted().toList();

    @Test
    void theDocumentationOfTheInterfaceListsEachRule() throws IOException {
        assertThat(numbers("../api/src/main/java/dev/weft/spi/Backend.java", "<li>Rule (\\d\\.\\d\\d): "))
                .isEqualTo(TESTED);
    }

    @Test
    void theGuideListsEachChapter() throws IOException {
        List<String> shown = chapters()
                .map(chapter -> chapter.getAnnotation(DisplayName.class).value())
                .sorted()
                .toList();
        assertThat(found("../docs/contribute/backends.md", "(?m)^\\| \\*\\*(\\d)\\*\\* \\| \\*\\*(.*)\\*\\* \\|$")
                        .map(found -> (found.group(1) + " " + found.group(2)).replace("`", "")))
                .containsExactlyElementsOf(shown);
    }

    @Test
    void aChapterHasTheRulesOfItsNumber() {
        chapters()
                .forEach(chapter -> assertThat(rules(chapter))
                        .isNotEmpty()
                        .allMatch(rule -> chapter.getSimpleName().startsWith("Rules" + rule.charAt(0))));
    }

    @Test
    void theGuideListsEachRule() throws IOException {
        assertThat(numbers("../docs/contribute/backends.md", "(?m)^\\| (\\d\\.\\d\\d) \\|"))
                .isEqualTo(TESTED);
    }

    private static List<String> numbers(String file, String pattern) throws IOException {
        return found(file, pattern).map(found -> found.group(1)).sorted().toList();
    }

    private static Stream<MatchResult> found(String file, String pattern) throws IOException {
        return Pattern.compile(pattern).matcher(Files.readString(Path.of(file))).results();
    }

    private static Stream<Class<?>> chapters() {
        return Arrays.stream(BackendContract.class.getDeclaredClasses())
                .filter(type -> type.isAnnotationPresent(Nested.class));
    }

    /** The numbers of its rules. */
    private static Stream<String> rules(Class<?> chapter) {
        return Arrays.stream(chapter.getSuperclass().getDeclaredMethods())
                .map(Method::getName)
                .filter(name -> name.matches("rule\\d{3}_.*"))
                .map(name -> name.charAt(4) + "." + name.substring(5, 7));
    }
}
