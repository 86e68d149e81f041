package dev.weft.snippets;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncStream;
import dev.weft.Overflow;
import dev.weft.SharedStream;
import dev.weft.StateStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    void aFailureIsRecoveredFrom() {
        AsyncStream<String> live = stream(out -> {
            out.emit("live");
            throw new IOException("line lost");
        });
        List<Object> log = new ArrayList<>();
        // @start region="recover"
        AsyncStream<String> news = live.onCompletion(log::add) // Failure[error=java.io.IOException: line lost]
                .recover(IOException.class, lost -> "no news: " + lost.getMessage());
        // @end
        assertThat(news.collect(9)).containsExactly("live", "no news: line lost");
        assertThat(log.toString()).isEqualTo("[Failure[error=java.io.IOException: line lost]]");
    }

    @Test
    void aSilenceIsNoticed() {
        List<String> sent = new ArrayList<>();
        var heard = new CompletableFuture<Boolean>();
        Consumer<String> client = line -> {
            sent.add(line);
            if (line.equals("heartbeat")) heard.complete(true);
        };
        AsyncStream<String> events = stream(out -> {
            out.emit("opened");
            await(heard);
            out.emit("closed");
        });
        // @start region="orSilence"
        try (var all = events.each()) {
            for (Optional<String> event : all.orSilence(Duration.ofMillis(20)))
                client.accept(event.orElse("heartbeat"));
        }
        // @end
        assertThat(sent).startsWith("opened", "heartbeat").endsWith("closed");
    }

    @Test
    void aStreamIsShared() {
        AsyncStream<Integer> source = stream(out -> {
            for (int n = 1; n <= 3; n++) out.emit(n);
        });
        List<Integer> seen = new ArrayList<>();
        run(() -> {
            // @start region="share"
            AsyncStream<Integer> prices = source.share(1, Overflow.latest());
            try (var first = prices.each(); // starts the source
                    var second = prices.each()) { // begins with the latest price
                seen.add(first.next());
                seen.add(second.next());
            } // ends the source
            // @end
        });
        assertThat(seen).hasSize(2);
    }

    @Test
    void valuesAreEmittedForAllReaders() {
        List<String> seen = new ArrayList<>();
        run(() -> {
            // @start region="shared"
            SharedStream<String> events = SharedStream.of(0, Overflow.suspend());
            try (var audit = events.stream().each()) {
                events.emit("opened"); // from any coroutine or thread
                events.complete();
                for (String event : audit) seen.add(event);
            }
            // @end
        });
        assertThat(seen).containsExactly("opened");
    }

    @Test
    void aStateChanges() {
        List<Integer> seen = new ArrayList<>();
        run(() -> {
            // @start region="state"
            StateStream<Integer> level = StateStream.of(1);
            try (var changes = level.stream().each()) {
                seen.add(changes.next()); // the present one
                level.set(2);
                level.update(before -> before * 5);
                seen.add(changes.next()); // the latest one, here 10
            }
            // @end
        });
        assertThat(seen).containsExactly(1, 10);
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
