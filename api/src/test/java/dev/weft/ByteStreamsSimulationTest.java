package dev.weft;

import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.test.simulation.Simulation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The races between reading, writing, closing and cancelling {@link ByteStreams}. */
@Simulated
class ByteStreamsSimulationTest {
    /** A value of a source: the one of its number. */
    private static ByteBuffer content(String value) {
        return ByteBuffer.wrap(new byte[] {(byte) value.charAt(value.length() - 1)});
    }

    @SuppressWarnings("unchecked")
    private static Flow.Publisher<String> publisher(JdkWorld world, PlayedSource source) {
        return (Flow.Publisher<String>) world.publisher(source);
    }

    /** No matter which side closes, and when: each buffer is released once, and none while its bytes are read. */
    @Test
    void aCloseAgainstARead() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var source = world.source();
            List<Object> released = new ArrayList<>();
            List<String> inHand = new ArrayList<>();
            var opened = new AtomicReference<InputStream>();
            int[] count = new int[1];
            Deferred<?> root = world.root(() -> {
                InputStream in = ByteStreams.toInputStream(
                        publisher(world, source),
                        value -> {
                            inHand.add(value);
                            dawdle();
                            inHand.remove(value);
                            return content(value);
                        },
                        value -> {
                            if (inHand.contains(value)) simulation.broken("released while it was read");
                            released.add(value);
                        });
                opened.set(in);
                try (in) {
                    while (in.read() >= 0) count[0]++;
                }
                return null;
            });
            simulation.start("source", () -> source.play(6));
            boolean cancels = simulation.coin();
            simulation.start("closer", () -> {
                Simulation.until("it is open", () -> opened.get() != null);
                if (cancels) root.cancel();
                else opened.get().close();
            });
            simulation.run();
            assertThat(released).containsExactlyInAnyOrderElementsOf(source.made);
            assertThat(world.dropped()).isEmpty();
            switch (root.outcome()) {
                case Outcome.Success<?> all -> assertThat(count[0]).isEqualTo(6);
                case Outcome.Failure<?> failed ->
                    assertThat(failed.error()).isInstanceOf(IOException.class).hasMessage("the stream is closed");
                case Outcome.Cancelled<?> cancelled -> assertThat(cancels).isTrue();
            }
            return root.state().toString();
        });
        assertThat(outcomes).containsKeys("SUCCEEDED", "FAILED", "CANCELLED");
    }

    /** What was written and taken is seen, in order, and the writer ends whatever its reader does. */
    @Test
    void aWriteAgainstASubscriberWhoLeaves() {
        var outcomes = explore(simulation -> {
            var run = new Generated(new JdkWorld(simulation));
            List<Throwable> thrown = new ArrayList<>();
            boolean[] over = new boolean[1];
            AsyncStream<ByteBuffer> written = ByteStreams.fromOutputStream(1, out -> {
                simulation.start("writer", () -> {
                    try {
                        for (char value : "abc".toCharArray()) out.write(value);
                    } catch (IOException failure) {
                        thrown.add(failure);
                    }
                    over[0] = true;
                });
                while (!over[0]) {
                    dawdle();
                    Async.checkpoint();
                }
            });
            run.by(written.map(chunk -> {
                        String value = String.valueOf((char) chunk.get(0));
                        run.made.add(value);
                        return value;
                    })
                    .generator());
            run.asks(1, 2);
            if (simulation.coin()) run.leaves();
            simulation.run();
            assertThat(over[0] || !run.began || run.subscriber.hasLeft()).isTrue();
            assertThat(List.of(List.of(), List.of("a"), List.of("a", "b"), List.of("a", "b", "c")))
                    .contains(run.subscriber.seen);
            if (!run.subscriber.hasLeft()) {
                assertThat(run.subscriber.failures).isEmpty();
                assertThat(run.subscriber.seen).hasSize(3);
                assertThat(thrown).isEmpty();
            }
            assertThat(run.world.dropped()).allMatch(CancellationException.class::isInstance);
            return run.subscriber.seen.size() + " seen, " + thrown.size() + " failed";
        });
        assertThat(outcomes).containsKeys("3 seen, 0 failed", "1 seen, 1 failed");
    }
}
