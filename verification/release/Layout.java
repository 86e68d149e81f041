import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Looks at what a release has put into a repository: {@code java Layout.java <repository>}. Each artifact has all of its
 * files, with right checksums and a signature, and a pom that says what users need and nothing of how it was built; what
 * a user gets with it has a licence without copyleft. Prints what is wrong, or the licences.
 */
final class Layout {
    private static final String BOM = "weft-bom";
    private static final Set<String> ARTIFACTS = Set.of(
            "weft-api",
            "weft-reactor",
            "weft-rxjava3",
            "weft-test",
            "weft-micrometer",
            "weft-spring",
            "weft-spring-boot-starter",
            "weft-rewrite",
            "weft-tck",
            BOM);
    private static final List<String> FILES = List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.xml");
    private static final Map<String, String> CHECKSUMS = Map.of(".md5", "MD5", ".sha1", "SHA-1");

    /** All that may be in a pom. */
    private static final Set<String> OF_A_POM = Set.of(
            "modelVersion",
            "groupId",
            "artifactId",
            "version",
            "packaging",
            "name",
            "description",
            "url",
            "licenses",
            "developers",
            "scm",
            "dependencies",
            "dependencyManagement");

    private static final List<String> REQUIRED = List.of(
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "scm/connection",
            "scm/url");

    private static final Set<String> PERMISSIVE =
            Set.of("Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0");
    /** JUnit has a weak copyleft. The kit is made of it, and is in nobody's program. */
    private static final String KIT = "weft-tck";

    private final Path folder;
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Set<String>> licences = new TreeMap<>();

    private Layout(Path repository) {
        this.folder = repository.resolve("dev/weft");
    }

    public static void main(String[] args) throws Exception {
        Layout layout = new Layout(Path.of(args[0]));
        layout.check();
        layout.wrong.forEach(System.out::println);
        if (!layout.wrong.isEmpty()) System.exit(1);
        layout.licences.forEach((licence, users) -> System.out.println(licence + ": " + String.join(", ", users)));
    }

    private void check() throws Exception {
        Set<String> found = new TreeSet<>(names(folder));
        require(found.equals(ARTIFACTS), "the artifacts are " + found);
        for (String artifact : found) {
            List<String> versions = names(folder.resolve(artifact)).stream()
                    .filter(name -> !name.startsWith("maven-metadata"))
                    .toList();
            require(versions.size() == 1, artifact + " has the versions " + versions);
            for (String version : versions) checkArtifact(artifact, version);
        }
    }

    private void checkArtifact(String artifact, String version) throws Exception {
        Path files = folder.resolve(artifact).resolve(version);
        String stem = names(files).stream()
                .filter(name -> name.endsWith(".pom"))
                .map(name -> name.substring(0, name.length() - ".pom".length()))
                .findFirst()
                .orElse(artifact + "-" + version);
        List<String> wanted = artifact.equals(BOM) ? FILES.subList(0, 1) : FILES;
        Set<String> expected = wanted.stream()
                .flatMap(end -> Stream.of("", ".asc", ".md5", ".sha1").map(more -> stem + end + more))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> there = names(files).stream()
                .filter(name -> !name.startsWith("maven-metadata"))
                .collect(Collectors.toCollection(TreeSet::new));
        for (String file : expected) require(there.contains(file), artifact + " has no " + file);
        for (String file : there) require(expected.contains(file), artifact + " has " + file);
        if (!there.equals(expected)) return;
        for (String end : wanted) checkChecksums(files.resolve(stem + end));
        checkPom(artifact, version, files.resolve(stem + ".pom"));
        if (artifact.equals(BOM)) return;
        checkJars(files, stem);
        checkLicences(artifact, files.resolve(stem + "-cyclonedx.xml"));
    }

    private void checkChecksums(Path file) throws Exception {
        for (var checksum : CHECKSUMS.entrySet()) {
            byte[] digest = MessageDigest.getInstance(checksum.getValue()).digest(Files.readAllBytes(file));
            Path written = file.resolveSibling(file.getFileName() + checksum.getKey());
            require(
                    Files.readString(written).strip().equals(HexFormat.of().formatHex(digest)),
                    written + " is not the checksum");
        }
    }

    private void checkPom(String artifact, String version, Path file) throws Exception {
        Element pom = xml(file);
        require(!Files.readString(file).contains("${"), file + " has a property that is not resolved");
        for (Element child : children(pom))
            require(OF_A_POM.contains(child.getNodeName()), file + " has <" + child.getNodeName() + ">");
        for (String path : REQUIRED) require(!text(pom, path).isBlank(), file + " has no " + path);
        require(text(pom, "artifactId").equals(artifact), file + " is of another artifact");
        require(text(pom, "version").equals(version), file + " is of another version");
        boolean bom = artifact.equals(BOM);
        require(children(pom, "dependencyManagement").isEmpty() != bom, file + ": <dependencyManagement>");
        for (Element dependency : children(pom, bom ? "dependencyManagement/dependencies" : "dependencies")) {
            String name = text(dependency, "groupId") + ":" + text(dependency, "artifactId");
            String needed = text(dependency, "version");
            require(!text(dependency, "scope").equals("test"), file + " has the test dependency " + name);
            require(!needed.isBlank(), file + " has no version for " + name);
            require(
                    !needed.contains("SNAPSHOT") || name.startsWith("dev.weft:") && needed.equals(version),
                    file + " has the snapshot " + name + ":" + needed);
        }
    }

    private void checkJars(Path files, String stem) throws IOException {
        Set<String> classes = entries(files.resolve(stem + ".jar"));
        Set<String> sources = entries(files.resolve(stem + "-sources.jar"));
        require(isModule(files.resolve(stem + ".jar"), classes), stem + ".jar is no module");
        require(folders(classes, ".class").equals(folders(sources, ".java")), stem + " lacks sources");
        require(entries(files.resolve(stem + "-javadoc.jar")).contains("index.html"), stem + " has no Javadoc");
    }

    /** {@return whether a jar is a module, or at least has the name of one, as where it needs jars that have none} */
    private static boolean isModule(Path jar, Set<String> entries) throws IOException {
        if (entries.contains("module-info.class")) return true;
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes().getValue("Automatic-Module-Name") != null;
        }
    }

    private void checkLicences(String artifact, Path sbom) throws Exception {
        Element bom = xml(sbom);
        require(text(bom, "metadata/component/name").equals(artifact), sbom + " is of another artifact");
        Set<String> brought = brought(bom);
        for (Element component : children(bom, "components")) {
            if (!brought.contains(component.getAttribute("bom-ref"))) continue;
            String name = text(component, "group") + ":" + text(component, "name");
            Set<String> found = Stream.of("expression", "license/id", "license/name")
                    .flatMap(path -> texts(component, "licenses/" + path).stream())
                    .flatMap(licence -> Stream.of(licence.split(" OR ")))
                    .collect(Collectors.toCollection(TreeSet::new));
            boolean allowed = found.stream().anyMatch(PERMISSIVE::contains)
                    || artifact.equals(KIT) && name.startsWith("org.junit");
            require(allowed, artifact + " brings " + name + " with the licences " + found);
            licences.computeIfAbsent(String.join(" or ", found), any -> new TreeSet<>())
                    .add(name + ":" + text(component, "version"));
        }
    }

    /** {@return what a user of an artifact gets with it; what is optional, and what comes with that, users choose} */
    private static Set<String> brought(Element bom) {
        Set<String> optional = children(bom, "components").stream()
                .filter(component -> text(component, "scope").equals("optional"))
                .map(component -> component.getAttribute("bom-ref"))
                .collect(Collectors.toSet());
        Map<String, List<String>> needed = children(bom, "dependencies").stream()
                .collect(Collectors.toMap(
                        from -> from.getAttribute("ref"),
                        from -> children(from).stream()
                                .map(to -> to.getAttribute("ref"))
                                .toList()));
        Set<String> found = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(
                List.of(elements(bom, "metadata/component").getFirst().getAttribute("bom-ref")));
        while (!open.isEmpty())
            for (String next : needed.getOrDefault(open.remove(), List.of()))
                if (!optional.contains(next) && found.add(next)) open.add(next);
        return found;
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) wrong.add(otherwise);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static Set<String> entries(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(entry -> entry.getName()).collect(Collectors.toSet());
        }
    }

    /** {@return the folders of all files whose names end so} */
    private static Set<String> folders(Set<String> entries, String end) {
        return entries.stream()
                .filter(name -> name.endsWith(end) && name.contains("/"))
                .map(name -> name.substring(0, name.lastIndexOf('/')))
                .collect(Collectors.toSet());
    }

    private static Element xml(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getDocumentElement();
    }

    /** {@return the text of the first element with that path, empty if there is none} */
    private static String text(Element from, String path) {
        return texts(from, path).stream().findFirst().orElse("");
    }

    private static List<String> texts(Element from, String path) {
        return elements(from, path).stream()
                .map(element -> element.getTextContent().strip())
                .toList();
    }

    private static List<Element> children(Element from, String path) {
        return elements(from, path).stream()
                .flatMap(parent -> children(parent).stream())
                .toList();
    }

    private static List<Element> elements(Element from, String path) {
        List<Element> found = List.of(from);
        for (String name : path.split("/"))
            found = found.stream()
                    .flatMap(parent -> children(parent).stream())
                    .filter(child -> child.getNodeName().equals(name))
                    .toList();
        return found;
    }

    private static List<Element> children(Element parent) {
        return IntStream.range(0, parent.getChildNodes().getLength())
                .mapToObj(i -> parent.getChildNodes().item(i))
                .filter(node -> node.getNodeType() == Node.ELEMENT_NODE)
                .map(Element.class::cast)
                .toList();
    }
}
