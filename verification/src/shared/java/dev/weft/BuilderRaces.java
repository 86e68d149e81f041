package dev.weft;

import static dev.weft.Async.await;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.test.simulation.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The races of a coroutine with its subscriber: rows C of the promises. */
@Simulated
public abstract class BuilderRaces {
    protected abstract World world(Simulation simulation);

    /**
     * One run: a body, and its subscriber on its own thread, which requests a value and cancels if the scenario says
     * so.
     */
    private static final class Subscribed {
        final World world;
        final PlayedSubscriber subscriber = new PlayedSubscriber();
        final List<Object> made = new ArrayList<>();
        final AtomicInteger began = new AtomicInteger();
        final AtomicInteger ended = new AtomicInteger();

        Subscribed(World world) {
            this.world = world;
        }

        void to(Callable<String> body) {
            world.simulation.start(
                    "subscriber",
                    () -> world.subscribe(
                            () -> {
                                began.incrementAndGet();
                                try {
                                    return body.call();
                                } finally {
                                    ended.incrementAndGet();
                                }
                            },
                            subscriber));
        }

        String made(String value) {
            made.add(value);
            return value;
        }

        void asks() {
            world.simulation.start("requester", () -> {
                subscriber.untilSubscribed();
                subscriber.request(1);
            });
        }

        void leaves() {
            boolean late = world.simulation.coin();
            world.simulation.start("canceller", () -> {
                subscriber.untilSubscribed();
                if (late) Simulation.until("the body has begun", () -> began.get() > 0 || subscriber.hasLeft());
                subscriber.cancel();
            });
        }

        /** Checks that what was made was seen or discarded, and that the body has ended if it has begun. */
        void over() {
            assertThat(ended).hasValue(began.get());
            world.conserved(made, subscriber.seen.toArray());
            if (!subscriber.hasLeft())
                assertThat(subscriber.completed + subscriber.failures.size()).isOne();
        }

        String outcome() {
            return began + " began, " + subscriber.seen.size() + " seen, " + subscriber.failures.size() + " failed, "
                    + world.discarded().size() + " discarded";
        }
    }

    @Test
    void C4_aResultAgainstItsRequestAndACancel() {
        var outcomes = explore(simulation -> {
            var run = new Subscribed(world(simulation));
            run.to(() -> {
                dawdle();
                return run.made("value");
            });
            run.asks();
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.over();
            return run.outcome();
        });
        assertThat(outcomes).containsKeys("1 began, 1 seen, 0 failed, 0 discarded");
        assertThat(outcomes.keySet()).anyMatch(outcome -> outcome.endsWith("1 discarded"));
    }

    /** Two requests and a cancel for a result that waits for the first of them. */
    @Test
    void C4_aResultAgainstTwoRequests() {
        explore(simulation -> {
            var run = new Subscribed(world(simulation));
            run.to(() -> run.made("value"));
            run.asks();
            run.asks();
            if (simulation.coin()) run.leaves();
            simulation.run();
            run.over();
            return run.outcome();
        });
    }

    /** A result that is not requested is kept until the subscriber cancels. */
    @Test
    void C4_aResultThatIsNeverAskedFor() {
        explore(simulation -> {
            var run = new Subscribed(world(simulation));
            run.to(() -> run.made("value"));
            run.leaves();
            simulation.run();
            run.over();
            return run.outcome();
        });
    }

    @Test
    void C6_aCancelBeforeTheBodyBegins() {
        explore(simulation -> {
            var run = new Subscribed(world(simulation));
            if (!run.world.hasSignals()) return "does not apply";
            run.subscriber.whenSubscribed = () -> run.subscriber.cancel();
            run.to(() -> run.made("value"));
            run.asks();
            simulation.run();
            assertThat(run.began).hasValue(0);
            run.over();
            return run.outcome();
        });
    }

    @Test
    void C9_aLateExceptionIsDroppedOnce() {
        var outcomes = explore(simulation -> {
            var run = new Subscribed(world(simulation));
            var failure = new IllegalStateException("body");
            run.to(() -> {
                dawdle();
                throw failure;
            });
            run.asks();
            run.leaves();
            simulation.run();
            run.over();
            List<Throwable> told = new ArrayList<>(run.subscriber.failures);
            told.addAll(run.world.late());
            assertThat(told).hasSize(run.began.get()).allMatch(failure::equals);
            return run.outcome();
        });
        assertThat(outcomes.keySet()).anyMatch(outcome -> outcome.contains("0 failed"));
    }

    /** An error that only echoes the cancel goes nowhere; the body's own clean-up runs, and nobody waits for it. */
    @Test
    void C10_finallyRunsAndTheEchoIsSwallowed() {
        explore(simulation -> {
            var run = new Subscribed(world(simulation));
            boolean foreign = simulation.coin();
            run.to(() -> {
                try {
                    if (foreign) new CountDownLatch(1).await();
                    return await(new CompletableFuture<String>());
                } finally {
                    dawdle();
                }
            });
            run.leaves();
            simulation.run();
            run.over();
            assertThat(run.world.dropped()).isEmpty();
            return run.outcome();
        });
    }

    @Test
    void C11_anExceptionOfTheCleanUpIsDropped() {
        explore(simulation -> {
            var run = new Subscribed(world(simulation));
            var failure = new IllegalStateException("finally");
            run.to(() -> {
                try {
                    return await(new CompletableFuture<String>());
                } catch (CancelledException cancelled) {
                    throw failure;
                }
            });
            run.leaves();
            simulation.run();
            run.over();
            assertThat(run.subscriber.failures).isEmpty();
            assertThat(run.world.dropped()).hasSize(run.began.get());
            return run.outcome();
        });
    }

    @Test
    void C12_aSubscriberThatThrows() {
        explore(simulation -> {
            var run = new Subscribed(world(simulation));
            if (!run.world.hasSignals()) return "does not apply";
            var failure = new IllegalStateException("subscriber");
            run.subscriber.whenNext = value -> {
                throw failure;
            };
            run.subscriber.whenOver = () -> {
                throw failure;
            };
            run.to(() -> {
                dawdle();
                return run.made("value");
            });
            run.asks();
            if (simulation.coin()) run.leaves();
            simulation.run();
            assertThat(run.ended).hasValue(run.began.get());
            run.world.conserved(run.made, run.subscriber.seen.toArray());
            assertThat(run.world.dropped()).hasSize(run.subscriber.seen.size());
            if (!run.subscriber.seen.isEmpty())
                assertThat(run.subscriber.isOver()).isFalse();
            return run.outcome();
        });
    }

    @Test
    void C13_aCancelInsideOnNext() {
        explore(simulation -> {
            var run = new Subscribed(world(simulation));
            if (!run.world.hasSignals()) return "does not apply";
            run.subscriber.whenNext = value -> run.subscriber.cancel();
            run.to(() -> {
                dawdle();
                return run.made("value");
            });
            run.asks();
            simulation.run();
            run.over();
            assertThat(run.world.dropped()).isEmpty();
            return run.outcome();
        });
    }

    /** Cancelling repeatedly on two threads is cancelling once. */
    @Test
    void C19_twoCancels() {
        explore(simulation -> {
            var run = new Subscribed(world(simulation));
            run.to(() -> {
                dawdle();
                return run.made("value");
            });
            run.asks();
            run.leaves();
            run.leaves();
            simulation.run();
            run.over();
            return run.outcome();
        });
    }
}
