package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.context;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.ManualBackend.threadOf;
import static dev.weft.ManualBackend.until;
import static dev.weft.ManualBackend.untilParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.spi.EngineCounter;
import dev.weft.testing.Latches;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Task groups, rows H of the promises. */
class GroupTest {
    private static final Duration LONG = Duration.ofDays(1);

    @Test
    void H1_leavingTheBlockMeansThatAllMembersHaveFinished() {
        var gate = new CompletableFuture<String>();
        var finished = new AtomicBoolean();
        var left = new AtomicBoolean();
        var members = new AtomicReference<Deferred<?>>();
        Deferred<String> root = new ManualBackend().start(() -> {
            String result = group(g -> {
                members.set(g.async(() -> {
                    await(gate);
                    finished.set(true);
                }));
                return "body";
            });
            left.set(true);
            return result + " " + finished.get();
        });
        until(() -> members.get() != null);
        untilParked(threadOf(root));
        assertThat(left).isFalse();
        gate.complete("go");
        assertThat(root.await()).isEqualTo("body true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "throws an Error", "is cancelled", "times out", "has a failing member"})
    void H1_noMemberIsLeftBehindWhenTheBody(String how) {
        var backend = new ManualBackend();
        var cleanUp = new CompletableFuture<String>();
        var trail = new CopyOnWriteArrayList<String>();
        var cleaning = new CountDownLatch(1);
        Deferred<?> root = backend.start(() -> {
            try {
                return withTimeout(
                        Duration.ofHours(1),
                        () -> group(g -> {
                            var started = new CountDownLatch(1);
                            g.async(() -> {
                                try {
                                    started.countDown();
                                    delay(LONG);
                                } finally {
                                    shielded(() -> {
                                        cleaning.countDown();
                                        await(cleanUp);
                                        trail.add("member");
                                    });
                                }
                            });
                            started.await();
                            switch (how) {
                                case "throws" -> throw new IOException("body");
                                case "throws an Error" -> throw new AssertionError("body");
                                case "has a failing member" ->
                                    g.async(() -> {
                                        throw new IOException("member");
                                    });
                                default -> {}
                            }
                            delay(LONG);
                            return null;
                        }));
            } finally {
                trail.add("left");
            }
        });
        if (how.equals("is cancelled")) {
            backend.awaitTimers(3);
            root.cancel();
        }
        if (how.equals("times out")) {
            backend.awaitTimers(3);
            backend.advance(Duration.ofHours(1));
        }
        until(() -> cleaning.getCount() == 0);
        untilParked(threadOf(root));
        assertThat(trail).isEmpty();
        cleanUp.complete("done");
        assertThatThrownBy(root::await).isNotNull();
        assertThat(trail).containsExactly("member", "left");
    }

    @Test
    void H2_firstFailureCancelsTheRestAndIsThrown() {
        var backend = new ManualBackend();
        var first = new IllegalStateException("first");
        var fail = new CompletableFuture<Void>();
        var ends = new CopyOnWriteArrayList<String>();
        Deferred<String> root = backend.start(() -> group(g -> {
            for (int i = 0; i < 3; i++) {
                g.async(() -> {
                    try {
                        delay(LONG);
                    } catch (CancelledException cancelled) {
                        ends.add("member");
                        throw cancelled;
                    }
                });
            }
            g.async(() -> {
                await(fail);
                throw first;
            });
            try {
                delay(LONG);
            } catch (CancelledException cancelled) {
                ends.add("body");
                throw cancelled;
            }
            return "not reached";
        }));
        backend.awaitTimers(4);
        fail.complete(null);
        assertThatThrownBy(root::await).isSameAs(first);
        assertThat(ends).containsExactlyInAnyOrder("member", "member", "member", "body");
        assertThat(backend.timers()).isZero();
    }

    @Test
    void H2_aCheckedFailureOfAMemberComesInItsCarrier() {
        var disk = new IOException("disk");
        assertThatThrownBy(() -> run(() -> group(g -> {
                    g.async(() -> {
                        throw disk;
                    });
                })))
                .isInstanceOf(AwaitException.class)
                .hasCause(disk);
    }

    @Test
    void H2_theBodysOwnFailureIsThrownAsItself() {
        var disk = new IOException("disk");
        assertThatThrownBy(() -> run(() -> group(g -> {
                    g.async(() -> delay(LONG));
                    throw disk;
                })))
                .isSameAs(disk);
    }

    @Test
    void H2_laterFailuresAreSuppressedInTheFirstOnce() {
        var first = new IllegalStateException("first");
        var later = new IOException("later");
        var begun = new CountDownLatch(5);
        Throwable thrown = catchThrowable(() -> run(() -> group(g -> {
            for (int i = 0; i < 5; i++) {
                g.async(() -> {
                    try {
                        begun.countDown();
                        delay(LONG);
                    } finally {
                        failWith(later);
                    }
                });
            }
            g.async(() -> {
                begun.await();
                throw first;
            });
        })));
        assertThat(thrown).isSameAs(first);
        assertThat(suppressedWithoutMark(first)).containsExactly(later);
    }

    @Test
    void H2_atMost32FailuresAreSuppressedAndTheRestIsDropped() {
        var backend = new ManualBackend();
        var first = new IllegalStateException("first");
        assertThatThrownBy(() -> withBackend(
                        backend,
                        () -> group(g -> {
                            for (int i = 0; i < 40; i++) {
                                int number = i;
                                g.async(() -> {
                                    try {
                                        delay(LONG);
                                    } finally {
                                        failWith(new IOException("later " + number));
                                    }
                                });
                            }
                            backend.awaitTimers(40);
                            throw first;
                        })))
                .isSameAs(first);
        assertThat(first.getSuppressed().length + backend.dropped().size()).isBetween(40, 41);
        assertThat(first.getSuppressed().length).isBetween(32, 33);
    }

    @Test
    void H2_theFailureOfAMemberIsThrownAlsoWhenTheBodyHasAwaitedIt() {
        var first = new IllegalStateException("first");
        assertThatThrownBy(() -> run(() -> group(g -> {
                    return g.async(() -> {
                                throw first;
                            })
                            .await();
                })))
                .isSameAs(first);
        assertThat(suppressedWithoutMark(first)).isEmpty();
    }

    @Test
    void H2_theResultOfTheBodyIsDiscardedWhenAMemberFails() {
        var backend = new ManualBackend();
        assertThatThrownBy(() -> withBackend(
                        backend,
                        () -> group(g -> {
                            g.async(() -> {
                                throw new IllegalStateException("member");
                            });
                            return "resource";
                        })))
                .hasMessage("member");
        assertThat(backend.discarded()).containsExactly("resource");
    }

    @Test
    void H3_aMemberThatWasCancelledAloneIsNoFailure() {
        String result = run(() -> group(g -> {
            Deferred<?> cancelled = g.async(() -> delay(LONG));
            Deferred<String> other = g.async(() -> "other");
            assertThat(cancelled.cancel()).isTrue();
            until(cancelled::isDone);
            assertThat(cancelled.state()).isEqualTo(Deferred.State.CANCELLED);
            return other.await();
        }));
        assertThat(result).isEqualTo("other");
    }

    @Test
    void H3_aForeignCancellationIsAFailure() {
        var stage = new CompletableFuture<String>();
        stage.cancel(false);
        assertThatThrownBy(() -> run(() -> group(g -> {
                    g.async(() -> await(stage));
                    delay(LONG);
                })))
                .isInstanceOf(java.util.concurrent.CancellationException.class)
                .isNotInstanceOf(CancelledException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"delay", "foreign wait", "await of a member", "nothing"})
    void H3_theGroupsOwnCancellationIsAbsorbed(String bodyWaitsIn) throws Exception {
        for (int i = 0; i < 200; i++) {
            var after = new AtomicBoolean();
            run(() -> {
                group(g -> {
                    Deferred<?> member = g.async(() -> delay(LONG));
                    g.async(() -> g.cancel());
                    switch (bodyWaitsIn) {
                        case "delay" -> delay(LONG);
                        case "foreign wait" -> new CountDownLatch(1).await();
                        case "await of a member" -> member.await();
                        default -> {}
                    }
                });
                checkpoint();
                after.set(true);
            });
            assertThat(after).isTrue();
        }
    }

    @Test
    void H3_aGroupWithAResultThrowsIfItsCancellationEndedTheBody() {
        assertThatThrownBy(() -> run(() -> group(g -> {
                    g.cancel();
                    delay(LONG);
                    return "not reached";
                })))
                .isInstanceOf(CancelledException.class);
        String result = run(() -> group(g -> {
            g.async(() -> delay(LONG));
            g.cancel();
            return "result";
        }));
        assertThat(result).isEqualTo("result");
    }

    @Test
    void H3_aBodyWithoutAnEndCountsAsOneWithAResult() {
        assertThatThrownBy(() -> run(() -> group(g -> {
                    g.async(() -> g.cancel());
                    for (; ; ) delay(LONG);
                })))
                .isInstanceOf(CancelledException.class);
    }

    @Test
    void aSingleCallIsAResult() {
        String result = run(() -> group(g -> g.async(() -> "result").await()));
        assertThat(result).isEqualTo("result");
    }

    @Test
    void aBodyWithAResultIsAnActionWhoseResultIsDiscarded() {
        GroupBody<String, RuntimeException> body = g -> "result";
        GroupAction<RuntimeException> action = body;
        try (var hooks = new HookLog()) {
            run(() -> group(action));
            assertThat(hooks.discarded).containsExactly("result");
        }
    }

    @Test
    void H3_theCancellationOfAnOuterGroupIsNotAbsorbedByAnInnerOne() {
        var trail = new CopyOnWriteArrayList<String>();
        run(() -> {
            group(outer -> {
                group(inner -> {
                    inner.async(() -> outer.cancel());
                    delay(LONG);
                });
                trail.add("behind the inner group");
            });
            trail.add("behind the outer group");
        });
        assertThat(trail).containsExactly("behind the outer group");
    }

    @Test
    void H3_membersCutByAnOuterCancellationAreNotHiddenByAResultOfTheBody() {
        var backend = new ManualBackend();
        Deferred<String> root = backend.start(() -> withTimeout(
                Duration.ofSeconds(1),
                () -> group(g -> {
                    g.async(() -> delay(LONG));
                    return "incomplete";
                })));
        backend.awaitTimers(2);
        backend.advance(Duration.ofSeconds(1));
        assertThatThrownBy(root::await).isInstanceOf(AwaitException.class).hasCauseInstanceOf(TimeoutException.class);
        assertThat(backend.discarded()).containsExactly("incomplete");
    }

    @Test
    void H4_aResultThatCameBeforeTheCancellationIsKept() {
        var kept = new AtomicReference<Deferred<String>>();
        run(() -> group(g -> {
            kept.set(g.async(() -> "value"));
            until(() -> kept.get().isDone());
            g.cancel();
        }));
        assertThat(kept.get().outcome()).isEqualTo(new Outcome.Success<>("value"));
        assertThat(kept.get().await()).isEqualTo("value");
    }

    @Test
    void H4_aResultThatComesAfterTheCancellationIsDiscardedAndCounted() throws Exception {
        var backend = new ManualBackend();
        long before = EngineCounter.CANCEL_SWALLOWED.sum();
        var late = new AtomicReference<Deferred<String>>();
        withBackend(
                backend,
                () -> group(g -> {
                    var started = new CountDownLatch(1);
                    late.set(g.async(() -> {
                        started.countDown();
                        try {
                            delay(LONG);
                        } catch (CancelledException swallowed) {
                            return "late";
                        }
                        return "not reached";
                    }));
                    started.await();
                    g.cancel();
                }));
        assertThat(late.get().state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(backend.discarded()).containsExactly("late");
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum()).isEqualTo(before + 1);
    }

    @Test
    void H5_anInterruptDuringTheJoinCancelsButDoesNotEndTheWait() {
        var backend = new ManualBackend();
        var finish = new CompletableFuture<Void>();
        var trail = new CopyOnWriteArrayList<String>();
        var flag = new AtomicBoolean();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                withBackend(
                        backend,
                        () -> group(g -> {
                            g.async(() -> {
                                shielded(() -> await(finish));
                                trail.add("member");
                            });
                        }));
            } catch (CancelledException cancelled) {
                trail.add("thrown because of " + cancelled.getCause().getClass().getSimpleName());
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        backend.awaitTimers(1);
        caller.interrupt();
        backend.awaitTimers(2); // the shield's and, now that the group is cancelled, the one for stragglers
        assertThat(trail).isEmpty();
        finish.complete(null);
        assertThatCode(caller::join).doesNotThrowAnyException();
        assertThat(trail).containsExactly("member", "thrown because of InterruptedException");
        assertThat(flag).isTrue();
    }

    @Test
    void H5_aForeignInterruptOfTheCoroutineDuringTheJoinIsSeenBehindTheGroup() {
        var backend = new ManualBackend();
        var finish = new CompletableFuture<Void>();
        var trail = new CopyOnWriteArrayList<String>();
        var joining = new AtomicReference<Deferred<?>>();
        Deferred<?> root = backend.start(() -> {
            try {
                group(g -> {
                    joining.set(g.async(() -> shielded(() -> await(finish))));
                });
            } finally {
                trail.add("left");
            }
            checkpoint();
            trail.add("not cancelled");
            return null;
        });
        until(() -> joining.get() != null);
        untilParked(threadOf(root));
        threadOf(root).interrupt();
        backend.awaitTimers(2); // the shield's and, now that the group is cancelled, the one for stragglers
        assertThat(trail).isEmpty();
        finish.complete(null);
        until(root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.FAILED);
        assertThat(trail).containsExactly("left");
    }

    @Test
    void H5_stragglersAreNamedAfterFiveSeconds() throws Exception {
        var backend = new ManualBackend();
        var finish = new CompletableFuture<Void>();
        var turns = new AtomicInteger();
        try (var log = new LibraryLog()) {
            Deferred<?> root = backend.start(() -> {
                group(g -> {
                    g.start(Async.coroutine(() -> {
                                until(() -> turns.incrementAndGet() > 1 && finish.isDone());
                                return null;
                            })
                            .named("deaf-one"));
                    until(() -> turns.get() > 1); // linked: what does that is not what its stack is to show
                    g.cancel();
                });
                return null;
            });
            backend.awaitTimers(1);
            backend.advance(Duration.ofMillis(4999));
            assertThat(log.lines()).isEmpty();
            backend.advance(Duration.ofMillis(1));
            finish.complete(null);
            root.await();
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).contains("deaf-one", "GroupTest");
        }
        assertThat(backend.timers()).isZero();
    }

    @Test
    void H5_aGroupIsLeftWithoutAMemberThatDoesNotEnd() throws Exception {
        var backend = new ManualBackend();
        var finish = new CompletableFuture<Void>();
        var member = new AtomicReference<Deferred<String>>();
        long before = EngineCounter.LEFT_BEHIND.sum();
        try (var log = new LibraryLog()) {
            Deferred<?> root = backend.start(() -> {
                group(g -> {
                    g.detachAfter(Duration.ofSeconds(1));
                    member.set(g.start(Async.coroutine(() -> {
                                shielded(() -> await(finish));
                                return "late";
                            })
                            .named("deaf-one")));
                    backend.awaitTimers(1);
                    g.cancel();
                });
                return "left";
            });
            backend.awaitTimers(3); // the shield's, the one for stragglers and the limit
            backend.advance(Duration.ofMillis(999));
            assertThat(log.lines()).isEmpty();
            backend.advance(Duration.ofMillis(1));
            assertThat(root.await()).isEqualTo("left");
            assertThat(log.lines()).singleElement().asString().contains("Left behind", "deaf-one", "GroupTest");
        }
        assertThat(EngineCounter.LEFT_BEHIND.sum()).isEqualTo(before + 1);
        assertThat(member.get().isDone()).isFalse();
        finish.complete(null);
        assertThat(catchThrowable(member.get()::await)).isInstanceOf(CancelledException.class);
        assertThat(backend.discarded()).containsExactly("late");
        until(() -> backend.timers() == 0);
    }

    /** It does not belong to the group, whose own failure is already under way. */
    @Test
    void H5_whatAMemberThatWasLeftBehindThrowsIsDropped() {
        var backend = new ManualBackend();
        var finish = new CompletableFuture<Void>();
        var member = new AtomicReference<Deferred<?>>();
        var late = new Error("late"); // an exception would be taken for an answer to the interrupt after the shield
        var failure = new IllegalStateException("body");
        Deferred<?> root = backend.start(() -> {
            group(g -> {
                g.detachAfter(Duration.ofSeconds(1));
                member.set(g.async(() -> {
                    shielded(() -> await(finish));
                    throw late;
                }));
                backend.awaitTimers(1);
                throw failure;
            });
            return null;
        });
        backend.awaitTimers(3);
        backend.advance(Duration.ofSeconds(1));
        assertThat(catchThrowable(root::await)).isSameAs(failure);
        finish.complete(null);
        assertThat(catchThrowable(member.get()::await)).isSameAs(late);
        assertThat(backend.dropped()).containsExactly(late);
        assertThat(failure.getSuppressed()).noneMatch(late::equals);
    }

    @Test
    void H5_aMemberThatIsLeftBehindKeepsWhatItHasStarted() throws Exception {
        var finish = new CompletableFuture<Void>();
        var trail = new CopyOnWriteArrayList<String>();
        var member = new AtomicReference<Deferred<?>>();
        var inside = new CountDownLatch(1);
        run(() -> group(g -> {
            g.detachAfter(Duration.ZERO);
            member.set(g.async(() -> shielded(() -> {
                async(() -> {
                    inside.countDown();
                    await(finish);
                    trail.add("child");
                });
            })));
            inside.await();
            g.cancel();
        }));
        trail.add("left");
        assertThat(member.get().isDone()).isFalse();
        finish.complete(null);
        assertThat(catchThrowable(member.get()::await)).isInstanceOf(CancelledException.class);
        assertThat(trail).containsExactly("left", "child");
    }

    /** Also where the group's own thread cancels it, since its body has failed. */
    @Test
    void H5_aGroupIsLeftWithoutASourceWhoseCancelDoesNotEnd() {
        var asked = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        var member = new AtomicReference<Deferred<String>>();
        var failure = new IllegalStateException("body");
        Flow.Publisher<String> blocks = subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {
                asked.countDown();
                Latches.awaitUninterruptibly(finish);
            }
        });
        assertThatThrownBy(() -> run(() -> group(g -> {
                    g.detachAfter(Duration.ZERO);
                    member.set(g.start(awaitable(blocks)));
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(member.get().isDone()).isFalse();
        Latches.awaitUninterruptibly(asked);
        finish.countDown();
        assertThat(catchThrowable(member.get()::await)).isInstanceOf(CancelledException.class);
    }

    @Test
    void H6_forkIsACheckpoint() {
        var ran = new AtomicBoolean();
        run(() -> group(g -> {
            g.cancel();
            assertThatThrownBy(() -> g.async(() -> ran.set(true))).isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> g.start(awaitable(CompletableFuture.completedFuture("ready"))))
                    .isInstanceOf(CancelledException.class);
        }));
        assertThat(ran).isFalse();
    }

    @Test
    void H6_aShieldedMemberCannotForkIntoACancelledGroup() {
        run(() -> group(g -> {
            g.cancel();
            shielded(() -> assertThatThrownBy(() -> g.async(() -> {})).isInstanceOf(CancelledException.class));
        }));
    }

    @Test
    void H6_forkAfterTheGroupWasLeftIsRefused() {
        run(() -> {
            TaskGroup left = group(g -> {
                return g;
            });
            assertThatThrownBy(() -> left.async(() -> {})).isExactlyInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void H6_forkFromAForeignThreadIsRefused() {
        run(() -> group(g -> {
            Throwable fromPlain = CompletableFuture.supplyAsync(() -> catchThrowable(() -> g.async(() -> {})))
                    .join();
            assertThat(fromPlain).isExactlyInstanceOf(IllegalStateException.class);
            var foreign = new ManualBackend().start(() -> catchThrowable(() -> g.async(() -> {})));
            assertThat(foreign.await()).isExactlyInstanceOf(IllegalStateException.class);
        }));
    }

    @Test
    void H6_membersMayFork() {
        var count = new AtomicInteger();
        run(() -> group(g -> {
            g.async(() -> {
                g.async(() -> {
                    g.async(count::incrementAndGet);
                    count.incrementAndGet();
                });
                count.incrementAndGet();
            });
        }));
        assertThat(count).hasValue(3);
    }

    @Test
    void H7_aThreadThatCannotBeStartedIsAFailureOfTheMember() {
        var refused = new RejectedExecutionException("no more threads");
        var full = new AtomicBoolean();
        var backend = new ManualBackend() {
            @Override
            public Runnable propagate(Object context, Runnable body) {
                if (full.get()) throw refused;
                return body;
            }
        };
        var handle = new AtomicReference<Deferred<?>>();
        assertThatThrownBy(() -> withBackend(
                        backend,
                        () -> group(g -> {
                            full.set(true);
                            handle.set(g.async(() -> {}));
                            delay(LONG);
                        })))
                .isSameAs(refused);
        assertThat(handle.get().outcome()).isEqualTo(new Outcome.Failure<>(refused));
    }

    @Test
    void H11_aMemberSeesTheContextOfItsForkAndItsChangesDoNotFlowBack() {
        var seen = new ArrayList<Object>();
        run(() -> withContext(
                "key",
                "group",
                () -> group(g -> {
                    seen.add(g.async(() -> context().get("key")).await());
                    seen.add(withContext(
                                    "key", "fork", () -> g.async(() -> context().get("key")))
                            .await());
                    AsyncStream<Object> source =
                            stream(out -> out.emit(context().get("key")));
                    seen.add(withContext("key", "fork", () -> g.start(awaitable(source)))
                            .await());
                    g.async(() -> withContext("key", "member", () -> context().get("key")))
                            .await();
                    seen.add(context().get("key"));
                })));
        assertThat(seen).containsExactly("group", "fork", "fork", "group");
    }

    @Test
    void H11_aMemberHasTheBackendOfItsFork() {
        var backend = new ManualBackend();
        run(() -> group(g -> {
            Deferred<?> member = withBackend(backend, () -> g.async(Async::backend));
            assertThat(member.await()).isSameAs(backend);
        }));
    }

    @Test
    void H12_manyMembersAreJoinedOnce() {
        int members = 100_000;
        var ran = new AtomicInteger();
        var root = new AtomicReference<Deferred<?>>();
        root.set(new ManualBackend().start(() -> {
            group(g -> {
                for (int i = 0; i < members; i++) g.async(ran::incrementAndGet);
            });
            return null;
        }));
        root.get().await();
        assertThat(ran).hasValue(members);
    }

    @Test
    void H12_aFinishedMemberIsNotKept() {
        run(() -> group(g -> {
            var forgotten = new java.lang.ref.WeakReference<>(g.async(() -> new byte[1_000_000]));
            until(() -> {
                System.gc();
                return forgotten.get() == null;
            });
        }));
    }

    @Test
    void H12_manySourcesAreCancelledAtOnce() {
        int members = 50_000;
        var ended = new AtomicInteger();
        var backend = new ManualBackend();
        withBackend(
                backend,
                () -> group(g -> {
                    var never = new CompletableFuture<String>();
                    List<Deferred<String>> all = new ArrayList<>(members);
                    for (int i = 0; i < members; i++) all.add(g.start(awaitable(never)));
                    g.cancel();
                    for (Deferred<String> one : all)
                        if (one.state() == Deferred.State.CANCELLED) ended.incrementAndGet();
                }));
        assertThat(ended).hasValue(members);
    }

    @Test
    void H12_cancellingAVeryDeepTreeNeedsNoDeepStack() {
        int depth = 5_000;
        var backend = new ManualBackend();
        var deepest = new CountDownLatch(1);
        Deferred<?> root = backend.start(() -> nest(depth, deepest));
        until(() -> deepest.getCount() == 0);
        var stackOverflow = new AtomicReference<Throwable>();
        Thread canceller = new Thread(null, root::cancel, "small stack", 128 << 10);
        canceller.setUncaughtExceptionHandler((thread, failure) -> stackOverflow.set(failure));
        canceller.start();
        until(root::isDone);
        assertThat(stackOverflow).hasNullValue();
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
    }

    private static Void nest(int depth, CountDownLatch deepest) {
        if (depth == 0) deepest.countDown();
        else async(() -> nest(depth - 1, deepest));
        delay(LONG);
        return null;
    }

    /** In a method of its own, because a throw in a finally block is a warning. */
    private static void failWith(Exception failure) throws Exception {
        throw failure;
    }

    private static List<Throwable> suppressedWithoutMark(Throwable thrown) {
        return List.of(thrown.getSuppressed()).stream()
                .filter(suppressed -> !(suppressed instanceof AwaitTrace))
                .toList();
    }

    // --- daemons

    @Test
    void H13_aDaemonIsEndedWhenAllOthersAreDone() {
        var trail = new CopyOnWriteArrayList<String>();
        var served = new CountDownLatch(1);
        var daemons = new ArrayList<Deferred<?>>();
        String result = group(work -> {
            daemons.add(work.daemon(() -> {
                try {
                    served.countDown();
                    delay(LONG);
                } finally {
                    shielded(() -> delay(Duration.ofMillis(1)));
                    trail.add("daemon");
                }
            }));
            work.async(() -> {
                Latches.await(served);
                work.async(() -> {
                    delay(Duration.ofMillis(1));
                    trail.add("last member");
                });
            });
            return "whole";
        });
        assertThat(result).isEqualTo("whole");
        assertThat(trail).containsExactly("last member", "daemon");
        assertThat(daemons.get(0).outcome()).isEqualTo(new Outcome.Cancelled<>("the rest of its group is done", null));
    }

    @Test
    void H13_aGroupOfDaemonsAloneEndsWithItsBody() {
        var begun = new CountDownLatch(2);
        group(work -> {
            for (int n = 0; n < 2; n++)
                work.daemon(() -> {
                    begun.countDown();
                    delay(LONG);
                });
            Latches.await(begun);
        });
    }

    @Test
    void H13_aDaemonMayEndEarlierAndItsFailureFailsTheGroup() {
        group(work -> {
            work.daemon(() -> {}).await();
        });
        var broken = new IOException("heartbeat");
        assertThatThrownBy(() -> group(work -> {
                    work.daemon(() -> {
                        throw broken;
                    });
                    delay(LONG);
                }))
                .isInstanceOf(AwaitException.class)
                .hasCause(broken);
    }

    @Test
    void H13_theFailureOfItsCleanUpFailsTheGroup() {
        var begun = new CountDownLatch(1);
        assertThatThrownBy(() -> group(work -> {
                    work.daemon(() -> {
                        try {
                            begun.countDown();
                            delay(LONG);
                        } finally {
                            failing();
                        }
                    });
                    Latches.await(begun);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("clean-up");
    }

    private static void failing() {
        throw new IllegalStateException("clean-up");
    }

    @Test
    void H13_aDaemonThatDoesNotEndIsLeftBehindLikeAnother() {
        var begun = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        try (var log = new LibraryLog()) {
            group(work -> {
                work.detachAfter(Duration.ofMillis(1));
                work.daemon(() -> {
                    begun.countDown();
                    Latches.awaitUninterruptibly(gate);
                });
                Latches.await(begun);
            });
            assertThat(log.lines()).singleElement().asString().contains("Left behind, cancelled and still running");
        } finally {
            gate.countDown();
        }
    }

    @Test
    void H3_anyThreadMayCancelAGroupWithAReason() {
        var running = new CompletableFuture<TaskGroup>();
        var reasons = new CopyOnWriteArrayList<String>();
        Thread stopper = Thread.ofPlatform().start(() -> running.join().cancel("the shop closes"));
        group(work -> {
            work.async(() -> {
                running.complete(work);
                try {
                    delay(LONG);
                } catch (CancelledException cancelled) {
                    reasons.add(cancelled.reason());
                    throw cancelled;
                }
            });
        });
        assertThat(reasons).containsExactly("the shop closes");
        Latches.join(stopper);
        running.join().cancel("again"); // after its end, this does nothing
    }

    /** Its work was done, so that the results of the others are whole. */
    @Test
    void H4_aDaemonThatIsLeftBehindTakesNoResultWithIt() {
        var gate = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        run(() -> {
            Deferred<String> result = group(g -> {
                g.detachAfter(Duration.ofMillis(1));
                g.daemon(() -> {
                    begun.countDown();
                    Latches.awaitUninterruptibly(gate);
                });
                Latches.await(begun);
                return g.async(() -> "whole");
            });
            assertThat(result.await()).isEqualTo("whole");
            gate.countDown();
        });
    }
}
