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
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static dev.weft.test.simulation.Simulation.until;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.EngineCounter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The races of the promises under thousands of schedules each. */
@Simulated
class RaceSimulationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void B2_twoResume() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
            // cancelled after the await, the coroutine itself has the value, and discards it
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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

    /** The failure of a call that we abort is an echo, also if it comes before the abort; or else the await has thrown it. */
    @Test
    void A8_failAgainstCancel() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            long before = EngineCounter.CANCEL_ECHOES.sum();
            AtomicInteger aborted = new AtomicInteger();
            AtomicInteger called = new AtomicInteger();
            AtomicBoolean isFirst = new AtomicBoolean();
            AtomicBoolean thrown = new AtomicBoolean();
            Deferred<String> root = world.root(() -> {
                try {
                    return awaitCallback(done -> {
                        done.onCancel(() -> {
                            aborted.incrementAndGet();
                            dawdle();
                        });
                        simulation.start("callback", () -> {
                            dawdle();
                            isFirst.set(aborted.get() == 0);
                            called.incrementAndGet();
                            done.fail(new IOException("Canceled"));
                        });
                    });
                } catch (AwaitException failure) {
                    thrown.set(true);
                    throw failure;
                }
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            long echoes = EngineCounter.CANCEL_ECHOES.sum() - before;
            int dropped = world.dropped().size();
            boolean failed = root.state() == Deferred.State.FAILED;
            // cancelled after the await has thrown, the coroutine itself has the failure, and drops or counts it
            if (!thrown.get()) assertThat(dropped).isZero();
            assertThat(dropped + echoes + (failed ? 1 : 0)).isEqualTo(called.get());
            if (called.get() == 0) return "not called";
            return thrown.get() ? "thrown" : isFirst.get() ? "echo before the abort" : "echo";
        });
        assertThat(outcomes).containsOnlyKeys("not called", "thrown", "echo", "echo before the abort");
    }

    /** Two cancellers, of nested groups, against foreign code, a wait, a shield, and both borders. */
    @Test
    void G6_noInterruptComesBehindABorder() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
                until("the group is open", () -> outer.get() != null);
                outer.get().cancel();
            });
            simulation.start("inner canceller", () -> {
                until("the group is open", () -> inner.get() != null || world.root.isDone());
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
        explore(simulation -> {
            var world = new JdkWorld(simulation);
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
                until("the group is open", () -> outer.get() != null);
                outer.get().cancel();
            });
            simulation.start("inner canceller", () -> {
                until("the group is open", () -> inner.get() != null || world.root.isDone());
                if (inner.get() != null) inner.get().cancel();
            });
            simulation.run();
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            return "";
        });
    }

    @Test
    void G6_aForeignWaitIsReachedInAScopeThatIsJustEntered() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
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
                until("the group is open", () -> outer.get() != null);
                outer.get().cancel();
            });
            simulation.run();
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            return "";
        });
    }

    /**
     * Code that must not be interrupted is not, nor what it starts; its awaits end at once, and the code after it is
     * reached.
     */
    @Test
    void G6_noInterruptReachesCodeThatRunsWithoutInterrupts() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            var outer = new AtomicReference<TaskGroup>();
            var inner = new AtomicReference<TaskGroup>();
            boolean awaits = simulation.coin();
            boolean starts = simulation.coin();
            world.root(() -> {
                group(g -> {
                    outer.set(g);
                    dawdle();
                    Async.withoutInterrupts(() -> {
                        notInterrupted();
                        group(h -> {
                            inner.set(h);
                            if (starts) h.async(RaceSimulationTest::notInterrupted);
                            notInterrupted();
                            if (awaits) await(new CompletableFuture<>());
                        });
                        notInterrupted();
                    });
                    new CountDownLatch(1).await();
                });
                notInterrupted();
                return "";
            });
            simulation.start("outer canceller", () -> {
                until("the group is open", () -> outer.get() != null);
                outer.get().cancel();
            });
            simulation.start("inner canceller", () -> {
                until("the group is open", () -> inner.get() != null || world.root.isDone());
                if (inner.get() != null) inner.get().cancel();
            });
            simulation.run();
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            assertThat(world.dropped()).isEmpty();
            return "";
        });
    }

    private static void notInterrupted() {
        for (int i = 0; i < 4; i++) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            dawdle();
        }
    }

    /** An interrupt from outside is gone when what it has led to is thrown. */
    @Test
    void G6_anInterruptFromOutsideIsConsumed() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            Deferred<String> root = world.root(() -> {
                try {
                    return awaitCallback(never -> {});
                } catch (CancelledException cancelled) {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    throw cancelled;
                }
            });
            simulation.start("interrupter", ManualBackend.threadOf(root)::interrupt);
            simulation.run();
            Throwable failure = ((Outcome.Failure<String>) root.outcome()).error();
            assertThat(failure).isInstanceOf(CancelledException.class).hasCauseInstanceOf(InterruptedException.class);
            return "";
        });
    }

    /** Nobody in the tree has cancelled the member: its work is not done, and the group says so. */
    @Test
    void G6_anInterruptFromOutsideFailsTheGroupOfAMember() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var member = new AtomicReference<Deferred<?>>();
            var done = new AtomicBoolean();
            var over = new AtomicBoolean();
            Deferred<String> root = world.root(() -> {
                group(g -> {
                    member.set(g.async(() -> {
                        try {
                            dawdle();
                            checkpoint();
                            done.set(true);
                        } finally {
                            over.set(true);
                        }
                    }));
                });
                return "whole";
            });
            simulation.start("interrupter", () -> {
                until("the member is there", () -> member.get() != null || root.isDone());
                if (!over.get()) ManualBackend.threadOf(member.get()).interrupt();
            });
            simulation.run();
            if (root.outcome() instanceof Outcome.Success<String>) {
                assertThat(done).isTrue();
                return "whole";
            }
            assertThat(((Outcome.Failure<String>) root.outcome()).error())
                    .isInstanceOf(CancelledException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            return "interrupted";
        });
        assertThat(outcomes).containsOnlyKeys("whole", "interrupted");
    }

    /** A blocking call that we have interrupted answers in words of its own: whose cancellation that was is known all the same. */
    @Test
    void G6_aForeignWaitAnswersAnInterruptInItsOwnWords() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            var outer = new AtomicReference<TaskGroup>();
            var inner = new AtomicReference<TaskGroup>();
            var thrown = new AtomicInteger();
            AsyncAction<Exception> blocking = () -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    thrown.incrementAndGet();
                    throw new IOException("closed by interrupt");
                }
            };
            Deferred<String> root = world.root(() -> {
                group(g -> {
                    outer.set(g);
                    group(h -> {
                        inner.set(h);
                        if (simulation.coin()) shielded(() -> dawdle());
                        blocking.run();
                    });
                    blocking.run();
                });
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                return "";
            });
            simulation.start("outer canceller", () -> {
                until("the group is open", () -> outer.get() != null);
                outer.get().cancel();
            });
            simulation.start("inner canceller", () -> {
                until("the group is open", () -> inner.get() != null || root.isDone());
                if (inner.get() != null) inner.get().cancel();
            });
            simulation.run();
            assertThat(root.outcome()).isEqualTo(new Outcome.Success<>(""));
            assertThat(world.late()).as("answers").hasSize(thrown.get());
            return "";
        });
    }

    /** What a body throws after it has seen its cancellation is its own failure, however often it was interrupted before. */
    @Test
    void C9_aFailureBehindACancellationThatWasSeenIsNoEcho() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            var failure = new IllegalStateException("clean-up");
            var ran = new AtomicBoolean();
            Deferred<String> root = world.root(() -> {
                ran.set(true);
                try {
                    dawdle();
                    for (; ; ) checkpoint();
                } catch (CancelledException seen) {
                    throw failure;
                }
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            if (root.outcome() instanceof Outcome.Failure<String>(Throwable thrown))
                assertThat(thrown).isSameAs(failure);
            else assertThat(ran).isFalse();
            return "";
        });
    }

    /** A result that came with the failure of a member that nobody awaited is not the outcome, and is discarded. */
    @Test
    void H2_aResultAgainstTheFailureOfAChild() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            var failure = new IllegalStateException("child");
            Deferred<String> root = world.root(() -> {
                async(() -> {
                    dawdle();
                    throw failure;
                });
                dawdle();
                return "made";
            });
            simulation.run();
            assertThat(root.outcome()).isEqualTo(new Outcome.Failure<>(failure));
            assertThat(world.discarded()).containsExactly("made");
            return "";
        });
    }

    /** A coroutine that is cancelled while it starts ends without an interrupt in the code that is notified. */
    @Test
    void G6_noInterruptReachesThoseWhoAreToldOfTheEnd() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var flags = new ArrayList<Boolean>();
            var task = new MemberTask<Object>(null, world.backend(), Context.empty(), CoroutineOptions.NONE, () -> {
                new CountDownLatch(1).await();
                return null;
            });
            task.handle
                    .toCompletableFuture()
                    .whenComplete(
                            (value, failure) -> flags.add(Thread.currentThread().isInterrupted()));
            simulation.start("starter", () -> task.started());
            simulation.start("canceller", task.handle::cancel);
            simulation.run();
            assertThat(flags).containsExactly(false);
            return task.thread() == null ? "not started" : "started";
        });
        assertThat(outcomes).containsOnlyKeys("not started", "started");
    }

    /** {@code cancel} says true exactly when the coroutine ends as cancelled. */
    @Test
    void G1_theEndOfACoroutineAgainstItsCancel() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            Deferred<String> root = world.root(() -> {
                group(g -> {
                    Deferred<?> member = g.async(() -> {
                        dawdle();
                        await(new CompletableFuture<>());
                    });
                    g.async(() -> g.cancel());
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
                until("the group is open", () -> opened.get() != null);
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
        var outcomes = explore(simulation -> raceOfThree(new JdkWorld(simulation)));
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            AtomicReference<Deferred<String>> child = new AtomicReference<>();
            AsyncBody<String, RuntimeException> body = () -> {
                child.set(async(() -> {
                    delay(SECOND);
                    return "child";
                }));
                return "value";
            };
            boolean inside = simulation.coin();
            Deferred<String> root = world.root(() -> withTimeout(SECOND, inside ? () -> Async.run(body) : body));
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> trail = new ArrayList<>();
            List<Object> made = new ArrayList<>();
            Thread caller = simulation.start("caller", () -> {
                try {
                    trail.add(withBackend(world.backend(), () -> {
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

    /** Either the awaiting coroutine gets the failure, or the scope throws it. */
    @Test
    void aFailureAgainstTheCancelOfItsAwaiter() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
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

    /** A coroutine that has seen the cancellation and swallows it is not interrupted for it later. */
    @Test
    void G6_noInterruptComesBehindTheCancellation() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> trail = new ArrayList<>();
            Deferred<String> root = world.root(() -> {
                dawdle();
                try {
                    checkpoint();
                    group(g -> {
                        checkpoint();
                    });
                    trail.add("not yet");
                } catch (CancelledException seen) {
                    for (int i = 0; i < 4; i++) {
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        dawdle();
                    }
                    trail.add("seen");
                }
                return null;
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            assertThat(root.state()).isIn(Deferred.State.CANCELLED, Deferred.State.SUCCEEDED);
            return trail.toString();
        });
        assertThat(outcomes).containsKeys("[seen]", "[not yet]");
    }

    /** A coroutine has swallowed its cancellation if it has taken the interrupt of it, and not if that came too late. */
    @Test
    void G3_anInterruptThatWasTakenIsASwallowedCancellation() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var taken = new AtomicInteger();
            long before = EngineCounter.CANCEL_SWALLOWED.sum();
            Deferred<String> root = world.root(() -> {
                dawdle();
                if (simulation.coin() && Thread.interrupted()) taken.incrementAndGet();
                return null;
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            assertThat(EngineCounter.CANCEL_SWALLOWED.sum() - before).isEqualTo(taken.get());
            return "taken " + taken;
        });
        assertThat(outcomes).containsOnlyKeys("taken 0", "taken 1");
    }

    /** A foreign interrupt cancels the coroutine, once, and is used up by that. */
    @Test
    void G6_anInterruptFromOutsideAgainstAValue() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var source = world.source();
            var inside = new AtomicBoolean(true);
            Deferred<String> root = world.root(() -> {
                try {
                    return world.await(source, AwaitMode.ONE);
                } finally {
                    dawdle();
                    inside.set(false);
                }
            });
            Thread thread = ManualBackend.threadOf(root);
            simulation.start("interrupter", () -> {
                source.untilSubscribedTo();
                if (inside.get()) thread.interrupt();
            });
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            if (simulation.coin()) world.canceller(source);
            simulation.run();
            world.conserved(source.made);
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "FAILED", "CANCELLED");
    }

    /** A stage may be shared: a cancelled await does not cancel it, and does not touch its value. */
    @Test
    void A30_aStageAgainstCancel() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var stage = new CompletableFuture<String>();
            Deferred<String> root = world.root(() -> await(stage));
            simulation.start("source", () -> stage.complete("value"));
            simulation.start("canceller", root::cancel);
            simulation.run();
            assertThat(stage).isCompletedWithValue("value");
            assertThat(world.discarded().size()).isLessThanOrEqualTo(1); // by the coroutine, which has got it
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "CANCELLED");
    }

    @Test
    void B5_aRegistrationThatThrowsAgainstItsCallback() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var failure = new IllegalStateException("registration");
            List<Object> undelivered = new ArrayList<>();
            Deferred<String> root = world.root(() -> awaitCallback(done -> {
                done.onUndelivered(undelivered::add);
                simulation.start("callback", () -> done.tryResume("value"));
                dawdle();
                throw failure;
            }));
            simulation.run();
            boolean thrown = new Outcome.Failure<>(failure).equals(root.outcome());
            assertThat(undelivered).hasSize(thrown ? 1 : 0);
            assertThat(world.dropped()).hasSize(thrown ? 0 : 1);
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "FAILED");
    }

    /** Two wait for one handle: the cancel of one is nothing to the other. */
    @Test
    void twoAwaitersOfOneHandle() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> told = new ArrayList<>();
            Deferred<String> root = world.root(() -> group(g -> {
                Deferred<String> child = g.async(() -> {
                    dawdle();
                    return "value";
                });
                Deferred<?> one = g.async(() -> told.add("one " + child.await()));
                g.async(() -> told.add("two " + child.await()));
                dawdle();
                one.cancel();
                return child.await();
            }));
            simulation.run();
            assertThat(root.outcome()).isEqualTo(new Outcome.Success<>("value"));
            assertThat(told).contains("two value");
            return told.size() + " told";
        });
        assertThat(outcomes).containsOnlyKeys("1 told", "2 told");
    }

    /** Somebody outside reads what a scope that fails, or is cancelled, is about to discard: one of the two has it. */
    @Test
    void H4_aReaderAgainstTheEndOfTheScope() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<Object> made = new ArrayList<>();
            List<Object> read = new ArrayList<>();
            var handle = new AtomicReference<Deferred<String>>();
            Deferred<String> root = world.root(() -> {
                handle.set(async(() -> {
                    dawdle();
                    made.add("value");
                    return "value";
                }));
                until("the member is over", () -> handle.get().isDone() || simulation.coin());
                dawdle();
                checkpoint();
                throw new IllegalStateException("body");
            });
            simulation.start("reader", () -> {
                until("the handle is there", () -> handle.get() != null || root.isDone());
                if (handle.get() == null) return;
                try {
                    read.add(handle.get().await());
                } catch (CancelledException gone) {
                    assertThat(handle.get().state()).isEqualTo(Deferred.State.CANCELLED);
                }
            });
            simulation.start("another", () -> {
                until("the handle is there", () -> handle.get() != null || root.isDone());
                dawdle();
                if (handle.get() != null && handle.get().outcome() instanceof Outcome.Success<String>(String value))
                    if (!read.contains(value)) read.add(value);
            });
            if (simulation.coin()) simulation.start("canceller", root::cancel);
            simulation.run();
            world.conserved(made, read.stream().distinct().toArray());
            return made.size() + " made, " + world.discarded().size() + " discarded";
        });
        assertThat(outcomes).containsOnlyKeys("0 made, 0 discarded", "1 made, 0 discarded", "1 made, 1 discarded");
    }

    /** An awaiting coroutine that is cancelled has read nothing, whatever was on its way to it. */
    @Test
    void H4_aCancelledAwaiterAgainstTheResult() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<Object> read = new ArrayList<>();
            var made = new AtomicBoolean();
            Deferred<String> root = world.root(() -> {
                Deferred<String> handle = async(() -> {
                    dawdle();
                    made.set(true);
                    return "value";
                });
                Deferred<?> awaiter = async(() -> {
                    read.add(handle.await());
                });
                dawdle();
                awaiter.cancel();
                until("both are over", () -> handle.isDone() && awaiter.isDone());
                throw new IllegalStateException("body");
            });
            simulation.run();
            assertThat(root.state()).isEqualTo(Deferred.State.FAILED);
            world.conserved(made.get() ? List.of("value") : List.of(), read.toArray());
            return read.size() + " read";
        });
        assertThat(outcomes).containsOnlyKeys("0 read", "1 read");
    }

    /** A handle that is started in a group is read where it comes from, or discarded there, and never both. */
    @Test
    void H4_aFollowerAgainstTheEndOfTheScope() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<Object> made = new ArrayList<>();
            List<Object> read = new ArrayList<>();
            var handle = new AtomicReference<Deferred<String>>();
            Deferred<String> root = world.root(() -> {
                handle.set(async(() -> {
                    made.add("value");
                    return "value";
                }));
                dawdle();
                throw new IllegalStateException("body");
            });
            var follower = new MemberTask<Object>(null, world.backend(), Context.empty(), CoroutineOptions.NONE, () -> {
                until("the handle is there", () -> handle.get() != null || root.isDone());
                if (handle.get() == null) return null;
                boolean fails = simulation.coin();
                group(g -> {
                    Deferred<String> mine = g.start(handle.get());
                    dawdle();
                    if (fails) throw new IllegalStateException("group");
                    read.add(mine.await());
                });
                return null;
            });
            follower.started();
            simulation.run();
            world.conserved(made, read.toArray());
            return made.size() + " made, " + world.discarded().size() + " discarded";
        });
        assertThat(outcomes).containsKeys("1 made, 0 discarded", "1 made, 1 discarded");
    }

    /**
     * A coroutine that leaves a group waits for its members, also while they clean up, however it is cancelled
     * meanwhile.
     */
    @Test
    void H5_leavingAGroupAgainstItsMembersCleanUp() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> trail = new ArrayList<>();
            var failure = new IllegalStateException("body");
            boolean fails = simulation.coin();
            Deferred<String> root = world.root(() -> {
                try {
                    group(g -> {
                        for (int i = 0; i < 2; i++)
                            g.async(() -> {
                                trail.add("began");
                                try {
                                    await(new CompletableFuture<>());
                                } finally {
                                    shielded(() -> delay(SECOND));
                                    trail.add("cleaned up");
                                }
                            });
                        dawdle();
                        if (fails) throw failure;
                        g.cancel();
                    });
                } finally {
                    assertThat(trail.stream().filter("began"::equals).count())
                            .isEqualTo(
                                    trail.stream().filter("cleaned up"::equals).count());
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                }
                return "left";
            });
            if (simulation.coin()) simulation.start("canceller", root::cancel);
            simulation.run();
            assertThat(root.isDone()).isTrue();
            return trail.size() + " " + root.state();
        });
    }

    /**
     * A coroutine leaves a group without a member that does not end: that member's outcome is neither lost nor the
     * group's.
     */
    @Test
    void H5_aMemberThatIsLeftBehind() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            long before = EngineCounter.LEFT_BEHIND.sum();
            var gate = new CompletableFuture<String>();
            var returned = new AtomicBoolean();
            var left = new AtomicBoolean();
            var member = new AtomicReference<Deferred<String>>();
            List<Object> made = new ArrayList<>();
            List<Object> seen = new ArrayList<>();
            var failure = new Error("member"); // no answer to a cancellation
            boolean fails = simulation.coin();
            boolean fromOutside = simulation.coin();
            boolean never = simulation.coin();
            Deferred<String> root = world.root(() -> {
                try {
                    group(g -> {
                        g.detachAfter(SECOND);
                        member.set(g.async(() -> {
                            shielded(() -> await(gate));
                            made.add(fails ? failure : "value");
                            if (fails) throw failure;
                            return "value";
                        }));
                        dawdle();
                        if (fromOutside) world.root.cancel();
                        else g.cancel();
                    });
                    returned.set(true);
                } catch (Throwable thrown) {
                    if (thrown == failure || List.of(thrown.getSuppressed()).contains(failure)) seen.add(failure);
                    throw thrown;
                } finally {
                    left.set(true);
                    if (!fromOutside)
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                }
                return null;
            });
            simulation.start("gate", () -> {
                if (never) until("the group is left", left::get);
                gate.complete("");
            });
            simulation.run();
            boolean behind = EngineCounter.LEFT_BEHIND.sum() > before;
            if (behind && (fromOutside || !fails)) assertThat(returned.get()).isNotEqualTo(fromOutside);
            seen.addAll(world.discarded());
            seen.addAll(world.dropped());
            if (!fails && member.get().outcome() instanceof Outcome.Success<String> kept) seen.add(kept.value());
            if (behind && !fails && fromOutside) assertThat(world.discarded()).isEqualTo(made);
            assertThat(seen).isEqualTo(made);
            return (behind ? "left behind " : "waited ") + made + " " + root.state();
        });
        assertThat(outcomes)
                .containsKeys(
                        "waited [] CANCELLED",
                        "waited [value] CANCELLED",
                        "waited [value] SUCCEEDED",
                        "left behind [value] CANCELLED",
                        "left behind [value] SUCCEEDED");
    }

    @Test
    void H8_aGatherWithABoundAgainstCancel() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<Object> made = new ArrayList<>();
            var returned = new AtomicReference<List<String>>();
            Deferred<List<String>> root = world.root(() -> {
                returned.set(gather(2, List.of(makes("a", made), makes("b", made), makes("c", made))));
                return null;
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            if (returned.get() == null) world.conserved(made, new Object[0]);
            else assertThat(returned.get()).containsExactly("a", "b", "c");
            return made.size() + " " + root.state();
        });
    }

    /** The nearer deadline ends its own block; if both are over, the outer one may win. */
    @Test
    void I1_nestedDeadlines() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> trail = new ArrayList<>();
            Deferred<String> root = world.root(() -> withTimeout(SECOND, () -> {
                try {
                    withTimeout(SECOND.plusNanos(simulation.coin() ? 1 : 0), () -> await(new CompletableFuture<>()));
                } catch (TimeoutException inner) {
                    trail.add("inner");
                }
                checkpoint();
                return "behind";
            }));
            simulation.run();
            if (root.state() == Deferred.State.SUCCEEDED) assertThat(trail).containsExactly("inner");
            else assertThat(((Outcome.Failure<String>) root.outcome()).error()).isInstanceOf(TimeoutException.class);
            return trail + " " + root.state();
        });
        assertThat(outcomes).containsKeys("[inner] SUCCEEDED", "[] FAILED");
    }

    @Test
    void I4_aDeadlineThatIsMovedAgainstItsExpiry() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            Deferred<String> root = world.root(() -> withTimeout(SECOND, () -> {
                delay(SECOND);
                Async.resetTimeout(SECOND.multipliedBy(2));
                delay(SECOND);
                return "value";
            }));
            simulation.run();
            if (root.state() == Deferred.State.SUCCEEDED) return "value";
            assertThat(((Outcome.Failure<String>) root.outcome()).error()).isInstanceOf(TimeoutException.class);
            return "timed out";
        });
        assertThat(outcomes).containsOnlyKeys("value", "timed out");
    }

    /** A failure that comes before the deadline is thrown; one that comes after it is not lost. */
    @Test
    void I5_aFailureAgainstTheDeadline() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var failure = new IllegalStateException("body");
            boolean inShield = simulation.coin();
            Deferred<String> root = world.root(() -> withTimeout(SECOND, () -> {
                if (inShield) shielded(() -> delay(SECOND));
                else delay(SECOND);
                throw failure;
            }));
            simulation.run();
            Throwable thrown = ((Outcome.Failure<String>) root.outcome()).error();
            if (thrown == failure) return "failure";
            assertThat(thrown).isInstanceOf(TimeoutException.class);
            if (inShield)
                assertThat(thrown).as("the shield has let the body go on").hasCause(failure);
            return inShield ? "timed out, with the failure" : "timed out";
        });
        assertThat(outcomes).containsOnlyKeys("failure", "timed out", "timed out, with the failure");
    }

    @Test
    void I5_aDeadlineThatExpiresInAShield() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> trail = new ArrayList<>();
            Deferred<String> root = world.root(() -> withTimeout(SECOND, () -> {
                trail.add(shielded(() -> {
                    delay(SECOND.multipliedBy(2));
                    return "shielded";
                }));
                checkpoint();
                return "behind";
            }));
            simulation.run();
            assertThat(trail).containsExactly("shielded");
            if (root.state() == Deferred.State.SUCCEEDED) return "behind"; // the timer's thread is late
            assertThat(((Outcome.Failure<String>) root.outcome()).error()).isInstanceOf(TimeoutException.class);
            return "timed out";
        });
    }

    /** A flag that was set before the shield is set again after it, and then cancels the coroutine. */
    @Test
    void J2_anInterruptFromOutsideAroundAShield() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> trail = new ArrayList<>();
            Deferred<String> root = world.root(() -> {
                dawdle();
                trail.add(shielded(() -> {
                    dawdle();
                    return "shielded";
                }));
                dawdle();
                while (!trail.contains("sent")) Thread.yield();
                checkpoint();
                return "not seen";
            });
            Thread thread = ManualBackend.threadOf(root);
            simulation.start("interrupter", () -> {
                thread.interrupt();
                trail.add("sent");
            });
            simulation.run();
            assertThat(trail).contains("shielded");
            assertThat(root.state()).isEqualTo(Deferred.State.FAILED);
            return trail.toString();
        });
        assertThat(outcomes).hasSize(2);
    }

    @Test
    void J6_shieldsInShieldsAgainstCancels() {
        explore(simulation -> {
            var world = new JdkWorld(simulation);
            var inner = new AtomicReference<TaskGroup>();
            List<String> trail = new ArrayList<>();
            Deferred<String> root = world.root(() -> {
                shielded(() -> {
                    group(g -> {
                        inner.set(g);
                        shielded(() -> {
                            delay(SECOND);
                            checkpoint();
                            trail.add("inner");
                        });
                        checkpoint();
                    });
                    checkpoint();
                    trail.add("outer");
                });
                checkpoint();
                return null;
            });
            simulation.start("root canceller", () -> {
                until("the group is open", () -> inner.get() != null || root.isDone());
                root.cancel();
            });
            simulation.start("group canceller", () -> {
                until("the group is open", () -> inner.get() != null || root.isDone());
                if (inner.get() != null) inner.get().cancel();
            });
            simulation.run();
            assertThat(trail).containsExactly("inner", "outer");
            return root.state().toString();
        });
    }

    /** The clock accepts nothing more: code that needs it gets an error, other code goes on, nothing waits forever. */
    @Test
    void shutdownOfTheClock() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            List<String> trail = new ArrayList<>();
            Deferred<String> root = world.root(() -> {
                group(g -> {
                    g.async(() -> {
                                try {
                                    await(new CompletableFuture<>());
                                } finally {
                                    shielded(() -> trail.add("cleaned up"));
                                }
                            })
                            .cancel();
                });
                try {
                    withTimeout(SECOND.multipliedBy(10), () -> delay(SECOND));
                    trail.add("delayed");
                } catch (RejectedExecutionException refused) {
                    trail.add("refused");
                }
                return "end";
            });
            simulation.start("shutdown", () -> world.refuse());
            simulation.run();
            assertThat(root.outcome()).isEqualTo(new Outcome.Success<>("end"));
            return trail.toString();
        });
        assertThat(outcomes.keySet()).anyMatch(o -> o.contains("delayed")).anyMatch(o -> o.contains("refused"));
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

    /**
     * The race returns its winner although it was cancelled from outside, and the code after it is as cancelled as
     * before.
     */
    @Test
    void H10_aForeignWaitBehindAWinnerIsReached() {
        var outcomes = explore(simulation -> {
            var world = new JdkWorld(simulation);
            var outer = new AtomicReference<TaskGroup>();
            var won = new AtomicBoolean();
            world.root(() -> {
                group(g -> {
                    outer.set(g);
                    race(coroutine(() -> "value"), coroutine(() -> awaitCallback(never -> {})));
                    won.set(true);
                    new CountDownLatch(1).await();
                });
                return "";
            });
            simulation.start("canceller", () -> {
                until("the group is open", () -> outer.get() != null);
                outer.get().cancel();
            });
            simulation.run();
            assertThat(world.root.outcome()).isEqualTo(new Outcome.Success<>(""));
            return won.get() ? "won" : "cancelled";
        });
        assertThat(outcomes).containsOnlyKeys("won", "cancelled");
    }
}
