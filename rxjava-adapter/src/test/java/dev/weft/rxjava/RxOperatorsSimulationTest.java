package dev.weft.rxjava;

import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.withTimeout;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.mapFlowable;
import static dev.weft.rxjava.RxAsync.observable;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.test.simulation.Simulation.until;
import static dev.weft.testing.Schedules.dawdle;
import static dev.weft.testing.Schedules.explore;
import static io.reactivex.rxjava3.schedulers.Schedulers.computation;
import static io.reactivex.rxjava3.schedulers.Schedulers.io;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncIterator;
import dev.weft.Deferred;
import dev.weft.Deferred.State;
import dev.weft.Generator;
import dev.weft.Outcome;
import dev.weft.Overflow;
import dev.weft.Simulated;
import dev.weft.test.simulation.Operators;
import dev.weft.test.simulation.Simulation;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.reactivex.rxjava3.subjects.SingleSubject;
import io.reactivex.rxjava3.subscribers.DisposableSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Coroutines among RxJava's own operators and schedulers. What our body makes is passed to RxJava or discarded, and
 * what RxJava passes to us is seen or discarded, each value once. RxJava has no hook for values: what an operator loses
 * in between, when it is cancelled, is counted apart, and {@link #operatorsAloneLoseValuesToACancel} shows that it does
 * so without us as well.
 */
@Simulated
class RxOperatorsSimulationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @BeforeAll
    static void pauseBetweenOperators() {
        Operators.pause(RxWorld::pauses);
    }

    @AfterAll
    static void pauseNoMore() {
        Operators.pauseNoMore();
    }

    /** One run, with the values that were made, those of them that RxJava was given, and those that it gave to us. */
    private static final class Run {
        final Simulation simulation;
        final RxWorld world;
        final List<Object> made = new ArrayList<>();
        final List<Object> given = new ArrayList<>();
        final List<Object> arrived = new ArrayList<>();
        final List<Object> seen = new ArrayList<>();
        int began;
        int ended;

        Run(Simulation simulation) {
            this.simulation = simulation;
            world = new RxWorld(simulation);
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
        Single<String> coroutine(Callable<String> body) {
            return single(body).doOnSuccess(given::add);
        }

        /** A callable of RxJava's own. */
        Single<String> callable() {
            return Single.fromCallable(() -> give(work()));
        }

        Flowable<String> values(int count) {
            return Flowable.range(0, count).map(i -> give(make()));
        }

        String give(String value) {
            given.add(value);
            return value;
        }

        Single<String> watched(Single<String> single) {
            return single.doOnSuccess(arrived::add);
        }

        Flowable<String> watched(Flowable<String> flowable) {
            return flowable.doOnNext(arrived::add);
        }

        /** A coroutine that sees what there is, until it is cancelled. */
        Deferred<?> sees(Flowable<String> flowable, int prefetch) {
            return world.root(() -> {
                try (AsyncIterator<String> values = each(flowable, prefetch)) {
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

        /** {@return how many values RxJava has lost, which may happen only after a cancel} */
        int lost(boolean left) {
            assertThat(ended).isEqualTo(began);
            List<Object> known = new ArrayList<>(seen);
            for (Object value : world.discarded())
                if (value instanceof String) known.add(value); // not what a timer gives
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

    /** A subscriber of RxJava that cancels after a given number of values. */
    private static final class Downstream extends DisposableSubscriber<String> {
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
        protected void onStart() {
            request(1);
        }

        @Override
        public void onNext(String value) {
            seen.add(value);
            dawdle();
            if (seen.size() == wanted) leave();
            else request(1);
        }

        @Override
        public void onError(Throwable thrown) {
            failure = thrown;
            over = true;
        }

        @Override
        public void onComplete() {
            over = true;
        }

        void leave() {
            left = true;
            dispose();
        }
    }

    @Test
    void anAwaitBehindObserveOnAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<String> root =
                    run.world.root(() -> await(run.watched(run.callable().observeOn(computation()))));
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
            Single<String> callable = run.callable();
            int which = simulation.coin() ? 0 : simulation.coin() ? 1 : 2;
            Flowable<String> flowable = switch (which) {
                case 0 -> callable.observeOn(computation()).toFlowable();
                case 1 -> run.values(4).observeOn(computation(), false, 2);
                default ->
                    Flowable.range(0, 3)
                            .concatMapEager(i -> callable.subscribeOn(io()).toFlowable(), 2, 1);
            };
            simulation.start("subscriber", () -> run.watched(flowable).subscribe(downstream));
            simulation.start("canceller", () -> {
                if (simulation.coin()) until("a value is made", () -> !run.made.isEmpty() || downstream.over);
                downstream.leave();
            });
            simulation.run();
            int lost = run.lost(downstream.left);
            return List.of("observeOn of one", "observeOn", "concatMapEager").get(which) + (lost == 0 ? "" : " loses");
        });
        assertThat(outcomes).containsKeys("observeOn of one loses", "observeOn loses", "concatMapEager loses");
    }

    /**
     * A worker is interrupted when the await is cancelled. RxJava reports the InterruptedException: an echo of that, the only thing that
     * is filtered here.
     */
    @Test
    void aCallableOnAWorkerAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            boolean blocks = simulation.coin();
            Deferred<String> root = run.world.root(() -> await(run.watched(Single.fromCallable(() -> {
                        String value = run.give(run.work());
                        if (blocks) new CountDownLatch(1).await();
                        return value;
                    })
                    .subscribeOn(io()))));
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
     * An await on a plain thread, a worker of RxJava's, which is interrupted when its own subscriber disposes. RxJava
     * reports what the callable then throws: the CancelledException is an echo, and filtered here.
     */
    @Test
    void anAwaitOnAWorkerAgainstItsInterrupt() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            var downstream = new Downstream(run.seen, 2);
            List<Object> returned = new ArrayList<>();
            simulation.start(
                    "subscriber",
                    () -> Single.fromCallable(() -> {
                                String value = await(run.watched(run.coroutine(run::work)));
                                returned.add(value);
                                return value;
                            })
                            .subscribeOn(io())
                            .toFlowable()
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
     * A subject keeps its value for later observers: one that stays gets it, one that is cancelled discards it at most
     * once.
     */
    @Test
    void aSubjectOfOneAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            SingleSubject<String> subject = SingleSubject.create();
            Deferred<String> stays = run.world.root(() -> await(subject));
            Deferred<String> leaves = run.world.root(() -> await(subject));
            simulation.start("emitter", () -> subject.onSuccess(run.make()));
            simulation.start("canceller", leaves::cancel);
            simulation.run();
            assertThat(stays.outcome()).isEqualTo(new Outcome.Success<>("value 0"));
            if (leaves.state() == State.SUCCEEDED)
                assertThat(run.world.discarded()).isEmpty();
            else assertThat(leaves.state()).isEqualTo(State.CANCELLED);
            assertThat(run.world.discarded()).hasSizeLessThanOrEqualTo(1);
            assertThat(run.world.dropped()).isEmpty();
            assertThat(subject.hasObservers()).isFalse();
            return leaves.state() + ", " + run.world.discarded().size() + " discarded";
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, 0 discarded", "CANCELLED, 0 discarded", "CANCELLED, 1 discarded");
    }

    @Test
    void iterationOverAProcessorAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            UnicastProcessor<String> processor = UnicastProcessor.create();
            Deferred<?> root = run.sees(run.watched(processor), 2);
            simulation.start("emitter", () -> {
                for (int i = 0; i < 4; i++) {
                    processor.onNext(run.give(run.make()));
                    Thread.yield();
                }
                processor.onComplete();
            });
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0", "CANCELLED, lost 0");
    }

    /** A source that cannot wait, and a loop that keeps as much as its policy says: the rest is discarded. */
    @Test
    void iterationOverASubjectThatOverflows() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            PublishSubject<String> subject = PublishSubject.create();
            Overflow overflow = simulation.coin() ? Overflow.dropOldest(1) : Overflow.dropNewest(1);
            Deferred<?> root = run.world.root(() -> {
                try (AsyncIterator<String> values = each(subject.doOnNext(run.arrived::add), overflow)) {
                    while (values.hasNext()) run.seen.add(values.next());
                }
                return null;
            });
            simulation.start("emitter", () -> {
                until("somebody listens", () -> subject.hasObservers() || root.isDone());
                for (int i = 0; i < 4; i++) {
                    subject.onNext(run.give(run.make()));
                    Thread.yield();
                }
                subject.onComplete();
            });
            if (simulation.coin()) run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", " + run.seen.size() + " seen, lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, 1 seen, lost 0", "SUCCEEDED, 4 seen, lost 0");
    }

    /** Both count on the same clock; neither leaves an entry there. */
    @Test
    void aTimerOfRxJavasAgainstATimeout() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<Long> root =
                    run.world.root(() -> withTimeout(SECOND, () -> await(Single.timer(1, TimeUnit.SECONDS))));
            simulation.run();
            if (root.state() == State.FAILED)
                assertThat(((Outcome.Failure<Long>) root.outcome()).error()).isInstanceOf(TimeoutException.class);
            assertThat(run.world.dropped()).isEmpty();
            return root.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "FAILED");
    }

    @Test
    void iterationOverObserveOnAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<?> root = run.sees(run.watched(run.values(5).observeOn(computation(), false, 2)), 3);
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
    void aGeneratorBehindObserveOnAgainstTakeAndCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            int wanted = simulation.coin() ? 2 : 9;
            var downstream = new Downstream(run.seen, wanted);
            boolean take = simulation.coin();
            Generator<String> generator = out -> {
                run.began++;
                try {
                    for (int i = 0; i < 4; i++) out.emit(run.make());
                } finally {
                    run.ended++;
                }
            };
            Flowable<String> source = simulation.coin()
                    ? flowable(generator).doOnNext(run.given::add)
                    : observable(generator).doOnNext(run.given::add).toFlowable(BackpressureStrategy.BUFFER);
            Flowable<String> values = source.observeOn(computation(), false, 2);
            simulation.start("subscriber", () -> (take ? values.take(3) : values).subscribe(downstream));
            if (simulation.coin()) simulation.start("canceller", downstream::leave);
            simulation.run();
            int lost = run.lost(downstream.left || take);
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
                            .timeout(1, TimeUnit.SECONDS)
                            .toFlowable()
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

    /** A resource that was opened is closed exactly once. */
    @Test
    void usingAroundACoroutineAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            List<String> opened = new ArrayList<>();
            List<String> closed = new ArrayList<>();
            Single<String> used = Single.using(
                    () -> {
                        dawdle();
                        opened.add("resource");
                        return "resource";
                    },
                    resource -> run.coroutine(() -> {
                        await(Single.timer(1, TimeUnit.SECONDS));
                        return run.work();
                    }),
                    closed::add);
            Deferred<String> root = run.world.root(() -> await(run.watched(used)));
            boolean late = simulation.coin();
            simulation.start("canceller", () -> {
                if (late) until("it is opened", () -> !opened.isEmpty() || root.isDone());
                root.cancel();
            });
            simulation.run();
            assertThat(closed).isEqualTo(opened);
            int lost = run.lost(root);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + " " + closed + ", lost " + lost;
        });
        assertThat(outcomes)
                .containsKeys("SUCCEEDED [resource], lost 0", "CANCELLED [resource], lost 0", "CANCELLED [], lost 0");
    }

    /** A value that two coroutines await goes to both; cancelling one does not affect the other. */
    @Test
    void aCachedCoroutineThatTwoAwaitOfWhomOneIsCancelled() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Single<String> cached = single(run::work).cache();
            Deferred<String> leaves = run.world.root(() -> await(cached));
            Deferred<String> stays = run.world.root(() -> await(cached));
            simulation.start("canceller", leaves::cancel);
            simulation.run();
            assertThat(stays.outcome()).isEqualTo(new Outcome.Success<>("value 0"));
            assertThat(run.made).hasSize(1);
            assertThat(run.ended).isEqualTo(run.began);
            assertThat(run.world.discarded()).hasSizeLessThanOrEqualTo(1);
            if (leaves.state() == State.SUCCEEDED)
                assertThat(run.world.discarded()).isEmpty();
            assertThat(run.world.dropped()).isEmpty();
            return leaves.state().toString();
        });
        assertThat(outcomes).containsOnlyKeys("SUCCEEDED", "CANCELLED");
    }

    /** Each value switches away from the coroutine of the one before, which may just be giving its own. */
    @Test
    void switchMapAroundCoroutinesAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            UnicastProcessor<Integer> processor = UnicastProcessor.create();
            List<String> last = new ArrayList<>();
            Deferred<?> root = run.sees(
                    run.watched(processor.switchMapSingle(i -> run.coroutine(() -> {
                        String value = run.work();
                        if (i == 2) last.add(value);
                        return value;
                    }))),
                    1);
            simulation.start("emitter", () -> {
                for (int i = 0; i < 3; i++) {
                    processor.onNext(i);
                    dawdle();
                }
                processor.onComplete();
            });
            if (simulation.coin()) run.cancels(root);
            simulation.run();
            int lost = run.lost(true);
            if (root.state() == State.SUCCEEDED) assertThat(run.seen).endsWith(last.getFirst());
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", " + run.seen.size() + " seen, lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, 1 seen, lost 0", "SUCCEEDED, 3 seen, lost 0");
    }

    @Test
    void flatMapAroundCoroutinesAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<?> root = run.sees(
                    run.watched(Flowable.range(0, 4).flatMapSingle(i -> run.coroutine(run::work), false, 2)), 1);
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            if (root.state() == State.SUCCEEDED) assertThat(run.seen).hasSize(4);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0", "CANCELLED, lost 0");
    }

    /** Coroutines inside concatMapEager, that a coroutine iterates over and leaves. */
    @Test
    void mapFlowableAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<?> root =
                    run.sees(run.watched(Flowable.range(0, 4).compose(mapFlowable(2, i -> run.give(run.work())))), 1);
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, lost 0", "CANCELLED, lost 0");
    }

    /**
     * A body that is disposed of before it begins never runs; its awaiting coroutine gets no signal, like every one
     * whose source another party disposes of.
     */
    @Test
    void aDisposeInsideDoOnSubscribe() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            boolean ownSource = simulation.coin();
            Deferred<String>[] root = newRoot();
            root[0] = run.world.root(() ->
                    await(run.watched(run.coroutine(run::work).doOnSubscribe(source -> {
                        until("it is known", () -> root[0] != null);
                        if (ownSource) source.dispose();
                        else root[0].cancel();
                    }))));
            if (ownSource)
                simulation.start("canceller", () -> {
                    dawdle();
                    root[0].cancel();
                });
            simulation.run();
            assertThat(root[0].state()).isEqualTo(State.CANCELLED);
            if (ownSource) assertThat(run.began).isZero();
            assertThat(run.lost(root[0])).isZero();
            assertThat(run.world.dropped()).isEmpty();
            return run.began + " began";
        });
        assertThat(outcomes).containsKeys("0 began");
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Deferred<String>[] newRoot() {
        return new Deferred[1];
    }

    @Test
    void retryAroundABodyAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            var failure = new IllegalStateException("body");
            Single<String> retried = run.coroutine(() -> {
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
            assertThat(run.world.dropped()).allMatch(failure::equals).hasSizeLessThanOrEqualTo(1);
            if (root.state() == State.SUCCEEDED) assertThat(run.world.dropped()).isEmpty();
            return root.state() + " behind " + run.began + ", lost " + lost;
        });
        assertThat(outcomes)
                .containsKeys("SUCCEEDED behind 3, lost 0", "CANCELLED behind 1, lost 0", "CANCELLED behind 2, lost 0");
    }

    @Test
    void iterationOverARepeatedBodyAgainstCancel() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            Deferred<?> root = run.sees(run.watched(run.coroutine(run::work).repeat(3)), 1);
            run.cancels(root);
            simulation.run();
            int lost = run.lost(root);
            assertThat(run.world.dropped()).isEmpty();
            return root.state() + ", " + run.seen.size() + " seen, lost " + lost;
        });
        assertThat(outcomes).containsKeys("SUCCEEDED, 3 seen, lost 0", "CANCELLED, 1 seen, lost 0");
    }

    /**
     * The schedulers refuse new tasks, at any time: a waiting coroutine goes on all the same, and one that begins to
     * wait on our clock gets an error. Where an operator is refused, RxJava reports that to its hook and to nobody
     * else: the await of such a source ends by its own timeout, if the clock accepted that before.
     */
    @Test
    void aShutdownAgainstACoroutineThatWaits() {
        var outcomes = explore(simulation -> {
            var run = new Run(simulation);
            boolean iterates = simulation.coin();
            Deferred<String> root = run.world.root(() -> withTimeout(Duration.ofHours(1), () -> {
                delay(SECOND);
                await(Single.timer(1, TimeUnit.SECONDS));
                if (!iterates) return await(run.watched(run.callable().observeOn(computation())));
                try (AsyncIterator<String> values =
                        each(run.watched(run.values(3).observeOn(computation(), false, 2)), 2)) {
                    while (values.hasNext()) run.seen.add(values.next());
                }
                return null;
            }));
            simulation.start("shutdown", () -> {
                if (simulation.coin()) until("it waits", () -> simulation.now() > 0 || root.isDone());
                run.world.shutdown();
            });
            simulation.run();
            int lost = root.state() == State.SUCCEEDED ? run.lost(root) : run.lost(true);
            assertThat(run.world.dropped()).allMatch(RejectedExecutionException.class::isInstance);
            if (!(root.outcome() instanceof Outcome.Failure<?> failure)) return root.state() + ", lost " + lost;
            assertThat(failure.error()).isInstanceOfAny(RejectedExecutionException.class, TimeoutException.class);
            assertThat(run.world.dropped()).isNotEmpty();
            return failure.error().getClass().getSimpleName() + ", lost " + lost;
        });
        assertThat(outcomes)
                .containsKeys("SUCCEEDED, lost 0", "RejectedExecutionException, lost 0", "TimeoutException, lost 0");
    }

    /** A group that is cancelled watches for stragglers on the clock; where that refuses, it says so, and ends all the same. */
    @Test
    void aShutdownAgainstACancelledGroup() {
        explore(simulation -> {
            var run = new Run(simulation);
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
