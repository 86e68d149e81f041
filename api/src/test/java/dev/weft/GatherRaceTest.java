package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.ManualBackend.threadOf;
import static dev.weft.ManualBackend.until;
import static dev.weft.ManualBackend.untilParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.EngineCounter;
import dev.weft.testing.Latches;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gathering and racing, rows H8 to H10 of the promises. */
class GatherRaceTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final List<Object> discarded = new CopyOnWriteArrayList<>();
    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    private Hooks.Handle discardHook;
    private Hooks.Handle droppedHook;

    @BeforeEach
    void setHooks() {
        discardHook = Hooks.onDiscard(discarded::add);
        droppedHook = Hooks.onDropped(dropped::add);
    }

    @AfterEach
    void restoreHooks() {
        discardHook.close();
        droppedHook.close();
    }

    @Test
    void H8_resultsComeInTheOrderOfTheArguments() {
        var first = new CompletableFuture<String>();
        var second = new CompletableFuture<String>();
        Deferred<List<String>> root =
                new ManualBackend().start(() -> gather(coroutine(() -> await(first)), coroutine(() -> await(second))));
        second.complete("second");
        first.complete("first");
        assertThat(root.await()).containsExactly("first", "second");
        assertThat(discarded).isEmpty();
    }

    @Test
    void H8_gatheringNothingIsEmpty() {
        assertThat(gather()).isEmpty();
        assertThat(gather(List.<Awaitable<String>>of())).isEmpty();
        assertThat(gather(3, List.<Awaitable<String>>of())).isEmpty();
        assertThat(gatherSettled()).isEmpty();
        assertThat(mapConcurrent(List.<String>of(), 1, String::length)).isEmpty();
    }

    @Test
    void H8_nullIsAResult() {
        assertThat(gather(coroutine(() -> null), coroutine(() -> "x"))).containsExactly(null, "x");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void H8_maxConcurrencyBelowOneIsRefusedBeforeAnythingStarts(int maxConcurrency) {
        var ran = new AtomicBoolean();
        Coroutine<?> body = coroutine(() -> {
            ran.set(true);
            return null;
        });
        assertThatThrownBy(() -> gather(maxConcurrency, List.of(body)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxConcurrency")
                .hasMessageContaining(String.valueOf(maxConcurrency));
        assertThatThrownBy(() -> mapConcurrent(List.of(body), maxConcurrency, Coroutine::await))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(ran).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void H8_atMostMaxConcurrencyAreUnderWay(boolean gather) {
        int count = 7;
        int max = 3;
        List<CompletableFuture<Integer>> gates = IntStream.range(0, count)
                .mapToObj(i -> new CompletableFuture<Integer>())
                .toList();
        var taken = new AtomicInteger();
        var started = new AtomicInteger();
        Deferred<List<Integer>> root = new ManualBackend()
                .start(() -> gather
                        ? gather(
                                max,
                                gates.stream()
                                        .map(gate -> coroutine(() -> {
                                            started.incrementAndGet();
                                            return await(gate);
                                        }))
                                        .toList())
                        : mapConcurrent(() -> counting(gates.iterator(), taken), max, gate -> {
                            started.incrementAndGet();
                            return await(gate);
                        }));
        for (int done = 0; done < count; done++) {
            int expected = Math.min(done + max, count);
            until(() -> started.get() == expected);
            untilParked(threadOf(root));
            assertThat(started).hasValue(expected);
            if (!gather) assertThat(taken.get()).isLessThanOrEqualTo(expected + 1);
            gates.get(done).complete(done);
        }
        assertThat(root.await()).containsExactly(0, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void H8_mapConcurrentWithOnePlaceIsALoop() {
        var trail = new CopyOnWriteArrayList<String>();
        mapConcurrent(List.of(1, 2, 3), 1, i -> {
            trail.add("begin " + i);
            delay(Duration.ofNanos(1));
            return trail.add("end " + i);
        });
        assertThat(trail).containsExactly("begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3");
    }

    @Test
    void H8_theFirstFailureCancelsTheRestAndTheValuesAreDiscarded() {
        var first = new IllegalStateException("first");
        var cancelled = new AtomicBoolean();
        var parked = new AtomicBoolean();
        var made = new CopyOnWriteArrayList<>();
        var got = new CompletableFuture<String>();
        assertThatThrownBy(() -> gather(
                        makes(made, "resource"),
                        coroutine(() -> {
                            try {
                                parked.set(true);
                                delay(LONG);
                            } catch (CancelledException thrown) {
                                cancelled.set(true);
                                throw thrown;
                            }
                            return null;
                        }),
                        coroutine(() -> {
                            await(got);
                            throw first;
                        }),
                        coroutine(() -> {
                            until(() -> parked.get() && !made.isEmpty());
                            got.complete("now");
                            return "another resource";
                        })))
                .isSameAs(first);
        assertThat(cancelled).isTrue();
        assertThat(discarded).contains("resource").isSubsetOf("resource", "another resource");
    }

    @Test
    void H8_everyValueOfAFailedGatherIsDiscardedOnce() {
        for (int round = 0; round < 300; round++) {
            discarded.clear();
            var made = new CopyOnWriteArrayList<>();
            var first = new IllegalStateException("first");
            assertThatThrownBy(() -> gather(
                            makes(made, "a"), makes(made, "b"), coroutine(() -> throwing(first)), makes(made, "c")))
                    .isSameAs(first);
            assertThat(discarded).containsExactlyInAnyOrderElementsOf(made);
        }
    }

    @Test
    void H8_handlesAndStagesKeepTheirValues() {
        run(() -> {
            Deferred<String> handle = async(() -> "mine");
            CompletableFuture<String> stage = CompletableFuture.completedFuture("shared");
            until(handle::isDone);
            assertThatThrownBy(() -> gather(
                            handle, awaitable(stage), coroutine(() -> throwing(new IllegalStateException("last")))))
                    .hasMessage("last");
            assertThat(handle.await()).isEqualTo("mine");
        });
        assertThat(discarded).isEmpty();
    }

    @Test
    void H8_aGatherThatIsCancelledWaitsForItsMembersAndDiscards() {
        var backend = new ManualBackend();
        var trail = new CopyOnWriteArrayList<String>();
        var made = new CopyOnWriteArrayList<>();
        Deferred<?> root = backend.start(() -> gather(makes(made, "resource"), coroutine(() -> {
            try {
                delay(LONG);
            } finally {
                trail.add("cleaned up");
            }
            return null;
        })));
        backend.awaitTimers(1);
        until(() -> !made.isEmpty());
        root.cancel();
        until(root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(trail).containsExactly("cleaned up");
        assertThat(backend.discarded()).containsExactly("resource");
    }

    @Test
    void H8_aGatherThatWaitsForAPlaceCanBeCancelled() {
        var backend = new ManualBackend();
        Deferred<?> root = backend.start(() -> mapConcurrent(List.of(1, 2, 3), 1, i -> {
            delay(LONG);
            return i;
        }));
        backend.awaitTimers(1);
        untilParked(threadOf(root));
        root.cancel();
        until(root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(backend.timers()).isZero();
    }

    @Test
    void H8_aFailureFreesAGatherThatWaitsForAPlace() {
        var first = new IllegalStateException("first");
        for (int round = 0; round < 200; round++) {
            assertThatThrownBy(() -> mapConcurrent(List.of(1, 2, 3, 4), 2, i -> {
                        if (i == 2) throw first;
                        delay(LONG);
                        return i;
                    }))
                    .isSameAs(first);
        }
    }

    @Test
    void H8_anIteratorThatFailsCancelsWhatItHasStarted() {
        var backend = new ManualBackend();
        var failure = new IllegalStateException("iterator");
        Iterable<Integer> items = () -> IntStream.iterate(0, i -> {
                    if (i == 2) throw failure;
                    return i + 1;
                })
                .iterator();
        Deferred<?> root = backend.start(() -> mapConcurrent(items, 10, i -> {
            delay(LONG);
            return i;
        }));
        assertThatThrownBy(root::await).isSameAs(failure);
        assertThat(backend.timers()).isZero();
    }

    @Test
    void H8_gatherSettledNeverFailsOnTheFailureOfAMember() {
        var disk = new IOException("disk");
        List<Outcome<String>> outcomes = run(() -> {
            Deferred<String> cancelled = async(() -> {
                delay(LONG);
                return "never";
            });
            cancelled.cancel("enough");
            Coroutine<String> interruptsItself = coroutine(() -> {
                Thread.currentThread().interrupt();
                checkpoint();
                return "never";
            });
            Coroutine<String> fails = coroutine(() -> throwing(disk));
            return gatherSettled(coroutine(() -> "value"), fails, cancelled, interruptsItself);
        });
        assertThat(outcomes)
                .startsWith(
                        new Outcome.Success<>("value"),
                        new Outcome.Failure<>(disk),
                        new Outcome.Cancelled<>("enough", null));
        assertThat(((Outcome.Failure<String>) outcomes.get(3)).error())
                .isInstanceOf(CancelledException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(dropped).isEmpty();
    }

    @Test
    void H8_gatherSettledThatIsCancelledDiscardsWhatItHas() {
        var backend = new ManualBackend();
        var made = new CountDownLatch(1);
        Coroutine<String> makes = coroutine(() -> {
            made.countDown();
            return "resource";
        });
        Deferred<?> root = backend.start(() -> gatherSettled(makes, coroutine(() -> {
            delay(LONG);
            return "never";
        })));
        backend.awaitTimers(1);
        Latches.awaitUninterruptibly(made);
        root.cancel();
        until(root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(backend.discarded()).containsExactly("resource");
    }

    @Test
    void H9_theFirstSuccessWinsAndTheOthersAreCancelledAndJoined() {
        var backend = new ManualBackend();
        var trail = new CopyOnWriteArrayList<String>();
        var cleanUp = new CompletableFuture<Void>();
        var cleaning = new AtomicBoolean();
        var win = new CompletableFuture<String>();
        Deferred<String> root = backend.start(() -> {
            String won = race(
                    coroutine(() -> {
                        try {
                            delay(LONG);
                        } finally {
                            shielded(() -> {
                                cleaning.set(true);
                                await(cleanUp);
                            });
                            trail.add("loser");
                        }
                        return "never";
                    }),
                    coroutine(() -> await(win)));
            trail.add("race");
            return won;
        });
        backend.awaitTimers(1);
        win.complete("won");
        until(cleaning::get);
        untilParked(threadOf(root));
        assertThat(trail).isEmpty();
        cleanUp.complete(null);
        assertThat(root.await()).isEqualTo("won");
        assertThat(trail).containsExactly("loser", "race");
    }

    @Test
    void H9_whatIsReadyWinsAndThoseBehindItAreNotStarted() {
        var started = new AtomicBoolean();
        String won = race(awaitable(CompletableFuture.completedFuture("ready")), coroutine(() -> {
            started.set(true);
            return "late";
        }));
        assertThat(won).isEqualTo("ready");
        assertThat(started).isFalse();
    }

    @Test
    void H9_theValuesOfLosersAreDiscarded() {
        for (int round = 0; round < 300; round++) {
            discarded.clear();
            var made = new CopyOnWriteArrayList<>();
            String won = race(makes(made, "a"), makes(made, "b"), makes(made, "c"));
            assertThat(made).contains(won);
            List<Object> rest = new ArrayList<>(made);
            rest.remove(won);
            assertThat(discarded).containsExactlyInAnyOrderElementsOf(rest);
        }
    }

    @Test
    void H9_handlesThatLoseKeepTheirValues() {
        for (int round = 0; round < 300; round++) {
            run(() -> {
                var go = new CompletableFuture<Void>();
                Deferred<String> one = async(() -> {
                    await(go);
                    return "one";
                });
                Deferred<String> two = async(() -> {
                    await(go);
                    return "two";
                });
                async(() -> go.complete(null));
                assertThat(race(one, two)).isIn("one", "two");
                assertThat(one.await() + two.await()).isEqualTo("onetwo");
            });
        }
        assertThat(discarded).isEmpty();
    }

    @Test
    void H9_theFailureOfALoserIsNotSeen() {
        String won = race(coroutine(() -> throwing(new IllegalStateException("loser"))), coroutine(() -> {
            delay(Duration.ofMillis(1));
            return "won";
        }));
        assertThat(won).isEqualTo("won");
        assertThat(dropped).isEmpty();
    }

    @Test
    void H9_aFailureBehindTheWinnerIsOnlyCounted() {
        long before = EngineCounter.CANCEL_ECHOES.sum();
        var cleaning = new IllegalStateException("while cleaning up");
        var parked = new AtomicBoolean();
        String won = race(
                coroutine(() -> {
                    try {
                        parked.set(true);
                        delay(LONG);
                    } catch (CancelledException cancelled) {
                        throw cleaning;
                    }
                    return "never";
                }),
                coroutine(() -> {
                    until(parked::get);
                    return "won";
                }));
        assertThat(won).isEqualTo("won");
        assertThat(dropped).isEmpty();
        assertThat(EngineCounter.CANCEL_ECHOES.sum()).isGreaterThan(before);
    }

    @Test
    void H9_ifAllFailTheFirstIsThrownAndTheOthersAreSuppressed() {
        var first = new IllegalStateException("first");
        var second = new IOException("second");
        var thread = new CompletableFuture<Thread>();
        assertThatThrownBy(() -> race(
                        coroutine(() -> {
                            thread.complete(Thread.currentThread());
                            return throwing(first);
                        }),
                        coroutine(() -> {
                            thread.get().join();
                            return throwing(second);
                        })))
                .isSameAs(first);
        assertThat(first.getSuppressed()).contains(second);
    }

    @Test
    void H9_aCheckedFailureComesInItsCarrier() {
        var disk = new IOException("disk");
        assertThatThrownBy(() -> race(coroutine(() -> throwing(disk))))
                .isInstanceOf(AwaitException.class)
                .hasCause(disk);
    }

    @Test
    void H9_aRaceOfNothingIsRefused() {
        assertThatThrownBy(() -> race()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> race(List.<Awaitable<String>>of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void H9_nullCanWin() {
        assertThat(Async.<String>race(coroutine(() -> null))).isNull();
    }

    @Test
    void H9_aRaceOfWhichAllAreCancelledIsCancelled() {
        assertThatThrownBy(() -> race(coroutine(() -> {
                    Thread.currentThread().interrupt();
                    checkpoint();
                    return null;
                })))
                .isInstanceOf(CancelledException.class);
    }

    @Test
    void H10_theWinnersValueIsReturnedAlthoughTheRaceIsCancelledMeanwhile() {
        var backend = new ManualBackend();
        var cleanUp = new CompletableFuture<Void>();
        var seen = new AtomicReference<String>();
        Deferred<?> root = backend.start(() -> {
            seen.set(race(
                    coroutine(() -> {
                        try {
                            delay(LONG);
                        } finally {
                            shielded(() -> await(cleanUp));
                        }
                        return "never";
                    }),
                    coroutine(() -> {
                        backend.awaitTimers(1);
                        return "won";
                    })));
            checkpoint();
            return null;
        });
        backend.awaitTimers(2); // the shield's and the one for stragglers: there is a winner
        root.cancel();
        cleanUp.complete(null);
        until(root::isDone);
        assertThat(seen).hasValue("won");
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(backend.discarded()).isEmpty();
    }

    @Test
    void H10_aRaceThatIsCancelledBeforeThereIsAWinnerThrowsAndDiscards() {
        var backend = new ManualBackend();
        var both = new AtomicInteger();
        Coroutine<String> ignoresIt = coroutine(() -> {
            try {
                both.incrementAndGet();
                delay(LONG);
            } catch (CancelledException swallowed) {
                return "late";
            }
            return "never";
        });
        Deferred<?> root = backend.start(() -> race(ignoresIt, ignoresIt));
        backend.awaitTimers(2);
        root.cancel();
        until(root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(both).hasValue(2);
        assertThat(backend.discarded()).containsExactly("late", "late");
    }

    private static Coroutine<String> makes(List<Object> made, String value) {
        return coroutine(() -> {
            made.add(value);
            return value;
        });
    }

    private static String throwing(Exception failure) throws Exception {
        throw failure;
    }

    private static <T> Iterator<T> counting(Iterator<T> items, AtomicInteger taken) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public T next() {
                taken.incrementAndGet();
                return items.next();
            }
        };
    }

    // --- what fails because it is cancelled, or at the same time

    private final IllegalStateException second = new IllegalStateException("second");

    /** Fails when it is cancelled. */
    private Flow.Publisher<String> failingWhenCancelled(CompletableFuture<Void> subscribed) {
        return subscriber -> {
            subscriber.onSubscribe(subscription(() -> subscriber.onError(second)));
            subscribed.complete(null);
        };
    }

    private static Flow.Subscription subscription(Runnable cancel) {
        return new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {
                cancel.run();
            }
        };
    }

    private void isSuppressedInTheFirst(Function<CompletableFuture<Void>, Awaitable<String>> failsSecond) {
        var first = new IllegalStateException("first");
        var waits = new CompletableFuture<Void>();
        Awaitable<String> failsFirst = coroutine(() -> {
            await(waits);
            throw first;
        });
        assertThatThrownBy(() -> run(() -> gather(failsSecond.apply(waits), failsFirst)))
                .isSameAs(first)
                .hasSuppressedException(second);
        assertThat(dropped).isEmpty();
    }

    @Test
    void H2_aSourceThatFailsBesideAFailureIsSuppressedInIt() {
        isSuppressedInTheFirst(waits -> awaitable(failingWhenCancelled(waits)));
    }

    @Test
    void H2_anAwaitThatFailsBesideAFailureIsSuppressedInIt() {
        isSuppressedInTheFirst(waits -> coroutine(
                () -> Async.<String>awaitable(failingWhenCancelled(waits)).await()));
    }

    @Test
    void H2_aLoopWhoseSourceFailsBesideAFailureIsSuppressedInIt() {
        isSuppressedInTheFirst(waits -> coroutine(() -> {
            try (var each = Async.each(failingWhenCancelled(waits))) {
                return each.next();
            }
        }));
    }

    @Test
    void H9_aLoserThatFailsBeforeThereIsAWinnerIsCounted() {
        long echoes = EngineCounter.CANCEL_ECHOES.sum();
        assertThat(wonAgainst(waits -> coroutine(() -> {
                    waits.complete(null);
                    throw second;
                })))
                .isEqualTo("won");
        assertThat(dropped).isEmpty();
        assertThat(EngineCounter.CANCEL_ECHOES.sum() - echoes).isEqualTo(1);
    }

    /** As most exceptions without a stack trace are made. */
    @Test
    void H2_whatAFailureCannotBearIsDropped() {
        var first = new RuntimeException("first", null, false, false) {};
        var waits = new CompletableFuture<Void>();
        assertThatThrownBy(() -> run(() -> gather(awaitable(failingWhenCancelled(waits)), coroutine(() -> {
                    await(waits);
                    throw first;
                }))))
                .isSameAs(first);
        assertThat(dropped).containsExactly(second);
    }

    /** The receiver of the failure does not see its wrapper. */
    @Test
    void H2_aSourceThatFailsBesideACheckedFailureIsSuppressedInThat() {
        var first = new IOException("first");
        var waits = new CompletableFuture<Void>();
        Deferred<?> root = async(() -> {
            async(() -> await(awaitable(failingWhenCancelled(waits))));
            await(waits);
            await(CompletableFuture.failedFuture(first));
        });
        assertThatThrownBy(root::await).hasCause(first);
        assertThat(first).hasSuppressedException(second);
        assertThat(dropped).isEmpty();
    }

    @Test
    void A8_anAnswerToTheCancellationIsNotSuppressedInTheFailure() {
        var first = new IllegalStateException("first");
        var waits = new CompletableFuture<Void>();
        Flow.Publisher<String> answers = subscriber -> {
            subscriber.onSubscribe(subscription(() -> subscriber.onError(new CancellationException("answer"))));
            waits.complete(null);
        };
        assertThatThrownBy(() -> run(() -> gather(awaitable(answers), coroutine(() -> {
                    await(waits);
                    throw first;
                }))))
                .isSameAs(first);
        assertThat(first.getSuppressed()).noneMatch(CancellationException.class::isInstance);
        assertThat(dropped).isEmpty();
    }

    /** Nobody looks at the cancellation which that emit throws. */
    @Test
    void A8_whatFailsBehindACancellationIsDroppedAlthoughItGoesThroughAScope() {
        var waits = new CompletableFuture<Void>();
        run(() -> Async.<Integer>stream(out -> {
                    out.emit(1);
                    shielded(() -> {
                        async(() -> await(awaitable(failingWhenCancelled(waits))));
                        await(waits);
                        out.emit(2);
                    });
                })
                .take(1)
                .collect(1));
        assertThat(dropped).containsExactly(second);
    }

    /** It is cancelled by another thread then, before the loop knows. */
    @Test
    void H2_aLoopWhoseSourceFailsInsideSubscribeIsSuppressedInTheFailureBesideIt() {
        isSuppressedInTheFirst(waits -> coroutine(() -> {
            var failed = new CountDownLatch(1);
            Flow.Publisher<String> source = subscriber -> {
                subscriber.onSubscribe(subscription(() -> {
                    subscriber.onError(second);
                    failed.countDown();
                }));
                waits.complete(null);
                Latches.awaitUninterruptibly(failed);
            };
            try (var each = Async.each(source)) {
                return each.next();
            }
        }));
    }

    private String wonAgainst(Function<CompletableFuture<Void>, Awaitable<String>> fails) {
        var waits = new CompletableFuture<Void>();
        Awaitable<String> wins = coroutine(() -> {
            await(waits);
            return "won";
        });
        return run(() -> race(fails.apply(waits), wins));
    }

    @Test
    void H9_aLoserThatFailsWhenItIsCancelledIsNoNews() {
        long echoes = EngineCounter.CANCEL_ECHOES.sum();
        assertThat(wonAgainst(waits -> awaitable(failingWhenCancelled(waits)))).isEqualTo("won");
        assertThat(wonAgainst(waits -> coroutine(() ->
                        Async.<String>awaitable(failingWhenCancelled(waits)).await())))
                .isEqualTo("won");
        assertThat(dropped).isEmpty();
        assertThat(EngineCounter.CANCEL_ECHOES.sum() - echoes).isEqualTo(2);
    }

    @Test
    void H08_settlingHasABound() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        List<Coroutine<Integer>> work = IntStream.range(0, 20)
                .mapToObj(n -> coroutine(() -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    delay(Duration.ofNanos(1));
                    running.decrementAndGet();
                    if (n % 2 == 1) throw new IOException("odd " + n);
                    return n;
                }))
                .toList();
        List<Outcome<Integer>> outcomes = gatherSettled(3, work);
        assertThat(most.get()).isBetween(1, 3);
        assertThat(outcomes).hasSize(20);
        assertThat(outcomes.get(4)).isEqualTo(new Outcome.Success<>(4));
        assertThat(outcomes.get(5)).isInstanceOf(Outcome.Failure.class);
        assertThatThrownBy(() -> gatherSettled(0, work))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxConcurrency must be at least 1, is 0");
        assertThat(dropped).isEmpty();
    }

    @Test
    void H08_aBoundedSettlingThatIsCancelledStartsNoMore() {
        var begun = new CountDownLatch(1);
        var starts = new AtomicInteger();
        Coroutine<Integer> forever = coroutine(() -> {
            starts.incrementAndGet();
            begun.countDown();
            delay(LONG);
            return 1;
        });
        Deferred<List<Outcome<Integer>>> all = async(() -> gatherSettled(1, List.of(forever, forever)));
        Latches.await(begun);
        all.cancel("enough");
        assertThatThrownBy(all::await).isInstanceOf(CancelledException.class).hasMessageContaining("enough");
        assertThat(starts).hasValue(1);
    }
}
