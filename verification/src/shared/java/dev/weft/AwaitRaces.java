package dev.weft;

import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.withTimeout;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Scope;
import dev.weft.test.simulation.Simulation;
import dev.weft.testing.Schedules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The races of an await with its source, its canceller and its deadline: rows A of the promises, and sources in groups. */
@Simulated
public abstract class AwaitRaces {
    private static final Duration SECOND = Duration.ofSeconds(1);

    protected abstract World world(Simulation simulation);

    @Test
    void A6_valueAgainstCancel() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.ONE));
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            world.canceller(source);
            simulation.run();
            world.conserved(source.made);
            if (root.state() == Deferred.State.SUCCEEDED)
                assertThat(source.cancels).isZero();
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "CANCELLED");
    }

    /** A value that won is returned, even if the cancel comes before the awaiting thread runs again. */
    @Test
    void G2_aValueThatWonIsReturned() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var won = new AtomicBoolean();
            var returned = new AtomicReference<String>();
            Deferred<String> root = world.root(() -> {
                returned.set(world.await(source, AwaitMode.ONE));
                return null;
            });
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
                won.set(true);
            });
            simulation.start("canceller", () -> {
                Simulation.until("the value has won", won::get);
                root.cancel();
            });
            simulation.run();
            assertThat(returned).hasValue("value");
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "CANCELLED");
    }

    /** A coroutine that is cancelled before it awaits does not subscribe. */
    @Test
    void A22_cancelledBeforeEntry() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var before = new AtomicBoolean();
            Deferred<String> root = world.root(() -> {
                dawdle();
                before.set(Scope.current().cancellation() != null);
                return world.await(source, AwaitMode.ONE);
            });
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            simulation.start("canceller", root::cancel);
            simulation.run();
            world.conserved(source.made);
            if (before.get()) assertThat(source.isSubscribedTo()).isFalse();
            return before + " " + root.state();
        });
        assertThat(outcomes).containsKeys("true CANCELLED", "false CANCELLED", "false SUCCEEDED");
    }

    @Test
    void A7_aValueThatIsNotConfirmedIsDiscarded() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            if (world.endsWithItsValue()) return "does not apply";
            var source = world.source();
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.LAST));
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.value("newer");
            });
            world.canceller(source);
            simulation.run();
            assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            world.conserved(source.made, new Object[0]);
            assertThat(source.cancels).isEqualTo(source.subscribed ? 1 : 0);
            return source.made.size() + " signalled";
        });
        if (!outcomes.containsKey("does not apply"))
            assertThat(outcomes).containsOnlyKeys("0 signalled", "2 signalled");
    }

    /**
     * An await that throws the cancellation has cancelled its source; the value of a source that completed before is
     * returned.
     */
    @Test
    void A7_aValueThatIsCompleteBeforeTheCancelIsSeenIsReturned() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            AwaitMode take = world.endsWithItsValue() || simulation.coin() ? AwaitMode.ONE : AwaitMode.LAST;
            List<Object> returned = new ArrayList<>();
            Deferred<String> root = world.root(() -> {
                returned.add(world.await(source, take));
                new CountDownLatch(1).await(); // which the canceller must reach
                return null;
            });
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            world.canceller(source);
            simulation.run();
            assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            assertThat(returned).hasSize(source.isSubscribedTo() && source.cancels == 0 ? 1 : 0);
            world.conserved(source.made, returned.toArray());
            return returned.isEmpty() ? source.made.size() + " discarded" : "returned";
        });
        assertThat(outcomes).containsOnlyKeys("0 discarded", "1 discarded", "returned");
    }

    @Test
    void A8_errorAgainstCancel() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var failure = new IllegalStateException("source");
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.ONE));
            simulation.start("source", () -> {
                source.subscribed();
                source.fail(failure);
            });
            world.canceller(source);
            simulation.run();
            boolean thrown = new Outcome.Failure<>(failure).equals(root.outcome());
            if (!thrown) assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            assertThat(world.late()).hasSize(thrown ? 0 : source.failed);
            return thrown ? "thrown" : source.failed == 0 ? "not signalled" : "dropped";
        });
        assertThat(outcomes).containsOnlyKeys("thrown", "dropped", "not signalled");
    }

    @Test
    void A9_valueAgainstTimeout() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            Deferred<String> root = world.root(() -> withTimeout(SECOND, () -> world.await(source, AwaitMode.ONE)));
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            simulation.run();
            world.conserved(source.made);
            boolean timedOut =
                    root.outcome() instanceof Outcome.Failure<?> failure && failure.error() instanceof TimeoutException;
            assertThat(timedOut).isEqualTo(root.state() != Deferred.State.SUCCEEDED);
            return timedOut ? "timed out" : "value";
        });
        assertThat(outcomes).containsOnlyKeys("timed out", "value");
    }

    /** As with any cancellation; and after the block nothing is left of it. */
    @Test
    void A9_aValueThatIsCompleteBeforeTheTimeoutIsSeenIsReturned() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            List<Object> returned = new ArrayList<>();
            Deferred<String> root = world.root(() -> {
                try {
                    returned.add(withTimeout(SECOND, () -> world.await(source, AwaitMode.ONE)));
                } catch (TimeoutException late) {
                    dawdle();
                }
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                dawdle();
                return null;
            });
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            simulation.run();
            assertThat(root.state()).isEqualTo(Deferred.State.SUCCEEDED);
            assertThat(returned).hasSize(source.isSubscribedTo() && source.cancels == 0 ? 1 : 0);
            world.conserved(source.made, returned.toArray());
            return returned.isEmpty() ? "timed out" : "returned";
        });
        assertThat(outcomes).containsOnlyKeys("timed out", "returned");
    }

    @Test
    void A10_aSecondValueAgainstCancel() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.SINGLE));
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.value("second");
                if (source.cancels == 0) source.complete();
            });
            world.canceller(source);
            simulation.run();
            world.conserved(source.made);
            return root.state() + " " + source.made.size();
        });
    }

    /** A breach of protocol: two threads end the source at once. */
    @Test
    void A11_twoEndsAtOnce() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var failure = new IllegalStateException("source");
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.ONE));
            simulation.start("source", () -> {
                source.subscribed();
                simulation.start("first", () -> {
                    source.value("value");
                    source.complete();
                });
                simulation.start("second", () -> source.fail(failure));
            });
            simulation.run();
            boolean thrown = new Outcome.Failure<>(failure).equals(root.outcome());
            assertThat(thrown).isEqualTo(root.state() == Deferred.State.FAILED);
            world.conserved(source.made);
            assertThat(world.late()).hasSize(thrown ? 0 : 1);
            return root.state().toString();
        });
    }

    /** A late subscription is cancelled by the thread that passes it, and nothing is requested of it. */
    @Test
    void A14_aSubscriptionThatComesAfterTheCancelIsCancelled() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var late = new AtomicReference<Boolean>();
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.FIRST));
            simulation.start("source", () -> {
                source.untilSubscribedTo();
                late.set(root.isDone());
                source.subscribed();
                source.value("value");
            });
            world.canceller(source);
            simulation.run();
            world.conserved(source.made);
            if (!source.isSubscribedTo()) return "not subscribed";
            if (late.get()) assertThat(source.requests).isZero();
            return late.get() ? "late" : root.state().toString();
        });
        assertThat(outcomes).containsKeys("not subscribed", "late", "CANCELLED");
    }

    /** {@code subscribe} throws while its own thread signals and another one cancels. */
    @Test
    void A17_aSubscribeThatThrowsAgainstItsSignals() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var failure = new IllegalStateException("subscribe");
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.ONE));
            source.whenSubscribedTo = () -> {
                source.subscribed();
                simulation.start("source", () -> {
                    source.value("value");
                    source.complete();
                });
                dawdle();
                throw failure;
            };
            world.canceller(source);
            simulation.run();
            world.conserved(source.made);
            boolean thrown = new Outcome.Failure<>(failure).equals(root.outcome());
            if (source.isSubscribedTo()) {
                if (world.reportsWhatSubscribeThrows())
                    assertThat(world.dropped()).hasSize(1);
                else assertThat(world.late()).hasSize(thrown ? 0 : 1);
            }
            return root.state().toString();
        });
    }

    /** The canceller does not wait for the source's own {@code cancel}, which the awaiting thread calls. */
    @Test
    void A20_aCancelThatTakesItsTime() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            source.whenCancelled = () -> {
                assertThat(Thread.currentThread().getName()).isNotEqualTo("canceller");
                dawdle();
            };
            var cell = new AtomicReference<AwaitCell<String>>();
            Deferred<String> root = world.root(() -> {
                cell.set(world.cell(source, AwaitMode.ONE));
                return cell.get().await();
            });
            simulation.start("source", source::subscribed);
            simulation.start("canceller", () -> {
                Simulation.until(
                        "the await waits",
                        () -> cell.get() != null && cell.get().isParked());
                root.cancel();
            });
            simulation.run();
            return root.state().toString();
        });
    }

    /** Rule 2.7: the source's own thread makes the request, and the cancel comes after that. */
    @Test
    void G11_aCancelAgainstARequest() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            source.whenRequested = Schedules::dawdle;
            source.whenCancelled = Schedules::dawdle;
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.LAST));
            simulation.start("source", () -> {
                source.subscribed();
                source.value("value");
                source.complete();
            });
            world.canceller(source);
            simulation.run();
            world.conserved(source.made);
            return root.state() + ", cancelled " + source.cancels;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, cancelled 0", "CANCELLED, cancelled 1");
    }

    /** The source signals without end inside its request, on the awaiting thread: it is cancelled where it calls back. */
    @Test
    void G11_aCancelAgainstARequestThatDoesNotEnd() {
        explore(simulation -> {
            var world = world(simulation);
            if (!world.hasDemand()) return "cannot be asked";
            var source = world.source();
            source.whenSubscribedTo = source::subscribed;
            source.whenRequested = () -> {
                while (source.cancels == 0) {
                    source.value("value");
                    dawdle();
                }
            };
            Deferred<String> root = world.root(() -> world.await(source, AwaitMode.NONE));
            world.canceller(source);
            simulation.run();
            world.conserved(source.made, new Object[0]);
            assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            return "cancelled";
        });
    }

    /**
     * The canceller goes on; the awaiting thread waits for the cancel, and gets what it throws if it was still
     * subscribing.
     */
    @Test
    void A20_aCancelThatBlocksAndThrowsWhileTheSourceIsBeingSubscribedTo() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            var failure = new IllegalStateException("cancel");
            List<String> trail = new ArrayList<>();
            source.whenSubscribedTo = () -> {
                source.subscribed();
                dawdle();
            };
            source.whenCancelled = () -> {
                Simulation.until("the canceller has gone on", () -> trail.contains("canceller"));
                trail.add("cancelled");
                throw failure;
            };
            var thrown = new AtomicReference<CancelledException>();
            world.root(() -> {
                try {
                    return world.await(source, AwaitMode.ONE);
                } catch (CancelledException cancelled) {
                    trail.add("awaiter");
                    thrown.set(cancelled);
                    throw cancelled;
                }
            });
            simulation.start("canceller", () -> {
                dawdle();
                world.root.cancel();
                trail.add("canceller");
            });
            simulation.run();
            if (source.cancels == 0) return "never subscribed";
            assertThat(trail).containsExactly("canceller", "cancelled", "awaiter");
            boolean heard = List.of(thrown.get().getSuppressed()).contains(failure);
            assertThat(world.late()).hasSize(heard ? 0 : 1);
            return heard ? "heard" : "dropped";
        });
        assertThat(outcomes).containsKeys("never subscribed", "heard");
    }

    /** Neither the canceller nor the failing member waits: the group does. */
    @Test
    void A20_aCancelOfAMemberWithoutAThreadThatBlocks() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            List<String> trail = new ArrayList<>();
            source.whenCancelled = () -> {
                Simulation.until("the canceller has gone on", () -> trail.contains("canceller"));
                trail.add("cancelled");
            };
            world.root(() -> {
                try {
                    return group(g -> {
                        Deferred<String> member = g.start(world.awaitable(source));
                        return member.await();
                    });
                } finally {
                    trail.add("group");
                }
            });
            var attached = new AtomicBoolean();
            simulation.start("source", () -> {
                source.subscribed();
                attached.set(true);
            });
            simulation.start("canceller", () -> {
                Simulation.until("the member has its source", attached::get);
                world.root.cancel();
                trail.add("canceller");
            });
            simulation.run();
            assertThat(trail).containsExactly("canceller", "cancelled", "group");
            return "cancelled " + source.cancels;
        });
    }

    /** A source that cancels the awaiting coroutine inside its own signals. */
    @Test
    void A21_aCancelFromInsideTheSource() {
        explore(simulation -> {
            var world = world(simulation);
            var source = world.source();
            boolean early = simulation.coin();
            boolean inside = simulation.coin();
            Deferred<String> root = world.root(() -> {
                String value = world.await(source, AwaitMode.ONE);
                if (inside) assertThat(Thread.currentThread().isInterrupted()).isFalse();
                return value;
            });
            source.whenRequested = () -> {
                if (early) world.root.cancel();
            };
            Simulation.Body play = () -> {
                source.subscribed();
                dawdle();
                if (source.cancels > 0) return;
                if (!early) world.root.cancel();
                if (source.cancels > 0) return;
                source.value("value");
                source.complete();
            };
            if (inside)
                source.whenSubscribedTo = () -> {
                    try {
                        play.run();
                    } catch (Exception impossible) {
                        throw new AssertionError(impossible);
                    }
                };
            else simulation.start("source", play);
            simulation.run();
            world.conserved(source.made);
            return root.state().toString();
        });
    }

    /** Sources in a group have no threads: a failure of one against a value of another, and a cancel from outside. */
    @Test
    void H2_aSourceInAGroupAgainstTheFailureOfAnother() {
        explore(simulation -> {
            var world = world(simulation);
            PlayedSource good = world.source();
            PlayedSource bad = world.source();
            var failure = new IllegalStateException("source");
            Deferred<String> root = world.root(() -> group(g -> {
                Deferred<String> value = g.start(world.awaitable(good));
                g.start(world.awaitable(bad));
                return value.await();
            }));
            simulation.start("good", () -> {
                good.subscribed();
                good.value("value");
                good.complete();
            });
            simulation.start("bad", () -> {
                bad.subscribed();
                bad.fail(failure);
            });
            if (simulation.coin()) world.canceller(good);
            simulation.run();
            if (root.state() == Deferred.State.SUCCEEDED) throw new AssertionError("the failure is lost");
            boolean thrown = root.outcome() instanceof Outcome.Failure<?> f && f.error() == failure;
            if (!thrown) assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            return root.state() + " " + good.made.size();
        });
    }

    @Test
    void H9_sourcesInARace() {
        var outcomes = explore(simulation -> {
            var world = world(simulation);
            List<PlayedSource> sources = List.of(world.source(), world.source());
            Deferred<String> root =
                    world.root(() -> race(world.awaitable(sources.get(0)), world.awaitable(sources.get(1))));
            for (PlayedSource source : sources)
                simulation.start("source", () -> {
                    source.subscribed();
                    source.value("value " + sources.indexOf(source));
                    source.complete();
                });
            boolean cancelled = simulation.coin();
            if (cancelled) world.canceller(sources.get(0));
            simulation.run();
            List<Object> made = new ArrayList<>(sources.get(0).made);
            made.addAll(sources.get(1).made);
            world.conserved(made);
            if (!cancelled) assertThat(root.state()).isEqualTo(Deferred.State.SUCCEEDED);
            return root.state() == Deferred.State.SUCCEEDED
                    ? ((Outcome.Success<String>) root.outcome()).value()
                    : root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("value 0", "value 1", "CANCELLED");
    }

    /** A coroutine that awaits inside what its source runs in {@code subscribe} (A27), against a cancel. */
    @Test
    void A27_anAwaitInsideSubscribeAgainstCancel() {
        explore(simulation -> {
            var world = world(simulation);
            PlayedSource outer = world.source();
            PlayedSource inner = world.source();
            outer.whenSubscribedTo = () -> {
                outer.subscribed();
                String value = world.await(inner, AwaitMode.ONE);
                if (outer.cancels > 0) world.discarded().add(value);
                else outer.value(value);
                if (outer.cancels == 0) outer.complete();
            };
            Deferred<String> root = world.root(() -> world.await(outer, AwaitMode.ONE));
            simulation.start("source", () -> {
                inner.subscribed();
                inner.value("value");
                inner.complete();
            });
            world.canceller(inner);
            simulation.run();
            world.conserved(inner.made);
            return root.state().toString();
        });
    }

    /** A source that swallows a cancellation, and then signals values without end while it is being subscribed to. */
    @Test
    void A27_aSourceThatSwallowsTheCancellation() {
        explore(simulation -> {
            var world = world(simulation);
            PlayedSource outer = world.source();
            PlayedSource inner = world.source();
            boolean endless = simulation.coin();
            outer.whenSubscribedTo = () -> {
                outer.subscribed();
                try {
                    world.await(inner, AwaitMode.ONE);
                } catch (CancelledException swallowed) {
                    for (int i = 0; endless && outer.cancels == 0; i++) {
                        if (i > 100) throw new AssertionError("not cancelled, so without end");
                        outer.value("value " + i);
                    }
                }
            };
            world.root(() -> world.await(outer, AwaitMode.LAST));
            simulation.start("source", inner::subscribed);
            world.canceller(inner);
            simulation.run();
            world.conserved(outer.made);
            assertThat(world.root.state()).isEqualTo(Deferred.State.CANCELLED);
            return "";
        });
    }
}
