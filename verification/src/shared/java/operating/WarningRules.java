package operating;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncAction;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.ListenerSink;
import dev.weft.Overflow;
import dev.weft.OverflowException;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Warning;
import dev.weft.spi.Warning.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the watchdog reports about programs that wait too long or swallow their cancellation, on every backend. */
abstract class WarningRules {
    private static final Duration LONG = Duration.ofDays(1);

    private final Warnings warnings = new Warnings();
    private final List<Deferred<?>> started = new ArrayList<>();
    private int line;

    /** {@return a source that never calls onSubscribe} */
    abstract Object silent();

    /** {@return a source that signals a value when it is requested, and never ends; null for none} */
    abstract Object endless(Object value);

    /** {@return a source without a value, whose cancel runs something} */
    abstract Object cancelled(Runnable cancel);

    /** {@return a source without a value that runs something inside its subscribe, and something when it is cancelled} */
    abstract Object subscribing(Runnable inside, Runnable cancel);

    /**
     * {@return a value whose source can end only when the value is consumed, by a method that returns a source of the
     * library}
     */
    abstract Object result();

    /** {@return the name of that value's interface} */
    abstract String resultType();

    abstract Object awaitFirst(Object source);

    abstract AsyncIterator<?> each(Object source);

    abstract void subscribeWithoutDemand(AsyncStream<?> stream);

    @AfterEach
    void end() {
        started.reversed().forEach(Deferred::cancel);
        warnings.close();
    }

    private Deferred<Object> start(String name, Callable<Object> body) {
        Deferred<Object> deferred = coroutine(body).named(name).start();
        started.add(deferred);
        return deferred;
    }

    private Deferred<Object> start(String name, AsyncAction<Exception> body) {
        return start(name, () -> {
            body.run();
            return "";
        });
    }

    /** Notes the line in which it is called. */
    private <T> T here(T value) {
        line = StackWalker.getInstance()
                .walk(frames -> frames.skip(1).findFirst().orElseThrow())
                .getLineNumber();
        return value;
    }

    private static String named(Object source) {
        String type = source.getClass().getName();
        int lambda = type.indexOf("$$Lambda");
        return lambda < 0 ? type : "a lambda of " + type.substring(0, lambda);
    }

    /** {@return the next report of a wait in an operation of Weft} */
    private Warning waiting(String name) throws InterruptedException {
        Warning warning = warnings.next(Kind.LONG_WAIT, name);
        while (isElsewhere(warning)) warning = warnings.next(Kind.LONG_WAIT, name);
        return warning;
    }

    /** {@return the next report of a wait in other code} */
    private Warning waitingElsewhere(String name) throws InterruptedException {
        Warning warning = warnings.next(Kind.LONG_WAIT, name);
        while (!isElsewhere(warning)) warning = warnings.next(Kind.LONG_WAIT, name);
        return warning;
    }

    private static boolean isElsewhere(Warning warning) {
        return warning.message().contains(" ms: in ");
    }

    private List<Warning> waits() {
        return warnings.of(Kind.LONG_WAIT).stream()
                .filter(warning -> !isElsewhere(warning))
                .toList();
    }

    @Test
    void A15_aSourceThatNeverCallsOnSubscribeIsNamed() throws Exception {
        long before = EngineCounter.LONG_WAITS.sum();
        Object source = silent();
        start("orders", () -> await(awaitable(here(source))));
        Warning warning = waiting("orders");
        assertThat(warning.message())
                .startsWith("orders has waited for more than 40 ms: await of ")
                .contains(named(source), "has never called onSubscribe");
        assertThat(warning.frames().get(0).getClassName()).isEqualTo(WarningRules.class.getName());
        assertThat(warning.frames().get(0).getLineNumber()).isEqualTo(line);
        assertThat(warning.frames()).noneMatch(frame -> frame.getClassName().startsWith("java."));
        assertThat(warning.frames()).noneMatch(frame -> frame.getClassName().startsWith("dev.weft."));
        assertThat(warning.toString()).contains(warning.message(), "\n  at ", "WarningRules.java:" + line);
        assertThat(EngineCounter.LONG_WAITS.sum()).isGreaterThan(before);
    }

    @Test
    void A23_aSourceThatIsSilentBehindOnSubscribeIsNamed() throws Exception {
        start("single", () -> await(awaitable(endless(null))));
        assertThat(waiting("single").message()).contains("has given neither a value nor its end");
        start("first", () -> awaitFirst(endless(null)));
        assertThat(waiting("first").message()).contains("awaitFirst of ", "has given no value");
        start("loop", () -> each(endless(null)).hasNext());
        assertThat(waiting("loop").message()).contains("the next value of ", "has not given those that were requested");
    }

    @Test
    void aValueThatMustBeConsumedIsNamedByItsType() throws Exception {
        start("sql", () -> await(awaitable(endless(result()))));
        assertThat(waiting("sql").message())
                .contains(
                        "has a value of type " + result().getClass().getName(),
                        resultType(),
                        ", which must be consumed before its source can end: use a loop, awaitFirst, or collect(flatMap(…))");
    }

    @Test
    void aGroupOfASourceMustBeConsumedToo() throws Exception {
        Object group = endless(null);
        start("grouped", () -> await(awaitable(endless(group))));
        assertThat(waiting("grouped").message())
                .contains("has a value of type " + group.getClass().getName() + ", which must be consumed");
    }

    @Test
    void anyOtherValueWithoutAnEndIsNamedToo() throws Exception {
        start("text", () -> await(awaitable(endless("one"))));
        assertThat(waiting("text").message())
                .contains("has a value of type java.lang.String, but not its end", "awaitFirst");
    }

    @Test
    void aLoopThatHoldsItsSourceOpenIsNamed() throws Exception {
        Object rows = endless("row");
        Object update = silent();
        start("update", () -> {
            try (var each = each(rows)) {
                for (Object row : each) await(awaitable(update));
            }
        });
        assertThat(waiting("update").message())
                .contains(
                        "await of " + named(update),
                        "meanwhile the loop over " + named(rows) + " holds that source open",
                        "collect first");
        start("child", () -> {
            try (var each = each(rows)) {
                for (Object row : each)
                    group(g -> {
                        g.start(coroutine(() -> await(awaitable(update))).named("grandchild"));
                    });
            }
        });
        assertThat(waiting("grandchild").message()).contains("the loop over " + named(rows));
    }

    @Test
    void aJoinNamesItsMembers() throws Exception {
        var begun = new CountDownLatch(1);
        start(
                "parent",
                () -> group(g -> {
                    g.start(coroutine(() -> {
                                Object source = here(silent());
                                begun.countDown();
                                return await(awaitable(source));
                            })
                            .named("child"));
                    g.start(awaitable(silent()));
                    begun.await();
                }));
        assertThat(waiting("parent").message())
                .contains("the end of what was started in its scope: child, which is at operating.WarningRules.")
                .contains("(WarningRules.java:" + (line + 2) + "); await of ", "never called onSubscribe");
    }

    @Test
    void theFramesAreThoseOfTheUserAlone() throws Exception {
        start("framed", () -> withTimeout(LONG, () -> await(awaitable(here(silent())))));
        assertThat(waiting("framed").frames())
                .hasSizeGreaterThan(1)
                .allMatch(frame -> frame.getClassName().startsWith(WarningRules.class.getName()))
                .first()
                .matches(frame -> frame.getLineNumber() == line);
    }

    @Test
    void theAwaitOfAHandleNamesItsCoroutine() throws Exception {
        Deferred<Object> slow = start("slow", () -> delay(LONG));
        start("waits", () -> slow.await());
        assertThat(waiting("waits").message()).endsWith("await of the coroutine slow");
    }

    @Test
    void callbacksAndStagesAreNamed() throws Exception {
        start("callback", () -> awaitCallback(done -> {}));
        assertThat(waiting("callback").message()).contains("awaitCallback: the callback, which has not called");
        start("stage", () -> await(new CompletableFuture<>()));
        assertThat(waiting("stage").message()).endsWith("await of a CompletionStage");
    }

    @Test
    void D11_anEmitThatWaitsForDemandIsNamed() throws Exception {
        subscribeWithoutDemand(stream(out -> {
            Thread.currentThread().setName("generator");
            out.emit(1);
        }));
        assertThat(waiting("generator").message()).contains("emit of ", "demand of its subscriber ");
    }

    @Test
    void aLockOfTheJdkIsNamedByItsBlocker() throws Exception {
        var lock = new ReentrantLock();
        lock.lock();
        try {
            start("locked", () -> here(lock).lock());
            Warning warning = waitingElsewhere("locked");
            assertThat(warning.message())
                    .contains(
                            "in java.util.concurrent.locks.ReentrantLock.lock, blocked by java.util.concurrent.locks.ReentrantLock$");
            if (Object.class.getModule().isOpen("java.util.concurrent.locks", Hooks.class.getModule()))
                assertThat(warning.message())
                        .endsWith(", which " + Thread.currentThread().getName() + " holds");
            assertThat(warning.frames().get(0).getLineNumber()).isEqualTo(line);
        } finally {
            lock.unlock();
        }
    }

    @Test
    void aQueueOfTheJdkIsNamed() throws Exception {
        start("consumer", () -> new LinkedBlockingQueue<>().take());
        assertThat(waitingElsewhere("consumer").message())
                .contains("in java.util.concurrent.LinkedBlockingQueue.take, blocked by ");
    }

    @Test
    void aMonitorIsNamedByTheCodeThatEntersIt() throws Exception {
        var monitor = new Object();
        synchronized (monitor) {
            start("monitor", () -> {
                synchronized (monitor) {
                    checkpoint();
                }
            });
            assertThat(waitingElsewhere("monitor").message())
                    .contains("in " + WarningRules.class.getName(), "for a monitor (synchronized)");
        }
    }

    @Test
    void aSourceThatBlocksInsideSubscribeIsNamed() throws Exception {
        var go = new CountDownLatch(1);
        start(
                "subscribing",
                () -> await(awaitable(cancelled(() -> {
                    // never
                }))));
        start("blocked", () -> each(blocking(go)).hasNext());
        assertThat(waitingElsewhere("blocked").message())
                .contains("in java.util.concurrent.CountDownLatch.await", ", inside subscribe or request of ");
        go.countDown();
    }

    /** {@return a source that waits inside its subscribe or request} */
    abstract Object blocking(CountDownLatch go);

    @Test
    void aWaitIsReportedOnceAndTheNextAnew() throws Exception {
        var first = new CompletableFuture<String>();
        start("one", () -> {
            await(first);
            return await(new CompletableFuture<>());
        });
        waiting("one");
        start("two", () -> await(new CompletableFuture<>()));
        waiting("two");
        assertThat(waits()).hasSize(2);
        first.complete("");
        waiting("one");
        start("three", () -> await(new CompletableFuture<>()));
        waiting("three");
        assertThat(waits()).hasSize(4);
    }

    @Test
    void thoseWhoWaitInOnePlaceShareAReport() throws Exception {
        var held = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Hooks.Handle hook = Hooks.onWarning(
                warning -> { // the watchdog stops here until all wait
                    held.countDown();
                    hold(go);
                });
        start("first", () -> await(new CompletableFuture<>()));
        held.await();
        var threads = new LinkedBlockingQueue<Thread>();
        for (int i = 0; i < 20; i++)
            start("worker", () -> {
                threads.add(Thread.currentThread());
                return await(new CompletableFuture<>());
            });
        for (int i = 0; i < 20; i++) {
            Thread worker = threads.take();
            while (worker.getState() != Thread.State.WAITING) Thread.onSpinWait();
        }
        hook.close();
        go.countDown();
        assertThat(waiting("worker").message())
                .startsWith("worker, worker")
                .contains(", …, 20 coroutines in one place have waited");
        assertThat(waits()).hasSize(1);
    }

    /** Waits, and is not interrupted. */
    static void hold(CountDownLatch go) {
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDelayIsNotReported() throws Exception {
        start("delay", () -> delay(LONG));
        for (String name : List.of("before", "behind")) {
            start(name, () -> await(new CompletableFuture<>()));
            waiting(name);
        }
        assertThat(warnings.of(Kind.LONG_WAIT))
                .noneMatch(warning -> warning.coroutine().equals("delay"));
    }

    @Test
    void G17_aHookThatThrowsDoesNotEndTheWatchdog() throws Exception {
        var thrown = new CountDownLatch(1);
        Hooks.Handle hook = Hooks.onWarning(warning -> {
            thrown.countDown();
            throw new IllegalStateException("the hook of a test");
        });
        start("one", () -> await(new CompletableFuture<>()));
        thrown.await();
        hook.close();
        start("two", () -> await(new CompletableFuture<>()));
        waiting("two");
    }

    @Test
    void A20_aCancelThatTakesLongIsReported() throws Exception {
        long before = EngineCounter.SLOW_CANCELS.sum();
        var go = new CountDownLatch(1);
        Object source = cancelled(() -> hold(go));
        Deferred<Object> deferred = start("left", () -> await(awaitable(here(source))));
        waiting("left");
        deferred.cancel();
        waitingElsewhere("left"); // for the cancel
        go.countDown();
        Warning warning = warnings.next(Kind.SLOW_CANCEL, "left");
        assertThat(warning.message())
                .startsWith("cancel() of " + named(source) + " took ")
                .matches(".* took \\d+ ms, for which left had to wait");
        assertThat(warning.frames().get(0).getLineNumber()).isEqualTo(line);
        assertThatThrownBy(deferred::await).isInstanceOf(CancelledException.class);
        assertThat(EngineCounter.SLOW_CANCELS.sum()).isEqualTo(before + 1);
    }

    @Test
    void A20_aCancelOnAThreadOfItsOwnIsWaitedForByName() throws Exception {
        var subscribed = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Object source = subscribing(
                () -> {
                    subscribed.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException cancelled) {
                        // by the canceller, which makes another thread cancel meanwhile
                    }
                },
                () -> hold(go));
        Deferred<Object> deferred = start("left", () -> await(awaitable(source)));
        subscribed.await();
        deferred.cancel();
        Warning waits = waiting("left");
        assertThat(waits.message()).endsWith("the end of cancel() of " + named(source));
        go.countDown();
        assertThat(warnings.next(Kind.SLOW_CANCEL, "left").message()).startsWith("cancel() of " + named(source));
    }

    @Test
    void A20_aMembersCancelThatTakesLongIsReported() throws Exception {
        var go = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        Object source = cancelled(() -> {
            entered.countDown();
            hold(go);
        });
        Deferred<Object> deferred = start(
                "group",
                () -> group(g -> {
                    g.start(awaitable(source));
                }));
        waiting("group");
        deferred.cancel();
        entered.await();
        start("beside", () -> await(new CompletableFuture<>()));
        waiting("beside");
        go.countDown();
        assertThat(warnings.next(Kind.SLOW_CANCEL, "weft-cancel").message())
                .startsWith("cancel() of " + named(source))
                .endsWith(" ms, for which the scope that has started it had to wait");
    }

    @Test
    void I7_aBlockThatEndsLongBehindItsTimeoutIsReported() throws Exception {
        var go = new CountDownLatch(1);
        Deferred<Object> late = start(
                "late",
                () -> withTimeout(Duration.ofMillis(1), () -> {
                    try {
                        return await(awaitable(endless(null)));
                    } catch (CancelledException cancelled) {
                        hold(go);
                        throw cancelled;
                    }
                }));
        waitingElsewhere("late");
        go.countDown();
        assertThat(warnings.next(Kind.LATE_TIMEOUT, "late").message())
                .matches("late: a block ended \\d+ ms after its timeout of PT0.001S; .*");
        assertThatThrownBy(late::await).hasRootCauseInstanceOf(CancelledException.class);
    }

    @Test
    void I7_aBlockThatDoesNotEndAfterItsTimeoutIsReportedMeanwhile() throws Exception {
        var lock = new ReentrantLock();
        lock.lock();
        Deferred<Object> late = start(
                "late",
                () -> withTimeout(Duration.ofMillis(1), () -> {
                    lock.lock(); // which no interrupt ends
                    lock.unlock();
                }));
        Warning warning = warnings.next(Kind.LATE_CANCELLATION, "late");
        lock.unlock();
        assertThat(warning.message())
                .matches("late was cancelled \\(a timeout of PT0.001S\\) more than \\d+ ms ago, and still runs: .*");
        assertThat(warning.frames().get(0).getClassName()).isEqualTo(WarningRules.class.getName());
        late.await();
    }

    @Test
    void aCancelledMemberThatDoesNotEndIsReportedOnceAndWhatWaitsForItIsNot() throws Exception {
        var lock = new ReentrantLock();
        lock.lock();
        var begun = new CountDownLatch(1);
        Deferred<Object> parent = start(
                "parent",
                () -> group(g -> {
                    g.start(coroutine(() -> {
                                begun.countDown();
                                lock.lock();
                                lock.unlock();
                            })
                            .named("member"));
                }));
        begun.await();
        parent.cancel("enough");
        assertThat(warnings.next(Kind.LATE_CANCELLATION, "member").message())
                .startsWith("member was cancelled (enough) more than ");
        start("canary", () -> await(new CompletableFuture<>()));
        waiting("canary"); // the watchdog has looked at all again meanwhile
        lock.unlock();
        assertThatThrownBy(parent::await).isInstanceOf(CancelledException.class);
        assertThat(warnings.of(Kind.LATE_CANCELLATION)).hasSize(1);
    }

    // --- listeners

    @Test
    void aListenerThatNobodyDeregistersIsReportedOnce() throws Exception {
        var sink = new AtomicReference<ListenerSink<String>>();
        AsyncStream<String> values = AsyncStream.fromListener(Overflow.latest(), sink::set);
        try (var loop = values.each()) {
            sink.get().next("read");
            assertThat(loop.next()).isEqualTo("read");
        }
        assertThat(warnings.of(Kind.LEAKED_LISTENER)).isEmpty();
        sink.get().next("late");
        sink.get().next("later");
        assertThat(warnings.of(Kind.LEAKED_LISTENER))
                .hasSize(1)
                .allSatisfy(warning -> assertThat(warning.message())
                        .contains("although its loop is over", "a lambda of operating.WarningRules", "onClose"));
    }

    @Test
    void aListenerThatIsDeregisteredOrEndsIsNotReported() throws Exception {
        var sink = new AtomicReference<ListenerSink<String>>();
        AsyncStream.<String>fromListener(Overflow.latest(), own -> {
                    own.onClose(() -> {});
                    sink.set(own);
                })
                .each()
                .close();
        sink.get().next("late");
        try (var loop =
                AsyncStream.<String>fromListener(Overflow.latest(), sink::set).each()) {
            sink.get().complete();
            assertThat(loop.hasNext()).isFalse();
        }
        sink.get().next("late");
        AsyncStream<String> early = AsyncStream.fromListener(Overflow.error(1), own -> {
            for (int i = 0; i < 3; i++) own.next("too many");
            own.onClose(() -> {});
        });
        assertThatThrownBy(() -> early.collect(3)).isInstanceOf(OverflowException.class);
        assertThat(warnings.of(Kind.LEAKED_LISTENER)).isEmpty();
    }

    // --- swallowed cancellations

    @Test
    void G3_aCoroutineThatEndsNormallyAlthoughItHasSeenItsCancellationIsReported() throws Exception {
        Deferred<Object> deferred = start("swallows", () -> {
            try {
                return await(awaitable(here(endless(null))));
            } catch (RuntimeException failed) {
                return "fallback";
            }
        });
        waiting("swallows");
        deferred.cancel("enough");
        Warning warning = warnings.next(Kind.SWALLOWED_CANCELLATION, "swallows");
        assertThat(warning.message())
                .startsWith("swallows has ended normally, although it was cancelled (enough)")
                .contains("rethrowCancellation(failure)", "shielded(…)");
        assertThat(warning.frames().get(0).getLineNumber()).isEqualTo(line);
    }

    @Test
    void G3_aLoopThatSwallowsItsCancellationIsReportedOnce() throws Exception {
        var rounds = new CountDownLatch(100);
        Deferred<Object> deferred = start("loops", () -> {
            while (rounds.getCount() > 0) {
                try {
                    await(awaitable(here(endless(null))));
                } catch (RuntimeException failed) {
                    rounds.countDown();
                }
            }
        });
        waiting("loops");
        deferred.cancel();
        Warning warning = warnings.next(Kind.SWALLOWED_CANCELLATION, "loops");
        assertThat(warning.message()).startsWith("loops is here again, although it was cancelled");
        assertThat(warning.frames().get(0).getLineNumber()).isEqualTo(line);
        assertThatThrownBy(deferred::await).isInstanceOf(CancelledException.class);
        assertThat(warnings.of(Kind.SWALLOWED_CANCELLATION)).hasSize(1);
    }

    @Test
    void G3_aBlockThatSwallowsItsTimeoutIsReported() throws Exception {
        Deferred<Object> deferred = start(
                "timed",
                () -> withTimeout(Duration.ofMillis(1), () -> {
                    try {
                        return await(awaitable(endless(null)));
                    } catch (RuntimeException failed) {
                        return "fallback";
                    }
                }));
        assertThat(warnings.next(Kind.SWALLOWED_CANCELLATION, "timed").message())
                .startsWith("a block in timed has ended normally, although it was cancelled (a timeout of PT0.001S)");
        assertThat(deferred.await()).isEqualTo("fallback");
    }

    @Test
    void G3_aBlockThatSwallowsTheInterruptOfItsTimeoutIsReported() throws Exception {
        Deferred<Object> deferred = start(
                "deaf",
                () -> withTimeout(Duration.ofMillis(1), () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException swallowed) {
                        return "fallback";
                    }
                    return "not reached";
                }));
        assertThat(warnings.next(Kind.SWALLOWED_CANCELLATION, "deaf").message())
                .startsWith("a block in deaf has ended normally, although it was cancelled (a timeout of PT0.001S)")
                .contains("InterruptedException", "checkpoint()");
        assertThat(deferred.await()).isEqualTo("fallback");
    }

    @Test
    void J3_aBlockWithoutAnAwaitInACleanUpIsNotReported() throws Exception {
        long before = EngineCounter.CANCEL_SWALLOWED.sum();
        Deferred<Object> deferred = start("closes", () -> {
            try {
                await(awaitable(endless(null)));
            } finally {
                withTimeout(LONG, () -> {});
                group(members -> {});
            }
        });
        waiting("closes");
        deferred.cancel();
        assertThatThrownBy(deferred::await).isInstanceOf(CancelledException.class);
        assertThat(warnings.of(Kind.SWALLOWED_CANCELLATION)).isEmpty();
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum()).isEqualTo(before);
    }

    @Test
    void J3_cleanUpThatAwaitsIsNotReported() throws Exception {
        Deferred<Object> unwound = start("cleans up", () -> {
            try {
                try {
                    await(awaitable(endless(null)));
                } finally {
                    shielded(() -> await(CompletableFuture.completedFuture("")));
                    await(new CompletableFuture<>());
                }
            } finally {
                checkpoint();
            }
        });
        Deferred<Object> rethrown = start("rethrows", () -> {
            try {
                await(awaitable(endless(null)));
            } catch (CancelledException cancelled) {
                throw cancelled;
            } catch (RuntimeException failed) {
                throw new AssertionError(failed);
            }
        });
        Deferred<Object> timed = start("in time", () -> {
            try {
                withTimeout(Duration.ofMillis(1), () -> await(awaitable(endless(null))));
            } catch (TimeoutException late) {
                await(CompletableFuture.completedFuture(""));
            }
        });
        waiting("cleans up");
        unwound.cancel();
        rethrown.cancel();
        assertThatThrownBy(unwound::await).isInstanceOf(CancelledException.class);
        assertThatThrownBy(rethrown::await).isInstanceOf(CancelledException.class);
        timed.await();
        assertThat(warnings.of(Kind.SWALLOWED_CANCELLATION)).isEmpty();
    }

    /** Both {@code close} calls are in one line, and what they throw is suppressed. */
    @Test
    @SuppressWarnings("try")
    void J3_aTryWithResourcesWhoseCloseAwaitsIsNotReported() throws Exception {
        AutoCloseable closing = () -> await(new CompletableFuture<>());
        Deferred<Object> unwound = start("closes", () -> {
            try (var first = closing;
                    var second = closing) {
                await(awaitable(endless(null)));
            }
        });
        waiting("closes");
        unwound.cancel();
        assertThatThrownBy(unwound::await).isInstanceOf(CancelledException.class);
        assertThat(warnings.of(Kind.SWALLOWED_CANCELLATION)).isEmpty();
    }

    @Test
    void aCoroutineThatWasNotToldIsNotReported() throws Exception {
        var running = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Deferred<Object> deferred = async(() -> {
            running.countDown();
            hold(go);
            return "result";
        });
        running.await();
        assertThat(deferred.cancel()).isTrue();
        go.countDown();
        assertThatThrownBy(deferred::await).isInstanceOf(CancelledException.class);
        assertThat(warnings.of(Kind.SWALLOWED_CANCELLATION)).isEmpty();
    }
}
