package dev.weft;

import static dev.weft.Async.checkpoint;
import static dev.weft.Async.delay;
import static dev.weft.Async.stream;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.test.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The operators that hold values or start coroutines, under thousands of schedules each. Whatever happens, a value is
 * seen, discarded, or was given to a function; functions therefore take what they are given from the list of what was
 * made, and add their result.
 */
@Simulated
class OperatorsSimulationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static AsyncStream<String> of(Generated run, String... values) {
        return stream(out -> {
            for (String value : values) run.emit(out, value);
        });
    }

    private static String made(Generated run, String result, String... of) {
        for (String value : of) run.made.remove(value);
        run.made.add(result);
        return result;
    }

    /** Plays a run in which the subscriber may leave. */
    private static Generated played(Simulation simulation, Generated run, AsyncStream<String> stream, int... asks) {
        run.by(stream.generator());
        run.asks(asks);
        if (simulation.coin()) run.leaves();
        simulation.run();
        run.overBehindOperators();
        if (!run.subscriber.hasLeft()) assertThat(run.world.dropped()).isEmpty();
        return run;
    }

    private static Generated generated(Simulation simulation) {
        return new Generated(new JdkWorld(simulation));
    }

    @Test
    void D16_zipAgainstTheEndOfOneAndACancel() {
        var outcomes = explore(simulation -> {
            var run = generated(simulation);
            boolean firstIsLonger = simulation.coin();
            AsyncStream<String> longer = of(run, "a", "b", "c");
            AsyncStream<String> shorter = of(run, "x", "y");
            AsyncStream<String> pairs = firstIsLonger
                    ? longer.zip(shorter, (l, s) -> made(run, l + s, l, s))
                    : shorter.zip(longer, (s, l) -> made(run, l + s, l, s));
            played(simulation, run, pairs, 1, 3);
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).containsExactly("ax", "by");
            return run.subscriber.seen.size() + " seen";
        });
        assertThat(outcomes).containsOnlyKeys("0 seen", "1 seen", "2 seen");
    }

    @Test
    void aFailureOfOneThatIsZipped() {
        explore(simulation -> {
            var run = generated(simulation);
            var failure = new IllegalStateException("broken");
            AsyncStream<String> broken = stream(out -> {
                run.emit(out, "x");
                throw failure;
            });
            AsyncStream<String> pairs = simulation.coin()
                    ? of(run, "a", "b").zip(broken, (l, r) -> made(run, l + r, l, r))
                    : broken.zip(of(run, "a", "b"), (r, l) -> made(run, l + r, l, r));
            played(simulation, run, pairs, 1, 1);
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.failures).containsExactly(failure);
            return run.subscriber.seen.toString();
        });
    }

    @Test
    void D16_combineLatestAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = generated(simulation);
            AsyncStream<String> second = simulation.coin() ? of(run, "x", "y") : of(run);
            played(simulation, run, of(run, "a", "b").combineLatest(second, (l, r) -> made(run, l + r, l, r)), 1, 4);
            boolean over = !run.subscriber.hasLeft() && !run.subscriber.seen.isEmpty();
            if (over) assertThat(run.subscriber.seen).endsWith("by").doesNotHaveDuplicates();
            return run.subscriber.seen.toString();
        });
        assertThat(outcomes).containsKeys("[]", "[ax, ay, by]", "[bx, by]", "[ay, by]");
    }

    @Test
    void D16_flatMapAgainstCancel() {
        explore(simulation -> {
            var run = generated(simulation);
            AsyncStream<String> flat = of(run, "a", "b", "c").flatMap(2, value -> {
                run.made.remove(value);
                dawdle();
                return of(run, value + 1, value + 2);
            });
            played(simulation, run, flat, 1, 5);
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen)
                        .containsSubsequence("a1", "a2")
                        .containsSubsequence("b1", "b2")
                        .containsSubsequence("c1", "c2")
                        .hasSize(6);
            return run.outcome();
        });
    }

    @Test
    void D16_concatMapAgainstCancel() {
        explore(simulation -> {
            var run = generated(simulation);
            AsyncStream<String> flat = of(run, "a", "b").concatMap(value -> {
                run.made.remove(value);
                dawdle();
                return of(run, value + 1, value + 2);
            });
            played(simulation, run, flat, 1, 3);
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).containsExactly("a1", "a2", "b1", "b2");
            return run.outcome();
        });
    }

    @Test
    void D17_mapLatestAgainstTheNextValueAndACancel() {
        var outcomes = explore(simulation -> {
            var run = generated(simulation);
            List<String> running = new ArrayList<>();
            AsyncStream<String> latest = of(run, "a", "b", "c").mapLatest(value -> {
                run.made.remove(value);
                if (!running.isEmpty()) simulation.broken("two at a time");
                running.add(value);
                try {
                    dawdle();
                    checkpoint();
                } finally {
                    running.clear();
                }
                return made(run, value.toUpperCase());
            });
            played(simulation, run, latest, 1, 2);
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen).endsWith("C").isSorted();
            return run.subscriber.seen.toString();
        });
        assertThat(outcomes).containsKeys("[]", "[C]", "[A, C]", "[A, B, C]");
    }

    @Test
    void D17_flatMapLatestAgainstTheNextValueAndACancel() {
        var outcomes = explore(simulation -> {
            var run = generated(simulation);
            AsyncStream<String> latest = of(run, "a", "b").flatMapLatest(value -> {
                run.made.remove(value);
                dawdle();
                return of(run, value + 1, value + 2);
            });
            played(simulation, run, latest, 1, 3);
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen).endsWith("b1", "b2").isSorted();
            return run.subscriber.seen.toString();
        });
        assertThat(outcomes).containsKeys("[]", "[b1, b2]", "[a1, b1, b2]", "[a1, a2, b1, b2]");
    }

    @Test
    void D17_forEachLatestAgainstCancel() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            var run = new Generated(world);
            List<Object> begun = new ArrayList<>();
            Deferred<?> root = world.root(() -> {
                of(run, "a", "b", "c").forEachLatest(value -> {
                    begun.add(value);
                    dawdle();
                });
                return null;
            });
            if (simulation.coin()) simulation.start("canceller", root::cancel);
            simulation.run();
            world.conserved(run.made, begun.toArray());
            if (root.outcome() instanceof Outcome.Success<?>) assertThat(begun).endsWith("c");
            return begun.toString();
        });
    }

    /** Values at 0, 1 and 2 seconds, each of which may come just before the time of the one before is over. */
    private static AsyncStream<String> everySecond(Generated run, List<Long> at) {
        return stream(out -> {
            for (String value : List.of("a", "b", "c")) {
                at.add(run.world.simulation.now());
                run.emit(out, value);
                delay(SECOND);
            }
        });
    }

    @Test
    void D16_debounceAgainstTheNextValueAndACancel() {
        var outcomes = explore(simulation -> {
            var run = generated(simulation);
            List<Long> at = new ArrayList<>();
            run.subscriber.whenNext = value -> {
                int which = "abc".indexOf(value);
                long quiet = simulation.now() - at.get(which);
                if (quiet < SECOND.toNanos()) simulation.broken(value + " after " + quiet);
            };
            played(simulation, run, everySecond(run, at).debounce(SECOND), 1, 2);
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen).endsWith("c").isSorted();
            return run.subscriber.seen.toString();
        });
        assertThat(outcomes).containsKeys("[]", "[a, c]", "[b, c]", "[a, b, c]");
    }

    @Test
    void D18_aFailureComesAfterTheValueThatDebounceHolds() {
        explore(simulation -> {
            var run = generated(simulation);
            var failure = new IllegalStateException("broken");
            boolean[] thrown = new boolean[1];
            AsyncStream<String> broken = stream(out -> {
                run.emit(out, "a");
                run.emit(out, "b");
                thrown[0] = true;
                throw failure;
            });
            played(simulation, run, simulation.coin() ? broken.debounce(SECOND) : broken.sample(SECOND), 1, 1);
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).endsWith("b");
            List<Throwable> reported = new ArrayList<>(run.subscriber.failures);
            for (Throwable late : run.world.late()) {
                reported.add(late);
                reported.addAll(List.of(late.getSuppressed()));
            }
            if (thrown[0]) assertThat(reported).contains(failure);
            return run.subscriber.seen.toString();
        });
    }

    @Test
    void D16_sampleAgainstTheNextValueAndACancel() {
        var outcomes = explore(simulation -> {
            var run = generated(simulation);
            played(simulation, run, everySecond(run, new ArrayList<>()).sample(SECOND), 1, 2);
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen).endsWith("c").isSorted();
            return run.subscriber.seen.toString();
        });
        assertThat(outcomes).containsKeys("[]", "[c]", "[a, b, c]");
    }

    @Test
    void D16_aBufferAgainstItsSubscriber() {
        explore(simulation -> {
            var run = generated(simulation);
            Overflow overflow = List.of(
                            Overflow.suspend(),
                            Overflow.latest(),
                            Overflow.dropOldest(2),
                            Overflow.dropNewest(1),
                            Overflow.error(2),
                            Overflow.unbounded())
                    .get(
                            simulation.coin()
                                    ? simulation.coin() ? 0 : 1
                                    : 2 + (simulation.coin() ? 1 : 0) + (simulation.coin() ? 2 : 0));
            played(simulation, run, of(run, "a", "b", "c", "d").buffer(overflow), 1, 1, 4);
            assertThat(run.subscriber.seen).isSorted();
            for (Throwable failure : run.subscriber.failures)
                assertThat(failure).isInstanceOf(OverflowException.class);
            return run.subscriber.seen.toString();
        });
    }

    /** More than it holds ahead of its subscriber. */
    @Test
    void aBufferLetsItsSourceWait() {
        explore(simulation -> {
            var run = generated(simulation);
            String[] values = new String[40];
            for (int n = 0; n < values.length; n++) values[n] = "" + (char) ('A' + n);
            played(simulation, run, of(run, values).buffer(Overflow.suspend()), 1, 40);
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).containsExactly((Object[]) values);
            return run.outcome();
        });
    }
}
