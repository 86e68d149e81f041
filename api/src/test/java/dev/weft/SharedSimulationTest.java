package dev.weft;

import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Streams with many subscribers under thousands of schedules each: every copy of a value is read or discarded, once. */
@Simulated
class SharedSimulationTest {
    private static <T> Deferred<T> beside(World world, String name, Callable<T> body) {
        return new MemberTask<T>(null, world.backend(), Context.empty(), CoroutineOptions.NONE.named(name), body)
                .started();
    }

    /** Reads at most so many values, or all. */
    private static Callable<List<String>> reader(AsyncStream<String> stream, List<String> seen, int most) {
        return () -> {
            try (IterationCell<String> each = Async.opened(stream)) {
                while (seen.size() < most && each.hasNext()) {
                    seen.add(each.next());
                    dawdle();
                }
            }
            return seen;
        };
    }

    /** Two emitters, one reader that stays and one that leaves, is cancelled, or comes late: one order for all. */
    @Test
    void S1_allSeeOneOrderAndNothingIsLost() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            boolean waits = simulation.coin();
            SharedStream<String> shared = SharedStream.of(0, waits ? Overflow.suspend() : Overflow.error(9));
            List<String> stays = new ArrayList<>();
            List<String> leaves = new ArrayList<>();
            int[] left = {2};
            beside(world, "stays", () -> {
                try (IterationCell<String> each = Async.opened(shared.stream())) {
                    for (String name : List.of("a", "b"))
                        beside(world, name, () -> {
                            for (int n = 1; n <= 2; n++)
                                assertThat(shared.emit(name + n)).isTrue();
                            if (--left[0] == 0) shared.complete();
                            return null;
                        });
                    while (each.hasNext()) stays.add(each.next());
                }
                return null;
            });
            Deferred<?> other = beside(world, "leaves", reader(shared.stream(), leaves, 2));
            if (simulation.coin()) simulation.start("canceller", other::cancel);
            simulation.run();
            assertThat(stays).hasSize(4).containsSubsequence("a1", "a2").containsSubsequence("b1", "b2");
            if (!leaves.isEmpty()) assertThat(stays).containsSubsequence(leaves.toArray(new String[0]));
            List<Object> unread = new ArrayList<>(world.discarded());
            assertThat(unread).doesNotHaveDuplicates();
            assertThat(leaves).noneMatch(unread::contains);
            assertThat(world.dropped()).isEmpty();
            return leaves.size() + " read, " + unread.size() + " discarded";
        });
        assertThat(outcomes).containsKeys("0 read, 0 discarded", "2 read, 0 discarded", "2 read, 2 discarded");
    }

    /** An emitter that waits for a slow reader against a canceller, the end, and a reader that leaves. */
    @Test
    void S2_aValueThatWaitsIsReadOrDiscarded() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            SharedStream<String> shared = SharedStream.of(0, Overflow.suspend());
            List<String> made = new ArrayList<>();
            List<String> seen = new ArrayList<>();
            List<String> accepted = new ArrayList<>();
            int way = (simulation.coin() ? 1 : 0) + (simulation.coin() ? 1 : 0);
            beside(world, "reader", () -> {
                try (IterationCell<String> each = Async.opened(shared.stream())) {
                    for (int n = 0; n < 32; n++) emit(shared, "value " + n, made, accepted);
                    Deferred<?> emitter = beside(world, "emitter", () -> emit(shared, "last", made, accepted));
                    if (way == 0) simulation.start("canceller", emitter::cancel);
                    if (way == 1) simulation.start("ends", shared::complete);
                    dawdle();
                    if (way != 2) for (int n = 0; n < 32; n++) seen.add(each.next());
                    if (way == 1) while (each.hasNext()) seen.add(each.next());
                    if (way == 0) Async.gatherSettled(emitter);
                }
                return null;
            });
            simulation.run();
            world.conserved(made, seen.toArray());
            assertThat(accepted).containsAll(seen);
            return way + (accepted.contains("last") ? " accepted" : " refused");
        });
        assertThat(outcomes).containsKeys("0 accepted", "0 refused", "1 accepted", "1 refused", "2 accepted");
    }

    /** An emitter that is cancelled while the last reader makes the room that it waits for, by leaving. */
    @Test
    void S2_anEmitThatWasCancelledHasPassedNothingOn() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            SharedStream<String> shared = SharedStream.of(32, Overflow.suspend());
            for (int n = 0; n < 32; n++) shared.emit("kept");
            List<String> seen = new ArrayList<>();
            boolean[] begunAndAccepted = new boolean[2];
            beside(world, "readers", () -> {
                Deferred<?> emitter;
                try (IterationCell<String> full = Async.opened(shared.stream())) {
                    emitter = beside(world, "emitter", () -> {
                        begunAndAccepted[0] = true;
                        begunAndAccepted[1] = shared.emit("last");
                        return null;
                    });
                    simulation.start("canceller", emitter::cancel);
                    dawdle();
                    assertThat(full.next()).isEqualTo("kept");
                }
                Async.gatherSettled(emitter);
                shared.complete();
                try (IterationCell<String> late = Async.opened(shared.stream())) {
                    while (late.hasNext()) seen.add(late.next());
                }
                return null;
            });
            simulation.run();
            boolean accepted = begunAndAccepted[1];
            assertThat(seen).hasSize(32).filteredOn("last"::equals).hasSize(accepted ? 1 : 0);
            assertThat(world.discarded()).filteredOn("last"::equals).hasSize(begunAndAccepted[0] && !accepted ? 1 : 0);
            return accepted ? "accepted" : begunAndAccepted[0] ? "cancelled" : "not begun";
        });
        assertThat(outcomes).containsKeys("accepted", "cancelled");
    }

    private static Void emit(SharedStream<String> shared, String value, List<String> made, List<String> accepted) {
        made.add(value);
        if (shared.emit(value)) accepted.add(value);
        return null;
    }

    /** Subscribers that come and go while the source runs, ends and starts again: one run at a time. */
    @Test
    void S3_aSharedSourceRunsOnceAtATime() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            int[] running = {0};
            int[] runs = {0};
            AsyncStream<String> source = Async.stream(out -> {
                if (++running[0] > 1) simulation.broken("two runs at a time");
                int run = ++runs[0];
                try {
                    for (int n = 1; n <= 2; n++) {
                        out.emit(run + "." + n);
                        dawdle();
                    }
                } finally {
                    dawdle();
                    running[0]--;
                }
            });
            int replay = simulation.coin() ? 1 : 0;
            AsyncStream<String> shared = source.share(replay, Overflow.suspend());
            List<List<String>> all = List.of(new ArrayList<>(), new ArrayList<>());
            beside(world, "all", reader(shared, all.get(0), 9));
            Deferred<?> some = beside(world, "some", reader(shared, all.get(1), 1));
            if (simulation.coin()) simulation.start("canceller", some::cancel);
            simulation.run();
            assertThat(running[0]).isZero();
            assertThat(all.get(0)).doesNotHaveDuplicates();
            if (replay == 1) assertThat(all.get(0)).isNotEmpty(); // else it may have joined after the last value
            if (!all.get(0).isEmpty()) assertThat(all.get(0).getLast()).endsWith(".2");
            assertThat(world.dropped()).isEmpty();
            return runs[0] + " runs, " + all.get(1).size();
        });
        assertThat(outcomes).containsKeys("1 runs, 1", "2 runs, 1");
    }

    /** Writers against readers of a state: a reader sees the last value, and none twice in a row. */
    @Test
    void S4_aReaderOfAStateSeesTheLatest() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            StateStream<Integer> state = StateStream.of(0);
            List<Integer> seen = new ArrayList<>();
            Deferred<?> reader = beside(world, "reader", () -> {
                try (IterationCell<Integer> each = Async.opened(state.stream())) {
                    while (seen.isEmpty() || seen.getLast() != 4) seen.add(each.next());
                }
                return null;
            });
            for (String name : List.of("one", "two"))
                simulation.start(name, () -> {
                    for (int n = 0; n < 2; n++) state.update(before -> before + 1);
                });
            boolean cancelled = simulation.coin();
            if (cancelled) simulation.start("canceller", reader::cancel);
            simulation.run();
            assertThat(state.value()).isEqualTo(4);
            assertThat(seen).isSorted().doesNotHaveDuplicates();
            if (!cancelled) assertThat(seen).endsWith(4);
            assertThat(state.readers()).isZero();
            return reader.state() + " " + seen.size();
        });
        assertThat(outcomes).containsKeys("SUCCEEDED 1", "SUCCEEDED 3", "CANCELLED 0");
    }
}
