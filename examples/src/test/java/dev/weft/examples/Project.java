package dev.weft.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The whole project, as a folder that the tests of its documents read. */
public final class Project {
    public static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private Project() {}

    /** {@return what is in a file, by its path in the project or an absolute one} */
    public static String text(String file) {
        return text(ROOT.resolve(file));
    }

    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** {@return a folder and all files and folders below it, so many levels deep} */
    public static List<Path> below(Path folder, int depth) {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.sorted().toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** {@return the Java files below a folder} */
    public static List<Path> javaBelow(Path folder) {
        return below(folder, Integer.MAX_VALUE).stream()
                .filter(file -> file.toString().endsWith(".java"))
                .toList();
    }
}
