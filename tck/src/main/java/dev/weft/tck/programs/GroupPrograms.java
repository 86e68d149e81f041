package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.group;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.race;
import static dev.weft.Async.shielded;

import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Outcome;
import dev.weft.TaskGroup;
import dev.weft.spi.AwaitMode;
import dev.weft.tck.Later;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Several at once: groups, gather in its forms, races. */
final class GroupPrograms extends Programs {
    GroupPrograms(Stage stage) {
        super(stage);
    }

    // --- gather

    void gatherKeepsTheOrderOfItsArguments() {
        Later first = later();
        Later second = later();
        Deferred<List<Object>> all = async(() -> gather(
                awaitable(first.source()), awaitable(second.source()), awaitable(ready("c")), awaitable(empty())));
        until(() -> first.subscriptions() + second.subscriptions() == 2);
        second.value("b");
        first.value("a");
        note("all", all.await());
    }

    void gatherTakesAnythingAwaitable() {
        Deferred<String> started = async(() -> "started");
        note("all", gather(coroutine(() -> "cold"), started, awaitable(ready("native")), () -> "custom"));
    }

    void gatherOfNothingIsEmpty() {
        note("all", gather());
        note("settled", gatherSettled());
    }

    void theFirstFailureCancelsTheRestOfAGather() {
        Later forever = laterMany();
        Later failing = later();
        Deferred<List<Object>> all = async(() -> gather(endless(forever), awaitable(failing.source())));
        until(() -> forever.requested() > 0 && failing.subscriptions() == 1);
        failing.fail(new IllegalStateException("first"));
        attempt("gather", all::await);
        note("cancellations", forever.cancellations());
    }

    private Coroutine<Object> endless(Later source) {
        return coroutine(() -> {
            try {
                return take(source.source(), AwaitMode.LAST);
            } finally {
                note("cancelled");
            }
        });
    }

    void laterFailuresOfAGatherAreSuppressed() {
        var running = new CompletableFuture<Boolean>();
        attempt(
                "gather",
                () -> gather(
                        coroutine(() -> {
                            try {
                                running.complete(true);
                                return await(new CompletableFuture<>());
                            } finally {
                                throwing("second");
                            }
                        }),
                        coroutine(() -> {
                            await(running);
                            throw new IOException("first");
                        })));
    }

    private static void throwing(String message) {
        throw new IllegalStateException(message);
    }

    void aFailedGatherDiscardsTheResultsItHas() {
        var done = new CompletableFuture<Boolean>();
        attempt(
                "gather",
                () -> gather(
                        coroutine(() -> {
                            done.complete(true);
                            return "a";
                        }),
                        coroutine(() -> {
                            await(done);
                            throw new IllegalStateException("failed");
                        })));
        noteDiscarded();
    }

    void gatherHasABoundOnConcurrency() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var gates = new ArrayList<CompletableFuture<String>>();
        List<Coroutine<String>> work = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            var gate = new CompletableFuture<String>();
            gates.add(gate);
            work.add(coroutine(() -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                String result = await(gate);
                running.decrementAndGet();
                return result;
            }));
        }
        Deferred<List<String>> all = async(() -> gather(2, work));
        for (int n = 0; n < 6; n++) {
            int under = Math.min(2, 6 - n);
            until(() -> running.get() == under);
            gates.get(n).complete("result " + n);
        }
        note("all", all.await());
        note("at most", most);
        attempt("none", () -> gather(0, work));
    }

    void settledOutcomesAreAllThere() {
        Deferred<Object> cancelled = async(() -> await(new CompletableFuture<>()));
        cancelled.cancel();
        List<Outcome<Object>> outcomes = gatherSettled(
                awaitable(ready("a")),
                awaitable(failed(new IllegalStateException("native"))),
                coroutine(() -> {
                    throw new IOException("checked");
                }),
                cancelled,
                coroutine(() -> "b"));
        outcomes.forEach(outcome -> note("outcome", outcome));
        attempt("checked", outcomes.get(2)::getOrThrow);
        attempt("cancelled", outcomes.get(3)::getOrThrow);
    }

    void aCancelledGatherCancelsAllItsMembers() {
        Later first = laterMany();
        Later second = laterMany();
        Deferred<List<Object>> all = async(() -> gather(awaitable(first.source()), awaitable(second.source())));
        until(() -> first.requested() > 0 && second.requested() > 0);
        all.cancel();
        attempt("gather", all::await);
        note("cancellations", List.of(first.cancellations(), second.cancellations()));
    }

    // --- mapConcurrent

    void mappingKeepsTheOrderOfTheItems() {
        note("all", mapConcurrent(List.of(1, 2, 3, 4, 5), 2, n -> n * (Integer) await(awaitable(ready(10)))));
    }

    void aFailedMappingStopsReadingItsItems() {
        var read = new AtomicInteger();
        Iterable<Integer> items = () -> Stream.generate(read::incrementAndGet).iterator();
        attempt(
                "map",
                () -> mapConcurrent(items, 1, n -> {
                    if (n == 3) throw new IllegalStateException("at " + n);
                    return n;
                }));
        note("read at most one more", read.get() <= 4);
    }

    // --- race

    void theFirstValueWinsARace() {
        Later slow = laterMany();
        Later quick = later();
        Deferred<Object> winner = async(() -> race(awaitable(slow.source()), awaitable(quick.source())));
        until(() -> slow.requested() > 0 && quick.subscriptions() == 1);
        quick.value("quick");
        note("winner", winner.await());
        note("cancellations", slow.cancellations());
    }

    void theLosersOfARaceHaveEndedWhenItReturns() {
        var running = new CompletableFuture<Boolean>();
        note(
                "winner",
                race(
                        coroutine(() -> {
                            try {
                                running.complete(true);
                                return await(new CompletableFuture<String>());
                            } finally {
                                note("the loser has cleaned up");
                            }
                        }),
                        coroutine(() -> {
                            await(running);
                            return "quick";
                        })));
    }

    void aReadyRunnerWinsAndTheOnesBehindItAreNotStarted() {
        Later behind = laterMany();
        note("winner", race(awaitable(ready("first")), awaitable(behind.source())));
        note("subscriptions", behind.subscriptions());
    }

    void aFailureLosesARaceUnlessAllFail() {
        note("winner", race(awaitable(failed(new IllegalStateException("lost"))), awaitable(ready("won"))));
        attempt(
                "all fail",
                () -> race(
                        awaitable(failed(new IllegalStateException("first"))),
                        awaitable(failed(new IOException("second"))),
                        awaitable(failed(new IllegalArgumentException("third")))));
        attempt("checked", () -> race(awaitable(failed(new IOException("only one")))));
        attempt("none", () -> race());
    }

    void theValueOfALoserIsDiscarded() {
        var running = new CompletableFuture<Boolean>();
        note(
                "winner",
                race(
                        coroutine(() -> {
                            attempt("loser", () -> {
                                running.complete(true);
                                return await(new CompletableFuture<String>());
                            });
                            return "too late";
                        }),
                        coroutine(() -> {
                            await(running);
                            return "quick";
                        })));
        noteDiscarded();
    }

    // --- results that nobody reads

    void resultsThatNobodyHasReadAreDiscardedWithTheirScope() {
        var handle = new CompletableFuture<Deferred<String>>();
        attempt("group", () -> {
            group(g -> {
                Deferred<String> member = g.async(() -> "unread");
                handle.complete(member);
                until(member::isDone);
                throw new IOException("body");
            });
            return "not reached";
        });
        noteDiscarded();
        note("state", await(handle).state());
        attempt("handle", await(handle)::await);
    }

    void aResultThatSomebodyHasReadIsHis() {
        attempt("group", () -> {
            group(g -> {
                note("awaited", g.async(() -> "awaited").await());
                Deferred<String> looked = g.async(() -> "looked at");
                until(looked::isDone);
                note("outcome", looked.outcome());
                Deferred<String> told = g.async(() -> "told");
                told.whenComplete((value, failure) -> note("callback", value));
                until(told::isDone);
                throw new IOException("body");
            });
            return "not reached";
        });
        noteDiscarded();
    }

    void whatFollowsAHandleLeavesItsValueThere() {
        Deferred<String> handle = async(() -> "kept");
        attempt("group", () -> {
            group(g -> {
                Deferred<String> follower = g.start(handle);
                until(follower::isDone);
                throw new IOException("body");
            });
            return "not reached";
        });
        noteDiscarded();
        note("handle", handle.await());
    }

    void resultsOfAGroupThatHasCancelledItselfAreKept() {
        var handle = new CompletableFuture<Deferred<String>>();
        group(g -> {
            Deferred<String> member = g.async(() -> "kept");
            handle.complete(member);
            until(member::isDone);
            g.cancel();
        });
        note("handle", await(handle).await());
        noteDiscarded();
    }

    // --- who cancelled, and why

    void aReasonIsKeptToTheEnd() {
        var running = new CompletableFuture<Boolean>();
        Deferred<Object> child = async(() -> {
            running.complete(true);
            attempt("child", () -> await(new CompletableFuture<>()));
            return await(new CompletableFuture<>());
        });
        await(running);
        child.cancel("the customer has left");
        attempt("await", child::await);
        note("outcome", child.outcome());
        Deferred<Object> source = async(() -> group(g -> {
            Deferred<Object> never = g.start(awaitable(later().source()));
            never.cancel("too dear");
            return never.await();
        }));
        attempt("source", source::await);
        group(g -> {
            g.cancel("enough");
            attempt("body", () -> await(new CompletableFuture<>()));
        });
    }

    void theFirstReasonCounts() {
        Deferred<Object> child = async(() -> await(new CompletableFuture<>()));
        note("first", child.cancel("first"));
        note("second", child.cancel("second"));
        attempt("await", child::await);
    }

    void aMemberThatIsInterruptedFromOutsideFailsItsGroup() {
        var thread = new CompletableFuture<Thread>();
        attempt("group", () -> {
            group(g -> {
                g.async(() -> {
                    thread.complete(Thread.currentThread());
                    return await(new CompletableFuture<>());
                });
                await(thread).interrupt();
            });
            return "whole";
        });
    }

    void whoAwaitsHimselfIsToldSo() {
        var handle = new CompletableFuture<Deferred<Object>>();
        Deferred<Object> itself = async(() -> {
            attempt("itself", () -> await(handle).await());
            attempt("its child", () -> async(() -> await(handle).await()).await());
            attempt(
                    "a member of its group",
                    () -> group(g -> g.start(await(handle)).await()));
            return "behind";
        });
        handle.complete(itself);
        note("handle", itself.await());
    }

    // --- groups

    void aGroupEndsWithItsMembers() {
        var gate = new CompletableFuture<Boolean>();
        note("group", group(members -> {
            members.async(() -> {
                await(gate);
                note("member ended");
            });
            note("body ended");
            gate.complete(true);
            return "result";
        }));
    }

    void aMemberOfAGroupNeedsNoThread() {
        Later later = later();
        note("group", group(members -> {
            Deferred<Object> member = members.start(awaitable(later.source()));
            note("state", member.state());
            later.value("a");
            return member.await();
        }));
    }

    void theFirstFailureOfAMemberEndsTheGroup() {
        Later other = laterMany();
        attempt(
                "group",
                () -> group(members -> {
                    members.async(() -> take(other.source(), AwaitMode.LAST));
                    until(() -> other.requested() > 0);
                    members.async(() -> {
                        throw new IOException("member");
                    });
                    attempt("body", () -> await(new CompletableFuture<>()));
                    return "lost";
                }));
        note("cancellations", other.cancellations());
        noteDiscarded();
    }

    void aFailingBodyCancelsItsMembers() {
        var running = new CompletableFuture<Boolean>();
        attempt(
                "group",
                () -> group(members -> {
                    members.async(() -> {
                        try {
                            running.complete(true);
                            await(new CompletableFuture<>());
                        } finally {
                            note("member ended");
                        }
                    });
                    await(running);
                    throwing("body");
                    return "never";
                }));
    }

    void aCancelledGroupReturns() {
        var running = new CompletableFuture<Boolean>();
        var noted = new CompletableFuture<Boolean>();
        group(members -> {
            members.async(() -> {
                try {
                    running.complete(true);
                    await(new CompletableFuture<>());
                } finally {
                    shielded(() -> await(noted));
                    note("member ended");
                }
            });
            await(running);
            members.cancel();
            attempt("body", () -> await(awaitable(ready("a"))));
            noted.complete(true);
        });
        note("group left");
    }

    void aGroupIsLeftWithoutAMemberThatDoesNotEnd() {
        var running = new CompletableFuture<Boolean>();
        var gate = new CompletableFuture<String>();
        List<Deferred<String>> left = new ArrayList<>();
        group(members -> {
            members.detachAfter(Duration.ofMillis(1));
            left.add(members.async(() -> shielded(() -> {
                running.complete(true);
                return await(gate);
            })));
            await(running);
            members.cancel();
        });
        note("done", left.get(0).isDone());
        gate.complete("late");
        attempt("await", left.get(0)::await);
        noteDiscarded();
    }

    void aCancelledGroupWithAResultThrowsWhatEndedItsBody() {
        attempt(
                "group",
                () -> group(members -> {
                    members.cancel();
                    return await(awaitable(ready("a")));
                }));
    }

    void aGroupIsOverWhenItIsLeft() {
        var escaped = new ArrayList<TaskGroup>();
        group(members -> {
            escaped.add(members);
        });
        attempt("async", () -> escaped.get(0).async(() -> "late"));
    }

    void aMemberMayBeCancelledAlone() {
        note("group", group(members -> {
            Deferred<Object> alone = members.async(() -> await(new CompletableFuture<>()));
            Deferred<String> other = members.async(() -> "other");
            alone.cancel();
            attempt("alone", alone::await);
            return other.await();
        }));
    }

    void aFailureTravelsThroughNestedGroups() {
        Later outside = laterMany();
        attempt(
                "outer",
                () -> group(outer -> {
                    outer.start(awaitable(outside.source()));
                    outer.start(coroutine(this::innerGroup));
                    return "outer";
                }));
        note("cancellations", outside.cancellations());
    }

    private String innerGroup() {
        return group(inner -> {
            inner.async(() -> {
                throw new IllegalStateException("innermost");
            });
            attempt("inner body", () -> await(new CompletableFuture<>()));
            return "inner";
        });
    }

    void manyMembersAreAllWaitedFor() {
        var ended = new AtomicInteger();
        List<Coroutine<Integer>> work = new ArrayList<>();
        for (int n = 0; n < 200; n++) {
            int own = n;
            work.add(coroutine(() -> {
                await(awaitable(ready("a")));
                ended.incrementAndGet();
                return own;
            }));
        }
        note("sum", sum(gather(work)));
        note("ended", ended);
    }

    void settlingHasABoundOnConcurrency() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        List<Coroutine<Integer>> work = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            int own = n;
            work.add(coroutine(() -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                delay(Duration.ofNanos(1));
                running.decrementAndGet();
                if (own % 2 == 1) throw new IOException("odd " + own);
                return own;
            }));
        }
        note("all", gatherSettled(2, work));
        note("within the bound", most.get() <= 2);
        attempt("none", () -> gatherSettled(0, work));
    }

    // --- daemons

    void aDaemonEndsWhenTheRestIsDone() {
        var serving = new CompletableFuture<Boolean>();
        List<Deferred<?>> daemons = new ArrayList<>();
        note("group", group(work -> {
            daemons.add(work.daemon(() -> {
                try {
                    serving.complete(true);
                    await(new CompletableFuture<>());
                } finally {
                    note("daemon ended");
                }
            }));
            work.async(() -> {
                await(serving);
                work.async(() -> {
                    await(awaitable(ready("a")));
                    note("last member ended");
                });
            });
            return "whole";
        }));
        attempt("daemon", daemons.get(0)::await);
    }

    void aDaemonThatFailsEndsItsGroup() {
        attempt(
                "group",
                () -> group(work -> {
                    work.daemon(() -> {
                        throw new IOException("heartbeat");
                    });
                    return await(new CompletableFuture<>());
                }));
    }

    void anyThreadMayCancelAGroup() {
        var running = new CompletableFuture<TaskGroup>();
        Thread stopper = Thread.ofVirtual().start(() -> running.join().cancel("the shop closes"));
        group(work -> {
            work.async(() -> {
                running.complete(work);
                attempt("member", () -> await(new CompletableFuture<>()));
            });
        });
        until(() -> !stopper.isAlive());
        note("group left");
    }
}
