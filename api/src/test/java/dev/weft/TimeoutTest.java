package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.remainingTime;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.ManualBackend.threadOf;
import static dev.weft.ManualBackend.until;
import static dev.weft.ManualBackend.untilParked;
import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timeouts, rows I of the promises. */
class TimeoutTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration LONG = Duration.ofDays(1);

    private final ManualBackend backend = new ManualBackend();

    @Test
    void I1_theTimeoutEndsWhatItGuards() {
        var trail = new CopyOnWriteArrayList<String>();
        Deferred<String> root = backend.start(() -> {
            try {
                return withTimeout(SECOND, () -> {
                    try {
                        delay(LONG);
                    } finally {
                        trail.add("unwound");
                    }
                    return "not reached";
                });
            } catch (TimeoutException thrown) {
                checkpoint();
                return thrown.getMessage();
            }
        });
        backend.awaitTimers(2);
        backend.advance(Duration.ofMillis(999));
        assertThat(root.isDone()).isFalse();
        backend.advance(Duration.ofMillis(1));
        assertThat(root.await()).contains("PT1S");
        assertThat(trail).containsExactly("unwound");
        assertThat(backend.timers()).isZero();
    }

    @Test
    void I1_theInnerTimeoutIsNotTheOuterOne() {
        var caught = new AtomicBoolean();
        Deferred<String> root = backend.start(() -> withTimeout(MINUTE, () -> {
            try {
                return withTimeout(SECOND, () -> {
                    delay(LONG);
                    return "not reached";
                });
            } catch (TimeoutException inner) {
                caught.set(true);
                delay(SECOND);
                return "went on";
            }
        }));
        backend.awaitTimers(3);
        backend.advance(SECOND);
        until(caught::get);
        backend.awaitTimers(2);
        backend.advance(SECOND);
        assertThat(root.await()).isEqualTo("went on");
    }

    @Test
    void I1_theOuterTimeoutPassesThroughTheInnerOne() {
        var trail = new CopyOnWriteArrayList<String>();
        Deferred<String> root = backend.start(() -> {
            try {
                return withTimeout(SECOND, () -> {
                    try {
                        return withTimeout(MINUTE, () -> {
                            delay(LONG);
                            return "not reached";
                        });
                    } catch (TimeoutException inner) {
                        trail.add("inner");
                        throw inner;
                    }
                });
            } catch (TimeoutException outer) {
                return outer.getMessage();
            }
        });
        backend.awaitTimers(3);
        backend.advance(SECOND);
        assertThat(root.await()).contains("PT1S");
        assertThat(trail).isEmpty();
        assertThat(backend.timers()).isZero();
    }

    @Test
    void I1_theCancellationOfTheCoroutineIsNoTimeout() {
        var thrown = new AtomicReference<Throwable>();
        Deferred<String> root = backend.start(() -> {
            try {
                return withTimeout(SECOND, () -> {
                    delay(LONG);
                    return "not reached";
                });
            } catch (Exception caught) {
                thrown.set(caught);
                throw caught;
            }
        });
        backend.awaitTimers(2);
        root.cancel();
        until(root::isDone);
        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
    }

    @Test
    void I1_aFailureOfTheBodyPassesAlsoBehindTheDeadline() {
        var disk = new IOException("disk");
        Deferred<String> root = backend.start(() -> withTimeout(SECOND, () -> {
            try {
                delay(LONG);
            } catch (CancelledException noticed) {
                Thread.onSpinWait();
            }
            throw disk;
        }));
        backend.awaitTimers(2);
        backend.advance(SECOND);
        assertThatThrownBy(root::await).isInstanceOf(AwaitException.class).hasCause(disk);
    }

    @Test
    void I1_whatABlockingCallThrowsThatItHasInterruptedIsTheTimeout() {
        var answers = new IOException("Closed by interrupt");
        Deferred<String> root = backend.start(() -> withTimeout(SECOND, () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                throw answers;
            }
            return "not reached";
        }));
        backend.awaitTimers(1);
        untilParked(threadOf(root));
        backend.advance(SECOND);
        assertThatThrownBy(root::await)
                .isInstanceOf(AwaitException.class)
                .cause()
                .isInstanceOf(TimeoutException.class)
                .hasCause(answers);
    }

    @Test
    void I1_anErrorIsNeverTheTimeout() {
        var failure = new AssertionError("broken");
        Deferred<String> root = backend.start(() -> withTimeout(SECOND, () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                throw failure;
            }
            return "not reached";
        }));
        backend.awaitTimers(1);
        untilParked(threadOf(root));
        backend.advance(SECOND);
        assertThatThrownBy(root::await).isSameAs(failure);
    }

    @Test
    void I1_itEndsAForeignWaitAndLeavesNoInterrupt() {
        Deferred<Boolean> root = backend.start(() -> {
            try {
                withTimeout(SECOND, () -> new CountDownLatch(1).await());
                throw new AssertionError("not reached");
            } catch (TimeoutException timedOut) {
                return Thread.currentThread().isInterrupted();
            }
        });
        backend.awaitTimers(1);
        untilParked(threadOf(root));
        backend.advance(SECOND);
        assertThat(root.await()).isFalse();
    }

    @Test
    void I1_itCancelsWhatWasStartedInside() {
        var cancelled = new AtomicBoolean();
        Deferred<String> root = backend.start(() -> withTimeout(SECOND, () -> {
            async(() -> {
                try {
                    delay(LONG);
                } catch (CancelledException thrown) {
                    cancelled.set(true);
                    throw thrown;
                }
            });
            return "incomplete";
        }));
        backend.awaitTimers(2);
        untilParked(threadOf(root));
        backend.advance(SECOND);
        assertThatThrownBy(root::await).hasCauseInstanceOf(TimeoutException.class);
        assertThat(cancelled).isTrue();
        assertThat(backend.discarded()).containsExactly("incomplete");
    }

    @Test
    void I2_aBlockThatHasFinishedReturnsItsValueAlsoPastTheDeadline() {
        var expired = new CompletableFuture<Void>();
        Deferred<String> root = backend.start(() -> {
            String value = withTimeout(SECOND, () -> {
                until(expired::isDone);
                return "late";
            });
            checkpoint();
            return value;
        });
        backend.awaitTimers(1);
        backend.advance(MINUTE);
        expired.complete(null);
        assertThat(root.await()).isEqualTo("late");
        assertThat(backend.discarded()).isEmpty();
    }

    @Test
    void I2_aMemberThatHadFinishedBeforeTheDeadlineDoesNotMatter() {
        var finished = new AtomicBoolean();
        var expired = new CompletableFuture<Void>();
        Deferred<String> root = backend.start(() -> withTimeout(SECOND, () -> {
            Deferred<String> member = async(() -> "member");
            until(member::isDone);
            finished.set(true);
            until(expired::isDone);
            return member.outcome().getOrThrow();
        }));
        until(finished::get);
        backend.advance(MINUTE);
        expired.complete(null);
        assertThat(root.await()).isEqualTo("member");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT-2562047788015215H-30M-8S"})
    void I3_whatHasExpiredThrowsAtTheFirstCheckpoint(String limit) {
        Duration expired = Duration.parse(limit);
        var registered = new AtomicBoolean();
        assertThatThrownBy(() -> run(() -> withTimeout(expired, () -> awaitCallback(done -> registered.set(true)))))
                .isInstanceOf(TimeoutException.class);
        assertThat(registered).isFalse();
        assertThat(run(() -> withTimeoutOrNull(expired, () -> {
                    checkpoint();
                    return "not reached";
                })))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT-2562047788015215H-30M-8S"})
    void I3_aBlockWithoutACheckpointCompletesAlthoughItHasExpired(String limit) throws TimeoutException {
        String value = withTimeout(Duration.parse(limit), () -> "value");
        assertThat(value).isEqualTo("value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT2562047788015215H30M7.999999999S", "PT2600000H"})
    void I3_anEnormousLimitIsNoLimit(String limit) throws TimeoutException {
        String value = withBackend(
                backend,
                () -> withTimeout(Duration.parse(limit), () -> {
                    delay(Duration.ZERO);
                    return "value " + backend.timers();
                }));
        assertThat(value).isEqualTo("value 0");
    }

    @Test
    void I3_aLimitJustBelowTheGreatestIsALimit() throws TimeoutException {
        int timers =
                withBackend(backend, () -> withTimeout(Duration.ofNanos(Long.MAX_VALUE - 1), () -> backend.timers()));
        assertThat(timers).isOne();
    }

    @Test
    void I3_anEnormousLimitOfRealTimeDoesNotExpire() throws TimeoutException {
        String value = withTimeout(Duration.ofNanos(Long.MAX_VALUE - 1), () -> {
            delay(Duration.ofMillis(1));
            return "value";
        });
        assertThat(value).isEqualTo("value");
    }

    @Test
    void I4_theFormThatGivesNull() {
        Deferred<String> root = backend.start(() -> withTimeoutOrNull(SECOND, () -> {
            delay(LONG);
            return "not reached";
        }));
        backend.awaitTimers(2);
        backend.advance(SECOND);
        assertThat(root.await()).isNull();
    }

    @Test
    void I4_theBodysOwnTimeoutExceptionIsNotTakenForOurs() {
        var own = new TimeoutException("of the body");
        assertThatThrownBy(() -> run(() -> withTimeoutOrNull(SECOND, () -> {
                    throw own;
                })))
                .isSameAs(own);
        Deferred<Object> root = backend.start(() -> withTimeoutOrNull(SECOND, () -> {
            backend.advance(MINUTE);
            throw own;
        }));
        assertThatThrownBy(root::await).hasCause(own);
    }

    @Test
    void I4_anInnerTimeoutPassesThroughAnOuterOneThatGivesNull() {
        Deferred<Object> root = backend.start(() -> withTimeoutOrNull(
                MINUTE,
                () -> withTimeout(SECOND, () -> {
                    delay(LONG);
                    return "not reached";
                })));
        backend.awaitTimers(3);
        backend.advance(SECOND);
        assertThatThrownBy(root::await).hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void I4_theDeadlineCanBeMovedFromInside() {
        var reset = new CompletableFuture<Void>();
        Deferred<String> root = backend.start(() -> withTimeoutOrNull(SECOND, () -> {
            await(reset);
            resetTimeout(MINUTE);
            delay(LONG);
            return "not reached";
        }));
        backend.awaitTimers(1);
        backend.advance(Duration.ofMillis(999));
        reset.complete(null);
        backend.awaitTimers(2);
        backend.advance(MINUTE.minusNanos(1));
        assertThat(root.isDone()).isFalse();
        backend.advance(Duration.ofNanos(1));
        assertThat(root.await()).isNull();
        assertThat(backend.timers()).isZero();
    }

    @Test
    void I4_theInnermostDeadlineIsMoved() {
        Deferred<String> root = backend.start(() -> withTimeoutOrNull(
                SECOND,
                () -> withTimeoutOrNull(SECOND, () -> {
                            group(g -> {
                                resetTimeout(LONG);
                            });
                            delay(LONG);
                            return "not reached";
                        })
                        + " inner"));
        backend.awaitTimers(3);
        backend.advance(SECOND);
        assertThat(root.await()).isNull();
    }

    @Test
    void I4_thereIsNothingToMoveOutsideOrInAChild() {
        assertThatThrownBy(() -> resetTimeout(SECOND)).isExactlyInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> run(() -> resetTimeout(SECOND))).isExactlyInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> run(() -> withTimeout(
                        LONG, () -> async(() -> resetTimeout(SECOND)).await())))
                .isExactlyInstanceOf(IllegalStateException.class);
    }

    @Test
    void I5_anExpiryInsideAShieldTakesEffectBehindIt() {
        var cleanUp = new CompletableFuture<Void>();
        var trail = new CopyOnWriteArrayList<String>();
        Deferred<String> root = backend.start(() -> withTimeoutOrNull(SECOND, () -> {
            shielded(() -> await(cleanUp));
            trail.add("shield");
            checkpoint();
            trail.add("behind");
            return "not reached";
        }));
        backend.awaitTimers(2);
        backend.advance(SECOND);
        cleanUp.complete(null);
        assertThat(root.await()).isNull();
        assertThat(trail).containsExactly("shield");
    }

    /** The failure comes out as it is. To suppress the timeout in it would grow an exception that is not ours, which G8 forbids. */
    @Test
    void I5_aFailureThatWasThrownFirstWins() {
        var failure = new IllegalStateException("inner");
        var expired = new CompletableFuture<Void>();
        Deferred<String> root = backend.start(() -> withTimeout(SECOND, () -> {
            var inside = new CompletableFuture<Void>();
            async(() -> shielded(() -> {
                inside.complete(null);
                await(expired);
            }));
            await(inside);
            throw failure;
        }));
        backend.awaitTimers(3); // the limit, the shield's and, now that the body has failed, the one for stragglers
        backend.advance(SECOND);
        expired.complete(null);
        assertThatThrownBy(root::await).isSameAs(failure);
    }

    /** The interrupt met foreign code, which may have answered it: there is no way to know. The failure is not lost. */
    @Test
    void I5_aFailureThatWasThrownFirstIsTheCauseWhereItsCleanUpWasInterrupted() {
        var failure = new IllegalStateException("inner");
        var expired = new CompletableFuture<Void>();
        Deferred<String> root = backend.start(() -> withTimeout(SECOND, () -> {
            try {
                throw failure;
            } finally {
                until(expired::isDone);
            }
        }));
        backend.awaitTimers(1);
        backend.advance(SECOND);
        expired.complete(null);
        assertThatThrownBy(root::await)
                .isInstanceOf(AwaitException.class)
                .cause()
                .isInstanceOf(TimeoutException.class)
                .hasCause(failure);
    }

    @Test
    void I5_aFailureInTheCleanUpBehindTheExpiryReplacesIt() {
        var failure = new IllegalStateException("clean-up");
        Deferred<String> root = backend.start(() -> withTimeout(SECOND, () -> {
            try {
                delay(LONG);
            } catch (CancelledException cancelled) {
                throw failure;
            }
            return "not reached";
        }));
        backend.awaitTimers(2);
        backend.advance(SECOND);
        assertThatThrownBy(root::await).isSameAs(failure);
    }

    @Test
    void I6_oneEntryPerScopeAndNoneIsLeft() throws TimeoutException {
        List<Integer> timers = new ArrayList<>();
        withBackend(
                backend,
                () -> withTimeout(SECOND, () -> {
                    for (int i = 0; i < 1000; i++) {
                        var stage = new CompletableFuture<String>();
                        async(() -> stage.complete("value"));
                        await(stage);
                        timers.add(backend.timers());
                    }
                }));
        assertThat(timers).hasSize(1000).containsOnly(1);
        assertThat(backend.timers()).isZero();
    }

    @Test
    void I6_aMillionTimeoutsLeaveNoEntry() {
        withBackend(backend, () -> {
            for (int i = 0; i < 1_000_000; i++) {
                int number = i;
                withTimeoutOrNull(SECOND, () -> number);
            }
        });
        assertThat(backend.timers()).isZero();
    }

    @Test
    void I6_theEntryIsRemovedHoweverTheBlockEnds() {
        assertThatThrownBy(() -> withBackend(
                        backend,
                        () -> withTimeout(SECOND, () -> {
                            throw new IOException("disk");
                        })))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> withBackend(
                        backend,
                        () -> withTimeout(SECOND, () -> {
                            throw new AssertionError("error");
                        })))
                .isInstanceOf(AssertionError.class);
        assertThat(backend.timers()).isZero();
    }

    @Test
    void I7_aBodyThatDoesNotCooperateIsCountedAsAnOverrun() {
        long before = EngineCounter.TIMEOUT_OVERRUNS.sum();
        var expired = new AtomicBoolean();
        Deferred<String> root = backend.start(() -> withTimeoutOrNull(SECOND, () -> {
            until(expired::get);
            long start = System.nanoTime();
            until(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(1001));
            checkpoint();
            return "not reached";
        }));
        backend.awaitTimers(1);
        backend.advance(SECOND);
        expired.set(true);
        assertThat(root.await()).isNull();
        assertThat(EngineCounter.TIMEOUT_OVERRUNS.sum()).isEqualTo(before + 1);
    }

    @Test
    void onAPlainThreadItIsAsIfRunWereAroundIt() {
        assertThatThrownBy(() -> withTimeout(Duration.ofMillis(1), () -> delay(LONG)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("PT0.001S");
    }

    // --- what is left

    @Test
    void I8_withoutALimitNothingIsLeftToSay() throws TimeoutException {
        assertThat(remainingTime()).isEmpty();
        run(() -> assertThat(remainingTime()).isEmpty());
        withTimeout(
                Duration.ofSeconds(Long.MAX_VALUE),
                () -> assertThat(remainingTime()).isEmpty());
    }

    @Test
    void I8_theNearestLimitCounts() throws TimeoutException {
        withTimeout(Duration.ofHours(1), () -> {
            assertLeft(Duration.ofHours(1));
            withTimeout(Duration.ofHours(2), () -> assertLeft(Duration.ofHours(1)));
            withTimeout(Duration.ofMinutes(1), () -> assertLeft(Duration.ofMinutes(1)));
            resetTimeout(Duration.ofMinutes(5));
            assertLeft(Duration.ofMinutes(5));
        });
    }

    @Test
    void I8_aMemberSeesTheLimitsAroundItAndAlsoWhenTheyMove() throws TimeoutException {
        withTimeout(Duration.ofHours(1), () -> {
            var seen = new CountDownLatch(1);
            var moved = new CountDownLatch(1);
            Deferred<?> member = async(() -> group(inner -> {
                inner.async(() -> {
                    assertLeft(Duration.ofHours(1));
                    seen.countDown();
                    Latches.await(moved);
                    assertLeft(Duration.ofMinutes(1));
                });
            }));
            Latches.await(seen);
            resetTimeout(Duration.ofMinutes(1));
            moved.countDown();
            member.await();
        });
    }

    @Test
    void I8_aShieldHidesTheLimitsOutsideOfIt() throws TimeoutException {
        withTimeout(
                Duration.ofMinutes(1),
                () -> shielded(() -> {
                    assertThat(remainingTime()).isEmpty();
                    async(() -> assertThat(remainingTime()).isEmpty()).await();
                    withTimeout(Duration.ofHours(1), () -> assertLeft(Duration.ofHours(1)));
                }));
    }

    @Test
    void I8_whatHasPassedIsZero() throws TimeoutException {
        withTimeout(Duration.ofDays(-100_000), () -> assertThat(remainingTime()).hasValue(Duration.ZERO));
        withTimeoutOrNull(Duration.ofMillis(1), () -> {
            catchThrowable(() -> delay(LONG));
            assertThat(remainingTime()).hasValue(Duration.ZERO);
            return 1;
        });
    }

    private static void assertLeft(Duration most) {
        assertThat(remainingTime()).get().satisfies(left -> assertThat(left).isBetween(most.minusSeconds(50), most));
    }
}
