package dev.weft.examples;

import static dev.weft.examples.Project.ROOT;
import static dev.weft.examples.Project.javaBelow;
import static dev.weft.examples.Project.text;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The picture of the house is drawn from its sources, and the journeys go through methods that there are. */
class ArchitectureTest {
    private static final Path PAGE = ROOT.resolve("docs/contribute/architecture.md");
    private static final List<String> MODULES = List.of(
            "examples",
            "examples/spring-shop",
            "examples/cluster",
            "examples/kafka",
            "tck",
            "integrations/spring-boot-starter",
            "integrations/spring",
            "integrations/micrometer",
            "testing",
            "reactor-adapter",
            "rxjava-adapter",
            "api");
    private static final Pattern PICTURE = Pattern.compile("(?<=```text\n)(?:[^`].*?)?(?=```)", Pattern.DOTALL);
    private static final Pattern STEP = Pattern.compile("`(\\w+)\\.(\\w+)`");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?(dev\\.weft[a-z.]*)\\.[A-Z]");
    private static final Pattern TYPE = Pattern.compile("(?m)^[a-z -]*\\b(?:class|interface|enum|record) (\\w+)");
    private static final Pattern SENTENCE = Pattern.compile("/\\*\\*(.*?\\.)(?=\\s)", Pattern.DOTALL);

    /** A package as its sources show it. */
    private record Room(String module, String name, List<Path> files, Set<String> imports) {
        static Room of(String module, Path folder, List<Path> files) {
            Set<String> imports = new TreeSet<>();
            for (Path file : files)
                IMPORT.matcher(text(file)).results().forEach((MatchResult found) -> imports.add(found.group(1)));
            String name = folder.toString().replace('/', '.');
            imports.remove(name);
            return new Room(module, name, files, imports);
        }

        boolean uses(Room other) {
            return imports.contains(other.name);
        }

        /** The first sentence of its own map. */
        String says() {
            return files.stream()
                    .filter(file -> file.endsWith("package-info.java"))
                    .map(file -> SENTENCE.matcher(text(file)))
                    .filter(Matcher::find)
                    .map(found -> plain(found.group(1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + " has no package-info.java that says what it is"));
        }

        private static String plain(String javadoc) {
            return javadoc.replaceAll("\\s*\n \\*\\s*", " ")
                    .replaceAll("\\{@\\w+ (?:[\\w.]*[.#])?(\\w+)[^}]*}", "$1")
                    .strip();
        }
    }

    @Test
    void thePictureIsTrue() throws IOException {
        String picture = picture();
        String page = text(PAGE);
        if (Boolean.getBoolean("docs.write"))
            Files.writeString(PAGE, PICTURE.matcher(page).replaceFirst(Matcher.quoteReplacement(picture)));
        assertThat(PICTURE.matcher(text(PAGE)).results().map(MatchResult::group))
                .as("the picture; -Ddocs.write draws it again")
                .containsExactly(picture);
    }

    @TestFactory
    Stream<DynamicTest> eachStepOfAJourneyIsAMethod() {
        Map<String, String> sources = new TreeMap<>();
        for (Room room : rooms()) {
            for (Path file : room.files) {
                String text = text(file);
                TYPE.matcher(text)
                        .results()
                        .forEach((MatchResult found) -> sources.merge(found.group(1), text, String::concat));
            }
        }
        List<MatchResult> steps = STEP.matcher(text(PAGE)).results().toList();
        assertThat(steps).hasSizeGreaterThan(30);
        return steps.stream()
                .map(step -> DynamicTest.dynamicTest(
                        step.group(),
                        () -> assertThat(sources.get(step.group(1)))
                                .as("the source of " + step.group(1))
                                .isNotNull()
                                .containsPattern("\\b" + step.group(2) + "\\(")));
    }

    private static String picture() {
        List<Room> rooms = rooms();
        return MODULES.stream().map(module -> box(module, rooms)).collect(joining("\n"));
    }

    private static String box(String module, List<Room> all) {
        List<Room> inside =
                all.stream().filter(room -> room.module.equals(module)).toList();
        var lines = new StringBuilder("┌─ " + module + "/\n");
        for (Room room : inside) {
            lines.append("│  ").append(room.name).append('\n');
            String uses = all.stream().filter(room::uses).map(Room::name).collect(joining(", "));
            for (String line : wrapped(room.says(), "→ " + (uses.isEmpty() ? "the JDK alone" : uses)))
                lines.append("│      ").append(line).append('\n');
        }
        return lines.append("└─\n").toString();
    }

    private static List<String> wrapped(String... sentences) {
        List<String> lines = new ArrayList<>();
        for (String sentence : sentences) {
            var line = new StringBuilder();
            for (String word : sentence.split(" ")) {
                if (line.length() + word.length() > 90) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                line.append(line.isEmpty() ? "" : " ").append(word);
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /** Those that import others come before them. */
    private static List<Room> rooms() {
        List<Room> rooms = new ArrayList<>();
        for (String module : MODULES) {
            Path root = ROOT.resolve(module).resolve("src/main/java");
            javaBelow(root).stream()
                    .collect(groupingBy(Path::getParent))
                    .forEach((folder, files) -> rooms.add(Room.of(module, root.relativize(folder), files)));
        }
        List<Room> sorted = new ArrayList<>();
        while (!rooms.isEmpty()) {
            Room next = rooms.stream()
                    .filter(room -> rooms.stream().noneMatch(other -> other.uses(room)))
                    .min(Comparator.comparing(Room::name))
                    .orElseThrow(() -> new AssertionError("these import one another: " + rooms));
            rooms.remove(next);
            sorted.add(next);
        }
        return sorted;
    }
}
