package dev.weft;

import static dev.weft.test.simulation.Simulation.until;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.BufferPolicy;
import dev.weft.spi.BufferPolicy.WhenFull;
import dev.weft.spi.EngineCounter;
import dev.weft.test.simulation.Simulation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The races of a listener's threads with each other and with the loop that they signal. */
@Simulated
public abstract class ListenerRaces {
    private static final List<WhenFull> LOSING = List.of(WhenFull.DROP_OLDEST, WhenFull.DROP_NEWEST, WhenFull.ERROR);

    protected abstract World world(Simulation simulation);

    /** A loop over a listener, and its results; at the end of a run the listener is deregistered, once. */
    private static final class Run {
        final Simulation simulation;
        final World world;
        final List<Object> made = new ArrayList<>();
        final List<Object> seen = new ArrayList<>();
        final long echoes = EngineCounter.CANCEL_ECHOES.sum();
        ListenerSink<String> sink;
        int deregistered;
        boolean over;

        Run(World world) {
            this.world = world;
            this.simulation = world.simulation;
            simulation.atEnd(() -> assertThat(deregistered).isEqualTo(sink == null ? 0 : 1));
        }

        ListenerIteration<String> open(WhenFull whenFull, int capacity, ListenerBody<String> registration) {
            var cell = new ListenerIteration<>(registration, new BufferPolicy(whenFull, capacity), world.backend());
            cell.open();
            return cell;
        }

        void register(ListenerSink<String> to) {
            to.onClose(this::deregister);
            sink = to;
        }

        void deregister() {
            deregistered++;
            dawdle();
        }

        /** Loops to the end. */
        Deferred<?> loop(WhenFull whenFull, int capacity, ListenerBody<String> registration) {
            return world.root(() -> {
                try (ListenerIteration<String> each = open(whenFull, capacity, registration)) {
                    while (each.hasNext()) seen.add(each.next());
                } finally {
                    over = true;
                }
                return null;
            });
        }

        /** Calls the listener on a separate thread, if it is ever registered. */
        void tells(String name, Consumer<ListenerSink<String>> what) {
            simulation.start(name, () -> {
                until("it is registered", () -> sink != null || world.root.isDone());
                if (sink != null) what.accept(sink);
            });
        }

        void next(String value) {
            made.add(value);
            sink.next(value);
        }

        void cancels() {
            simulation.start("canceller", () -> world.root.cancel());
        }

        long echoes() {
            return EngineCounter.CANCEL_ECHOES.sum() - echoes;
        }

        void conserved() {
            world.conserved(made, seen.toArray());
        }
    }

    @Test
    void E4_valuesOfTwoThreadsAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(world(simulation));
            Deferred<?> root = run.loop(WhenFull.ERROR, 4, run::register);
            for (String thread : List.of("a", "b"))
                run.tells(thread, sink -> {
                    run.next(thread + 1);
                    run.next(thread + 2);
                });
            run.cancels();
            simulation.run();
            run.conserved();
            assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            return run.seen.size() + " seen";
        });
        assertThat(outcomes).containsKeys("0 seen", "4 seen");
    }

    @Test
    void E2_valuesOfTwoThreadsAndTheEndBehindThem() {
        var outcomes = explore(simulation -> {
            var run = new Run(world(simulation));
            Deferred<?> root = run.loop(WhenFull.ERROR, 9, run::register);
            int[] left = {2};
            for (String thread : List.of("a", "b"))
                run.tells(thread, sink -> {
                    run.next(thread + 1);
                    run.next(thread + 2);
                    if (--left[0] == 0) sink.complete();
                });
            simulation.run();
            assertThat(root.state()).isEqualTo(Deferred.State.SUCCEEDED);
            assertThat(run.seen)
                    .containsSubsequence("a1", "a2")
                    .containsSubsequence("b1", "b2")
                    .hasSize(4);
            return run.seen.toString();
        });
        assertThat(outcomes).hasSize(6);
    }

    @Test
    void E5_twoThreadsAgainstARoomForOne() {
        explore(simulation -> {
            var run = new Run(world(simulation));
            WhenFull whenFull = LOSING.get((simulation.coin() ? 1 : 0) + (simulation.coin() ? 1 : 0));
            Deferred<?> root = run.loop(whenFull, 1, run::register);
            int[] left = {2};
            for (String thread : List.of("a", "b"))
                run.tells(thread, sink -> {
                    for (int i = 1; i <= 3; i++) run.next(thread + i);
                    if (--left[0] == 0) sink.complete();
                });
            simulation.run();
            run.conserved();
            if (whenFull == WhenFull.DROP_OLDEST) assertThat(run.seen).containsAnyOf("a3", "b3");
            if (root.outcome() instanceof Outcome.Failure<?> failure) {
                assertThat(whenFull).isEqualTo(WhenFull.ERROR);
                assertThat(failure.error()).isInstanceOf(OverflowException.class);
            } else if (whenFull == WhenFull.ERROR) {
                assertThat(run.seen).hasSize(6);
            }
            return whenFull + " " + root.state();
        });
    }

    @Test
    void E3_valuesAgainstALoopThatLeaves() {
        explore(simulation -> {
            var run = new Run(world(simulation));
            run.world.root(() -> {
                try (ListenerIteration<String> each = run.open(WhenFull.DROP_OLDEST, 2, run::register)) {
                    run.seen.add(each.next());
                    dawdle();
                }
                return null;
            });
            for (String thread : List.of("a", "b"))
                run.tells(thread, sink -> {
                    run.next(thread + 1);
                    run.next(thread + 2);
                });
            simulation.run();
            run.conserved();
            return run.seen.toString();
        });
    }

    @Test
    void theEndAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(world(simulation));
            Deferred<?> root = run.loop(WhenFull.ERROR, 2, run::register);
            run.tells("source", sink -> {
                run.next("value");
                sink.complete();
            });
            run.cancels();
            simulation.run();
            run.conserved();
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "CANCELLED");
    }

    /** When the subscriber learns of the end, the listener is already deregistered. */
    @Test
    void theEndIsSeenBehindTheDeregistration() {
        explore(simulation -> {
            var run = new Run(world(simulation));
            run.world.root(() -> {
                try (ListenerIteration<String> each = run.open(WhenFull.ERROR, 2, run::register)) {
                    while (each.hasNext()) run.seen.add(each.next());
                    assertThat(run.deregistered).isEqualTo(1);
                }
                return null;
            });
            run.tells("source", sink -> {
                run.next("value");
                sink.complete();
            });
            simulation.run();
            assertThat(run.world.root.state()).isEqualTo(Deferred.State.SUCCEEDED);
            return "";
        });
    }

    /** A failure is thrown, dropped, or counted as the echo of our own deregistration. */
    @Test
    void A8_aFailureAgainstALoopThatLeaves() {
        var outcomes = explore(simulation -> {
            var run = new Run(world(simulation));
            boolean[] calling = {false};
            run.world.root(() -> {
                ListenerIteration<String> each = run.open(WhenFull.ERROR, 2, sink -> {
                    sink.onClose(() -> {
                        calling[0] = true;
                        run.deregister();
                    });
                    run.sink = sink;
                });
                dawdle();
                dawdle();
                each.close();
                return null;
            });
            boolean[] echo = {false};
            run.tells("source", sink -> {
                dawdle();
                echo[0] = calling[0];
                sink.fail(new IOException("CANCELLED"));
            });
            simulation.run();
            if (echo[0]) assertThat(run.echoes()).isEqualTo(1);
            assertThat(run.world.dropped().size() + run.echoes()).isEqualTo(1);
            return run.echoes() == 1 ? "echo" : "dropped";
        });
        assertThat(outcomes).containsOnlyKeys("echo", "dropped");
    }

    @Test
    void anActionThatIsSetLateAgainstCancelAndTheEnd() {
        var outcomes = explore(simulation -> {
            var run = new Run(world(simulation));
            Deferred<?> root = run.loop(WhenFull.ERROR, 2, sink -> {
                run.sink = sink;
                simulation.start("late", () -> sink.onClose(run::deregister));
            });
            if (simulation.coin()) run.tells("source", ListenerSink::complete);
            else run.cancels();
            simulation.run();
            if (run.sink == null) return "never registered";
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("never registered", "SUCCEEDED", "CANCELLED");
    }

    /** What passes requests on is set on one thread; values come on another, as they are requested. */
    @Test
    void E1_demandAgainstValues() {
        var outcomes = explore(simulation -> {
            var run = new Run(world(simulation));
            long[] requested = {0};
            boolean[] asking = {false};
            boolean[] open = {false};
            Deferred<?> root = run.loop(WhenFull.REQUESTED, 2, sink -> {
                run.register(sink);
                simulation.start("opens", () -> {
                    sink.onRequest(count -> {
                        if (asking[0]) simulation.broken("asked on two threads at once (rule 2.7)");
                        asking[0] = true;
                        requested[0] += count;
                        dawdle();
                        asking[0] = false;
                    });
                    open[0] = true;
                });
                until("it can be asked", () -> requested[0] > 0 || open[0]);
            });
            run.tells("source", sink -> {
                for (int i = 0; i < 5; i++) {
                    int before = i;
                    until("it is asked", () -> requested[0] > before || run.over);
                    if (run.over) return;
                    run.next("value " + i);
                }
                sink.complete();
            });
            if (simulation.coin()) run.cancels();
            simulation.run();
            run.conserved();
            assertThat(run.seen).isEqualTo(run.made.subList(0, run.seen.size()));
            if (root.state() == Deferred.State.SUCCEEDED) assertThat(run.seen).hasSize(5);
            else assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "CANCELLED");
    }

    /** A subscriber of the backend, with its own demand, against two threads. */
    @Test
    void asAStreamOfTheBackend() {
        explore(simulation -> {
            var generated = new Generated(world(simulation));
            int[] deregistered = {0};
            List<ListenerSink<String>> sinks = new ArrayList<>();
            generated.by(AsyncStream.<String>fromListener(Overflow.error(9), sink -> {
                        sink.onClose(() -> deregistered[0]++);
                        sinks.add(sink);
                    })
                    .generator());
            int[] left = {2};
            for (String thread : List.of("a", "b"))
                simulation.start(thread, () -> {
                    until("it is registered", () -> !sinks.isEmpty() || generated.subscriber.hasLeft());
                    if (sinks.isEmpty()) return;
                    for (int i = 1; i <= 2; i++) {
                        generated.made.add(thread + i);
                        sinks.getFirst().next(thread + i);
                    }
                    if (--left[0] == 0) sinks.getFirst().complete();
                });
            generated.asks(1, 3);
            if (simulation.coin()) generated.leaves();
            simulation.run();
            assertThat(deregistered[0]).isEqualTo(sinks.size());
            generated.overBehindOperators();
            if (!generated.subscriber.hasLeft())
                assertThat(generated.subscriber.seen).hasSize(4);
            return generated.outcome();
        });
    }
}
