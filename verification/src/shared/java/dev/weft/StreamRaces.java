package dev.weft;

import static dev.weft.Async.delay;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.test.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The races inside the operators of a stream: between its coroutines, its clock and its subscriber. */
@Simulated
public abstract class StreamRaces {
    private static final Duration SECOND = Duration.ofSeconds(1);

    protected abstract World world(Simulation simulation);

    private static AsyncStream<String> of(Generated run, String... values) {
        return stream(out -> {
            for (String value : values) run.emit(out, value);
        });
    }

    private static String slowly(String value) {
        dawdle();
        return value;
    }

    /** The results come in order; a subscriber that cancels in between loses none of them. */
    @Test
    void mapConcurrentAgainstCancel() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(of(run, "a", "b", "c", "d")
                    .mapConcurrent(2, StreamRaces::slowly)
                    .generator());
            run.asks(2, 3);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            assertThat(run.subscriber.seen).isEqualTo(run.made.subList(0, run.subscriber.seen.size()));
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).containsExactly("a", "b", "c", "d");
            return run.outcome();
        });
    }

    @Test
    void mapConcurrentUnorderedAgainstCancel() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(of(run, "a", "b", "c")
                    .mapConcurrentUnordered(2, StreamRaces::slowly)
                    .generator());
            run.asks(1, 3);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).containsExactlyInAnyOrder("a", "b", "c");
            return run.outcome();
        });
    }

    /** A failure comes after the results before it, and what comes after it is discarded. */
    @Test
    void aFailureInsideMapConcurrent() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            var failure = new IllegalStateException("b");
            run.by(of(run, "a", "b", "c")
                    .mapConcurrent(2, value -> {
                        dawdle();
                        if (!value.equals("b")) return value;
                        run.made.remove(value);
                        throw failure;
                    })
                    .generator());
            run.asks(3);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            if (!run.subscriber.hasLeft()) {
                assertThat(run.subscriber.seen).containsExactly("a");
                assertThat(run.subscriber.failures).containsExactly(failure);
            }
            return run.outcome();
        });
    }

    @Test
    void mergeAgainstCancel() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(of(run, "a", "b").merge(of(run, "x", "y")).generator());
            run.asks(1, 3);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen)
                        .containsSubsequence("a", "b")
                        .containsSubsequence("x", "y")
                        .hasSize(4);
            return run.outcome();
        });
    }

    /** A list is full, or its time is up: never both for the same values. */
    @Test
    void chunkedAgainstItsTimeAndACancel() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            List<Object> seen = new ArrayList<>();
            run.by(out -> stream((Emitter<String> up) -> {
                        for (String value : List.of("a", "b", "c", "d", "e")) {
                            run.emit(up, value);
                            if (value.equals("a") || value.equals("d")) delay(SECOND);
                        }
                    })
                    .chunked(3, SECOND)
                    .map(chunk -> {
                        chunk.forEach(value -> run.made.remove(value));
                        seen.addAll(chunk);
                        String joined = String.join("", chunk);
                        run.made.add(joined);
                        return joined;
                    })
                    .generator()
                    .generate(out));
            run.asks(5);
            if (simulation.coin()) run.leaves();
            simulation.run();
            unpack(run);
            run.overBehindOperators();
            assertThat(seen).isSorted().doesNotHaveDuplicates();
            if (!run.subscriber.hasLeft()) assertThat(seen).hasSize(5);
            return run.outcome();
        });
    }

    /** A list that is discarded as a whole counts for its values. */
    private static void unpack(Generated run) {
        List<Object> values = new ArrayList<>();
        for (Object value : run.world.discarded()) {
            if (value instanceof List<?> chunk) values.addAll(chunk);
            else values.add(value);
        }
        run.world.discarded().clear();
        run.world.discarded().addAll(values);
    }

    @Test
    void timeoutAgainstTheNextValue() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(stream((Emitter<String> out) -> {
                        run.emit(out, "a");
                        delay(SECOND);
                        run.emit(out, "b");
                    })
                    .timeout(SECOND)
                    .generator());
            run.asks(3);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            if (!run.subscriber.failures.isEmpty())
                assertThat(run.subscriber.failures.get(0)).isInstanceOf(TimeoutException.class);
            return run.outcome() + ", " + run.subscriber.failures.size() + " timed out";
        });
    }

    /** What a generator emits in a shield after the last value that was wanted is refused. */
    @Test
    void takeAgainstCancel() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(stream((Emitter<String> out) -> shielded(() -> {
                        for (String value : List.of("a", "b", "c")) run.emit(out, value);
                    }))
                    .take(2)
                    .generator());
            run.asks(1, 2);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).containsExactly("a", "b");
            return run.outcome();
        });
    }

    /**
     * A generator that has emitted all that was wanted ends where it waits in foreign code, which nothing else would
     * interrupt.
     */
    @Test
    void takeAgainstAForeignCallBehindTheLastValue() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(stream((Emitter<String> out) -> {
                        run.emit(out, "a");
                        new CountDownLatch(1).await();
                    })
                    .take(1)
                    .generator());
            run.asks(1);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).containsExactly("a");
            return run.outcome();
        });
    }

    /** What has been taken when the signal comes is finished; the rest is never made, or is discarded. */
    @Test
    void aSignalAgainstTheNextValueOfTakeUntil() {
        var outcomes = explore(simulation -> {
            var run = new Generated(world(simulation));
            var signal = new CompletableFuture<String>();
            boolean concurrently = simulation.coin();
            AsyncStream<String> until = stream((Emitter<String> out) -> {
                        run.emit(out, "a");
                        dawdle();
                        run.emit(out, "b");
                        waitInVain(simulation.coin());
                    })
                    .takeUntil(Async.awaitable(signal));
            run.by((concurrently ? until.mapConcurrent(2, StreamRaces::slowly) : until.map(StreamRaces::slowly))
                    .generator());
            run.asks(1, 1);
            if (simulation.coin()) run.leaves();
            simulation.start("signal", () -> {
                if (simulation.coin())
                    Simulation.until("all was emitted", () -> run.made.size() == 2 || run.subscriber.hasLeft());
                signal.complete("now");
            });
            simulation.run();
            run.overBehindOperators();
            assertThat(run.subscriber.failures).isEmpty();
            assertThat(run.world.dropped()).isEmpty();
            assertThat(List.of(List.of(), List.of("a"), List.of("a", "b"))).contains(run.subscriber.seen);
            return run.outcome();
        });
        assertThat(outcomes).containsKeys("0 seen, 0 refused", "1 seen, 1 refused", "2 seen, 0 refused");
    }

    /** The failure comes after what was taken before it. */
    @Test
    void aFailingSignalAgainstTheEndOfTakeUntil() {
        var outcomes = explore(simulation -> {
            var run = new Generated(world(simulation));
            var signal = new CompletableFuture<String>();
            var failure = new IllegalStateException("signal");
            run.by(of(run, "a", "b")
                    .takeUntil(Async.awaitable(signal))
                    .map(StreamRaces::slowly)
                    .generator());
            run.asks(2);
            int seen = simulation.coin() ? simulation.coin() ? 2 : 1 : 0;
            simulation.start("signal", () -> {
                Simulation.until("some are seen", () -> run.subscriber.seen.size() >= seen);
                signal.completeExceptionally(failure);
            });
            simulation.run();
            run.overBehindOperators();
            if (run.subscriber.completed == 1) assertThat(run.subscriber.seen).containsExactly("a", "b");
            else assertThat(run.subscriber.failures).containsExactly(failure);
            return run.subscriber.seen.size() + " seen, " + run.subscriber.completed + " completed";
        });
        assertThat(outcomes).containsKeys("2 seen, 1 completed", "1 seen, 0 completed");
    }

    /** A key is released, or its next value comes: never two of one key at a time, and none out of order. */
    @Test
    void theEndOfAKeyAgainstItsNextValue() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            List<String> running = new ArrayList<>();
            run.by(of(run, "a1", "b1", "a2", "a3")
                    .mapConcurrentByKey(2, 1, value -> value.charAt(0), value -> {
                        if (running.stream().anyMatch(other -> other.charAt(0) == value.charAt(0)))
                            simulation.broken("two values of a key at a time");
                        running.add(value);
                        dawdle();
                        running.remove(value);
                        return value;
                    })
                    .generator());
            run.asks(1, 3);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            assertThat(run.subscriber.seen)
                    .filteredOn(value -> value.toString().startsWith("a"))
                    .isSorted();
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen).containsExactlyInAnyOrder("a1", "b1", "a2", "a3");
            return run.outcome();
        });
    }

    @Test
    void retryAgainstCancel() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            int[] tries = new int[1];
            run.by(stream((Emitter<String> out) -> {
                        run.emit(out, "try " + ++tries[0]);
                        if (tries[0] < 3) throw new IllegalStateException("again");
                    })
                    .retry(5, SECOND)
                    .generator());
            run.asks(1, 2);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            if (!run.subscriber.hasLeft()) assertThat(run.subscriber.seen).hasSize(3);
            return run.outcome();
        });
    }

    /** Several values at a time go through a chain of operators; the subscriber cancels, or sees everything. */
    @Test
    void aChainAgainstCancel() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(of(run, "a", "b", "c")
                    .map(StreamRaces::slowly)
                    .mapConcurrentUnordered(2, StreamRaces::slowly)
                    .filter(value -> true)
                    .take(2)
                    .merge(of(run, "x"))
                    .generator());
            run.asks(2, 1);
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.overBehindOperators();
            if (!run.subscriber.hasLeft())
                assertThat(run.subscriber.seen).hasSize(3).contains("x");
            return run.outcome();
        });
    }

    // --- after an emit

    /** Waits where only a cancellation ends it. */
    private static void waitInVain(boolean inForeignCode) {
        if (!inForeignCode) Async.await(new CompletableFuture<>());
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException ended) {
            Async.checkpoint();
        }
    }

    /** Regardless of what surrounds the generator's emit. */
    @Test
    void aCancelReachesTheCodeBehindAnEmit() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            boolean inForeignCode = simulation.coin();
            boolean blocksBehind = simulation.coin();
            boolean shielded = simulation.coin();
            List<Object> taken = new ArrayList<>();
            run.by(stream((Emitter<String> out) -> {
                        if (shielded) shielded(() -> run.emit(out, "a"));
                        else run.emit(out, "a");
                        waitInVain(blocksBehind);
                    })
                    .map(value -> {
                        dawdle();
                        if (!simulation.coin()) return value;
                        taken.add(value);
                        waitInVain(inForeignCode);
                        throw new AssertionError("waited in vain, and went on");
                    })
                    .generator());
            run.asks(1);
            run.leaves();
            simulation.run();
            run.made.removeAll(taken);
            run.overBehindOperators();
            return run.outcome();
        });
    }

    /** The code that the emit calls does not notice the shield, which is around the generator's own code. */
    @Test
    void anInterruptForTheCodeBehindAnEmitAgainstAShieldBeforeIt() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            run.by(stream((Emitter<String> out) -> shielded(() -> {
                        out.emit("a");
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        dawdle();
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    }))
                    .filter(value -> {
                        dawdle();
                        return false;
                    })
                    .generator());
            run.asks(1);
            run.leaves();
            simulation.run();
            assertThat(run.ended).isEqualTo(run.began);
            assertThat(run.world.dropped()).isEmpty();
            return run.subscriber.hasLeft() + " " + run.subscriber.completed;
        });
    }

    /** What surrounds the generator's emit does not concern that code. */
    @Test
    void aTimeoutOfTheGeneratorAgainstTheCodeBehindItsEmit() {
        var outcomes = explore(simulation -> {
            var run = new Generated(world(simulation));
            List<String> trail = new ArrayList<>();
            run.by(stream((Emitter<String> out) -> {
                        try {
                            withTimeout(SECOND, () -> {
                                run.emit(out, "a");
                                new CountDownLatch(1).await();
                            });
                        } catch (TimeoutException over) {
                            trail.add("over");
                        }
                        run.emit(out, "b");
                    })
                    .map(value -> {
                        dawdle();
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        if (simulation.coin()) delay(SECOND);
                        return value;
                    })
                    .generator());
            run.asks(1, 1);
            simulation.run();
            run.overBehindOperators();
            assertThat(trail).containsExactly("over");
            assertThat(run.subscriber.seen).last().isEqualTo("b");
            return run.outcome();
        });
        assertThat(outcomes).containsKeys("2 seen, 0 refused", "1 seen, 1 refused");
    }

    /** The thread belongs to a member, which nothing cancels individually. */
    @Test
    void aCancelReachesTheCodeBehindTheEmitOfAChild() {
        explore(simulation -> {
            var run = new Generated(world(simulation));
            boolean inForeignCode = simulation.coin();
            List<Object> taken = new ArrayList<>();
            run.by(of(run, "a")
                    .merge(of(run, "x"))
                    .<String>map(value -> {
                        dawdle();
                        taken.add(value);
                        waitInVain(inForeignCode);
                        throw new AssertionError("waited in vain, and went on");
                    })
                    .generator());
            run.asks(2);
            run.leaves();
            simulation.run();
            run.made.removeAll(taken);
            run.overBehindOperators();
            return run.outcome();
        });
    }

    /** The member is cancelled meanwhile, since another one has failed: the code that its emit calls is not. */
    @Test
    void aFailureBesideAgainstTheCodeBehindTheEmitOfAChild() {
        var outcomes = explore(simulation -> {
            var run = new Generated(world(simulation));
            var failure = new IllegalStateException("beside");
            run.by(of(run, "a")
                    .merge(Async.<String>stream(out -> {
                        dawdle();
                        throw failure;
                    }))
                    .map(value -> {
                        dawdle();
                        Async.checkpoint();
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        dawdle();
                        return value;
                    })
                    .generator());
            run.asks(1);
            simulation.run();
            run.overBehindOperators();
            assertThat(run.subscriber.failures).containsExactly(failure);
            return run.outcome();
        });
        assertThat(outcomes).containsKeys("1 seen, 0 refused", "0 seen, 1 refused");
    }
}
