package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static dev.weft.spi.Simulation.dawdle;
import static dev.weft.spi.Simulation.explore;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.spi.Simulation;
import dev.weft.spi.Take;
import dev.weft.spi.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The races of {@code promises.md} under thousands of schedules each. */
class RaceSimulationTest {
    private static final int SEEDS = Integer.getInteger("weft.seeds", 3000);
    private static final Duration SECOND = Duration.ofSeconds(1);

    @BeforeAll
    static void simulate() {
        String missing = Simulation.missing();
        assumeTrue(missing == null, missing);
    }

    @Test
    void theSameSeedTakesTheSameWay() {
        for (long seed = 0; seed < 200; seed++) {
            AtomicInteger trace = new AtomicInteger();
            Simulation.Scenario scenario = simulation -> {
                raceOfThree(new World(simulation));
                trace.set(simulation.trace());
                return "";
            };
            Simulation.play(seed, scenario);
            int first = trace.get();
            Simulation.play(seed, scenario);
            assertThat(trace).hasValue(first);
        }
    }

    @Test
    void A6_valueAgainstCancel() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var source = new Source();
            Deferred<String> root = world.root(() -> source.await(Take.ONE, world));
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            world.returnedOrDiscarded(root, "value", source.signalled);
            assertThat(source.cancels).isLessThanOrEqualTo(1);
            if (root.state() == Deferred.State.SUCCEEDED)
                assertThat(source.cancels).isZero();
            else
                assertThat(source.cancels > 0 || source.terminated || !source.isSubscribed())
                        .isTrue();
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "CANCELLED");
    }

    @Test
    void A7_aValueThatIsNotConfirmedIsDiscarded() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var source = new Source();
            Deferred<String> root = world.root(() -> source.await(Take.ONE, world));
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            assertThat(world.discarded()).hasSize(source.signalled);
            assertThat(source.cancels).isEqualTo(source.isSubscribed() ? 1 : 0);
            return source.signalled + " signalled";
        });
        assertThat(outcomes).containsOnlyKeys("0 signalled", "1 signalled");
    }

    @Test
    void A8_errorAgainstCancel() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var source = new Source();
            var failure = new IllegalStateException("source");
            Deferred<String> root = world.root(() -> source.await(Take.ONE, world));
            simulation.start("source", () -> {
                source.subscribed();
                source.fail(failure);
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            boolean thrown = new Outcome.Failure<>(failure).equals(root.outcome());
            if (!thrown) assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            assertThat(world.dropped()).hasSize(thrown ? 0 : source.failed);
            return thrown ? "thrown" : source.failed == 0 ? "not signalled" : "dropped";
        });
        assertThat(outcomes).containsOnlyKeys("thrown", "dropped", "not signalled");
    }

    @Test
    void A9_valueAgainstTimeout() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var source = new Source();
            Deferred<String> root = world.root(() -> withTimeout(SECOND, () -> source.await(Take.ONE, world)));
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            simulation.run();
            world.returnedOrDiscarded(root, "value", source.signalled);
            boolean timedOut =
                    root.outcome() instanceof Outcome.Failure<?> failure && failure.error() instanceof TimeoutException;
            assertThat(timedOut).isEqualTo(root.state() != Deferred.State.SUCCEEDED);
            return timedOut ? "timed out" : "value";
        });
        assertThat(outcomes).containsOnlyKeys("timed out", "value");
    }

    @Test
    void A14_aSubscriptionThatComesAfterTheCancelIsCancelled() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var source = new Source();
            var late = new AtomicReference<Boolean>();
            Deferred<String> root = world.root(() -> source.await(Take.FIRST, world));
            simulation.start("source", () -> {
                source.untilSubscribedTo();
                late.set(root.isDone());
                source.subscribed();
                source.value("value");
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            world.returnedOrDiscarded(root, "value", source.signalled);
            if (source.subscriber == null) return "not subscribed";
            assertThat(source.cancels).isOne();
            if (late.get()) assertThat(source.requests).isZero();
            return late.get() ? "late" : root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("not subscribed", "late", "SUCCEEDED", "CANCELLED");
    }

    @Test
    void B2_twoResume() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            List<Object> undelivered = new ArrayList<>();
            AtomicInteger first = new AtomicInteger();
            Deferred<String> root = world.root(() -> awaitCallback(done -> {
                done.onUndelivered(undelivered::add);
                for (String value : List.of("a", "b"))
                    simulation.start(value, () -> {
                        if (done.tryResume(value)) first.incrementAndGet();
                    });
            }));
            simulation.run();
            String value = ((Outcome.Success<String>) root.outcome()).value();
            assertThat(first).hasValue(1);
            assertThat(undelivered).containsExactly(value.equals("a") ? "b" : "a");
            return value;
        });
        assertThat(outcomes).containsOnlyKeys("a", "b");
    }

    @Test
    void B3_resumeAgainstCancel() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            List<Object> undelivered = new ArrayList<>();
            AtomicInteger resumed = new AtomicInteger();
            Deferred<String> root = world.root(() -> awaitCallback(done -> {
                done.onUndelivered(undelivered::add);
                simulation.start("callback", () -> {
                    resumed.incrementAndGet();
                    done.resume("value");
                });
            }));
            simulation.start("canceller", root::cancel);
            simulation.run();
            boolean returned = root.state() == Deferred.State.SUCCEEDED;
            // cancelled behind the await, the coroutine itself has the value, and discards it
            int discarded = undelivered.size() + world.discarded().size();
            assertThat(discarded + (returned ? 1 : 0)).isEqualTo(resumed.get());
            return returned
                    ? "returned"
                    : resumed.get() == 0 ? "not called" : undelivered.isEmpty() ? "behind" : "late";
        });
        assertThat(outcomes).containsOnlyKeys("returned", "not called", "late", "behind");
    }

    @Test
    void B4_onCancelRunsAtMostOnceAndNeverBehindAValue() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            AtomicInteger aborted = new AtomicInteger();
            AtomicInteger undelivered = new AtomicInteger();
            AtomicReference<String> returned = new AtomicReference<>();
            AtomicInteger registered = new AtomicInteger();
            Deferred<String> root = world.root(() -> {
                returned.set(awaitCallback(done -> {
                    done.onUndelivered(value -> undelivered.incrementAndGet());
                    simulation.start("callback", () -> done.resume("value"));
                    dawdle();
                    registered.incrementAndGet();
                    done.onCancel(aborted::incrementAndGet);
                }));
                return returned.get();
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            if (returned.get() != null) {
                assertThat(aborted).hasValue(0);
                assertThat(undelivered).hasValue(0);
                return "returned";
            }
            assertThat(undelivered).hasValue(registered.get());
            assertThat(aborted.get()).isLessThanOrEqualTo(registered.get());
            return aborted + " aborted";
        });
        assertThat(outcomes).containsOnlyKeys("returned", "0 aborted", "1 aborted");
    }

    @Test
    void D6_emitAgainstCancel() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            List<String> delivered = new ArrayList<>();
            List<String> emitted = new ArrayList<>();
            List<String> refused = new ArrayList<>();
            AsyncStream<String> stream = stream(out -> {
                for (String value : List.of("a", "b", "c")) {
                    try {
                        if (value.equals("b")) shielded(() -> out.emit(value));
                        else out.emit(value);
                        emitted.add(value);
                    } catch (CancelledException cancelled) {
                        refused.add(value);
                        throw cancelled;
                    }
                }
            });
            var subscription = new AtomicReference<Flow.Subscription>();
            world.root(() -> {
                stream.subscribe(new Subscriber<>(subscription::set, delivered::add));
                return "";
            });
            simulation.start("requester", () -> {
                while (subscription.get() == null) Thread.yield();
                for (int i = 0; i < 3; i++) subscription.get().request(1);
            });
            simulation.start("canceller", () -> {
                while (subscription.get() == null) Thread.yield();
                subscription.get().cancel();
            });
            simulation.run();
            assertThat(world.discarded()).isEqualTo(refused);
            assertThat(delivered).isEqualTo(emitted);
            return delivered.size() + " delivered, " + refused.size() + " refused";
        });
        assertThat(outcomes)
                .containsKeys(
                        "0 delivered, 0 refused",
                        "0 delivered, 1 refused",
                        "1 delivered, 1 refused",
                        "3 delivered, 0 refused");
    }

    @Test
    void E4_iterationAgainstCancel() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var source = new Source();
            List<Object> seen = new ArrayList<>();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Deferred<String> root = world.root(() -> {
                var cell = new FlowIteration<>(source, 2, world);
                cell.open();
                try {
                    while (cell.hasNext()) seen.add(cell.next());
                } catch (CancelledException cancelled) {
                    thrown.set(cancelled);
                    assertThat(catchThrowable(cell::hasNext)).isSameAs(cancelled);
                    throw cancelled;
                }
                return "end";
            });
            simulation.start("source", () -> {
                source.subscribed();
                for (int i = 0; i < 4 && source.isSubscribed(); i++) {
                    while (source.requested <= i && source.cancels == 0) Thread.yield();
                    if (source.cancels > 0) return;
                    source.value("value " + i);
                }
                source.complete();
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            List<Object> all = new ArrayList<>(seen);
            all.addAll(world.discarded());
            assertThat(all).doesNotHaveDuplicates();
            assertThat(all.stream().filter(value -> value.toString().startsWith("value")))
                    .hasSize(source.signalled);
            assertThat(source.cancels).isLessThanOrEqualTo(1);
            if (thrown.get() != null)
                assertThat(source.cancels > 0 || source.terminated || !source.isSubscribed())
                        .isTrue();
            return thrown.get() == null ? "end" : "cancelled";
        });
        assertThat(outcomes).containsOnlyKeys("end", "cancelled");
    }

    /** The thread that subscribes is inside its first request while the loop, on its own, is ready for the next. */
    @Test
    void E1_aSourceIsNeverAskedTwiceAtATime() {
        explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var source = new Source();
            var asked = new AtomicInteger();
            var requested = new AtomicInteger();
            List<Object> seen = new ArrayList<>();
            world.root(() -> {
                var cell = new FlowIteration<>(source, 1, world);
                cell.open();
                while (cell.hasNext()) seen.add(cell.next());
                return "end";
            });
            simulation.start("subscriber", () -> {
                source.untilSubscribedTo();
                source.subscriber.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long count) {
                        assertThat(asked.incrementAndGet()).isEqualTo(1);
                        requested.addAndGet((int) count);
                        dawdle();
                        asked.decrementAndGet();
                    }

                    @Override
                    public void cancel() {}
                });
            });
            simulation.start("source", () -> {
                for (int i = 0; i < 3; i++) {
                    while (requested.get() <= i) Thread.yield();
                    source.value("value " + i);
                }
                source.complete();
            });
            simulation.run();
            assertThat(seen).containsExactly("value 0", "value 1", "value 2");
            return "";
        });
    }

    /** Two cancellers, of nested groups, against foreign code, a wait, a shield, and both borders. */
    @Test
    void G6_noInterruptComesBehindABorder() {
        var outcomes = explore(2 * SEEDS, simulation -> {
            var world = new World(simulation);
            var outer = new AtomicReference<TaskGroup>();
            var inner = new AtomicReference<TaskGroup>();
            List<String> trail = new ArrayList<>();
            world.root(() -> {
                group(g -> {
                    outer.set(g);
                    dawdle();
                    group(h -> {
                        inner.set(h);
                        if (Thread.currentThread().isInterrupted()) trail.add("interrupted");
                        shielded(() -> {
                            for (int i = 0; i < 4; i++) {
                                dawdle();
                                assertThat(Thread.currentThread().isInterrupted())
                                        .isFalse();
                            }
                        });
                        dawdle();
                    });
                    dawdle();
                });
                for (int i = 0; i < 6; i++) {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    dawdle();
                }
                checkpoint();
                return "";
            });
            simulation.start("outer canceller", () -> {
                while (outer.get() == null) Thread.yield();
                outer.get().cancel();
            });
            simulation.start("inner canceller", () -> {
                while (inner.get() == null && world.root.state() == Deferred.State.RUNNING) Thread.yield();
                if (inner.get() != null) inner.get().cancel();
            });
            simulation.run();
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            return trail.toString();
        });
        assertThat(outcomes).isNotEmpty();
    }

    /** A canceller always reaches a foreign wait, however the thread moves between scopes meanwhile. */
    @Test
    void G6_aForeignWaitIsAlwaysReached() {
        explore(2 * SEEDS, simulation -> {
            var world = new World(simulation);
            var outer = new AtomicReference<TaskGroup>();
            var inner = new AtomicReference<TaskGroup>();
            world.root(() -> {
                group(g -> {
                    outer.set(g);
                    Async.withContext("key", "value", () -> {
                        group(h -> {
                            inner.set(h);
                            shielded(() -> dawdle());
                            new CountDownLatch(1).await();
                        });
                        new CountDownLatch(1).await();
                    });
                });
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                return "";
            });
            simulation.start("outer canceller", () -> {
                while (outer.get() == null) Thread.yield();
                outer.get().cancel();
            });
            simulation.start("inner canceller", () -> {
                while (inner.get() == null && world.root.state() == Deferred.State.RUNNING) Thread.yield();
                if (inner.get() != null) inner.get().cancel();
            });
            simulation.run();
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            return "";
        });
    }

    /** A value that won against the canceller is returned, and the canceller reaches what the loop does with it. */
    @Test
    void G6_aForeignWaitBehindAnIterationIsReached() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var source = new Source();
            var taken = new AtomicInteger();
            Deferred<String> root = world.root(() -> {
                var cell = new FlowIteration<>(source, 2, world);
                cell.open();
                while (cell.hasNext()) {
                    cell.next();
                    taken.incrementAndGet();
                    new CountDownLatch(1).await();
                }
                return "end";
            });
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            assertThat(root.outcome()).isNotNull();
            return taken + " taken";
        });
        assertThat(outcomes).containsOnlyKeys("0 taken", "1 taken");
    }

    @Test
    void G6_aForeignWaitIsReachedInAScopeThatIsJustEntered() {
        explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var outer = new AtomicReference<TaskGroup>();
            world.root(() -> {
                group(g -> {
                    outer.set(g);
                    dawdle();
                    Async.withContext("key", "value", () -> new CountDownLatch(1).await());
                });
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                return "";
            });
            simulation.start("canceller", () -> {
                while (outer.get() == null) Thread.yield();
                outer.get().cancel();
            });
            simulation.run();
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            return "";
        });
    }

    /** A coroutine that is cancelled while it starts ends without an interrupt for those who are told. */
    @Test
    void G6_noInterruptReachesThoseWhoAreToldOfTheEnd() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var flags = new ArrayList<Boolean>();
            var task = new TaskDeferred<Object>(null, world, Context.empty(), () -> {
                new CountDownLatch(1).await();
                return null;
            });
            task.toCompletableFuture()
                    .whenComplete(
                            (value, failure) -> flags.add(Thread.currentThread().isInterrupted()));
            simulation.start("starter", () -> task.started("task"));
            simulation.start("canceller", task::cancel);
            simulation.run();
            assertThat(flags).containsExactly(false);
            return task.thread() == null ? "not started" : "started";
        });
        assertThat(outcomes).containsOnlyKeys("not started", "started");
    }

    /** {@code cancel} says true exactly when the coroutine ends as cancelled. */
    @Test
    void G1_theEndOfACoroutineAgainstItsCancel() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            List<Boolean> cancelled = new ArrayList<>();
            List<Object> made = new ArrayList<>();
            Deferred<String> root = world.root(() -> {
                dawdle();
                made.add("value");
                return "value";
            });
            for (int i = 0; i < 2; i++) simulation.start("canceller", () -> cancelled.add(root.cancel()));
            simulation.run();
            if (root.state() == Deferred.State.SUCCEEDED) {
                assertThat(cancelled).containsExactly(false, false);
                assertThat(world.discarded()).isEmpty();
            } else {
                assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
                assertThat(cancelled).containsExactlyInAnyOrder(true, false);
                assertThat(world.discarded()).isEqualTo(made);
            }
            return root.state() + " " + made.size();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED 1", "CANCELLED 0", "CANCELLED 1");
    }

    @Test
    void H2_twoFailuresAndABody() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var one = new IllegalStateException("one");
            var two = new IllegalArgumentException("two");
            AtomicInteger ended = new AtomicInteger();
            Deferred<String> root = world.root(() -> group(g -> {
                g.async(() -> failing(one, ended));
                Deferred<String> member = g.async(() -> failing(two, ended));
                g.async(() -> {
                    try {
                        await(new CompletableFuture<>());
                    } finally {
                        ended.incrementAndGet();
                    }
                });
                dawdle();
                return member.await();
            }));
            simulation.run();
            Throwable thrown = ((Outcome.Failure<String>) root.outcome()).error();
            assertThat(thrown).isIn(one, two);
            Throwable other = thrown == one ? two : one;
            List<Throwable> seen = new ArrayList<>(Arrays.asList(thrown.getSuppressed()));
            seen.addAll(world.dropped());
            seen.removeIf(AwaitTrace.class::isInstance);
            assertThat(seen).isSubsetOf(other).hasSizeLessThanOrEqualTo(1);
            return thrown.getMessage() + " of " + ended;
        });
        assertThat(outcomes).containsKeys("one of 3", "two of 3");
    }

    @Test
    void H3_theGroupsOwnCancelIsAlwaysAbsorbed() {
        explore(SEEDS, simulation -> {
            var world = new World(simulation);
            Deferred<String> root = world.root(() -> {
                group(g -> {
                    Deferred<?> member = g.async(() -> {
                        dawdle();
                        await(new CompletableFuture<>());
                    });
                    g.async(g::cancel);
                    member.await();
                });
                checkpoint();
                return "behind";
            });
            simulation.run();
            assertThat(root.outcome()).isEqualTo(new Outcome.Success<>("behind"));
            return "";
        });
    }

    @Test
    void H4_resultAgainstGroupCancel() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var member = new AtomicReference<Deferred<String>>();
            AtomicInteger made = new AtomicInteger();
            world.root(() -> {
                group(g -> {
                    member.set(g.async(() -> {
                        dawdle();
                        made.incrementAndGet();
                        return "value";
                    }));
                    dawdle();
                    g.cancel();
                });
                return "";
            });
            simulation.run();
            Deferred.State state = member.get().state();
            int kept = state == Deferred.State.SUCCEEDED ? 1 : 0;
            assertThat(kept + world.discarded().size()).isEqualTo(made.get());
            assertThat(state).isIn(Deferred.State.SUCCEEDED, Deferred.State.CANCELLED);
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            return state + " " + made;
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED 1", "CANCELLED 0", "CANCELLED 1");
    }

    @Test
    void H6_aForkAgainstTheCancelOfItsGroup() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var opened = new AtomicReference<TaskGroup>();
            List<Deferred<?>> started = new ArrayList<>();
            var never = new CompletableFuture<String>();
            world.root(() -> {
                group(g -> {
                    opened.set(g);
                    started.add(g.async(() -> await(never)));
                    started.add(g.start(awaitable(never)));
                    started.add(g.async(() -> new CountDownLatch(1).await()));
                    g.async(() -> started.add(g.async(() -> await(never)))).await();
                });
                return "";
            });
            simulation.start("canceller", () -> {
                while (opened.get() == null) Thread.yield();
                opened.get().cancel();
            });
            simulation.run();
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            assertThat(started).allMatch(member -> member.state() == Deferred.State.CANCELLED);
            return started.size() + " started";
        });
        assertThat(outcomes).containsOnlyKeys("0 started", "1 started", "2 started", "3 started", "4 started");
    }

    @Test
    void H8_aFailedGatherDiscardsEveryValue() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var failure = new IllegalStateException("member");
            List<Object> made = new ArrayList<>();
            Deferred<List<String>> root =
                    world.root(() -> gather(2, List.of(makes("a", made), makes("b", made), coroutine(() -> {
                        dawdle();
                        throw failure;
                    }))));
            simulation.run();
            assertThat(root.outcome()).isEqualTo(new Outcome.Failure<>(failure));
            assertThat(world.discarded()).containsExactlyInAnyOrderElementsOf(made);
            return made.size() + " made";
        });
        assertThat(outcomes).containsKeys("1 made", "2 made");
    }

    @Test
    void H9_exactlyOneWins() {
        var outcomes = explore(SEEDS, simulation -> raceOfThree(new World(simulation)));
        assertThat(outcomes).containsOnlyKeys("a", "b", "c");
    }

    private static String raceOfThree(World world) {
        List<Object> made = new ArrayList<>();
        Deferred<String> root = world.root(() -> race(makes("a", made), makes("b", made), makes("c", made)));
        world.simulation.run();
        String won = ((Outcome.Success<String>) root.outcome()).value();
        List<Object> rest = new ArrayList<>(made);
        rest.remove(won);
        assertThat(made).contains(won);
        assertThat(world.discarded()).containsExactlyInAnyOrderElementsOf(rest);
        return won;
    }

    @Test
    void H10_theWinnerAgainstACancelFromOutside() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            List<Object> made = new ArrayList<>();
            AtomicReference<String> won = new AtomicReference<>();
            Deferred<String> root = world.root(() -> {
                won.set(race(makes("a", made), coroutine(() -> await(new CompletableFuture<>())), makes("b", made)));
                return won.get();
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            assertThat(root.state()).isIn(Deferred.State.SUCCEEDED, Deferred.State.CANCELLED);
            List<Object> rest = new ArrayList<>(made);
            if (root.state() == Deferred.State.SUCCEEDED) rest.remove(won.get());
            assertThat(world.discarded()).containsExactlyInAnyOrderElementsOf(rest);
            return (won.get() == null ? "thrown" : "returned") + " " + root.state();
        });
        assertThat(outcomes).containsOnlyKeys("returned SUCCEEDED", "returned CANCELLED", "thrown CANCELLED");
    }

    @Test
    void I2_theEndOfABlockAgainstItsDeadline() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            Deferred<String> root = world.root(() -> {
                String value = withTimeout(SECOND, () -> {
                    delay(SECOND);
                    return "value";
                });
                for (int i = 0; i < 3; i++) {
                    dawdle();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                }
                checkpoint();
                return value;
            });
            simulation.run();
            if (root.state() == Deferred.State.SUCCEEDED) return "value";
            assertThat(((Outcome.Failure<String>) root.outcome()).error()).isInstanceOf(TimeoutException.class);
            return "timed out";
        });
        assertThat(outcomes).containsOnlyKeys("value", "timed out");
    }

    @Test
    void I2_theEndOfAChildAgainstTheDeadline() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            AtomicReference<Deferred<String>> child = new AtomicReference<>();
            Deferred<String> root = world.root(() -> withTimeout(
                    SECOND,
                    () -> Async.run(() -> {
                        child.set(async(() -> {
                            delay(SECOND);
                            return "child";
                        }));
                        return "value";
                    })));
            simulation.run();
            if (child.get() == null || child.get().state() == Deferred.State.CANCELLED) {
                assertThat(((Outcome.Failure<String>) root.outcome()).error()).isInstanceOf(TimeoutException.class);
                if (child.get() == null) assertThat(world.discarded()).isEmpty();
                else assertThat(world.discarded()).contains("value").isSubsetOf("value", "child");
                return "timed out";
            }
            assertThat(root.outcome()).isEqualTo(new Outcome.Success<>("value"));
            assertThat(world.discarded()).isEmpty();
            return "value";
        });
        assertThat(outcomes).containsOnlyKeys("value", "timed out");
    }

    @Test
    void J1_aShieldAgainstACancelFromOutside() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            List<String> trail = new ArrayList<>();
            var go = new CompletableFuture<String>();
            Deferred<String> root = world.root(() -> {
                trail.add("began");
                dawdle();
                String value = shielded(() -> {
                    checkpoint();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    String awaited = await(go) + async(() -> "child").await();
                    dawdle();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    checkpoint();
                    return awaited;
                });
                trail.add(value);
                dawdle();
                checkpoint();
                return value;
            });
            simulation.start("source", () -> go.complete("value "));
            simulation.start("canceller", root::cancel);
            simulation.run();
            if (trail.isEmpty()) return "never began";
            assertThat(trail).containsExactly("began", "value child");
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("never began", "SUCCEEDED", "CANCELLED");
    }

    @Test
    void L2_anInterruptOfTheCallerOfRun() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            List<String> trail = new ArrayList<>();
            List<Object> made = new ArrayList<>();
            Thread caller = simulation.start("caller", () -> {
                try {
                    trail.add(withBackend(world, () -> {
                        dawdle();
                        made.add("value");
                        return "value";
                    }));
                } catch (CancelledException cancelled) {
                    assertThat(cancelled).hasCauseInstanceOf(InterruptedException.class);
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                    trail.add("cancelled");
                }
                while (!Thread.interrupted()) Thread.yield();
            });
            simulation.start("interrupter", caller::interrupt);
            simulation.run();
            if (trail.contains("cancelled")) assertThat(world.discarded()).isEqualTo(made);
            else assertThat(world.discarded()).isEmpty();
            return trail.get(0) + " " + made;
        });
        assertThat(outcomes).containsOnlyKeys("value [value]", "cancelled [value]", "cancelled []");
    }

    /** Either the awaiter is told of the failure, or the scope throws it. */
    @Test
    void aFailureAgainstTheCancelOfItsAwaiter() {
        var outcomes = explore(SEEDS, simulation -> {
            var world = new World(simulation);
            var failure = new IllegalStateException("child");
            AtomicInteger told = new AtomicInteger();
            Deferred<String> root = world.root(() -> {
                Deferred<String> child = async(() -> {
                    dawdle();
                    throw failure;
                });
                Deferred<?> awaiter = async(() -> {
                    try {
                        child.await();
                    } catch (CancelledException missed) {
                        throw missed;
                    } catch (IllegalStateException thrown) {
                        told.incrementAndGet();
                    }
                });
                dawdle();
                awaiter.cancel();
                return "value";
            });
            simulation.run();
            if (told.get() == 1) assertThat(root.outcome()).isEqualTo(new Outcome.Success<>("value"));
            else assertThat(root.outcome()).isEqualTo(new Outcome.Failure<>(failure));
            return told + " told";
        });
        assertThat(outcomes).containsOnlyKeys("0 told", "1 told");
    }

    private static Coroutine<String> makes(String value, List<Object> made) {
        return coroutine(() -> {
            dawdle();
            made.add(value);
            return value;
        });
    }

    private static String failing(RuntimeException failure, AtomicInteger ended) {
        dawdle();
        ended.incrementAndGet();
        throw failure;
    }

    /** The backend of one simulation, on its clock. */
    private static final class World extends ManualBackend {
        final Simulation simulation;
        TaskDeferred<?> root;

        World(Simulation simulation) {
            this.simulation = simulation;
        }

        <T> TaskDeferred<T> root(Callable<T> body) {
            var task = new TaskDeferred<T>(null, this, Context.empty(), body);
            root = task;
            return task.started("root");
        }

        @Override
        public Timer timer() {
            return simulation;
        }

        /** A value that was signalled is returned or discarded, never both and never neither. */
        void returnedOrDiscarded(Deferred<String> root, String value, int signalled) {
            boolean returned = new Outcome.Success<>(value).equals(root.outcome());
            assertThat(returned ? 1 + discarded().size() : discarded().size()).isEqualTo(signalled);
        }
    }

    /** A source that a scenario plays by hand; its fields are written on the one carrier only. */
    private static final class Source implements Flow.Publisher<String>, Flow.Subscription {
        Flow.Subscriber<? super String> subscriber;
        boolean subscribed;
        boolean terminated;
        int cancels;
        int requests;
        long requested;
        int signalled;
        int failed;

        String await(Take take, World world) {
            return new FlowCell<>(this, take, world).await();
        }

        @Override
        public void subscribe(Flow.Subscriber<? super String> by) {
            subscriber = by;
        }

        @Override
        public void request(long count) {
            requests++;
            requested += count;
        }

        @Override
        public void cancel() {
            cancels++;
        }

        boolean isSubscribed() {
            return subscribed;
        }

        /** Waits until somebody subscribes, but not longer than anybody could. */
        void untilSubscribedTo() {
            for (int i = 0; i < 300 && subscriber == null; i++) Thread.yield();
        }

        void subscribed() {
            untilSubscribedTo();
            if (subscriber == null) return;
            subscribed = true;
            subscriber.onSubscribe(this);
        }

        void value(String value) {
            if (subscriber == null) return;
            signalled++;
            subscriber.onNext(value);
        }

        void complete() {
            if (subscriber == null) return;
            terminated = true;
            subscriber.onComplete();
        }

        void fail(Throwable failure) {
            if (subscriber == null) return;
            failed++;
            terminated = true;
            subscriber.onError(failure);
        }
    }

    /** A subscriber that hands on what it gets. */
    private record Subscriber<T>(
            java.util.function.Consumer<Flow.Subscription> subscribed, java.util.function.Consumer<T> seen)
            implements Flow.Subscriber<T> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscribed.accept(subscription);
        }

        @Override
        public void onNext(T item) {
            seen.accept(item);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
