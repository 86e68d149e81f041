package dev.weft.rxjava4;

import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import dev.weft.Outcome;
import dev.weft.Simulated;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.IterationCell;
import dev.weft.test.simulation.Simulation;
import io.reactivex.rxjava4.core.Streamable;
import io.reactivex.rxjava4.core.Streamer;
import io.reactivex.rxjava4.disposables.DisposableContainer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The races of a streamer's answers with a cancellation. */
@Simulated
class StreamablesSimulationTest {
    private static final int VALUES = 3;

    /**
     * A streamer of three values, each of which is there already, or comes from another thread, or from inside the
     * question; it notices if it is asked twice at a time, or finished while it is asked, or never, or twice.
     */
    private static final class Played implements Streamable<String>, Streamer<String> {
        private final Simulation simulation;
        private final List<Object> made = new ArrayList<>();
        private CompletableFuture<Boolean> asked = CompletableFuture.completedFuture(true);
        private String current;
        private int answered;
        private int streamed;
        private int finished;

        Played(Simulation simulation) {
            this.simulation = simulation;
            simulation.atEnd(() -> assertThat(finished).as("finished").isEqualTo(streamed));
        }

        @Override
        public Streamer<String> stream(DisposableContainer cancellation) {
            streamed++;
            return this;
        }

        @Override
        public CompletionStage<Boolean> next(DisposableContainer cancellation) {
            if (!asked.isDone()) simulation.broken("asked twice at a time");
            if (finished > 0) simulation.broken("asked after it was finished");
            asked = new CompletableFuture<>();
            if (simulation.coin()) answer(asked);
            dawdle();
            return asked;
        }

        @Override
        public String current() {
            return current;
        }

        @Override
        public CompletionStage<Void> finish(DisposableContainer cancellation) {
            if (!asked.isDone()) simulation.broken("finished while it is asked");
            finished++;
            dawdle();
            return CompletableFuture.completedStage(null);
        }

        /** Values that nobody waits for any more are not made. */
        private void answer(CompletableFuture<Boolean> question) {
            boolean more = answered < VALUES;
            if (question.isDone()) return;
            answered++;
            if (more) made.add(current = "value " + made.size());
            question.complete(more);
        }

        /** Cancels at any time at all, or at any time after it was opened. */
        void canceller(Deferred<?> root) {
            boolean late = simulation.coin();
            simulation.start("canceller", () -> {
                if (late) Simulation.until("it is opened", () -> streamed > 0 || root.isDone());
                root.cancel();
            });
        }

        /** Answers what is asked while somebody is there; what is asked then has to be cancelled. */
        void play(Deferred<?> root) {
            while (true) {
                Simulation.until("it is asked", () -> !asked.isDone() || root.isDone());
                if (root.isDone()) return;
                answer(asked);
            }
        }
    }

    @Test
    void aLoopThatIsCancelledSeesOrDiscardsEachValue() {
        var outcomes = explore(simulation -> {
            var world = new RxWorld(simulation);
            var played = new Played(simulation);
            List<Object> seen = new ArrayList<>();
            Deferred<?> root = world.root(() -> {
                try (IterationCell<String> each = world.backend().many(played, simulation.coin() ? 0 : 2)) {
                    each.open();
                    while (each.hasNext()) seen.add(each.next());
                }
                return null;
            });
            simulation.start("source", () -> played.play(root));
            if (simulation.coin()) played.canceller(root);
            simulation.run();
            world.conserved(played.made, seen.toArray());
            return seen.size() + " seen, " + root.outcome().getClass().getSimpleName();
        });
        assertThat(outcomes).hasSizeGreaterThan(VALUES);
    }

    @Test
    void anAwaitThatIsCancelledReturnsOrDiscardsEachValue() {
        var outcomes = explore(simulation -> {
            var world = new RxWorld(simulation);
            var played = new Played(simulation);
            AwaitMode take = simulation.coin() ? AwaitMode.LAST : AwaitMode.FIRST;
            Deferred<?> root =
                    world.root(() -> world.backend().<String>one(played, take).await());
            simulation.start("source", () -> played.play(root));
            if (simulation.coin()) played.canceller(root);
            simulation.run();
            if (root.outcome() instanceof Outcome.Success<?> success) world.conserved(played.made, success.value());
            else world.conserved(played.made);
            return take + ", " + root.outcome().getClass().getSimpleName();
        });
        assertThat(outcomes).hasSizeGreaterThan(3);
    }
}
