package dev.weft.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of rules, which stands in two places: each rule has a test, and each test is in the list. */
class RuleListTest {
    private static final List<String> TESTED = Arrays.stream(BackendContract.class.getDeclaredClasses())
            .map(Class::getSuperclass)
            .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
            .map(Method::getName)
            .filter(name -> name.matches("rule\\d{3}_.*"))
            .map(name -> name.charAt(4) + "." + name.substring(5, 7))
            .sorted()
            .toList();

    @Test
    void theDocumentationOfTheInterfaceListsEachRule() throws IOException {
        assertThat(numbers("../api/src/main/java/dev/weft/spi/Backend.java", "<li>Rule (\\d\\.\\d\\d): "))
                .isEqualTo(TESTED);
    }

    @Test
    void theGuideListsEachRule() throws IOException {
        assertThat(numbers("../docs/backends.md", "(?m)^\\| (\\d\\.\\d\\d) \\|"))
                .isEqualTo(TESTED);
    }

    private static List<String> numbers(String file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(Path.of(file)))
                .results()
                .map(found -> found.group(1))
                .sorted()
                .toList();
    }
}
