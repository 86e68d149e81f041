package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.group;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeout;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.test.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The races of a generator with its subscriber: rows D of the promises. */
@Simulated
public abstract class GeneratorRaces {
    protected abstract World world(Simulation simulation);

    /** Two requesters and one emitter: demand is added up, each value is emitted once and in order. */
    @Test
    void D2_twoWhoAskAgainstEmit() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(out -> {
                for (String value : List.of("a", "b", "c", "d")) run.emit(out, value);
            });
            run.asks(1, 1);
            run.asks(1, 1);
            simulation.run();
            run.over();
            assertThat(run.subscriber.seen).containsExactly("a", "b", "c", "d");
            return run.outcome();
        });
    }

    @Test
    void D3_aRequestInsideOnNext() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.subscriber.whenSubscribed = () -> run.subscriber.request(1);
            run.subscriber.whenNext = value -> run.subscriber.request(1);
            run.by(out -> {
                for (String value : List.of("a", "b", "c")) run.emit(out, value);
            });
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.over();
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).containsExactly("a", "b", "c");
            return run.outcome();
        });
    }

    @Test
    void D4_aRequestForNothingAgainstEmit() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            if (!run.world.hasDemand()) return "cannot be asked";
            run.by(out -> {
                for (String value : List.of("a", "b")) run.emit(out, value);
            });
            run.asks(1, 0);
            if (simulation.coin()) run.asks(1);
            simulation.run();
            run.over();
            if (run.subscriber.completed == 0)
                assertThat(run.subscriber.failures.get(0))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("3.9");
            return run.outcome();
        });
    }

    @Test
    void D6_emitAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(out -> {
                run.emit(out, "a");
                shielded(() -> run.emit(out, "b"));
                run.emit(out, "c");
            });
            run.asks(1, 1, 1);
            run.leaves();
            simulation.run();
            run.over();
            assertThat(run.world.discarded()).isEqualTo(run.refused);
            assertThat(run.subscriber.seen).isEqualTo(run.emitted);
            return run.outcome();
        });
        assertThat(outcomes).containsKeys("0 seen, 1 refused", "1 seen, 1 refused", "3 seen, 0 refused");
    }

    /**
     * That emit returns; what comes after it ends: the next emit, or a foreign call, which nothing else would
     * interrupt.
     */
    @Test
    void D7_aCancelInsideOnNext() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            boolean blocks = simulation.coin();
            run.subscriber.whenNext = value -> {
                if (value.equals("b")) run.subscriber.cancel();
            };
            run.by(out -> {
                run.emit(out, "a");
                run.emit(out, "b");
                if (blocks) new CountDownLatch(1).await();
                run.emit(out, "c");
            });
            run.asks(3);
            simulation.run();
            run.over();
            assertThat(run.emitted).containsExactly("a", "b");
            assertThat(run.refused).hasSize(blocks ? 0 : 1);
            return run.outcome();
        });
    }

    /** A canceller interrupts the generator's own waits, also after an onNext, but never the subscriber's code. */
    @Test
    void G6_aCancelAgainstOnNextAndAForeignCallBehindIt() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(out -> {
                run.emit(out, "a");
                new CountDownLatch(1).await();
            });
            run.asks(1);
            run.leaves();
            simulation.run();
            run.over();
            return run.outcome();
        });
    }

    /** A scope that the subscriber opens inside onNext is its own: no cancellation of the generator reaches it. */
    @Test
    void G6_aTimeoutInsideOnNext() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            List<String> met = new ArrayList<>();
            run.subscriber.whenNext = value -> {
                try {
                    withTimeout(Duration.ofMillis(1), () -> new CountDownLatch(1).await());
                } catch (TimeoutException | InterruptedException | CancelledException ended) {
                    met.add(ended.getClass().getSimpleName());
                }
            };
            run.by(out -> run.emit(out, "a"));
            run.asks(1);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.over();
            assertThat(met).hasSameSizeAs(run.subscriber.seen).allMatch("TimeoutException"::equals);
            return run.outcome();
        });
    }

    /** A timeout that the generator has around its emit ends the wait for demand, or takes effect after onNext. */
    @Test
    void D7_aTimeoutAroundAnEmit() {
        var outcomes = explore(simulation -> {
            var run = new Generated(world(simulation));
            boolean blocks = simulation.coin();
            run.by(out -> {
                try {
                    withTimeout(Duration.ofMillis(1), () -> {
                        run.emit(out, "a");
                        if (blocks) new CountDownLatch(1).await();
                    });
                } catch (TimeoutException over) {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                }
                run.emit(out, "b");
            });
            run.asks(1, 1);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.over();
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen).last().isEqualTo("b");
            return run.outcome();
        });
        assertThat(outcomes).containsKeys("2 seen, 0 refused", "1 seen, 1 refused");
    }

    /** An end needs no demand, and does not overtake a value. */
    @Test
    void D8_theEndAgainstACancel() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            var failure = new IllegalStateException("generator");
            boolean fails = simulation.coin();
            run.by(out -> {
                run.emit(out, "a");
                if (fails) throw failure;
            });
            run.asks(1);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.over();
            if (run.subscriber.isOver()) assertThat(run.subscriber.seen).containsExactly("a");
            if (fails && run.emitted.size() == 1)
                assertThat(run.subscriber.failures.size() + run.world.late().size())
                        .isOne();
            return run.outcome() + ", over " + run.subscriber.isOver();
        });
    }

    /** Three emitters take turns; one that is cancelled while it waits for its turn loses nothing but that value. */
    @Test
    void D9_severalWhoEmit() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            boolean alone = simulation.coin();
            run.by(out -> {
                Emitter<String> shared = out.concurrent();
                group(g -> {
                    for (String who : List.of("a", "b", "c")) {
                        Deferred<?> member = g.async(() -> {
                            run.emit(shared, who + 1);
                            run.emit(shared, who + 2);
                        });
                        if (alone && who.equals("b"))
                            g.async(() -> {
                                dawdle();
                                member.cancel();
                            });
                    }
                });
            });
            run.asks(1, 2, 3);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.over();
            for (String who : List.of("a", "b", "c"))
                assertThat(run.subscriber.seen.stream()
                                .filter(value -> value.toString().startsWith(who)))
                        .isSorted();
            if (!run.subscriber.hasLeft() && !alone)
                assertThat(run.subscriber.seen).hasSize(6);
            return run.outcome();
        });
    }

    @Test
    void D14_anOnNextThatThrows() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            var failure = new IllegalStateException("subscriber");
            run.subscriber.whenNext = value -> {
                throw failure;
            };
            run.by(out -> {
                try {
                    run.emit(out, "a");
                } catch (CancelledException cancelled) {
                    if (!run.subscriber.seen.isEmpty()) assertThat(cancelled).hasCause(failure);
                    throw cancelled;
                }
            });
            run.asks(2);
            if (simulation.coin()) run.leaves();
            simulation.run();
            assertThat(run.ended).isEqualTo(run.began);
            run.world.conserved(run.made, run.subscriber.seen.toArray());
            assertThat(run.subscriber.isOver()).isFalse();
            assertThat(run.world.dropped()).hasSize(run.subscriber.seen.size());
            return run.outcome();
        });
    }

    /** A generator with members ends when they have ended; then the subscriber is notified. */
    @Test
    void C7_theEndOfAGeneratorWithChildren() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            List<String> ended = new ArrayList<>();
            run.by(out -> {
                async(() -> {
                    try {
                        dawdle();
                    } finally {
                        ended.add("child");
                    }
                });
                run.emit(out, "a");
            });
            run.subscriber.whenOver = () -> ended.add("over");
            run.asks(1);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.over();
            if (ended.contains("over") && ended.contains("child"))
                assertThat(ended).containsExactly("child", "over");
            return run.outcome();
        });
    }
}
