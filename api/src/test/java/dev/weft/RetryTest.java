package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.retry;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.spi.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Retry}, on a clock that stands still until the test moves it. */
class RetryTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualBackend backend = new ManualBackend() {
        private final VirtualTime<String> clock =
                new VirtualTime<>(() -> "it shows 1970", shown -> elapsed().toMillis());

        @Override
        public VirtualTime<String> clock() {
            return clock;
        }
    };

    private final AtomicInteger calls = new AtomicInteger();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final List<String> trail = new CopyOnWriteArrayList<>();

    private IOException failure() {
        var failure = new IOException("call " + calls.incrementAndGet());
        failures.add(failure);
        return failure;
    }

    private String fails() throws IOException {
        throw failure();
    }

    private void note(int attempt, Throwable failure, Duration pause) {
        trail.add(attempt + " " + failure.getMessage() + " " + pause.toMillis());
    }

    private <T> Deferred<T> started(Callable<T> body) {
        Deferred<T> root = backend.start(body);
        ManualBackend.untilParked(ManualBackend.threadOf(root));
        return root;
    }

    private static Throwable failureOf(Deferred<?> ended) {
        return ((Outcome.Failure<?>) ended.outcome()).error();
    }

    /** What is suppressed, without notes of await sites. */
    private static List<Throwable> suppressed(Throwable failure) {
        return Arrays.stream(failure.getSuppressed())
                .filter(each -> !(each instanceof AwaitTrace))
                .toList();
    }

    // --- attempts and failures

    @Test
    void R1_theFirstSuccessIsReturned() throws IOException {
        String value = retry(Retry.attempts(3).onRetry(this::note), () -> calls.get() < 2 ? fails() : "value");
        assertThat(value).isEqualTo("value");
        assertThat(trail).containsExactly("1 call 1 0", "2 call 2 0");
    }

    @Test
    void R1_theLastFailureIsThrownWithTheEarlierOnesSuppressed() {
        Throwable thrown = catchThrowable(() -> retry(Retry.attempts(3), this::fails));
        assertThat(thrown).isSameAs(failures.get(2));
        assertThat(suppressed(thrown)).containsExactly(failures.get(0), failures.get(1));
    }

    @Test
    void oneAttemptIsJustTheBody() {
        Throwable thrown = catchThrowable(() -> retry(Retry.attempts(1).onRetry(this::note), this::fails));
        assertThat(thrown).isSameAs(failures.get(0));
        assertThat(suppressed(thrown)).isEmpty();
        assertThat(trail).isEmpty();
    }

    @Test
    void R1_eightEarlierFailuresAreKeptAndTheOthersCounted() {
        Throwable thrown = catchThrowable(() -> retry(Retry.attempts(1000), this::fails));
        assertThat(thrown).isSameAs(failures.get(999));
        List<Throwable> kept = suppressed(thrown);
        assertThat(kept.get(0)).hasMessage("991 failures of earlier attempts are left out");
        assertThat(kept.get(0).getStackTrace()).isEmpty();
        assertThat(kept.subList(1, kept.size())).isEqualTo(failures.subList(991, 999));
    }

    @Test
    void aFailureThatComesAgainIsNotSuppressedInItself() {
        var same = new IllegalStateException("always");
        var other = new IllegalStateException("other");
        Throwable thrown = catchThrowable(() -> retry(Retry.attempts(20), () -> {
            throw calls.incrementAndGet() % 2 == 0 ? same : other;
        }));
        assertThat(thrown).isSameAs(same);
        assertThat(suppressed(thrown)).containsExactly(other);
    }

    @Test
    void aFailureThatWrapsAnEarlierOneIsThrown() {
        var first = new IllegalStateException("first");
        var second = new IllegalStateException("second", first);
        Throwable thrown = catchThrowable(() -> retry(Retry.attempts(2), () -> {
            throw calls.getAndIncrement() == 0 ? first : second;
        }));
        assertThat(thrown).isSameAs(second);
        assertThat(suppressed(thrown)).isEmpty();
    }

    @Test
    void theRealFailureIsTestedToldAndCompleted() {
        Throwable thrown = catchThrowable(() -> Async.throwing(
                IOException.class,
                () -> retry(
                        Retry.attempts(2).when(IOException.class::isInstance).onRetry(this::note),
                        () -> await(CompletableFuture.failedFuture(failure())))));
        assertThat(thrown).isSameAs(failures.get(1));
        assertThat(suppressed(thrown)).contains(failures.get(0));
        assertThat(trail).containsExactly("1 call 1 0");
    }

    @Test
    void R1_otherFailuresAndErrorsAreThrownAtOnce() {
        Retry policy =
                Retry.attempts(9).when(TimeoutException.class::isInstance).onRetry(this::note);
        assertThatThrownBy(() -> retry(policy, this::fails)).hasMessage("call 1");
        var error = new AssertionError("broken");
        assertThatThrownBy(() -> retry(Retry.attempts(9).when(f -> true).onRetry(this::note), () -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThat(trail).isEmpty();
    }

    @Test
    void aTestOrAListenerThatThrowsEndsTheAttempts() {
        var broken = new IllegalArgumentException("broken");
        Retry test = Retry.attempts(9).when(failure -> {
            throw broken;
        });
        assertThatThrownBy(() -> retry(test, this::fails)).isSameAs(broken).hasSuppressedException(failures.get(0));
        var other = new IllegalArgumentException("other");
        Retry listener = Retry.attempts(9).onRetry((attempt, failure, pause) -> {
            throw other;
        });
        assertThatThrownBy(() -> retry(listener, this::fails)).isSameAs(other).hasSuppressedException(failures.get(1));
    }

    @Test
    void whatAnAttemptHasStartedEndsBeforeTheNext() {
        var started = new CompletableFuture<Boolean>();
        retry(Retry.attempts(2), () -> {
            if (calls.incrementAndGet() == 2) {
                trail.add("second");
                return;
            }
            async(() -> {
                try {
                    started.complete(true);
                    await(new CompletableFuture<>());
                } finally {
                    trail.add("member ended");
                }
            });
            await(started);
            throw new IllegalStateException("first");
        });
        assertThat(trail).containsExactly("member ended", "second");
    }

    // --- pauses

    @Test
    void R2_pausesGoByTheClockOfTheBackend() {
        Deferred<?> root = started(() -> retry(Retry.attempts(3).pause(HOUR), this::fails));
        assertThat(calls).hasValue(1);
        backend.advance(HOUR.minusMillis(1));
        assertThat(calls).hasValue(1);
        backend.advance(HOUR);
        assertThat(calls).hasValue(2);
        backend.advance(HOUR);
        assertThat(failureOf(root)).isSameAs(failures.get(2));
        assertThat(backend.timers()).isZero();
    }

    @Test
    void R2_backOffDoublesUpToItsCap() {
        Retry policy = Retry.attempts(9)
                .backoff(Duration.ofMillis(100), Duration.ofMillis(500))
                .withoutJitter();
        assertThat(pauses(policy, 5)).containsExactly(100L, 200L, 400L, 500L, 500L);
    }

    private static List<Long> pauses(Retry policy, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(n -> Duration.ofNanos(policy.pauseBefore(n)).toMillis())
                .toList();
    }

    @Test
    void R2_backOffDoesNotOverflow() {
        Retry endless = Retry.attempts(Integer.MAX_VALUE)
                .backoff(Duration.ofNanos(1), ChronoUnit.FOREVER.getDuration())
                .withoutJitter();
        assertThat(endless.pauseBefore(63)).isEqualTo(1L << 62);
        assertThat(endless.pauseBefore(64)).isEqualTo(Long.MAX_VALUE);
        assertThat(endless.pauseBefore(65)).isEqualTo(Long.MAX_VALUE);
        assertThat(endless.pauseBefore(Integer.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        Retry three = Retry.attempts(2)
                .backoff(Duration.ofNanos(3), Duration.ofNanos(Long.MAX_VALUE))
                .withoutJitter();
        assertThat(three.pauseBefore(62)).isEqualTo(3L << 61);
        assertThat(three.pauseBefore(63)).isEqualTo(Long.MAX_VALUE);
        Retry none = Retry.attempts(2).backoff(Duration.ZERO, HOUR).withoutJitter();
        assertThat(none.pauseBefore(1)).isZero();
        assertThat(none.pauseBefore(Integer.MAX_VALUE)).isZero();
        assertThat(Retry.attempts(2).pause(HOUR).pauseBefore(Integer.MAX_VALUE)).isEqualTo(HOUR.toNanos());
    }

    @Test
    void R2_jitterIsFromZeroToTheLimitInclusive() {
        var bounds = new ArrayList<Long>();
        RandomGenerator recorded = new RandomGenerator() {
            @Override
            public long nextLong() {
                bounds.add(0L);
                return -1;
            }

            @Override
            public long nextLong(long bound) {
                bounds.add(bound);
                return bound - 1;
            }
        };
        Retry policy = Retry.attempts(2)
                .backoff(Duration.ofNanos(10), ChronoUnit.FOREVER.getDuration())
                .jitter(recorded);
        assertThat(policy.pauseBefore(1)).isEqualTo(10);
        assertThat(policy.pauseBefore(2)).isEqualTo(20);
        assertThat(policy.pauseBefore(99)).isEqualTo(Long.MAX_VALUE);
        assertThat(bounds).containsExactly(11L, 21L, 0L);
        Retry usual = Retry.attempts(2).backoff(Duration.ofNanos(1), Duration.ofNanos(2));
        assertThat(IntStream.range(0, 1000).mapToLong(n -> usual.pauseBefore(2)).distinct())
                .containsExactlyInAnyOrder(0L, 1L, 2L);
    }

    @Test
    void badPoliciesAreRefused() {
        Retry once = Retry.attempts(1);
        Duration negative = Duration.ofNanos(-1);
        assertThatThrownBy(() -> Retry.attempts(0)).hasMessage("attempts must be at least 1, is 0");
        assertThatThrownBy(() -> once.pause(negative)).hasMessage("time must not be negative, is PT-0.000000001S");
        assertThatThrownBy(() -> once.backoff(negative, HOUR)).hasMessageContaining("first must not be negative");
        assertThatThrownBy(() -> once.backoff(HOUR, SECOND)).hasMessage("cap must be at least PT1H, is PT1S");
        assertThatThrownBy(() -> once.within(negative)).hasMessageContaining("total must not be negative");
    }

    // --- the whole time

    @Test
    void R2_noPauseIsBegunThatWouldEndLater() {
        Retry policy = Retry.attempts(9).pause(SECOND.multipliedBy(4)).within(SECOND.multipliedBy(10));
        Deferred<?> root = started(() -> retry(policy.onRetry(this::note), this::fails));
        backend.advance(SECOND.multipliedBy(8));
        assertThat(trail).containsExactly("1 call 1 4000", "2 call 2 4000");
        assertThat(root.isDone()).isTrue();
        assertThat(failureOf(root)).isSameAs(failures.get(2));
        assertThat(backend.timers()).isZero();
    }

    @Test
    void anAttemptMayBeginAtTheVeryEnd() {
        Deferred<?> root = started(() -> retry(Retry.attempts(9).pause(SECOND).within(SECOND), this::fails));
        backend.advance(SECOND);
        assertThat(calls).hasValue(2);
        assertThat(root.isDone()).isTrue();
    }

    @Test
    void theTimeOfTheAttemptsCounts() {
        Retry policy = Retry.attempts(9).pause(SECOND).within(SECOND.multipliedBy(10));
        Deferred<?> root = started(() -> retry(policy, () -> {
            delay(SECOND.multipliedBy(5));
            return fails();
        }));
        backend.advance(SECOND.multipliedBy(11));
        assertThat(calls).hasValue(2);
        assertThat(root.isDone()).isTrue();
    }

    @Test
    void noTimeAllowsOneAttempt() {
        Retry policy = Retry.attempts(9).pause(Duration.ofMillis(1)).within(Duration.ZERO);
        assertThatThrownBy(() -> retry(policy, this::fails)).hasMessage("call 1");
        Retry atOnce = Retry.attempts(9).within(Duration.ZERO);
        assertThatThrownBy(() -> Async.withBackend(backend, () -> retry(atOnce, this::fails)))
                .hasMessage("call 2"); // also on a clock that stands still
    }

    @Test
    void R2_aPauseIsNotBegunAfterAListenerThatTookTooLong() {
        Retry policy = Retry.attempts(9).pause(SECOND.multipliedBy(4)).within(SECOND.multipliedBy(5));
        Deferred<?> root = started(
                () -> retry(policy.onRetry((attempt, failure, pause) -> delay(SECOND.multipliedBy(3))), this::fails));
        backend.advance(SECOND.multipliedBy(3));
        ManualBackend.until(root::isDone);
        assertThat(calls).hasValue(1);
        assertThat(backend.timers()).isZero();
    }

    // --- cancellation

    @Test
    void R1_aCancellationEndsThePause() {
        Deferred<?> root = started(() -> {
            try {
                return retry(Retry.attempts(9).pause(HOUR), this::fails);
            } catch (CancelledException cancelled) {
                trail.add("cancelled");
                assertThat(cancelled.getSuppressed()).contains(failures.get(0));
                throw cancelled;
            }
        });
        root.cancel();
        ManualBackend.until(root::isDone);
        assertThat(trail).containsExactly("cancelled");
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(calls).hasValue(1);
        assertThat(backend.timers()).isZero();
    }

    @Test
    void R1_aCancelledBodyIsNotRunAgain() {
        Deferred<?> root = started(() -> retry(Retry.attempts(9), () -> {
            calls.incrementAndGet();
            return await(new CompletableFuture<>());
        }));
        root.cancel();
        ManualBackend.until(root::isDone);
        assertThat(calls).hasValue(1);
    }

    @Test
    void R1_aBodyThatAnswersACancellationWithAFailureIsNotRunAgain() {
        Deferred<?> root = started(() -> retry(Retry.attempts(9), () -> {
            try {
                return await(new CompletableFuture<>());
            } catch (CancelledException cancelled) {
                return fails();
            }
        }));
        root.cancel();
        ManualBackend.until(root::isDone);
        assertThat(calls).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void R1_aTimeoutAroundTheWholeCutsIt(boolean inThePause) {
        Retry policy = Retry.attempts(9).pause(inThePause ? HOUR : Duration.ZERO);
        Deferred<?> root = started(() -> withTimeout(
                SECOND,
                () -> retry(policy, () -> {
                    if (calls.get() == 1 && !inThePause) await(new CompletableFuture<>());
                    return fails();
                })));
        backend.advance(SECOND);
        assertThat(failureOf(root)).isInstanceOf(TimeoutException.class);
        assertThat(failureOf(root).getCause().getSuppressed()).contains(failures.get(0));
        assertThat(calls).hasValue(1);
    }

    @Test
    void R1_aTimeoutInsideIsAFailureLikeAnyOther() {
        Deferred<String> root = started(() -> retry(
                Retry.attempts(3),
                () -> withTimeout(
                        SECOND, () -> calls.incrementAndGet() < 3 ? await(new CompletableFuture<>()) : "value")));
        backend.advance(SECOND);
        backend.advance(SECOND);
        assertThat(root.outcome()).isEqualTo(new Outcome.Success<>("value"));
    }

    @Test
    void aCancellationOfSomethingElseIsAFailureLikeAnyOther() {
        var cancelled = new CompletableFuture<String>();
        cancelled.cancel(true);
        String value = retry(
                Retry.attempts(2),
                () -> await(calls.getAndIncrement() == 0 ? cancelled : CompletableFuture.completedFuture("value")));
        assertThat(value).isEqualTo("value");
    }

    // --- streams

    private AsyncStream<Integer> flaky() {
        return Async.stream(out -> {
            int call = calls.get();
            out.emit(call);
            throw failure();
        });
    }

    @Test
    void R3_aStreamIsRestarted() {
        List<Integer> seen = new ArrayList<>();
        assertThatThrownBy(() -> Async.throwing(
                        IOException.class,
                        () -> flaky().retry(Retry.attempts(3)).forEach(seen::add)))
                .isSameAs(failures.get(2))
                .hasSuppressedException(failures.get(1));
        assertThat(seen).containsExactly(0, 1, 2);
    }

    @Test
    void R3_aValueBeginsAgainOnlyWherePolicySaysSo() {
        Retry policy = Retry.attempts(2).onRetry(this::note);
        assertThat(flaky().retry(policy.resetOnValue()).take(5).collect(9)).containsExactly(0, 1, 2, 3, 4);
        assertThat(trail).containsExactly("1 call 1 0", "1 call 2 0", "1 call 3 0", "1 call 4 0");
        calls.set(0);
        assertThatThrownBy(() -> flaky().retry(policy).collect(9)).hasMessageContaining("call 2");
    }

    @Test
    void R3_withoutAValueInBetweenAttemptsAreCounted() {
        AsyncStream<Integer> once = Async.stream(out -> {
            if (calls.get() == 2) out.emit(2);
            throw failure();
        });
        assertThatThrownBy(
                        () -> once.retry(Retry.attempts(4).onRetry(this::note).resetOnValue())
                                .collect(9))
                .hasMessageContaining("call 6");
        assertThat(trail).containsExactly("1 call 1 0", "2 call 2 0", "1 call 3 0", "2 call 4 0", "3 call 5 0");
    }

    @Test
    void R3_aFailureDownstreamIsNotTriedAgain() {
        AsyncStream<Integer> numbers = Async.stream(out -> {
            calls.incrementAndGet();
            out.emit(1);
        });
        assertThatThrownBy(() -> numbers.retry(Retry.attempts(9))
                        .map(n -> {
                            throw new IllegalStateException("downstream");
                        })
                        .collect(1))
                .hasMessage("downstream");
        assertThat(calls).hasValue(1);
    }

    @Test
    void R2_aStreamPausesOnTheClockOfTheBackend() {
        Deferred<List<Integer>> root = started(
                () -> flaky().retry(Retry.attempts(9).pause(HOUR)).take(2).collect(2));
        backend.awaitTimers(1);
        assertThat(calls).hasValue(1);
        backend.advance(HOUR);
        ManualBackend.until(root::isDone);
        assertThat(root.outcome()).isEqualTo(new Outcome.Success<>(List.of(0, 1)));
    }
}
