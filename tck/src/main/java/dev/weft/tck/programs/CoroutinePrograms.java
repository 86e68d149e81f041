package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withoutInterrupts;

import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.spi.AwaitMode;
import dev.weft.tck.Later;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Nested coroutines, handles, cancellation and clean-up, shields, context. */
final class CoroutinePrograms extends Programs {
    CoroutinePrograms(Stage stage) {
        super(stage);
    }

    void aNestedCoroutineIsACallOnTheSameThread() {
        Thread outer = Thread.currentThread();
        note("value", await(coroutine(() -> {
            note("same thread", Thread.currentThread() == outer);
            return await(awaitable(ready("inner")));
        })));
    }

    void aColdCoroutineRunsEachTimeItIsAwaited() {
        var runs = new AtomicInteger();
        Coroutine<Integer> cold = coroutine(runs::incrementAndGet);
        note("before", runs);
        note("first", await(cold));
        note("second", await(cold));
        note("started", cold.start().await());
    }

    void coroutinesNestDeeply() {
        note("sum", sumTo(200));
    }

    private int sumTo(int n) {
        return n == 0 ? 0 : await(coroutine(() -> n + sumTo(n - 1)));
    }

    void aChildHasAThreadOfItsOwn() {
        Thread parent = Thread.currentThread();
        Deferred<String> child = coroutine(() -> {
                    note("own thread", Thread.currentThread() != parent);
                    note("virtual", Thread.currentThread().isVirtual());
                    return Thread.currentThread().getName();
                })
                .named("a-child")
                .start();
        note("name", child.await());
    }

    void aFailureOfANestedCoroutineIsTheSameInstance() {
        var failure = new IllegalStateException("inside");
        try {
            await(coroutine(() -> await(coroutine(() -> {
                throw failure;
            }))));
        } catch (IllegalStateException thrown) {
            note("same instance", thrown == failure);
        }
    }

    void aCheckedFailureTravelsInOneCarrier() {
        Coroutine<String> broken = coroutine(() -> {
            throw new IOException("inside");
        });
        attempt("nested", () -> await(coroutine(() -> await(broken))));
        attempt("started", () -> await(broken.start()));
        attempt("named", () -> await(broken.start(), IOException.class));
        attempt(
                "run",
                () -> run(() -> {
                    throw new IOException("declared");
                }));
    }

    void aHandleTellsWhatHasBecomeOfIt() {
        var gate = new CompletableFuture<String>();
        Deferred<String> child = async(() -> await(gate));
        note("state", child.state());
        note("outcome", child.outcome());
        note("done", child.isDone());
        gate.complete("a");
        note("first", child.await());
        note("second", child.await());
        note("state", child.state());
        note("outcome", child.outcome());
        note("cancel", child.cancel());
    }

    void aFailedHandleThrowsEachTime() {
        Deferred<String> child = async(() -> {
            throw new IllegalStateException("broken");
        });
        attempt("first", child::await);
        attempt("second", child::await);
        note("state", child.state());
        note("outcome", child.outcome());
    }

    void aCancelledHandleSaysSo() {
        Deferred<Object> child = async(() -> await(new CompletableFuture<>()));
        note("cancel", child.cancel());
        note("again", child.cancel());
        attempt("await", child::await);
        note("state", child.state());
        note("outcome", child.outcome());
        checkpoint();
        note("the parent is not cancelled");
    }

    void aScopeIsLeftWhenItsChildrenHaveEnded() {
        var gate = new CompletableFuture<String>();
        run(() -> {
            async(() -> {
                await(gate);
                note("child ended");
            });
            note("body ended");
            gate.complete("go");
        });
        note("scope left");
    }

    void aFailureNobodyAwaitedIsThrownByTheScope() {
        attempt(
                "run",
                () -> run(() -> {
                    async(() -> {
                        throw new IllegalStateException("forgotten");
                    });
                    return "result";
                }));
        noteDiscarded();
    }

    void aFailingScopeCancelsItsChildren() {
        var subscribed = laterMany();
        attempt(
                "run",
                () -> run(() -> {
                    async(() -> {
                        try (var values = open(subscribed.source(), 2)) {
                            attempt("child", values::hasNext);
                        } finally {
                            note("child ended");
                        }
                    });
                    until(() -> subscribed.requested() > 0);
                    throw new IllegalStateException("body");
                }));
        note("cancellations", subscribed.cancellations());
    }

    void aCancelledCoroutineRunsItsFinallyBlocksInOrder() {
        var parked = new CompletableFuture<Boolean>();
        Deferred<Object> child = async(() -> {
            try {
                return await(coroutine(() -> {
                    try {
                        parked.complete(true);
                        return await(new CompletableFuture<>());
                    } finally {
                        note("inner finally");
                    }
                }));
            } catch (CancelledException thrown) {
                note("caught", thrown);
                throw thrown;
            } finally {
                note("outer finally");
            }
        });
        await(parked);
        child.cancel();
        attempt("await", child::await);
    }

    void cancellationIsStickyThoughItIsSwallowed() {
        var parked = new CompletableFuture<Boolean>();
        Deferred<String> child = async(() -> {
            parked.complete(true);
            attempt("first", () -> await(new CompletableFuture<>()));
            attempt("second", () -> await(awaitable(ready("a"))));
            attempt("third", () -> {
                checkpoint();
                return null;
            });
            return "swallowed";
        });
        await(parked);
        child.cancel();
        attempt("await", child::await);
        note("outcome", child.outcome());
        noteDiscarded();
    }

    void aFailureWhileCancelledIsKept() {
        var parked = new CompletableFuture<Boolean>();
        Deferred<String> child = async(() -> {
            parked.complete(true);
            try {
                await(new CompletableFuture<>());
            } finally {
                throwing("in the clean-up");
            }
            return "never";
        });
        await(parked);
        child.cancel();
        attempt("await", child::await);
    }

    private static void throwing(String message) {
        throw new IllegalStateException(message);
    }

    void cleanUpMayAwaitInAShield() {
        Later later = later();
        var parked = new CompletableFuture<Boolean>();
        Deferred<String> child = async(() -> {
            try {
                parked.complete(true);
                return await(new CompletableFuture<String>());
            } finally {
                attempt("unshielded", () -> await(awaitable(ready("refused"))));
                note("shielded", shielded(() -> await(awaitable(later.source()))));
                attempt("behind", () -> await(awaitable(ready("refused"))));
            }
        });
        await(parked);
        child.cancel();
        until(() -> later.subscriptions() == 1);
        later.value("cleaned up");
        attempt("await", child::await);
    }

    void cancellationWaitsForTheEndOfAShield() {
        Later later = later();
        Deferred<Object> child = async(() -> {
            note("shielded", shielded(() -> await(awaitable(later.source()))));
            checkpoint();
            return "never";
        });
        until(() -> later.subscriptions() == 1);
        child.cancel();
        later.value("a");
        attempt("await", child::await);
    }

    void childrenOfAShieldAreShieldedToo() {
        var gate = new CompletableFuture<String>();
        var parked = new CompletableFuture<Boolean>();
        Deferred<Object> child = async(() -> shielded(() -> {
            Deferred<String> inner = async(() -> await(gate));
            parked.complete(true);
            note("inner", inner.await());
            return "result";
        }));
        await(parked);
        child.cancel();
        gate.complete("a");
        attempt("await", child::await);
    }

    void codeWithoutInterruptsSeesItsCancellationAtItsNextAwait() {
        Later later = later();
        var inside = new CompletableFuture<Boolean>();
        var cancelled = new AtomicBoolean();
        Deferred<Object> child = async(() -> {
            try {
                return withoutInterrupts(() -> {
                    inside.complete(true);
                    while (!cancelled.get()) LockSupport.parkNanos(20_000);
                    note("interrupted", Thread.currentThread().isInterrupted());
                    return await(awaitable(later.source()));
                });
            } finally {
                attempt("behind", () -> new CountDownLatch(1).await(0, TimeUnit.SECONDS));
            }
        });
        await(inside);
        child.cancel();
        cancelled.set(true);
        attempt("await", child::await);
        note("subscriptions", later.subscriptions());
    }

    void anAwaitWithoutInterruptsEndsAtOnce() {
        Later later = laterMany();
        Deferred<?> child = async(() -> withoutInterrupts(() -> {
            take(later.source(), AwaitMode.LAST);
        }));
        until(() -> later.requested() > 0);
        child.cancel();
        attempt("await", child::await);
        note("cancellations", later.cancellations());
    }

    void codeBehindABlockWithoutInterruptsIsInterrupted() {
        var inside = new CompletableFuture<Boolean>();
        var cancelled = new AtomicBoolean();
        Deferred<Object> child = async(() -> {
            withoutInterrupts(() -> {
                inside.complete(true);
                while (!cancelled.get()) LockSupport.parkNanos(20_000);
            });
            note("interrupted", Thread.currentThread().isInterrupted());
            return "swallowed";
        });
        await(inside);
        child.cancel();
        cancelled.set(true);
        attempt("await", child::await);
        noteDiscarded();
    }

    void aForeignInterruptCancelsTheCoroutine() {
        var thread = new CompletableFuture<Thread>();
        Deferred<Object> child = async(() -> {
            thread.complete(Thread.currentThread());
            try {
                return await(new CompletableFuture<>());
            } catch (CancelledException thrown) {
                note("flag", Thread.currentThread().isInterrupted());
                throw thrown;
            }
        });
        await(thread).interrupt();
        attempt("await", child::await);
    }

    void aBlockingCallIsInterruptedByCancellation() {
        var thread = new CompletableFuture<Thread>();
        var latch = new CountDownLatch(1);
        Deferred<Object> child = async(() -> {
            thread.complete(Thread.currentThread());
            try {
                latch.await();
                return "never";
            } catch (InterruptedException interrupted) {
                note("interrupted");
                throw interrupted;
            }
        });
        await(thread);
        child.cancel();
        attempt("await", child::await);
    }

    void aFutureOfAHandleCancelsIt() {
        var parked = new CompletableFuture<Boolean>();
        Deferred<Object> child = async(() -> {
            try {
                parked.complete(true);
                return await(new CompletableFuture<>());
            } finally {
                note("finally");
            }
        });
        CompletableFuture<Object> future = child.toCompletableFuture();
        await(parked);
        boolean cancelled = future.cancel(true);
        attempt("await", child::await);
        note("cancel", cancelled);
        note("future cancelled", future.isCancelled());
    }

    void contextIsSeenInsideAndGoneBehind() {
        withContext("user", "ada", () -> {
            note("inside", context().get("user"));
            note("nested", await(coroutine(() -> context().get("user"))));
            note("child", async(() -> context().get("user")).await());
            withContext("user", "bob", () -> note("inner", context().get("user")));
            note("restored", context().get("user"));
        });
        note("behind", context().getOrDefault("user", "nobody"));
    }

    void aMissingContextKeyIsAnError() {
        attempt("get", () -> context().get("absent"));
        note("contains", context().contains("absent"));
    }

    void aChildKeepsTheContextItWasStartedIn() {
        var gate = new CompletableFuture<String>();
        Deferred<String> child = withContext("user", "ada", () -> {
            Deferred<String> started =
                    async(() -> await(coroutine(() -> context().get("user"))));
            gate.complete("go");
            return started;
        });
        note("child", child.await());
    }

    void contextIsThereAgainBehindAnAwait() {
        Later later = later();
        Deferred<String> child = withContext("user", "ada", () -> {
            Deferred<String> started = async(() -> {
                await(awaitable(later.source()));
                return context().get("user");
            });
            until(() -> later.subscriptions() == 1);
            later.value("a");
            return started;
        });
        note("child", child.await());
    }

    void theBackendIsTheSelectedOneEverywhere() {
        note("here", Async.backend() == backend());
        note("nested", await(coroutine(() -> Async.backend() == backend())));
        note("child", async(() -> Async.backend() == backend()).await());
    }

    void aBodyOnADispatcherIsWaitedForWithAllThatItStarts() {
        Thread here = Thread.currentThread();
        note(
                "result",
                withContext(
                        "key",
                        "kept",
                        () -> run(Dispatcher.virtual(), () -> {
                            note("another thread", Thread.currentThread() != here);
                            async(() -> {
                                await(awaitable(ready("a")));
                                note("part ended");
                            });
                            return context().get("key");
                        })));
        note("back", Thread.currentThread() == here);
    }

    void whatABodyOnADispatcherThrowsComesAsItself() {
        attempt(
                "checked",
                () -> run(Dispatcher.virtual(), () -> {
                    throw new IOException("checked");
                }));
        attempt("awaited", () -> run(Dispatcher.virtual(), () -> await(awaitable(failed(new IOException("awaited"))))));
    }

    void aCancelledCallerWaitsForItsBodyOnADispatcher() {
        var begun = new CompletableFuture<Boolean>();
        Deferred<?> caller = async(() -> {
            attempt(
                    "run",
                    () -> run(Dispatcher.virtual(), () -> {
                        try {
                            begun.complete(true);
                            return await(new CompletableFuture<>());
                        } finally {
                            shielded(() -> await(awaitable(ready("a"))));
                            note("cleaned up");
                        }
                    }));
        });
        await(begun);
        caller.cancel("enough");
        attempt("caller", caller::await);
    }
}
