package dev.weft.reactor;

import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mapFlux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.test.simulation.Simulation.until;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static org.assertj.core.api.Assertions.assertThat;
import static reactor.core.scheduler.Schedulers.boundedElastic;
import static reactor.core.scheduler.Schedulers.parallel;

import dev.weft.AsyncIterator;
import dev.weft.Deferred;
import dev.weft.Deferred.State;
import dev.weft.Emitter;
import dev.weft.Outcome;
import dev.weft.Simulated;
import dev.weft.test.simulation.Operators;
import dev.weft.test.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Coroutines among Reactor's own operators and schedulers. What our body makes is passed to Reactor or discarded, and
 * what Reactor passes to us is seen or discarded, each value once. What an operator loses in between, when it is
 * cancelled, is counted apart: {@code publishOn}, {@code subscribeOn} and {@code flatMapSequential} do that without us
 * as well.
 */
@Simulated
class ReactorOperatorsSimulationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @BeforeAll
    static void pauseBetweenOperators() {
        Operators.pause(ReactorWorld::pauses);
    }

    @AfterAll
    static void pauseNoMore() {
        Operators.pauseNoMore();
    }

    /** One run, with the values that were made, those of them that Reactor was given, and those that it gave to us. */
    private static final class Run {
        final Simulation simulation;
        final ReactorWorld world;
        final List<Object> made = new ArrayList<>();
        final List<Object> given = new ArrayList<>();
        final List<Object> arrived = new ArrayList<>();
        final List<Object> seen = new ArrayList<>();
        int began;
        int ended;

        Run(Simulation simulation) {
            this.simulation = simulation;
            world = new ReactorWorld(simulation);
        }

        String make() {
            String value = "value " + made.size();
            made.add(value);
            return value;
        }

        /** A body that takes its time. */
        String work() {
            began++;
            try {
                dawdle();
                return make();
            } finally {
                ended++;
            }
        }

        /** A coroutine as a source. */
        Mono<String> coroutine(Callable<String> body) {
            return mono(body).doOnNext(given::add);
        }

        /** A callable of Reactor's own. */
        Mono<String> callable() {
            return Mono.fromCallable(() -> give(work()));
        }

        Flux<String> values(int count) {
            return Flux.range(0, count).map(i -> give(make()));
        }

        String give(String value) {
            given.add(value);
            return value;
        }

        <T> Mono<T> watched(Mono<T> mono) {
            return mono.doOnNext(arrived::add).doOnDiscard(String.class, world.discarded()::add);
        }

        <T> Flux<T> watched(Flux<T> flux) {
            return flux.doOnNext(arrived::add).doOnDiscard(String.class, world.discarded()::add);
        }

        /** A coroutine that sees what there is, until it is cancelled. */
        Deferred<?> sees(Flux<String> flux, int prefetch) {
            return world.root(() -> {
                try (AsyncIterator<String> values = each(flux, prefetch)) {
                    while (values.hasNext()) seen.add(values.next());
                }
                return null;
            });
        }

        /** Cancels at any time at all, or at any time after the first value. */
        void cancels(Deferred<?> coroutine) {
            boolean late = simulation.coin();
            simulation.start("canceller", () -> {
                if (late) until("a value is made", () -> !made.isEmpty() || coroutine.isDone());
                coroutine.cancel();
            });
        }

        /** {@return how many values Reactor has lost, which may happen only after a cancel} */
        int lost(boolean left) {
            assertThat(ended).isEqualTo(began);
            List<Object> known = new ArrayList<>(seen);
            known.addAll(world.discarded());
            assertThat(known).doesNotHaveDuplicates().isSubsetOf(made).containsAll(arrived);
            List<Object> lost = new ArrayList<>(made);
            lost.removeAll(known);
            assertThat(lost).isSubsetOf(given);
            if (!left) assertThat(lost).isEmpty();
            return lost.size();
        }

        /** The same, where the result of a coroutine is what was seen. */
        int lost(Deferred<?> coroutine) {
            if (coroutine.outcome() instanceof Outcome.Success<?> success && success.value() != null)
                seen.add(success.value());
            return lost(coroutine.state() == State.CANCELLED);
        }
    }

    /** A subscriber of Reactor that cancels after a given number of values. */
    private static final class Downstream extends BaseSubscriber<String> {
        final List<Object> seen;
        final int wanted;
        Throwable failure;
        boolean left;
        boolean over;

        Downstream(List<Object> seen, int wanted) {
            this.seen = seen;
            this.wanted = wanted;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            request(1);
        }

        @Override
        protected void hookOnNext(String value) {
            seen.add(value);
            dawdle();
            if (seen.size() == wanted) leave();
            else request(1);
        }

        @Override
        protected void hookOnError(Throwable thrown) {
            failure = thrown;
            over = true;
        }

        @Override
        protected void hookOnComplete() {
            over = true;
        }

        void leave() {
            left = true;
            cancel();
        }
    }

    @Test
    void anAwaitBehindPublishOnAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<String> root =
                    run.world.root(() -> await(run.watched(run.callable().publishOn(parallel()))));
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0", "CANCELLED, lost 0");
    }

    @Test
    void operatorsAloneLoseValuesToACancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            var downstream = new Downstream(run.seen, 9);
            Mono<String> callable = run.callable();
            int which = simulation.coin() ? 0 : simulation.coin() ? 1 : 2;
            Flux<String> flux = switch (which) {
                case 0 -> callable.publishOn(parallel()).flux();
                case 1 -> run.values(4).publishOn(parallel(), 2);
                default -> Flux.range(0, 3).flatMapSequential(i -> callable.subscribeOn(parallel()), 2);
            };
            simulation.start("subscriber", () -> run.watched(flux).subscribe(downstream));
            simulation.start("canceller", () -> {
                if (simulation.coin()) until("a value is made", () -> !run.made.isEmpty() || downstream.over);
                downstream.leave();
            });
            simulation.run();
            int lost = run.lost(downstream.left);
            return List.of("publishOn of one", "publishOn", "flatMapSequential").get(which)
                    + (lost == 0 ? "" : " loses");
        });
        assertThat(outcomes).containsKeys("publishOn of one loses", "publishOn loses", "flatMapSequential loses");
    }

    /**
     * A worker is interrupted when the await is cancelled. Reactor reports the InterruptedException, or whatever the callable makes of
     * it: an echo of that, the only thing that is filtered here. It loses what the callable returns nevertheless, without us too.
     */
    @Test
    void aCallableOnAWorkerAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            boolean blocks = simulation.coin();
            Deferred<String> root = run.world.root(() -> await(run.watched(Mono.fromCallable(() -> {
                        String value = run.give(run.work());
                        if (blocks) new CountDownLatch(1).await();
                        return value;
                    })
                    .subscribeOn(boundedElastic()))));
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(run.world.dropped()).allMatch(InterruptedException.class::isInstance);
            if (blocks) assertThat(root.state()).isEqualTo(State.CANCELLED);
            return root.state() + ", lost " + lost + ", " + run.world.dropped().size() + " interrupted";
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0, 0 interrupted", "CANCELLED, lost 1, 1 interrupted");
    }

    /**
     * An await on a plain thread, a worker of Reactor's, which is interrupted when its own subscriber cancels. Reactor
     * drops what the callable then throws: the CancelledException is an echo, and filtered here.
     */
    @Test
    void anAwaitOnAWorkerAgainstItsInterrupt() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            var downstream = new Downstream(run.seen, 2);
            List<Object> returned = new ArrayList<>();
            simulation.start(
                    "subscriber",
                    () -> Mono.fromCallable(() -> {
                                String value = await(run.watched(run.coroutine(run::work)));
                                returned.add(value);
                                return value;
                            })
                            .subscribeOn(boundedElastic())
                            .subscribe(downstream));
            simulation.start("canceller", () -> {
                if (simulation.coin()) until("it has begun", () -> run.began > 0 || downstream.over);
                downstream.leave();
            });
            simulation.run();
            assertThat(returned).containsAll(run.seen);
            run.seen.clear();
            run.seen.addAll(returned);
            assertThat(run.lost(true)).isZero();
            assertThat(run.world.dropped()).allMatch(CancellationException.class::isInstance);
            return returned.size() + " returned, " + run.world.discarded().size() + " discarded";
        });
        assertThat(outcomes)
                .containsKeys("1 returned, 0 discarded", "0 returned, 1 discarded", "0 returned, 0 discarded");
    }

    /**
     * A sink keeps its value for later subscribers: one that stays gets it, one that is cancelled discards it at most
     * once.
     */
    @Test
    void aSinkOfOneAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Sinks.One<String> sink = Sinks.one();
            Deferred<String> stays = run.world.root(() -> await(sink.asMono()));
            Deferred<String> leaves = run.world.root(() -> await(sink.asMono()));
            simulation.start("emitter", () -> sink.emitValue(run.make(), Sinks.EmitFailureHandler.FAIL_FAST));
            simulation.start("canceller", leaves::cancel);
            simulation.run();
            assertThat(stays.outcome()).isEqualTo(new Outcome.Success<>("value 0"));
            if (leaves.state() == State.SUCCEEDED)
                assertThat(run.world.discarded()).isEmpty();
            else assertThat(leaves.state()).isEqualTo(State.CANCELLED);
            assertThat(run.world.discarded()).hasSizeLessThanOrEqualTo(1);
            assertThat(run.world.dropped()).isEmpty();
            assertThat(sink.currentSubscriberCount()).isZero();
            return leaves.state() + ", " + run.world.discarded().size() + " discarded";
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, 0 discarded", "CANCELLED, 0 discarded", "CANCELLED, 1 discarded");
    }

    @Test
    void iterationOverASinkOfManyAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Sinks.Many<String> sink = Sinks.many().unicast().onBackpressureBuffer();
            Deferred<?> root = run.sees(run.watched(sink.asFlux()), 2);
            simulation.start("emitter", () -> {
                for (int i = 0; i < 4; i++) {
                    String value = run.make();
                    if (sink.tryEmitNext(value).isFailure()) {
                        run.made.remove(value);
                        return;
                    }
                    run.give(value);
                    Thread.yield();
                }
                sink.tryEmitComplete();
            });
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0", "CANCELLED, lost 0");
    }

    /** Both count on the same clock; neither leaves an entry there. */
    @Test
    void aDelayOfReactorsAgainstATimeout() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<Long> root = run.world.root(() -> withTimeout(SECOND, () -> await(Mono.delay(SECOND))));
            simulation.run();
            if (root.state() == State.FAILED)
                assertThat(((Outcome.Failure<Long>) root.outcome()).error()).isInstanceOf(TimeoutException.class);
            assertThat(run.world.dropped()).isEmpty();
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "FAILED");
    }

    @Test
    void iterationOverPublishOnAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<?> root = run.sees(run.watched(run.values(5).publishOn(parallel(), 2)), 3);
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            if (root.state() == State.SUCCEEDED)
                assertThat(run.seen).isEqualTo(run.made).hasSize(5);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0", "CANCELLED, lost 0");
    }

    @Test
    void aGeneratorBehindPublishOnAgainstTakeAndCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            int wanted = simulation.coin() ? 2 : 9;
            var downstream = new Downstream(run.seen, wanted);
            boolean take = simulation.coin();
            Flux<String> values = flux((Emitter<String> out) -> {
                        run.began++;
                        try {
                            for (int i = 0; i < 4; i++) out.emit(run.make());
                        } finally {
                            run.ended++;
                        }
                    })
                    .doOnNext(run.given::add)
                    .publishOn(parallel(), 2)
                    .doOnDiscard(String.class, run.world.discarded()::add);
            simulation.start("subscriber", () -> (take ? values.take(3) : values).subscribe(downstream));
            if (simulation.coin()) simulation.start("canceller", downstream::leave);
            simulation.run();
            int lost = run.lost(downstream.left);
            assertThat(run.seen).isEqualTo(run.made.subList(0, run.seen.size()));
            assertThat(downstream.failure).isNull();
            assertThat(run.world.dropped()).isEmpty();
            return run.seen.size() + " seen, lost " + lost;
        });
        assertThat(outcomes).containsKeys("0 seen, lost 0", "2 seen, lost 0", "3 seen, lost 0", "4 seen, lost 0");
    }

    @Test
    void aBodyAgainstTheTimeoutOperator() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            var downstream = new Downstream(run.seen, 2);
            simulation.start(
                    "subscriber",
                    () -> run.coroutine(() -> {
                                delay(SECOND);
                                return run.work();
                            })
                            .timeout(SECOND)
                            .doOnDiscard(String.class, run.world.discarded()::add)
                            .subscribe(downstream));
            simulation.run();
            assertThat(downstream.over).isTrue();
            assertThat(run.seen.isEmpty()).isEqualTo(downstream.failure instanceof TimeoutException);
            int lost = run.lost(downstream.failure != null);
            assertThat(run.world.dropped()).isEmpty();
            return run.seen.size() + " seen, lost " + lost;
        });
        assertThat(outcomes).containsKeys("1 seen, lost 0", "0 seen, lost 0");
    }

    /** A resource is closed exactly once, or was never handed over: then it is discarded. */
    @Test
    void usingWhenAroundACoroutineAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            List<String> opened = new ArrayList<>();
            List<String> closed = new ArrayList<>();
            Mono<String> used = Mono.usingWhen(
                    mono(() -> {
                        dawdle();
                        opened.add("resource");
                        return "resource";
                    }),
                    resource -> run.coroutine(() -> {
                        await(Mono.delay(SECOND));
                        return run.work();
                    }),
                    resource -> closing(closed, "commit"),
                    (resource, failure) -> closing(closed, "rollback"),
                    resource -> closing(closed, "cancel"));
            Deferred<String> root = run.world.root(() -> await(run.watched(used)));
            boolean late = simulation.coin();
            simulation.start("canceller", () -> {
                if (late) until("it is opened", () -> !opened.isEmpty() || root.isDone());
                root.cancel();
            });
            simulation.run();
            List<Object> over = new ArrayList<>(closed);
            while (run.world.discarded().remove("resource")) over.add("discarded");
            assertThat(over).hasSize(opened.size());
            if (root.state() == State.SUCCEEDED) assertThat(over).containsExactly("commit");
            int lost = run.lost(root);
            return root.state() + " " + over + ", lost " + lost;
        });
        assertThat(outcomes)
                .containsKeys(
                        "SUCCEEDED [commit], lost 0", "CANCELLED [cancel], lost 0", "CANCELLED [discarded], lost 0");
    }

    private static Mono<Void> closing(List<String> closed, String how) {
        return mono(() -> {
            dawdle();
            closed.add(how);
            return null;
        });
    }

    /** A value that two coroutines await goes to both; cancelling one does not affect the other. */
    @Test
    void aCachedCoroutineThatTwoAwaitOfWhomOneIsCancelled() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            boolean cached = simulation.coin();
            Mono<String> source = mono(run::work);
            Mono<String> shared = cached ? source.cache() : source.share();
            Deferred<String> leaves = run.world.root(() -> await(shared));
            Deferred<String> stays = run.world.root(() -> await(shared));
            simulation.start("canceller", leaves::cancel);
            simulation.run();
            assertThat(stays.state()).isEqualTo(State.SUCCEEDED);
            String value = ((Outcome.Success<String>) stays.outcome()).value();
            assertThat(run.made).contains(value);
            if (cached) assertThat(run.made).hasSize(1);
            assertThat(run.ended).isEqualTo(run.began);
            assertThat(run.world.discarded()).isSubsetOf(run.made).doesNotHaveDuplicates();
            if (leaves.state() == State.SUCCEEDED)
                assertThat(run.world.discarded()).doesNotContain(value);
            assertThat(run.world.dropped()).isEmpty();
            return (cached ? "cached " : "shared ") + leaves.state();
        });
        assertThat(outcomes)
                .containsOnlyKeys("cached SUCCEEDED", "cached CANCELLED", "shared SUCCEEDED", "shared CANCELLED");
    }

    @Test
    void retryAroundABodyAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            var failure = new IllegalStateException("body");
            Mono<String> retried = run.coroutine(() -> {
                        run.began++;
                        dawdle();
                        run.ended++;
                        if (run.began < 3) throw failure;
                        return run.make();
                    })
                    .retry(2);
            Deferred<String> root = run.world.root(() -> await(run.watched(retried)));
            if (simulation.coin()) run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(lost).isZero();
            assertThat(run.world.dropped()).allMatch(failure::equals).hasSizeLessThanOrEqualTo(1);
            if (root.state() == State.SUCCEEDED) assertThat(run.world.dropped()).isEmpty();
            return root.state() + " behind " + run.began;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED behind 3", "CANCELLED behind 1", "CANCELLED behind 2");
    }

    @Test
    void iterationOverARepeatedBodyAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<?> root = run.sees(run.watched(run.coroutine(run::work).repeat(2)), 1);
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(lost).isZero();
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", " + run.seen.size() + " seen";
        });
        assertThat(outcomes)
                .containsKeys("SUCCEEDED, 3 seen", "CANCELLED, 0 seen", "CANCELLED, 1 seen", "CANCELLED, 2 seen");
    }

    /** Coroutines inside flatMapSequential, that a coroutine iterates over and leaves. */
    @Test
    void mapFluxAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<?> root =
                    run.sees(run.watched(Flux.range(0, 4).transform(mapFlux(2, i -> run.give(run.work())))), 1);
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0", "CANCELLED, lost 0");
    }

    /**
     * The schedulers refuse new tasks, at any time: a waiting coroutine goes on all the same, and one that begins to
     * wait gets an error. What publishOn then cannot pass on, it loses.
     */
    @Test
    void aShutdownAgainstACoroutineThatWaits() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            parallel().init();
            boolean iterates = simulation.coin();
            Deferred<String> root = run.world.root(() -> withTimeout(Duration.ofHours(1), () -> {
                delay(SECOND);
                await(Mono.delay(SECOND));
                if (!iterates) return await(run.watched(run.callable().publishOn(parallel())));
                try (AsyncIterator<String> values =
                        each(run.watched(run.values(3).publishOn(parallel(), 2)), 2)) {
                    while (values.hasNext()) run.seen.add(values.next());
                }
                return null;
            }));
            simulation.start("shutdown", () -> {
                if (simulation.coin()) until("it waits", () -> simulation.now() > 0 || root.isDone());
                run.world.shutdown();
            });
            simulation.run();
            if (root.outcome() instanceof Outcome.Failure<?> failure)
                assertThat(failure.error()).isInstanceOf(RejectedExecutionException.class);
            int lost = root.state() == State.SUCCEEDED ? run.lost(root) : run.lost(true);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0", "FAILED, lost 0");
    }

    /** A group that is cancelled watches for stragglers on the clock; where that refuses, it says so, and ends all the same. */
    @Test
    void aShutdownAgainstACancelledGroup() {
        explore(simulation -> {
            var run = new Run(simulation);
            parallel().init();
            Deferred<?> root = run.world.root(() -> {
                group(g -> {
                    g.async(() -> run.work());
                    g.async(() -> await(run.watched(run.coroutine(run::work))));
                });
                return null;
            });
            simulation.start("shutdown", run.world::shutdown);
            simulation.start("canceller", root::cancel);
            simulation.run();
            assertThat(run.world.dropped()).allMatch(RejectedExecutionException.class::isInstance);
            assertThat(run.ended).isEqualTo(run.began);
            return root.state() + ", " + run.world.dropped().size() + " refused";
        });
    }
}
