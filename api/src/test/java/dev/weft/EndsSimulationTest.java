package dev.weft;

import static dev.weft.Async.delay;
import static dev.weft.Async.stream;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.CoroutineTask;
import dev.weft.test.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The ends of a stream, which run it in the coroutine that calls them, under thousands of schedules each: whatever
 * happens, a value is given to the caller or discarded, and the generator has ended when the end returns.
 */
@Simulated
class EndsSimulationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** One run: a generator, an end, and what the caller got. */
    private static final class Run {
        final World world;
        final List<Object> made = new ArrayList<>();
        final List<Object> got = new ArrayList<>();
        int running;
        boolean begun;
        boolean leftRunning;
        boolean told;

        @Nullable
        Throwable thrown;

        Run(Simulation simulation) {
            this.world = new JdkWorld(simulation);
        }

        AsyncStream<String> of(String... values) {
            return stream(out -> {
                running++;
                try {
                    for (String value : values) emit(out, value);
                } finally {
                    running--;
                }
            });
        }

        void emit(Emitter<String> out, String value) {
            dawdle();
            made.add(value);
            out.emit(value);
        }

        /** Plays an end, in a coroutine that may be cancelled. */
        String ends(AsyncAction<?> end) {
            world.root(() -> {
                begun = true;
                try {
                    end.run();
                } catch (Throwable failure) {
                    thrown = failure;
                    throw failure;
                } finally {
                    leftRunning = running > 0;
                }
                return "the end";
            });
            if (world.simulation.coin()) world.simulation.start("canceller", world.root::cancel);
            world.simulation.run();
            world.discarded().remove("the end"); // of a root that was cancelled as it returned
            world.conserved(made, got.toArray());
            assertThat(running).isZero();
            if (!begun) return "not begun";
            return thrown == null ? got.size() + " got" : thrown.getClass().getSimpleName();
        }
    }

    private static Map<String, Integer> explored(Function<Run, String> scenario) {
        return explore(simulation -> scenario.apply(new Run(simulation)));
    }

    @Test
    void D19_collectAgainstCancel() {
        var outcomes = explored(run -> {
            String outcome = run.ends(() -> run.got.addAll(run.of("a", "b", "c").collect(9)));
            assertThat(run.leftRunning).isFalse();
            return outcome;
        });
        assertThat(outcomes).containsOnlyKeys("3 got", "CancelledException", "not begun");
    }

    @Test
    void D19_collectOfTooMany() {
        var outcomes = explored(
                run -> run.ends(() -> run.got.addAll(run.of("a", "b", "c").collect(1))));
        assertThat(outcomes).containsOnlyKeys("TooManyValuesException", "CancelledException", "not begun");
    }

    @Test
    void D19_collectOfSeveralCoroutinesAgainstCancel() {
        var outcomes = explored(run -> run.ends(
                () -> run.got.addAll(run.of("a", "b").merge(run.of("x", "y")).collect(9))));
        assertThat(outcomes).containsOnlyKeys("4 got", "CancelledException", "not begun");
    }

    @Test
    void D19_theActionStaysOnItsThread() {
        var outcomes = explored(run -> run.ends(() -> {
            CoroutineTask<?> here = CoroutineTask.ofThread();
            run.of("a", "b").merge(run.of("x", "y")).forEach(value -> {
                run.got.add(value);
                assertThat(CoroutineTask.ofThread()).isSameAs(here);
            });
        }));
        assertThat(outcomes).containsOnlyKeys("4 got", "CancelledException", "not begun");
    }

    @Test
    void D19_anEndHidesNoCancellation() {
        var outcomes = explored(run -> {
            boolean fails = run.world.simulation.coin();
            AsyncStream<String> stubborn = stream(out -> {
                try {
                    run.emit(out, "a");
                    delay(SECOND);
                } catch (CancellationException cancelled) {
                    run.told = true;
                    if (fails) throw new IllegalStateException("while cleaning up");
                }
            });
            String outcome = run.ends(() -> {
                List<String> values = stubborn.collect(9);
                run.got.addAll(values);
            });
            if (run.begun)
                assertThat(outcome).isEqualTo(run.thrown == null ? "1 got" : "CancelledException", "not begun");
            if (run.told) assertThat(run.thrown).isInstanceOf(CancelledException.class);
            assertThat(run.world.late()).hasSize(run.told && fails ? 1 : 0);
            return outcome + (run.told ? ", told" : "");
        });
        assertThat(outcomes).containsOnlyKeys("1 got", "CancelledException", "CancelledException, told", "not begun");
    }

    @Test
    void D19_theGeneratorIsToldThatTheFirstIsEnough() {
        var outcomes = explored(run -> {
            var failure = new IllegalStateException("after enough");
            boolean fails = run.world.simulation.coin();
            var ended = new ArrayList<String>();
            AsyncStream<String> more = stream(out -> {
                try {
                    for (String value : List.of("a", "b", "c")) run.emit(out, value);
                } finally {
                    ended.add("told");
                    if (fails) throw failure;
                }
            });
            String outcome = run.ends(() -> run.got.add(more.first()));
            if (run.begun && run.thrown == null) assertThat(run.got).containsExactly("a");
            assertThat(run.made).doesNotContain("c");
            assertThat(run.world.late()).isEqualTo(fails && !ended.isEmpty() ? List.of(failure) : List.of());
            return outcome;
        });
        assertThat(outcomes).containsOnlyKeys("1 got", "CancelledException", "not begun");
    }

    @Test
    void D19_aFailureOfTheFunctionIsThatOfTheEnd() {
        var outcomes = explored(run -> {
            var failure = new IllegalArgumentException("of the function");
            return run.ends(() -> run.of("a", "b", "c").reduce(0, (count, value) -> {
                run.got.add(value);
                dawdle();
                if (count == 1) throw failure;
                return count + 1;
            }));
        });
        assertThat(outcomes).containsOnlyKeys("IllegalArgumentException", "CancelledException", "not begun");
    }
}
