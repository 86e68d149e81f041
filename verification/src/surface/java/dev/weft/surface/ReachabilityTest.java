package dev.weft.surface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the module in whose folder this runs tells GraalVM's {@code native-image}, if anything: it is JSON of the form of
 * GraalVM's schema, what it names exists, and what the module looks up by name is named there.
 */
class ReachabilityTest {
    private static final Path FOLDER = Path.of("src/main/resources/META-INF/native-image");
    private static final String FILE = "reachability-metadata.json";
    private static final Pattern LOOKED_UP = Pattern.compile("Class\\.forName\\(\\s*\"([\\w.$]+)\"");
    private static final Pattern ARTIFACT = Pattern.compile("(?s)</parent>\\s*<artifactId>(.+?)</artifactId>");

    /** Closed without {@code --add-opens}, which a native image has none of, and what only an agent looks up. */
    private static final Set<String> NOT_THERE = Set.of("java.lang.VirtualThread", "dev.weft.Coroutines");

    @Test
    void itStandsWhereNativeImageLooksForThisArtifact() throws IOException {
        assumeTrue(Files.exists(FOLDER));
        String artifact = ARTIFACT.matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        assertThat(files(FOLDER))
                .containsExactly(FOLDER.resolve("dev.weft").resolve(artifact).resolve(FILE));
    }

    @Test
    void itHasNothingThatTheSchemaDoesNotHave() throws IOException {
        Json.Fields metadata = metadata();
        assertThat(metadata.fields().keySet()).isSubsetOf("comment", "reflection", "resources");
        for (Json.Fields entry : metadata.objects("reflection")) {
            assertThat(entry.fields().keySet())
                    .contains("condition", "type")
                    .isSubsetOf("condition", "type", "methods", "fields");
            assertThat(entry.objects("methods"))
                    .allSatisfy(method -> assertThat(method.fields()).containsOnlyKeys("name", "parameterTypes"));
            assertThat(entry.objects("fields"))
                    .allSatisfy(field -> assertThat(field.fields()).containsOnlyKeys("name"));
        }
        assertThat(metadata.objects("resources"))
                .allSatisfy(entry -> assertThat(entry.fields()).containsOnlyKeys("condition", "glob"));
    }

    @Test
    void whatItNamesExists() throws Exception {
        Json.Fields metadata = metadata();
        for (String kind : List.of("reflection", "resources"))
            for (Json.Fields entry : metadata.objects(kind))
                load(entry.object("condition").text("typeReached"));
        for (Json.Fields entry : metadata.objects("reflection")) {
            Class<?> type = load(entry.text("type"));
            for (Json.Fields field : entry.objects("fields")) type.getDeclaredField(field.text("name"));
            for (Json.Fields method : entry.objects("methods")) find(type, method);
        }
    }

    @Test
    void whatIsLookedUpByNameIsInIt() throws IOException {
        List<String> named = metadata().objects("reflection").stream()
                .map(entry -> entry.text("type"))
                .toList();
        for (Path source : files(Path.of("src/main/java")))
            assertThat(LOOKED_UP.matcher(Files.readString(source)).results().map(found -> found.group(1)))
                    .as("classes that %s looks up by name", source)
                    .filteredOn(name -> !NOT_THERE.contains(name))
                    .isSubsetOf(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{} {}",
                "{\"a\": }",
                "{\"a\": \"b\",}",
                "{\"a\": \"b\", \"a\": \"b\"}",
                "[,]",
                "{a: \"b\"}"
            })
    void whatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Json.Fields metadata() throws IOException {
        assumeTrue(Files.exists(FOLDER));
        return (Json.Fields) Json.parse(Files.readString(files(FOLDER).getFirst()));
    }

    private static void find(Class<?> type, Json.Fields method) {
        List<String> parameters = method.items("parameterTypes").stream()
                .map(parameter -> ((Json.Text) parameter).text())
                .toList();
        String name = method.text("name");
        Stream<? extends Executable> found = name.equals("<init>")
                ? Arrays.stream(type.getDeclaredConstructors())
                : Arrays.stream(type.getDeclaredMethods())
                        .filter(one -> one.getName().equals(name));
        assertThat(found.map(one -> Arrays.stream(one.getParameterTypes())
                        .map(Class::getName)
                        .toList()))
                .as("the parameters of %s.%s", type, name)
                .contains(parameters);
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, ReachabilityTest.class.getClassLoader());
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
