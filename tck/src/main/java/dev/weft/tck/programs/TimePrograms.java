package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.delay;
import static dev.weft.Async.remainingTime;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.retry;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;

import dev.weft.AsyncStream;
import dev.weft.Deferred;
import dev.weft.Retry;
import dev.weft.spi.AwaitMode;
import dev.weft.tck.Later;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Delays and timeouts on the library's clock. A limit that should pass is short, one that should not is an hour. */
final class TimePrograms extends Programs {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HOUR = Duration.ofHours(1);

    TimePrograms(Stage stage) {
        super(stage);
    }

    void aDelayEndsOnTheSameThread() {
        Thread before = Thread.currentThread();
        long start = System.nanoTime();
        delay(SHORT);
        note("not too early", System.nanoTime() - start >= SHORT.toNanos());
        note("same thread", Thread.currentThread() == before);
        delay(Duration.ZERO);
        delay(Duration.ofMillis(-1));
        note("no time");
    }

    void aCancelledDelayEnds() {
        var parked = new CompletableFuture<Boolean>();
        Deferred<?> child = async(() -> {
            parked.complete(true);
            delay(HOUR);
        });
        await(parked);
        child.cancel();
        attempt("await", child::await);
    }

    void aValueInTimeIsReturned() throws TimeoutException {
        note("value", withTimeout(HOUR, () -> await(awaitable(ready("a")))));
        note("or null", withTimeoutOrNull(HOUR, () -> await(awaitable(ready("b")))));
    }

    void aTimeoutThrowsAndCancelsWhatItWaitsFor() {
        Later forever = laterMany();
        attempt(
                "timeout",
                () -> withTimeout(SHORT, () -> {
                    try {
                        return take(forever.source(), AwaitMode.LAST);
                    } finally {
                        note("finally");
                    }
                }));
        note("cancellations", forever.cancellations() == forever.subscriptions());
        checkpoint();
        note("not cancelled");
    }

    void aTimeoutOfANativeSourceThatNeverEnds() {
        attempt("timeout", () -> withTimeout(SHORT, () -> await(awaitable(never()))));
    }

    void aTimeoutMayGiveNull() {
        note("value", withTimeoutOrNull(SHORT, () -> await(awaitable(never()))));
    }

    void aTimeoutCancelsChildren() {
        var running = new CompletableFuture<Boolean>();
        attempt(
                "timeout",
                () -> withTimeout(HOUR, () -> {
                    Deferred<Object> child = async(() -> {
                        try {
                            running.complete(true);
                            return await(new CompletableFuture<>());
                        } finally {
                            note("child ended");
                        }
                    });
                    await(running);
                    resetTimeout(SHORT);
                    return child.await();
                }));
    }

    void anInnerTimeoutLeavesTheOuterOneAlone() throws TimeoutException {
        note("outer", withTimeout(HOUR, () -> {
            attempt("inner", () -> withTimeout(SHORT, () -> await(awaitable(never()))));
            return await(awaitable(ready("a")));
        }));
    }

    void anOuterTimeoutIsACancellationInside() {
        attempt(
                "outer",
                () -> withTimeout(SHORT, () -> {
                    attempt("inner", () -> withTimeout(HOUR, () -> await(awaitable(never()))));
                    attempt("again", () -> await(awaitable(ready("a"))));
                    checkpoint();
                    return "never";
                }));
    }

    void aBlockingCallMayAnswerATimeoutInItsOwnWords() {
        attempt(
                "timeout",
                () -> withTimeout(SHORT, () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException interrupted) {
                        throw new IOException("Closed by interrupt");
                    }
                    return "not reached";
                }));
        note("flag", Thread.currentThread().isInterrupted());
    }

    void noTimeAtAllEndsTheFirstSuspension() throws TimeoutException {
        note("no suspension", withTimeout(Duration.ZERO, () -> "a"));
        attempt("suspension", () -> withTimeout(Duration.ZERO, () -> await(awaitable(ready("a")))));
        note("null", withTimeoutOrNull(Duration.ofMillis(-1), () -> await(awaitable(ready("a")))));
    }

    void aFailureInTheCleanUpWinsAgainstTheTimeout() {
        attempt(
                "timeout",
                () -> withTimeout(SHORT, () -> {
                    try {
                        await(awaitable(never()));
                    } finally {
                        throwing();
                    }
                    return "never";
                }));
    }

    private static void throwing() throws IOException {
        throw new IOException("clean-up");
    }

    void aBodyThatDoesNotNoticeKeepsItsValue() throws TimeoutException {
        var expired = new CompletableFuture<Boolean>();
        note("value", withTimeout(SHORT, () -> {
            attempt("expired", () -> await(expired));
            return "kept";
        }));
        noteDiscarded();
    }

    void aTimeoutWaitsForAShield() {
        Later later = later();
        attempt(
                "timeout",
                () -> withTimeout(SHORT, () -> {
                    attempt("expires", () -> await(awaitable(never())));
                    shielded(() -> {
                        Deferred<Object> waits = async(() -> await(awaitable(later.source())));
                        until(() -> later.subscriptions() == 1);
                        later.value("a");
                        note("shielded", waits.await());
                    });
                    checkpoint();
                    return "never";
                }));
    }

    void aTimeoutInsideAShieldWorks() {
        var parked = new CompletableFuture<Boolean>();
        Deferred<Object> child = async(() -> {
            try {
                parked.complete(true);
                return await(new CompletableFuture<>());
            } finally {
                attempt("clean-up", () -> shielded(() -> withTimeout(SHORT, () -> await(awaitable(never())))));
            }
        });
        await(parked);
        child.cancel();
        attempt("await", child::await);
    }

    void aTimeoutMayBeginAnew() throws TimeoutException {
        note("value", withTimeout(HOUR, () -> {
            resetTimeout(Duration.ofHours(2));
            return await(awaitable(ready("a")));
        }));
        attempt(
                "shortened",
                () -> withTimeout(HOUR, () -> {
                    resetTimeout(SHORT);
                    return await(awaitable(never()));
                }));
        attempt("outside", () -> {
            resetTimeout(HOUR);
            return null;
        });
    }

    void aTimeoutEndsAnIteration() {
        Later ticks = laterMany();
        attempt(
                "timeout",
                () -> withTimeout(HOUR, () -> {
                    try (var values = open(ticks.source(), 4)) {
                        ticks.value("a");
                        ticks.value("b");
                        note("first", values.next());
                        note("second", values.next());
                        resetTimeout(SHORT);
                        attempt("third", values::next);
                        attempt("fourth", values::next);
                        checkpoint();
                    }
                    return "never";
                }));
        note("cancellations", ticks.cancellations());
    }

    void theRemainingTimeIsThatOfTheNearestLimit() throws TimeoutException {
        note("no limit", remainingTime());
        withTimeout(Duration.ofDays(1), () -> {
            noteLeft("outer", Duration.ofDays(1));
            withTimeout(
                    HOUR,
                    () -> async(() -> noteLeft("a member of the inner one", HOUR))
                            .await());
            withTimeout(Duration.ofDays(2), () -> noteLeft("the outer one is nearer", Duration.ofDays(1)));
            resetTimeout(HOUR);
            noteLeft("moved", HOUR);
            shielded(() -> note("in a shield", remainingTime()));
            withTimeout(Duration.ZERO, () -> note("none", remainingTime()));
        });
    }

    private void noteLeft(String where, Duration most) {
        note(
                where,
                remainingTime()
                        .filter(left -> left.compareTo(most) <= 0 && left.compareTo(most.minusMinutes(1)) > 0)
                        .isPresent());
    }

    void aBodyIsTriedAgainUntilItSucceeds() throws IOException {
        var calls = new AtomicInteger();
        Retry policy = Retry.attempts(4)
                .backoff(SHORT, SHORT)
                .onRetry((attempt, failure, pause) -> note("attempt " + attempt, failure));
        note("value", retry(policy, () -> fails(calls, 3)));
    }

    void theLastFailureIsThrownWithTheEarlierOnes() {
        var calls = new AtomicInteger();
        attempt("retry", () -> retry(Retry.attempts(3), () -> fails(calls, 9)));
        attempt("over", () -> retry(Retry.attempts(12), () -> fails(calls, 99)));
        attempt("no such failure", () -> retry(Retry.attempts(3).when(f -> false), () -> fails(calls, 99)));
        attempt("no time", () -> retry(Retry.attempts(3).pause(HOUR).within(SHORT), () -> fails(calls, 99)));
        note("calls", calls);
    }

    private static String fails(AtomicInteger calls, int times) throws IOException {
        if (calls.incrementAndGet() <= times) throw new IOException("call " + calls);
        return "call " + calls;
    }

    void aCancellationEndsThePauseOfARetry() {
        var pausing = new CompletableFuture<Boolean>();
        Deferred<?> child = async(() -> retry(
                Retry.attempts(3).pause(HOUR).onRetry((attempt, failure, pause) -> pausing.complete(true)),
                () -> await(awaitable(failed(new IOException("lost"))))));
        await(pausing);
        child.cancel();
        attempt("await", child::await);
    }

    void aTimeoutOfAnAttemptIsTriedAgainAndOneAroundAllIsNot() throws TimeoutException {
        var calls = new AtomicInteger();
        note(
                "value",
                retry(
                        Retry.attempts(2),
                        () -> withTimeout(
                                calls.getAndIncrement() == 0 ? SHORT : HOUR,
                                () -> await(awaitable(calls.get() == 1 ? never() : ready("a"))))));
        attempt(
                "around",
                () -> withTimeout(
                        SHORT,
                        () -> retry(Retry.attempts(9), () -> {
                            note("attempt");
                            return await(awaitable(never()));
                        })));
    }

    void aStreamIsRestartedAsAPolicySays() {
        var calls = new AtomicInteger();
        AsyncStream<Object> flaky = stream(out -> {
            out.emit(calls.incrementAndGet());
            await(awaitable(failed(new IOException("lost"))));
        });
        note("taken", flaky.retry(Retry.attempts(3)).take(3).collect(9));
        attempt("failed", () -> flaky.retry(Retry.attempts(3)).collect(9));
        note(
                "begun again",
                flaky.retry(Retry.attempts(2).resetOnValue()).take(4).collect(9));
    }
}
