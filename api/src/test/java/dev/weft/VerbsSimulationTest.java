package dev.weft;

import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.owned;
import static dev.weft.Async.using;
import static dev.weft.test.simulation.Simulation.until;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.CoroutineOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Resources, cached results, owned futures, supervisors and daemons under thousands of schedules each. */
@Simulated
class VerbsSimulationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private static <T> Deferred<T> beside(World world, String name, Callable<T> body) {
        return new MemberTask<T>(null, world.backend(), Context.empty(), CoroutineOptions.NONE.named(name), body)
                .started();
    }

    /** {@return how the caller of a resource has ended, and what has become of that} */
    private static String releasedOnce(int made, List<String> trail, Deferred<String> caller) {
        assertThat(trail.stream().filter("released"::equals).count()).isEqualTo(made);
        if (trail.contains("used")) assertThat(trail).containsExactly("used", "released");
        String end = caller.outcome() instanceof Outcome.Success<String> success ? success.value() : "cancelled";
        return end + (trail.contains("used") ? "" : trail.isEmpty() ? ", nothing made" : ", released late");
    }

    @Test
    void aResourceIsReleasedOnceHoweverItsCallerLeaves() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            AtomicInteger made = new AtomicInteger();
            List<String> trail = new ArrayList<>();
            Deferred<String> root = world.root(() -> {
                try {
                    return using(
                            SECOND,
                            () -> awaitCallback((Completion<String> done) -> simulation.start("source", () -> {
                                dawdle();
                                made.incrementAndGet();
                                done.resume("r");
                            })),
                            r -> trail.add("released"),
                            r -> {
                                trail.add("used");
                                dawdle();
                                return "used";
                            });
                } catch (TimeoutException late) {
                    return "timeout";
                }
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            return releasedOnce(made.get(), trail, root);
        });
        assertThat(outcomes)
                .containsOnlyKeys(
                        "used",
                        "cancelled",
                        "cancelled, nothing made",
                        "cancelled, released late",
                        "timeout, nothing made",
                        "timeout, released late");
    }

    @Test
    void aResourceOfASourceIsReleasedOnceHoweverItsCallerLeaves() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            AtomicInteger made = new AtomicInteger();
            List<String> trail = new ArrayList<>();
            Flow.Publisher<String> source = subscriber -> {
                subscriber.onSubscribe(new IgnoredSubscription());
                simulation.start("source", () -> {
                    dawdle();
                    made.incrementAndGet();
                    subscriber.onNext("r");
                    dawdle();
                    subscriber.onComplete();
                });
            };
            Deferred<String> root = world.root(() -> Adapters.using(
                    new FlowAwait<String>(source, AwaitMode.ONE, world.backend()), r -> trail.add("released"), r -> {
                        trail.add("used");
                        dawdle();
                        return "used";
                    }));
            simulation.start("canceller", root::cancel);
            simulation.run();
            return releasedOnce(made.get(), trail, root);
        });
        assertThat(outcomes)
                .containsOnlyKeys("used", "cancelled", "cancelled, nothing made", "cancelled, released late");
    }

    @Test
    void twoCallersShareOneRunThoughOneLeaves() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            AtomicInteger runs = new AtomicInteger();
            Cached<String> cached = Cached.of(() -> {
                int run = runs.incrementAndGet();
                return awaitCallback(done -> simulation.start("source", () -> done.resume("v" + run)));
            });
            Deferred<String> first = beside(world, "first", cached::await);
            Deferred<String> second = beside(world, "second", cached::await);
            simulation.start("canceller", first::cancel);
            simulation.run();
            assertThat(runs).hasValue(1);
            assertThat(second.outcome()).isEqualTo(new Outcome.Success<>("v1"));
            return first.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "CANCELLED");
    }

    @Test
    void whoTriesAgainAfterAFailureFindsANewRun() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            AtomicInteger runs = new AtomicInteger();
            Cached<String> cached = Cached.of(() -> {
                int run = runs.incrementAndGet();
                dawdle();
                if (run == 1) throw new IllegalStateException("first");
                return "v" + run;
            });
            Callable<String> caller = () -> {
                try {
                    return cached.await();
                } catch (IllegalStateException first) {
                    return "again " + cached.await();
                }
            };
            Deferred<String> first = beside(world, "first", caller);
            Deferred<String> second = beside(world, "second", caller);
            simulation.run();
            assertThat(runs).hasValue(2);
            return value(first) + ", " + value(second);
        });
        assertThat(outcomes).containsOnlyKeys("again v2, again v2", "again v2, v2", "v2, again v2");
    }

    @Test
    void anOldRunTakesNoNewOneAway() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            AtomicInteger runs = new AtomicInteger();
            Cached<String> cached = Cached.of(() -> {
                int run = runs.incrementAndGet();
                if (run > 1) return "v" + run;
                until("the next run", () -> runs.get() == 2);
                throw new IllegalStateException("first");
            });
            Deferred<String> old = beside(world, "old", cached::await);
            Deferred<String> other = beside(world, "other", () -> {
                until("the first run", () -> runs.get() == 1);
                cached.invalidate();
                return cached.await() + cached.await();
            });
            simulation.run();
            assertThat(old.state()).isEqualTo(Deferred.State.FAILED);
            assertThat(value(other)).isEqualTo("v2v2");
            return "shared";
        });
        assertThat(outcomes).containsOnlyKeys("shared");
    }

    @Test
    void aCallerAgainstTheEndOfTheTimeGetsOneRunOrTheOther() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            AtomicInteger runs = new AtomicInteger();
            Cached<String> cached = Cached.of(() -> "v" + runs.incrementAndGet(), value -> SECOND);
            boolean invalidated = simulation.coin();
            Deferred<String> caller = beside(world, "caller", () -> {
                String first = cached.await();
                delay(SECOND.minusNanos(1));
                dawdle();
                String both = first + cached.await();
                cached.invalidate();
                return both;
            });
            if (invalidated) simulation.start("invalidate", cached::invalidate);
            simulation.run();
            if (!invalidated) assertThat(value(caller)).isIn("v1v1", "v1v2");
            return value(caller);
        });
        assertThat(outcomes).containsOnlyKeys("v1v1", "v1v2");
    }

    @Test
    void theValueOfAnOwnedFutureIsReturnedOrDiscarded() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var future = new CompletableFuture<String>();
            AtomicInteger made = new AtomicInteger();
            AtomicInteger begun = new AtomicInteger();
            Deferred<String> root = world.root(() -> {
                begun.incrementAndGet();
                return Async.await(owned(future));
            });
            simulation.start("source", () -> {
                if (future.complete("value")) made.incrementAndGet();
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            if (begun.get() == 0) return "not begun";
            boolean returned = root.state() == Deferred.State.SUCCEEDED;
            assertThat(world.discarded()).hasSize(made.get() - (returned ? 1 : 0));
            assertThat(future).isDone();
            return returned ? "returned" : made.get() == 0 ? "cancelled" : "discarded";
        });
        assertThat(outcomes).containsOnlyKeys("not begun", "returned", "cancelled", "discarded");
    }

    @Test
    void whatASupervisorHasStartedHasEndedWhenItIsClosed() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> failures = new ArrayList<>();
            var supervisor = new Supervisor("s", world.backend(), HOUR, (name, failure) -> failures.add(name));
            AtomicInteger begun = new AtomicInteger();
            AtomicInteger ended = new AtomicInteger();
            AtomicInteger refused = new AtomicInteger();
            List<Deferred<?>> started = new ArrayList<>();
            for (String name : List.of("first", "second"))
                simulation.start("launches " + name, () -> {
                    try {
                        started.add(supervisor.launch(name, () -> {
                            begun.incrementAndGet();
                            dawdle();
                            ended.incrementAndGet();
                            throw new IllegalArgumentException("failed");
                        }));
                    } catch (IllegalStateException closed) {
                        refused.incrementAndGet();
                    }
                });
            int[] begunBefore = new int[1];
            Deferred<String> closer = world.root(() -> {
                supervisor.close();
                begunBefore[0] = begun.get();
                return begun + " begun, " + ended + " ended";
            });
            simulation.start("closes too", () -> {
                supervisor.close();
                assertThat(ended.get()).isEqualTo(begun.get());
            });
            simulation.run();
            assertThat(value(closer)).isEqualTo(begun + " begun, " + begun + " ended");
            assertThat(begun).hasValue(begunBefore[0]);
            assertThat(started).hasSize(2 - refused.get()).allMatch(Deferred::isDone);
            assertThat(started.stream().filter(member -> member.state() == Deferred.State.FAILED))
                    .hasSameSizeAs(failures);
            assertThat(world.dropped()).isEmpty();
            return begun + " begun, " + refused + " refused";
        });
        assertThat(outcomes)
                .containsOnlyKeys(
                        "0 begun, 0 refused",
                        "0 begun, 1 refused",
                        "0 begun, 2 refused",
                        "1 begun, 0 refused",
                        "1 begun, 1 refused",
                        "2 begun, 0 refused");
    }

    @Test
    void aDaemonEndsWhenTheLastMemberHasEnded() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            AtomicInteger working = new AtomicInteger(1);
            List<String> trail = new ArrayList<>();
            Deferred<String> root = world.root(() -> group(work -> {
                work.daemon(() -> {
                    try {
                        if (simulation.coin()) starting(work, working, trail);
                        Async.await(new CompletableFuture<>());
                    } finally {
                        trail.add(working.get() == 0 ? "served" : "ended too early");
                    }
                });
                working.incrementAndGet();
                work.async(() -> {
                    dawdle();
                    working.incrementAndGet();
                    work.async(() -> working(working));
                    working.decrementAndGet();
                });
                working.decrementAndGet();
                return "whole";
            }));
            simulation.run();
            assertThat(value(root)).isEqualTo("whole");
            assertThat(working).hasValue(0);
            return String.join(", ", trail);
        });
        assertThat(outcomes)
                .containsOnlyKeys("", "served", "started by the daemon, served", "too late to start, served");
    }

    private static void working(AtomicInteger working) {
        dawdle();
        working.decrementAndGet();
    }

    /** As a daemon that starts a member of the group, perhaps when all others are done. */
    private static void starting(TaskGroup work, AtomicInteger working, List<String> trail) {
        dawdle();
        working.incrementAndGet();
        try {
            work.async(() -> working(working));
            trail.add("started by the daemon");
        } catch (CancelledException cancelled) {
            working.decrementAndGet();
            trail.add("too late to start");
        }
    }

    private static String value(Deferred<String> over) {
        return ((Outcome.Success<String>) over.outcome()).value();
    }
}
