package dev.weft;

import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.spi.IterationCell;
import dev.weft.test.simulation.Simulation;
import dev.weft.testing.Schedules;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The races of a loop with its source: rows E of the promises. */
@Simulated
public abstract class IterationRaces {
    protected abstract World world(Simulation simulation);

    @Test
    void E1_aSourceIsNeverAskedTwiceAtATime() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            source.whenRequested = Schedules::dawdle;
            List<Object> seen = new ArrayList<>();
            world.root(() -> {
                IterationCell<String> each = world.each(source, 1);
                while (each.hasNext()) seen.add(each.next());
                return null;
            });
            simulation.start("subscriber", source::subscribed);
            simulation.start("source", () -> {
                for (int i = 0; i < 3; i++) {
                    int next = i;
                    Simulation.until("it is asked", () -> source.requested > next);
                    source.value("value " + i);
                }
                source.complete();
            });
            simulation.run();
            world.conserved(source.made, seen.toArray());
            assertThat(seen).containsExactly("value 0", "value 1", "value 2");
            return "";
        });
    }

    @Test
    void E1_neverMoreIsAskedForThanThePrefetch() {
        explore(simulation -> {
            var world = world(simulation);
            if (!world.hasDemand()) return "does not apply";
            var source = world.source();
            List<Object> seen = new ArrayList<>();
            source.whenRequested = () -> { // the loop may have taken one value and not have noted it yet
                if (source.requested - seen.size() > 4 + 1) simulation.broken("more asked for than the prefetch");
            };
            world.root(() -> {
                IterationCell<String> each = world.each(source, 4);
                while (each.hasNext()) seen.add(each.next());
                return null;
            });
            simulation.start("source", () -> source.play(9));
            simulation.run();
            assertThat(seen).isEqualTo(source.made).hasSize(9);
            return "";
        });
    }

    @Test
    void E2_allValuesComeBeforeTheError() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var failure = new IllegalStateException("source");
            List<Object> seen = new ArrayList<>();
            Deferred<?> root = world.root(() -> {
                IterationCell<String> each = world.each(source, 4);
                while (each.hasNext()) seen.add(each.next());
                return null;
            });
            simulation.start("source", () -> {
                source.subscribed();
                for (int i = 0; i < 3; i++) source.value("value " + i);
                source.fail(failure);
            });
            simulation.run();
            assertThat(seen).containsExactly("value 0", "value 1", "value 2");
            assertThat(root.outcome()).isEqualTo(new Outcome.Failure<>(failure));
            return "";
        });
    }

    /** The loop is left while values arrive: each value is seen or discarded. */
    @Test
    void E3_leavingAgainstValuesThatArrive() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            List<Object> seen = new ArrayList<>();
            world.root(() -> {
                try (IterationCell<String> each = world.each(source, 3)) {
                    if (each.hasNext()) seen.add(each.next());
                    dawdle();
                }
                return null;
            });
            simulation.start("source", () -> source.play(6));
            simulation.run();
            world.conserved(source.made, seen.toArray());
            return source.made.size() + " made";
        });
        assertThat(outcomes).hasSizeGreaterThan(1);
    }

    /** The loop is left with a value that has arrived and was not taken. */
    @Test
    void E3_leavingWithAValueThatIsNotTaken() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            world.root(() -> {
                IterationCell<String> each = world.each(source, 2);
                each.hasNext();
                if (simulation.coin()) each.close();
                return null;
            });
            simulation.start("source", () -> source.play(4));
            simulation.run();
            world.conserved(source.made, new Object[0]);
            return "";
        });
    }

    @Test
    void E3_anErrorAgainstLeaving() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var failure = new IllegalStateException("source");
            Deferred<?> root = world.root(() -> {
                IterationCell<String> each = world.each(source, 3);
                dawdle();
                each.close();
                return null;
            });
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.fail(failure);
            });
            simulation.run();
            assertThat(root.state()).isEqualTo(Deferred.State.SUCCEEDED);
            world.conserved(source.made, new Object[0]);
            assertThat(world.late()).hasSize(source.failed);
            return "";
        });
    }

    @Test
    void E4_iterationAgainstCancel() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            List<Object> seen = new ArrayList<>();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            world.root(() -> {
                IterationCell<String> each = world.each(source, 2);
                try {
                    while (each.hasNext()) seen.add(each.next());
                } catch (CancelledException cancelled) {
                    thrown.set(cancelled);
                    assertThat(catchThrowable(each::hasNext)).isSameAs(cancelled);
                    throw cancelled;
                }
                return null;
            });
            simulation.start("source", () -> source.play(4));
            world.canceller(source);
            simulation.run();
            world.conserved(source.made, seen.toArray());
            return thrown.get() == null ? "end" : "cancelled";
        });
        assertThat(outcomes).containsOnlyKeys("end", "cancelled");
    }

    /** A source that signals more than was requested: what was queued is seen, then the loop fails. */
    @Test
    void E5_aSourceThatGivesTooMuch() {
        explore(simulation -> {
            var world = world(simulation);
            if (!world.hasDemand()) return "does not apply";
            var source = world.source();
            List<Object> seen = new ArrayList<>();
            Deferred<?> root = world.root(() -> {
                IterationCell<String> each = world.each(source, 2);
                while (each.hasNext()) seen.add(each.next());
                return null;
            });
            simulation.start("source", () -> {
                source.subscribed();
                for (int i = 0; i < 5 && source.cancels == 0; i++) source.value("value " + i);
                if (source.cancels == 0) source.complete();
            });
            simulation.run();
            world.conserved(source.made, seen.toArray());
            assertThat(seen).isEqualTo(source.made.subList(0, seen.size()));
            if (root.state() == Deferred.State.FAILED)
                assertThat(((Outcome.Failure<?>) root.outcome()).error()).isInstanceOf(OverflowException.class);
            else assertThat(seen).hasSize(5);
            return root.state().toString();
        });
    }

    /** A value that wins against the canceller is returned, and the cancellation reaches what the loop does with it. */
    @Test
    void G6_aForeignWaitBehindAnIterationIsReached() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            List<Object> seen = new ArrayList<>();
            Deferred<?> root = world.root(() -> {
                IterationCell<String> each = world.each(source, 2);
                while (each.hasNext()) {
                    seen.add(each.next());
                    new CountDownLatch(1).await();
                }
                return null;
            });
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
            });
            world.canceller(source);
            simulation.run();
            assertThat(root.isDone()).isTrue();
            world.conserved(source.made, seen.toArray());
            return seen.size() + " taken";
        });
        assertThat(outcomes).containsOnlyKeys("0 taken", "1 taken");
    }

    /** The subscription comes late, to a loop that may have been cancelled. */
    @Test
    void A14_aSubscriptionThatComesToALoopThatIsOver() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            List<Object> seen = new ArrayList<>();
            world.root(() -> {
                IterationCell<String> each = world.each(source, 2);
                while (each.hasNext()) seen.add(each.next());
                return null;
            });
            simulation.start("source", () -> {
                source.untilSubscribedTo();
                dawdle();
                source.subscribed();
                if (source.cancels == 0) source.value("value");
                if (source.cancels == 0) source.complete();
            });
            world.canceller(source);
            simulation.run();
            world.conserved(source.made, seen.toArray());
            return world.root.state().toString();
        });
    }

    /**
     * Nothing refers to the iteration any more: the collector ends it, or its scope does, and at most one of them
     * reports it.
     */
    @Test
    void E3_theCollectorAgainstTheEndOfTheScope() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var leak = new IllegalStateException("leak");
            var left = new AtomicReference<IterationCell<String>>();
            List<Object> seen = new ArrayList<>();
            world.root(() -> {
                IterationCell<String> each = world.each(source, 3);
                if (each.hasNext() && simulation.coin()) seen.add(each.next());
                left.set(each);
                dawdle();
                return null;
            });
            simulation.start("source", () -> source.play(6));
            simulation.start("collector", () -> {
                Simulation.until("it is left", () -> left.get() != null);
                left.get().abandon(() -> leak);
            });
            simulation.run();
            world.conserved(source.made, seen.toArray());
            return world.dropped().stream().filter(leak::equals).count() + " reported";
        });
        assertThat(outcomes).containsOnlyKeys("0 reported", "1 reported");
    }

    /** The end of the time against values, the end, and a canceller: nothing is lost, and nobody waits in vain. */
    @Test
    void E11_theTimeOfAWaitAgainstASource() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            List<Object> seen = new ArrayList<>();
            int[] silences = {0};
            boolean lockStep = world.hasDemand() && simulation.coin();
            Deferred<?> root = world.root(() -> {
                try (IterationCell<String> each = world.each(source, lockStep ? 0 : 2)) {
                    while (silences[0] < 3) {
                        if (!each.hasNextWithin(silences[0] == 2 ? 0 : 1000)) silences[0]++;
                        else if (each.hasNext()) seen.add(each.next());
                        else break;
                    }
                    while (each.hasNext()) seen.add(each.next());
                }
                return null;
            });
            simulation.start("source", () -> source.play(3));
            if (simulation.coin()) world.canceller(source);
            simulation.run();
            world.conserved(source.made, seen.toArray());
            assertThat(seen).isEqualTo(source.made.subList(0, seen.size()));
            if (root.state() == Deferred.State.SUCCEEDED) assertThat(seen).hasSize(3);
            return root.state() + " after " + silences[0];
        });
        assertThat(outcomes).containsKeys("SUCCEEDED after 0", "SUCCEEDED after 1", "SUCCEEDED after 3");
    }

    /** The source is silent until the loop has noticed it: only the clock wakes the loop. */
    @Test
    void E11_aSilenceIsNotMissed() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            int[] silences = {0};
            world.root(() -> {
                try (IterationCell<String> each = world.each(source, 2)) {
                    while (silences[0] < 3 && !each.hasNextWithin(1000)) silences[0]++;
                    assertThat(each.hasNext()).isFalse();
                }
                return null;
            });
            simulation.start("source", () -> {
                source.subscribed();
                Simulation.until("it is silent", () -> silences[0] == 3);
                source.complete();
            });
            simulation.run();
            assertThat(silences[0]).isEqualTo(3);
            return "";
        });
    }
}
