package dev.weft.surface;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The public surface of the module in whose folder this runs: a change needs a line in {@code surface.txt}. */
class SurfaceTest {
    private static final Path LIST = Path.of("surface.txt");

    @Test
    void itIsTheOneThatIsListed() throws IOException {
        List<String> found = Surface.of(Path.of(""));
        if (System.getProperty("surface.accept") != null) Files.write(LIST, found);
        List<String> listed = Files.exists(LIST) ? Files.readAllLines(LIST) : List.of();
        assertThat(difference(listed, found))
                .as(
                        "the public surface differs from %s; mvn test -Dsurface.accept writes that again",
                        LIST.toAbsolutePath())
                .isEmpty();
    }

    @Test
    void aLineThatCameWentOrChangedIsFound() {
        List<String> listed = List.of("A: class", "A: int one()", "A: int two()");
        assertThat(difference(listed, listed)).isEmpty();
        assertThat(difference(listed, List.of("A: class", "A: int one()", "A: long two()", "A: int three()")))
                .containsExactly("- A: int two()", "+ A: long two()", "+ A: int three()");
        assertThat(difference(listed, List.of("A: class", "A: int two()", "A: int one()")))
                .as("in another order")
                .isNotEmpty();
    }

    @Test
    void aLineSaysAllThatACallerDependsOn() {
        assertThat(Surface.of(Flow.Processor.class))
                .containsExactly("java.util.concurrent.Flow.Processor: interface<T, R>"
                        + " extends Flow.Subscriber<T>, Flow.Publisher<R>");
        assertThat(Surface.of(Future.class))
                .contains("java.util.concurrent.Future: abstract V get(long, TimeUnit)"
                        + " throws InterruptedException, ExecutionException, TimeoutException");
        assertThat(Surface.of(Map.Entry.class))
                .contains("java.util.Map.Entry: static <K extends Comparable<? super K>, V>"
                        + " Comparator<Map.Entry<K, V>> comparingByKey()");
        assertThat(Surface.of(List.class)).contains("java.util.List: static <E> List<E> of(E...)");
        assertThat(Surface.of(ThreadLocal.class))
                .contains("java.lang.ThreadLocal: new()", "java.lang.ThreadLocal: protected T initialValue()");
    }

    private static List<String> difference(List<String> listed, List<String> found) {
        List<String> lines = new ArrayList<>();
        for (String line : listed) if (!found.contains(line)) lines.add("- " + line);
        for (String line : found) if (!listed.contains(line)) lines.add("+ " + line);
        if (lines.isEmpty() && !listed.equals(found)) lines.add("the lines are in another order, or twice");
        return lines;
    }
}
