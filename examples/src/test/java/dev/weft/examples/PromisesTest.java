package dev.weft.examples;

import static dev.weft.examples.Project.ROOT;
import static dev.weft.examples.Project.below;
import static dev.weft.examples.Project.javaBelow;
import static dev.weft.examples.Project.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each promise has a test that bears its name, and each test that bears the name of a promise has one. */
class PromisesTest {
    private static final Path PAGE = ROOT.resolve("docs/reference/promises.md");
    private static final int COLUMNS = 110;

    /** {@code A6_aValueThatWon…}, {@code A06_…}, and {@code G6b_…} for a part of a row. */
    private static final Pattern NAMED_TEST = Pattern.compile("\\bvoid ([A-Z])0?(\\d+)[a-z]?_\\w+\\(");

    /** {@code class A6_Cancellation}: what is about a row and those after it. */
    private static final Pattern NAMED_CLASS = Pattern.compile("\\bclass ([A-Z])0?(\\d+)[a-z]?_\\w+");

    private static final Pattern ROW = Pattern.compile("(?m)^### ([A-Z]\\d+)$");
    private static final Pattern TESTS = Pattern.compile("(?ms)^Tests: [^\n]*(?:\n[^\n]+)*\n\n?");

    @Test
    void eachRowHasATestAndEachTestARow() {
        assertThat(rows(text(PAGE))).hasSizeGreaterThan(100).doesNotHaveDuplicates();
        assertThat(testedRows().keySet()).containsExactlyInAnyOrderElementsOf(rows(text(PAGE)));
    }

    @Test
    void eachNestedClassIsNamedForARow() {
        assertThat(sources().stream().flatMap(file -> named(NAMED_CLASS, text(file))))
                .isSubsetOf(rows(text(PAGE)));
    }

    /** With {@code -Dpromises.accept}, the page is written again. */
    @Test
    void thePageListsTheClassesThatHaveTheTests() throws IOException {
        String listed = withTests(text(PAGE), testedRows());
        if (System.getProperty("promises.accept") != null) Files.writeString(PAGE, listed);
        assertThat(text(PAGE))
                .as("docs/reference/promises.md lists other classes; mvn test -Dpromises.accept writes it again")
                .isEqualTo(listed);
    }

    @Test
    void aTestIsKnownByTheNameOfItsMethod() {
        var tested = new HashMap<String, SortedSet<String>>();
        String source =
                String.join("void ", "@Test ", "A06_a() {} ", "G6b_b() {} ", "Q1_c(int n) { A7_called(); } ", "d() {}");
        addTo(tested, "SomeTest", source);
        assertThat(tested.keySet()).containsExactlyInAnyOrder("A6", "G6", "Q1");
        assertThat(tested.values()).allSatisfy(classes -> assertThat(classes).containsExactly("SomeTest"));
    }

    @Test
    void theListsOfARowAreWrittenAgain() {
        var tested = Map.<String, SortedSet<String>>of("A1", new TreeSet<>(List.of("B", "C")));
        String once = withTests("### A1\n\nA promise.\n\n### A2\n\nAnother.\n", tested);
        assertThat(once).isEqualTo("### A1\n\nA promise.\n\nTests: `B`, `C`\n\n### A2\n\nAnother.\n");
        assertThat(withTests(once, tested)).isEqualTo(once);
        assertThat(withTests(once.replace("`B`, `C`", "`D`,\n`E`"), tested)).isEqualTo(once);
    }

    // --- the page

    private static List<String> rows(String page) {
        return ROW.matcher(page)
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
    }

    /** At the end of each row. */
    private static String withTests(String page, Map<String, SortedSet<String>> tested) {
        var listed = new StringBuilder();
        for (String part : TESTS.matcher(page).replaceAll("").split("(?m)^(?=##)")) {
            List<String> row = rows(part);
            SortedSet<String> classes = row.isEmpty() ? null : tested.get(row.get(0));
            if (classes == null) listed.append(part);
            else
                listed.append(part.stripTrailing())
                        .append("\n\n")
                        .append(paragraph(classes))
                        .append("\n\n");
        }
        return listed.toString().stripTrailing() + "\n";
    }

    private static String paragraph(SortedSet<String> classes) {
        var paragraph = new StringBuilder("Tests:");
        int column = paragraph.length();
        for (String name : classes) {
            String item = "`" + name + "`" + (name.equals(classes.last()) ? "" : ",");
            boolean fits = column + 1 + item.length() <= COLUMNS;
            paragraph.append(fits ? ' ' : '\n').append(item);
            column = item.length() + (fits ? column + 1 : 0);
        }
        return paragraph.toString();
    }

    // --- the tests

    /** {@return the classes that have tests, by the row that these name} */
    private static Map<String, SortedSet<String>> testedRows() {
        var tested = new HashMap<String, SortedSet<String>>();
        for (Path file : sources()) addTo(tested, file.getFileName().toString().replace(".java", ""), text(file));
        return tested;
    }

    private static void addTo(Map<String, SortedSet<String>> tested, String name, String source) {
        named(NAMED_TEST, source)
                .forEach(row ->
                        tested.computeIfAbsent(row, none -> new TreeSet<>()).add(name));
    }

    private static Stream<String> named(Pattern pattern, String source) {
        return pattern.matcher(source).results().map((MatchResult name) -> name.group(1) + name.group(2));
    }

    /** Of all modules; the kit's tests are its main sources, and others are shared. */
    private static List<Path> sources() {
        return modules().stream().flatMap(module -> javaBelow(module).stream()).toList();
    }

    private static List<Path> modules() {
        List<Path> modules = below(ROOT, 3).stream()
                .filter(file -> file.endsWith("src") && Files.isDirectory(file))
                .toList();
        assertThat(modules)
                .contains(ROOT.resolve("api/src"), ROOT.resolve("tck/src"), ROOT.resolve("verification/src"));
        return modules;
    }
}
