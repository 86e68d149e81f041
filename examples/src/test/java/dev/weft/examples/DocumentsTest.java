package dev.weft.examples;

import static dev.weft.examples.Project.ROOT;
import static dev.weft.examples.Project.below;
import static dev.weft.examples.Project.javaBelow;
import static dev.weft.examples.Project.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents tell the truth, lead somewhere and are easy to read: their code is code that is compiled and run here. */
class DocumentsTest {

    private static final List<String> USED_BY_USERS = List.of(
            "api",
            "reactor-adapter",
            "rxjava-adapter",
            "testing",
            "integrations/micrometer",
            "integrations/spring",
            "integrations/spring-boot-starter",
            "integrations/rewrite");
    private static final List<String> PUBLISHED =
            Stream.concat(USED_BY_USERS.stream(), Stream.of("tck")).toList();
    private static final String DECISIONS = "docs/contribute/decisions.md";

    /** What they mention is not explained there: they say why something is as it is, and what was seen. */
    private static final Set<String> RECORDS = Set.of(DECISIONS, "docs/contribute/field.md");

    /** Its programs need a broker, a database or a library that no test here has; it says how they were run. */
    private static final String PROGRAMS_THAT_ARE_NOT_TESTS = "docs/contribute/field.md";

    /** What only backends use, and what installs itself. */
    private static final String ENGINE =
            "dev\\.weft\\.(spi\\..*|Adapters|rxjava\\.(VertxLoops|RxBlockHoundIntegration)|\\w+\\.\\w+Backend)";

    private static final Pattern FENCED =
            Pattern.compile("^ *```(\\w*).*?\n(.*?)^ *```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern INDENTED = Pattern.compile("^    .*$", Pattern.MULTILINE);
    private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`");
    private static final Pattern TARGET = Pattern.compile("]\\(([^)\\s]+)\\)");
    /** An empty line, or one that begins an item of a list, a quotation, a row of a table or a heading. */
    private static final Pattern BORDER = Pattern.compile("\n(?=\\s*(?:\n|[-*>] |\\d+\\. |[|#]))");

    private static final Pattern TYPE =
            Pattern.compile("^([\\w.]+): (?:[a-z]+ |@\\w+ )*(?:class|@?interface|record|enum)\\b", Pattern.MULTILINE);

    private static List<String> squeezedSources;

    static Stream<String> pages() {
        return Stream.of(below(ROOT, 1), below(ROOT.resolve("docs"), 9), below(ROOT.resolve(".github"), 9))
                .flatMap(List::stream)
                .map(file -> ROOT.relativize(file).toString().replace('\\', '/'))
                .filter(file -> file.endsWith(".md"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(String page) {
        assertThat(links(page).filter(link -> !leadsSomewhere(page, link))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyBlockOfCodeIsPartOfASourceFile(String page) {
        assumeFalse(page.equals(PROGRAMS_THAT_ARE_NOT_TESTS));
        assertThat(blocks(page)
                        .filter(block -> sources().stream().noneMatch(source -> source.contains(squeezed(block)))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void noLineIsLongerThan110Columns(String page) {
        assertThat(text(page).lines().filter(line -> line.codePointCount(0, line.length()) > 110))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void noParagraphHasMoreThan60Words(String page) {
        assumeFalse(page.equals(DECISIONS)); // a decision is one paragraph
        assertThat(paragraphs(page).filter(paragraph -> paragraph.split("\\s+").length > 60))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aPageSaysFirstWhoItIsFor(String page) {
        assumeFalse(page.equals("README.md") || page.startsWith(".github/"));
        assertThat(text(page)).matches("(?s)# [^\\n]+\\n\\nFor .*");
    }

    @Test
    void theListOfAllPagesHasThemAll() {
        assertThat(links("docs/README.md").map(link -> link.replace("../", "")).toList())
                .containsAll(pages().filter(page -> page.matches("docs/.+/.*"))
                        .map(page -> page.replaceFirst("docs/", ""))
                        .toList());
    }

    @Test
    void theReadmeHasTwoScreens() {
        assertThat(text("README.md").lines().count()).isLessThanOrEqualTo(110);
    }

    @Test
    void everyGuideShowsCode() {
        assertThat(pages().filter(page -> page.startsWith("docs/guide/") || page.startsWith("docs/migrate/")))
                .allSatisfy(page -> assertThat(blocks(page)).isNotEmpty());
    }

    /** Those of the engine in a page for authors of backends, all others in one for users. */
    @Test
    void everyPublicTypeIsMentioned() {
        Set<String> users = names(pages().filter(page -> page.matches("docs/(guide|migrate|reference)/.*")));
        Set<String> authors =
                names(pages().filter(page -> page.startsWith("docs/contribute/") && !RECORDS.contains(page)));
        assertThat(USED_BY_USERS.stream()
                        .flatMap(module ->
                                TYPE.matcher(text(module + "/surface.txt")).results())
                        .map(type -> type.group(1))
                        .filter(type -> !users.contains(simpleName(type)))
                        .filter(type -> !(type.matches(ENGINE) && authors.contains(simpleName(type)))))
                .isEmpty();
    }

    /** Without its package; that of a nested type begins with the type around it. */
    private static String simpleName(String type) {
        return type.replaceFirst("^[a-z.]+", "");
    }

    /** The names in the code of pages, with and without the type that they are nested in. */
    private static Set<String> names(Stream<String> pages) {
        return pages.flatMap(DocumentsTest::code)
                .flatMap(code -> Pattern.compile("\\b[A-Z]\\w*(\\.[A-Z]\\w*)?")
                        .matcher(code)
                        .results())
                .map(MatchResult::group)
                .flatMap(name -> Stream.of(name, name.replaceFirst("\\..*", "")))
                .collect(Collectors.toSet());
    }

    private static Stream<String> code(String page) {
        String text = text(page);
        return Stream.concat(
                FENCED.matcher(text).results().map(found -> found.group(2)),
                SPAN.matcher(prose(text)).results().map(found -> found.group(1)));
    }

    private static Stream<String> links(String page) {
        return TARGET.matcher(SPAN.matcher(prose(text(page))).replaceAll("code"))
                .results()
                .map(found -> found.group(1))
                .filter(link -> !link.contains("://"));
    }

    /** The glossary stands in the package's documentation, where a reader of code looks, and in the guide for contributors. */
    @Test
    void theGlossaryIsTheSameInBothPlaces() {
        String contributing = text("CONTRIBUTING.md");
        List<String> rows = Pattern.compile("(?m)^\\| (\\w+) \\| ([^|]+) \\|$")
                .matcher(contributing.substring(contributing.indexOf("\n## Words")))
                .results()
                .map(row -> row.group(1) + ": " + row.group(2).replace("`", ""))
                .filter(row -> !row.equals("word: means"))
                .toList();
        String map = text(ROOT.resolve("api/src/main/java/dev/weft/package-info.java"))
                .replaceAll("\n \\*\\s*", " ")
                .replaceAll("\\{@code ([^}]*)}", "$1");
        List<String> words = Pattern.compile("<dt>(\\w+) <dd>(.+?)(?= <dt>| </dl>)")
                .matcher(map)
                .results()
                .map(word -> word.group(1) + ": " + word.group(2))
                .toList();
        assertThat(words).isEqualTo(rows).hasSizeBetween(20, 25);
    }

    /** It has no parent, from which it would have them. */
    @Test
    void theBomHasEveryArtifactInTheVersionOfTheProject() {
        String bom = text("bom/pom.xml");
        assertThat(artifacts(bom)).contains("weft-bom");
        List<String> published = PUBLISHED.stream()
                .flatMap(module -> artifacts(text(module + "/pom.xml")))
                .filter(artifact -> artifact.startsWith("weft-") && !artifact.equals("weft-verification"))
                .distinct()
                .toList();
        assertThat(artifacts(bom).filter(artifact -> artifact.startsWith("weft-") && !artifact.equals("weft-bom")))
                .containsExactlyInAnyOrderElementsOf(published);
        assertThat(version(bom)).isEqualTo(version(text("pom.xml")));
        for (String page : List.of("README.md", "docs/guide/start.md"))
            assertThat(text(page)).contains("<version>" + version(bom) + "</version>", "bom:" + version(bom));
    }

    private static Stream<String> artifacts(String pom) {
        return Pattern.compile("<artifactId>(.+)</artifactId>")
                .matcher(pom)
                .results()
                .map(found -> found.group(1));
    }

    private static String version(String pom) {
        return pom.replaceFirst("(?s).*?<version>(.+?)</version>.*", "$1");
    }

    private static boolean leadsSomewhere(String page, String link) {
        String[] parts = link.split("#", 2);
        Path target =
                parts[0].isEmpty() ? ROOT.resolve(page) : ROOT.resolve(page).resolveSibling(parts[0]);
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** Of the headings of a page, as GitHub makes them, where the second of a name has a number. No page writes its own: the site has no HTML. */
    private static Set<String> anchors(Path page) {
        String text = prose(text(page));
        Map<String, Integer> seen = new HashMap<>();
        Set<String> anchors = new HashSet<>();
        text.lines()
                .filter(line -> line.matches("#+ .*"))
                .map(DocumentsTest::slug)
                .forEach(slug -> {
                    int before = seen.merge(slug, 1, Integer::sum) - 1;
                    anchors.add(before == 0 ? slug : slug + "-" + before);
                });
        return anchors;
    }

    private static String slug(String heading) {
        return TARGET.matcher(heading.replaceFirst("#+ ", ""))
                .replaceAll("]")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    private static Stream<String> blocks(String page) {
        return FENCED.matcher(text(page))
                .results()
                .filter(found -> found.group(1).equals("java"))
                .map(found -> found.group(2));
    }

    /** Items of lists among them, but no tables and headings; the target of a link is no word. */
    private static Stream<String> paragraphs(String page) {
        String text = INDENTED.matcher(prose(text(page))).replaceAll("");
        return BORDER.splitAsStream(TARGET.matcher(text).replaceAll("]"))
                .map(String::strip)
                .filter(paragraph -> !paragraph.matches("(?s)[|#].*"));
    }

    /** A page without its blocks of code. */
    private static String prose(String text) {
        return FENCED.matcher(text).replaceAll("");
    }

    /** Of everything that is compiled and tested in a build. */
    private static synchronized List<String> sources() {
        if (squeezedSources == null) {
            squeezedSources = Stream.concat(
                            PUBLISHED.stream(),
                            Stream.of(
                                    "examples",
                                    "examples/frameworks",
                                    "examples/spring-shop",
                                    "examples/cluster",
                                    "examples/kafka"))
                    .flatMap(module -> javaBelow(ROOT.resolve(module).resolve("src")).stream())
                    .map(file -> squeezed(text(file)))
                    .toList();
        }
        return squeezedSources;
    }

    /** Lines are broken and indented differently there. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
