package dev.weft.snippets;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncStream;
import dev.weft.Overflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The examples in the documentation of {@link AsyncStream}. */
class StreamSnippetsTest {
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    @Test
    void valuesAreMapped() {
        AsyncStream<Integer> ids = AsyncStream.from(List.of(1, 2, 3));
        // @start region="map"
        AsyncStream<String> names = ids.filter(id -> id != 2).map(id -> await(nameOf(id)));
        // @end
        assertThat(names.collect(3)).containsExactly("user 1", "user 3");
    }

    @Test
    void valuesAreMappedConcurrently() {
        AsyncStream<Integer> ids = AsyncStream.from(List.of(1, 2, 3));
        // @start region="mapConcurrent"
        AsyncStream<String> names = ids.mapConcurrent(8, id -> await(nameOf(id))); // in the order of the ids
        // @end
        assertThat(names.collect(3)).containsExactly("user 1", "user 2", "user 3");
    }

    @Test
    void aSignalEndsAStream() {
        CompletableFuture<Void> shutdown = new CompletableFuture<>();
        AsyncStream<Integer> jobs = AsyncStream.from(List.of(1, 2, 3, 4));
        List<Integer> done = new ArrayList<>();
        run(() -> {
            // @start region="takeUntil"
            jobs.takeUntil(awaitable(shutdown)).forEach(job -> {
                done.add(job); // finished, even if the signal comes meanwhile
                if (job == 2) shutdown.complete(null);
            });
            // @end
        });
        assertThat(done).startsWith(1, 2);
    }

    @Test
    void onlyAQuietTextIsSearchedFor() {
        AsyncStream<String> typed = AsyncStream.from(List.of("w", "we", "weft"));
        // @start region="debounce"
        AsyncStream<String> found = typed.debounce(Duration.ofMillis(300)) // the text has not changed for that long
                .mapLatest(text -> await(nameOf(text.length()))); // a newer text cancels the call
        // @end
        assertThat(found.collect(3)).endsWith("user 4");
    }

    @Test
    void aListenerBecomesAStream() {
        // @start region="fromListener"
        AsyncStream<String> prices = AsyncStream.fromListener(Overflow.dropOldest(100), sink -> {
            Consumer<String> listener = sink::next;
            addListener(listener);
            sink.onClose(() -> removeListener(listener));
        });
        // @end
        String first = run(() -> {
            try (var all = prices.each()) {
                listeners.forEach(listener -> listener.accept("tea 3"));
                return all.next();
            }
        });
        assertThat(first).isEqualTo("tea 3");
        assertThat(listeners).isEmpty();
    }

    private CompletableFuture<String> nameOf(int id) {
        return CompletableFuture.supplyAsync(() -> "user " + id);
    }

    private void addListener(Consumer<String> listener) {
        listeners.add(listener);
    }

    private void removeListener(Consumer<String> listener) {
        listeners.remove(listener);
    }
}
