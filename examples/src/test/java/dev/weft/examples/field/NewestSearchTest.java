package dev.weft.examples.field;

import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Completion;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.spi.CoroutineOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.swing.SwingUtilities;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Search as you type: the newest word wins, although an older answer may come later; what {@code switchMap} is for. */
class NewestSearchTest extends FieldTest {
    private static final Dispatcher SWING =
            CoroutineOptions.missing() == null ? Dispatcher.on(SwingUtilities::invokeLater) : null;

    /** The questions under way at the index, which answers when the test says so. */
    private final ConcurrentHashMap<String, Completion<String>> asked = new ConcurrentHashMap<>();

    private final List<String> aborted = new CopyOnWriteArrayList<>();

    // what belongs to the event thread
    private final List<String> shown = new ArrayList<>();
    private Deferred<?> search;

    @BeforeEach
    void supported() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
    }

    /** What a document listener calls, on the event thread. */
    private void typed(String word) {
        if (search != null) search.cancel("a newer word");
        search = coroutine(() -> shown.add(find(word))).on(SWING).start();
    }

    private String find(String word) {
        return awaitCallback(done -> {
            done.onCancel(() -> aborted.add(word));
            asked.put(word, done);
        });
    }

    private static <T> T onTheEventThread(Callable<T> look) throws Exception {
        var result = new AtomicReference<T>();
        SwingUtilities.invokeAndWait(() -> {
            try {
                result.set(look.call());
            } catch (Exception failure) {
                throw new AssertionError(failure);
            }
        });
        return result.get();
    }

    @Test
    void theNewestWordWins() throws Exception {
        for (String word : List.of("w", "we", "wef")) {
            SwingUtilities.invokeAndWait(() -> typed(word));
            until("asked for " + word, () -> asked.containsKey(word));
        }
        asked.get("wef").resume("Weft");
        asked.get("we").tryResume("west"); // late, and of no use to anybody
        CompletableFuture<?> end = onTheEventThread(() -> search.toCompletableFuture());
        soon(end);
        assertThat(onTheEventThread(() -> List.copyOf(shown))).containsExactly("Weft");
        until("aborted", () -> aborted.size() == 2);
        assertThat(aborted).containsExactly("w", "we");
        discarded.clear(); // "west"
    }
}
