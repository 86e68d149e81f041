package dev.weft;

import static dev.weft.Publishers.await;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Scope;
import dev.weft.testing.FiringBackend;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;

/** Rows G: the laws that hold for every operation. */
class LawsTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    // --- G1

    @RepeatedTest(100)
    void G01_ofValueErrorAndCancellationExactlyOneIsTheOutcome() {
        var probe = new Probe<String>();
        var failure = new IllegalStateException("error");
        var awaiting = Watched.coroutine(() -> await(probe, AwaitMode.FIRST)).parked();
        var go = new CountDownLatch(3);
        List<Thread> racing = List.of(
                racer(go, () -> probe.next("value")),
                racer(go, () -> probe.fail(failure)),
                racer(go, awaiting::cancel));
        racing.forEach(LawsTest::joined);
        awaiting.joined();
        String outcome = Outcomes.of(awaiting);
        assertThat(outcome).isIn("value", "error", "cancelled");
        assertThat(hooks.discarded).hasSize(outcome.equals("value") ? 0 : 1);
        assertThat(hooks.dropped).hasSize(outcome.equals("error") ? 0 : 1);
        assertThat(probe.cancels.get()).isLessThanOrEqualTo(1);
    }

    /** An outcome in a word. */
    private static final class Outcomes {
        static String of(Watched<String> awaiting) {
            try {
                return awaiting.value();
            } catch (AssertionError threw) {
                return threw.getCause() instanceof CancelledException
                        ? "cancelled"
                        : threw.getCause().getMessage();
            }
        }
    }

    @Test
    void G01_whatNobodyReceivesIsCounted() {
        long discarded = EngineCounter.DISCARDED.sum();
        long dropped = EngineCounter.DROPPED.sum();
        long violations = EngineCounter.VIOLATIONS.sum();
        Flow.Publisher<String> source = new Probe<>(p -> {
            p.subscription();
            p.next("value");
            p.complete();
            p.next("late");
            p.fail(new IllegalStateException("late"));
        });
        assertThat(Async.run(() -> await(source, AwaitMode.ONE))).isEqualTo("value");
        assertThat(EngineCounter.DISCARDED.sum() - discarded).isEqualTo(1);
        assertThat(EngineCounter.DROPPED.sum() - dropped).isEqualTo(1);
        assertThat(EngineCounter.VIOLATIONS.sum() - violations).isEqualTo(2);
    }

    // --- G3, G4

    /** Every suspension point, each with what it would do if it did not look first. */
    private static List<Callable<Object>> suspensionPoints(Runnable effect) {
        Flow.Publisher<String> source = new Flow.Publisher<>() {
            @Override
            public void subscribe(Flow.Subscriber<? super String> subscriber) {
                effect.run();
                subscriber.onComplete();
            }
        };
        Coroutine<String> body = Async.coroutine(() -> {
            effect.run();
            return "ran";
        });
        var ready = CompletableFuture.completedFuture("ready");
        return List.of(
                () -> await(source, AwaitMode.MAYBE),
                () -> Publishers.each(source, 1),
                () -> Async.await(body),
                () -> Async.await(ready),
                () -> Async.awaitFuture(ready),
                () -> Async.<String>awaitCallback(done -> {
                    effect.run();
                    done.resume("called");
                }),
                body::start,
                () -> Async.run(body::await),
                () -> Async.race(body),
                () -> Async.gather(body),
                () -> Async.gatherSettled(body),
                () -> Async.group(g -> {
                    return g.async(() -> "member").await();
                }),
                () -> Async.mapConcurrent(List.of(1), 1, item -> {
                    effect.run();
                    return item;
                }),
                () -> {
                    Async.delay(Duration.ofNanos(1));
                    return null;
                },
                () -> {
                    Async.delay(Duration.ZERO);
                    return null;
                },
                () -> {
                    Async.checkpoint();
                    return null;
                });
    }

    @Test
    void G03_aCancelledScopeThrowsAtEverySuspensionPointAgainAndAgain() {
        var ready = new CountDownLatch(1);
        var threw = new AtomicInteger();
        var effects = new AtomicInteger();
        List<Callable<Object>> points = suspensionPoints(effects::incrementAndGet);
        var body = Watched.coroutine(() -> {
            Latches.awaitUninterruptibly(ready);
            for (int round = 0; round < 3; round++) {
                for (Callable<Object> point : points) {
                    try {
                        point.call();
                    } catch (CancelledException swallowed) {
                        threw.incrementAndGet();
                    }
                }
            }
            return "swallowed all";
        });
        body.cancel();
        ready.countDown();
        assertThat(body.value()).isEqualTo("swallowed all");
        assertThat(threw).hasValue(3 * points.size());
        assertThat(effects).as("G4: what ran all the same").hasValue(0);
        assertThat(body.interruptedAtEnd()).isFalse();
    }

    /** {@return the count, once no coroutine of another test can still be counted: none is cancelled and not over} */
    private static long swallowedSoFar() {
        Watched.until(
                "those of other tests are over",
                () -> Coroutines.dump().entries().stream().allMatch(entry -> entry.cancelled() == null));
        return EngineCounter.CANCEL_SWALLOWED.sum();
    }

    @Test
    void G03_aBodyThatReturnsThoughItWasCancelledEndsAsCancelled() {
        var running = new CountDownLatch(1);
        var ready = new CountDownLatch(1);
        long before = swallowedSoFar();
        Deferred<String> deferred = Async.async(() -> {
            running.countDown();
            Latches.awaitUninterruptibly(ready);
            try {
                Async.checkpoint();
            } catch (CancelledException swallowed) {
                return "all is well";
            }
            return "not cancelled";
        });
        Latches.awaitUninterruptibly(running);
        deferred.cancel();
        ready.countDown();
        assertThatThrownBy(deferred::await).isInstanceOf(CancelledException.class);
        assertThat(deferred.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(hooks.discarded).containsExactly("all is well");
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum() - before).isEqualTo(1);
    }

    @Test
    void G03_aBlockThatReturnsThoughItsTimeoutHasEndedAnAwaitIsCounted() throws Exception {
        long before = swallowedSoFar();
        String result = Async.withTimeout(Duration.ofMillis(1), () -> {
            try {
                return Async.await(new CompletableFuture<String>());
            } catch (RuntimeException swallowed) {
                return "fallback";
            }
        });
        assertThat(result).isEqualTo("fallback");
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum() - before).isEqualTo(1);
    }

    @Test
    void G03_aBlockThatSwallowsTheInterruptOfItsTimeoutIsCounted() throws Exception {
        long before = swallowedSoFar();
        String result = Async.withTimeout(Duration.ofMillis(1), () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException swallowed) {
                return "fallback";
            }
            return "not reached";
        });
        assertThat(result).isEqualTo("fallback");
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum() - before).isEqualTo(1);
    }

    @Test
    void G03_aBlockThatDoesNotNoticeItsTimeoutIsNotCounted() throws Exception {
        long before = swallowedSoFar();
        assertThat(Async.withTimeout(Duration.ZERO, () -> "quick")).isEqualTo("quick");
        boolean flag = Async.withTimeout(Duration.ofMillis(1), () -> {
            while (!Thread.currentThread().isInterrupted()) Thread.onSpinWait();
            return true;
        });
        assertThat(flag).isTrue();
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum()).isEqualTo(before);
    }

    @Test
    void G03_aGroupThatReturnsThoughItsCoroutineWasCancelledIsCounted() {
        var running = new CountDownLatch(1);
        long before = swallowedSoFar();
        Deferred<?> deferred = Async.async(() -> {
            Async.group(members -> {
                running.countDown();
                try {
                    Async.await(new CompletableFuture<>());
                } catch (RuntimeException swallowed) {
                    members.toString();
                }
            });
            Async.checkpoint();
        });
        Latches.awaitUninterruptibly(running);
        deferred.cancel();
        assertThatThrownBy(deferred::await).isInstanceOf(CancelledException.class);
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum() - before).isEqualTo(1);
    }

    @Test
    void G03_aGroupThatEndsTheBodyItselfIsNotCounted() {
        long before = swallowedSoFar();
        Async.group(members -> {
            members.cancel();
            try {
                Async.checkpoint();
            } catch (CancelledException ended) {
                members.toString();
            }
        });
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum()).isEqualTo(before);
    }

    @Test
    void G03_aCoroutineWithoutAResultThatSwallowsItsCancellationIsCounted() {
        var running = new CountDownLatch(1);
        long before = swallowedSoFar();
        Deferred<?> deferred = Async.async(() -> {
            running.countDown();
            try {
                Async.await(new CompletableFuture<>());
            } catch (RuntimeException swallowed) {
                running.countDown();
            }
        });
        Latches.awaitUninterruptibly(running);
        deferred.cancel();
        assertThatThrownBy(deferred::await).isInstanceOf(CancelledException.class);
        assertThat(EngineCounter.CANCEL_SWALLOWED.sum() - before).isEqualTo(1);
    }

    @Test
    void G04_thereIsNoCheckWhenAnOutcomeHasWon() {
        var returned = new AtomicReference<String>();
        var probe = new Probe<String>(p -> {
            p.subscription();
            p.next("value");
            CoroutineTask.current().cancel(Cancellation.Reason.REQUESTED, null, null);
            p.complete();
        });
        var body = Watched.coroutine(() -> {
            returned.set(await(probe, AwaitMode.FIRST));
            Async.checkpoint();
            return "not cancelled";
        });
        assertThat(body.failure()).isInstanceOf(CancelledException.class);
        assertThat(returned).hasValue("value");
    }

    // --- G5

    @Test
    void G05_onlyTheScopeThatWasCancelledAbsorbsItsCancellation() {
        var clock = new FiringBackend(JdkBackend.INSTANCE);
        var trail = new CopyOnWriteArrayList<String>();
        var body = Watched.coroutine(() -> Async.withBackend(clock, () -> {
            try {
                return Async.withTimeout(Duration.ofSeconds(1), () -> {
                    try {
                        return Async.withTimeout(
                                Duration.ofSeconds(2), () -> await(new Probe<String>(), AwaitMode.ONE));
                    } catch (TimeoutException inner) {
                        return "inner absorbed it";
                    } catch (CancelledException passing) {
                        trail.add("passes the inner");
                        throw passing;
                    }
                });
            } catch (TimeoutException outer) {
                Async.checkpoint();
                return "outer absorbed it";
            }
        }));
        body.parked();
        clock.fire(entry -> entry.nanos() == Duration.ofSeconds(1).toNanos());
        assertThat(body.value()).isEqualTo("outer absorbed it");
        assertThat(trail).containsExactly("passes the inner");
    }

    @Test
    void G05_aTimeoutIsNeverTakenForTheCancellationOfTheWhole() {
        var clock = new FiringBackend(JdkBackend.INSTANCE);
        var body = Watched.coroutine(() -> Async.withBackend(clock, () -> {
            String limited =
                    Async.withTimeoutOrNull(Duration.ofSeconds(1), () -> await(new Probe<String>(), AwaitMode.ONE));
            Async.checkpoint();
            return limited == null ? "goes on" : limited;
        }));
        body.parked();
        clock.fire();
        assertThat(body.value()).isEqualTo("goes on");
    }

    @Test
    void G05_theExceptionNamesTheScopeThatWasCancelled() {
        var scope = new AtomicReference<Scope>();
        var body = Watched.coroutine(() -> {
            scope.set(Scope.current());
            return Async.run(() -> await(new Probe<String>(), AwaitMode.ONE));
        });
        body.parked().cancel();
        assertThat(body.failure())
                .isInstanceOfSatisfying(
                        CancelledException.class,
                        cancelled -> assertThat(cancelled.scope()).isSameAs(scope.get()));
    }

    // --- G6

    @Test
    void G06a_aParkedCoroutineIsWokenWithoutAnInterrupt() {
        List<Callable<Object>> waits = List.of(
                () -> await(new Probe<String>(), AwaitMode.ONE),
                () -> Async.await(new CompletableFuture<String>()),
                () -> Async.<String>awaitCallback(done -> {}),
                () -> Publishers.each(new Probe<String>(), 1).hasNext(),
                () -> {
                    Async.delay(Duration.ofDays(1));
                    return null;
                },
                () -> {
                    try (var nested = Publishers.each(new Probe<String>(), 1)) {
                        return Async.run(nested::hasNext);
                    }
                });
        for (Callable<Object> wait : waits) {
            var flag = new AtomicReference<Boolean>();
            var body = Watched.coroutine(() -> {
                try {
                    return wait.call();
                } finally {
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            body.parked().cancel();
            assertThat(body.failure()).isInstanceOf(CancelledException.class);
            assertThat(flag).hasValue(false);
        }
    }

    @Test
    void G06b_aCoroutineInForeignCodeIsInterrupted() {
        var interrupted = new AtomicBoolean();
        var body = Watched.coroutine(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException expected) {
                interrupted.set(true);
            }
            Async.checkpoint();
            return "not cancelled";
        });
        body.parked().cancel();
        assertThat(body.failure()).isInstanceOf(CancelledException.class);
        assertThat(interrupted).isTrue();
        assertThat(body.interruptedAtEnd()).isFalse();
    }

    @Test
    void G06b_aSourceThatBlocksInsideSubscribeIsInterrupted() {
        var probe = new Probe<String>(p -> {
            p.subscription();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException expected) {
                throw new IllegalStateException("interrupted");
            }
        });
        var clock = new FiringBackend(JdkBackend.INSTANCE);
        var body = Watched.coroutine(() -> Async.withBackend(
                clock, () -> Async.withTimeout(Duration.ofSeconds(1), () -> await(probe, AwaitMode.ONE))));
        body.parked();
        clock.fire();
        assertThat(body.failure()).isInstanceOf(TimeoutException.class);
        assertThat(body.interruptedAtEnd()).isFalse();
        assertThat(probe.cancels).hasValue(1);
        assertThat(hooks.dropped).isEmpty();
    }

    @RepeatedTest(20)
    void G06b_noInterruptOfATimeoutComesAfterItsScope() {
        var clock = new FiringBackend(JdkBackend.INSTANCE);
        var rounds = new AtomicInteger();
        var stray = new AtomicInteger();
        var body = Watched.coroutine(() -> Async.withBackend(clock, () -> {
            for (int i = 0; i < 200; i++) {
                Async.withTimeoutOrNull(Duration.ofSeconds(1), () -> {
                    rounds.incrementAndGet();
                    for (int spin = 0; spin < 50; spin++) Thread.onSpinWait();
                    return "done";
                });
                if (Thread.currentThread().isInterrupted()) stray.incrementAndGet();
                Async.checkpoint();
            }
            return "ended";
        }));
        while (!body.hasEnded()) clock.fire();
        assertThat(body.value()).isEqualTo("ended");
        assertThat(rounds).hasValue(200);
        assertThat(stray).hasValue(0);
    }

    @RepeatedTest(50)
    void G06b_noInterruptReachesAShieldOrTheEnd() {
        var running = new CountDownLatch(1);
        var go = new AtomicBoolean();
        var stray = new AtomicBoolean();
        var body = Watched.coroutine(() -> {
            running.countDown();
            until("to go on", go::get);
            Async.shielded(() -> {
                for (int i = 0; i < 100; i++) if (Thread.currentThread().isInterrupted()) stray.set(true);
            });
            return "shielded";
        });
        Latches.awaitUninterruptibly(running);
        go.set(true);
        body.cancel();
        assertThat(body.value()).isEqualTo("shielded");
        assertThat(stray).isFalse();
        body.joined();
    }

    @Test
    void G06b_behindAShieldForeignCodeIsInterruptedAfterAll() {
        var probe = new Probe<String>();
        var interrupted = new AtomicBoolean();
        var body = Watched.coroutine(() -> {
            Async.shielded(() -> await(probe, AwaitMode.ONE));
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException expected) {
                interrupted.set(true);
            }
            return "ended";
        });
        body.parked().cancel();
        body.parked();
        probe.next("value");
        probe.complete();
        assertThat(body.value()).isEqualTo("ended");
        assertThat(interrupted).isTrue();
    }

    @RepeatedTest(30)
    void G06b_twoCancellationsAtOnceNeverCancelMoreThanTheyShould() {
        var clock = new FiringBackend(JdkBackend.INSTANCE);
        var body = Watched.coroutine(() -> Async.withBackend(clock, () -> {
            for (int i = 0; i < 50; i++) {
                Async.withTimeoutOrNull(Duration.ofSeconds(1), () -> {
                    Async.withTimeoutOrNull(Duration.ofSeconds(2), () -> {
                        for (int spin = 0; spin < 50; spin++) Thread.onSpinWait();
                        return await(new Probe<String>(), AwaitMode.ONE);
                    });
                    return await(new Probe<String>(), AwaitMode.ONE);
                });
                Async.checkpoint();
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
            return "not cancelled";
        }));
        Thread other = Thread.ofPlatform().start(() -> {
            while (!body.hasEnded()) {
                clock.fire();
                Thread.yield();
            }
        });
        while (!body.hasEnded()) clock.fire();
        joined(other);
        assertThat(body.value()).isEqualTo("not cancelled");
    }

    @Test
    void G06c_aCoroutineThatCancelsItselfIsNotInterrupted() {
        var flag = new AtomicReference<Boolean>();
        var self = new CompletableFuture<Deferred<String>>();
        Deferred<String> deferred = Async.async(() -> {
            Async.await(self).cancel();
            flag.set(Thread.currentThread().isInterrupted());
            Async.checkpoint();
            return "not cancelled";
        });
        self.complete(deferred);
        assertThatThrownBy(deferred::await).isInstanceOf(CancelledException.class);
        assertThat(flag).hasValue(false);
    }

    @Test
    void G06d_aForeignInterruptCancelsTheCoroutineAndIsConsumed() {
        var again = new AtomicBoolean();
        var body = Watched.coroutine(() -> {
            try {
                return await(new Probe<String>(), AwaitMode.ONE);
            } catch (CancelledException cancelled) {
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                try {
                    Async.checkpoint();
                } catch (CancelledException sticky) {
                    again.set(true);
                }
                throw cancelled;
            }
        });
        body.parked().thread().interrupt();
        assertThat(body.failure())
                .isInstanceOf(CancelledException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(again).isTrue();
    }

    @Test
    void G06d_aForeignInterruptEndsTheAwaitOfAPlainThreadWithTheFlagSet() {
        for (Thread.Builder builder : List.<Thread.Builder>of(Thread.ofVirtual(), Thread.ofPlatform())) {
            var probe = new Probe<String>();
            var body = Watched.thread(builder, () -> await(probe, AwaitMode.ONE));
            body.parked().thread().interrupt();
            assertThat(body.failure())
                    .isInstanceOf(CancelledException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(body.interruptedAtEnd()).isTrue();
            assertThat(probe.cancels).hasValue(1);
        }
    }

    @Test
    void G06d_aForeignInterruptInsideAShieldWaitsForItsEnd() {
        var probe = new Probe<String>();
        var shielded = new AtomicReference<String>();
        var body = Watched.coroutine(() -> {
            shielded.set(Async.shielded(() -> await(probe, AwaitMode.ONE)));
            Async.checkpoint();
            return "not cancelled";
        });
        body.parked().thread().interrupt();
        until("noticed", () -> !body.thread().isInterrupted());
        body.parked();
        probe.next("value");
        probe.complete();
        assertThat(body.failure()).isInstanceOf(CancelledException.class);
        assertThat(shielded).hasValue("value");
    }

    @Test
    void G06e_anInterruptThatIsAlreadyThereKeepsTheAwaitFromSubscribing() {
        var probe = new Probe<String>();
        var inCoroutine = Watched.coroutine(() -> {
            Thread.currentThread().interrupt();
            return await(probe, AwaitMode.ONE);
        });
        assertThat(inCoroutine.failure())
                .isInstanceOf(CancelledException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(inCoroutine.interruptedAtEnd()).isFalse();
        var plain = Watched.thread(Thread.ofVirtual(), () -> {
            Thread.currentThread().interrupt();
            return await(probe, AwaitMode.ONE);
        });
        assertThat(plain.failure()).isInstanceOf(CancelledException.class);
        assertThat(plain.interruptedAtEnd()).isTrue();
        assertThat(probe.isSubscribed()).isFalse();
    }

    // --- G7

    @Test
    void G07_uncheckedExceptionsAndErrorsPassAllBuildersAsTheSameInstance() {
        for (Throwable failure : List.of(new IllegalStateException("a"), new AssertionError("b"))) {
            var failed = CompletableFuture.failedFuture(failure);
            List<Callable<Object>> ways = List.of(
                    () -> Async.run(() -> Async.run(() -> Async.await(failed))),
                    () -> Async.coroutine(() -> Async.await(failed)).await(),
                    () -> Async.coroutine(() -> Async.await(failed)).start().await(),
                    () -> Async.run(() -> Async.async(
                                    () -> Async.async(() -> Async.await(failed)).await())
                            .await()),
                    () -> Async.gather(Async.coroutine(() -> Async.await(failed))),
                    () -> Async.race(Async.coroutine(() -> Async.await(failed))),
                    () -> Async.group(g -> {
                        return g.async(() -> Async.await(failed)).await();
                    }),
                    () -> Async.withTimeout(Duration.ofDays(1), () -> Async.await(failed)),
                    () -> Async.shielded(() -> Async.await(failed)));
            for (Callable<Object> way : ways) assertThatThrownBy(way::call).isSameAs(failure);
        }
    }

    @Test
    void G07_checkedExceptionsComeInOneCarrierFromAllBuilders() {
        var failure = new IOException("disk");
        var failed = CompletableFuture.failedFuture(failure);
        List<Callable<Object>> ways = List.of(
                () -> Async.run(() -> Async.run(() -> Async.await(failed))),
                () -> Async.coroutine(() -> Async.await(failed)).await(),
                () -> Async.coroutine(() -> Async.await(failed)).start().await(),
                () -> Async.coroutine(() -> {
                            throw failure;
                        })
                        .start()
                        .await(),
                () -> Async.run(() -> Async.async(
                                () -> Async.async(() -> Async.await(failed)).await())
                        .await()),
                () -> Async.gather(Async.coroutine(() -> Async.await(failed))),
                () -> Async.race(Async.coroutine(() -> Async.await(failed))),
                () -> Async.group(g -> {
                    return g.async(() -> Async.await(failed)).await();
                }));
        for (Callable<Object> way : ways) {
            assertThatThrownBy(way::call)
                    .isInstanceOf(AwaitException.class)
                    .cause()
                    .isSameAs(failure);
        }
        assertThatThrownBy(() -> Async.run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() ->
                        Async.await(Async.coroutine(() -> Async.await(failed)).start(), IOException.class))
                .isSameAs(failure);
    }

    @Test
    void G07_aHandleHasTheRealFailure() {
        var failure = new IOException("disk");
        Deferred<Object> deferred = Async.async(() -> Async.await(CompletableFuture.failedFuture(failure)));
        assertThatThrownBy(deferred::await).isInstanceOf(AwaitException.class);
        assertThat(deferred.outcome()).isEqualTo(new Outcome.Failure<>(failure));
        assertThat(deferred.toCompletableFuture().exceptionNow()).isSameAs(failure);
    }

    // --- G8

    @Test
    void G08_aSharedExceptionBearsOneMarkerHoweverOftenItIsAwaited() {
        var shared = new IllegalStateException("shared");
        for (int i = 0; i < 10_000; i++) {
            try {
                await(failing(shared), AwaitMode.ONE);
            } catch (IllegalStateException expected) {
                assertThat(expected).isSameAs(shared);
            }
        }
        assertThat(shared.getSuppressed()).hasSize(1);
        assertThat(shared.getSuppressed()[0]).hasMessage("awaited at"); // where, the package traces looks at
    }

    @Test
    void G08_concurrentAwaitersLeaveOneMarker() {
        for (int round = 0; round < 20; round++) {
            var shared = new IllegalStateException("shared");
            var stage = new CompletableFuture<String>();
            List<Watched<String>> awaiting = new ArrayList<>();
            for (int i = 0; i < 16; i++) awaiting.add(Watched.coroutine(() -> Async.await(stage)));
            awaiting.forEach(Watched::parked);
            stage.completeExceptionally(shared);
            assertThat(awaiting).extracting(Watched::failure).containsOnly(shared);
            assertThat(shared.getSuppressed()).hasSize(1);
        }
    }

    @Test
    void G08_anExceptionThatCannotBearAMarkerIsLeftAlone() {
        var withoutTrace = new RuntimeException("no trace", null, true, false) {
            private static final long serialVersionUID = 1;
        };
        var withoutSuppression = new RuntimeException("no suppression", null, false, true) {
            private static final long serialVersionUID = 1;
        };
        for (RuntimeException failure : List.of(withoutTrace, withoutSuppression)) {
            assertThatThrownBy(() -> Async.run(() -> await(failing(failure), AwaitMode.ONE)))
                    .isSameAs(failure);
            assertThat(failure.getSuppressed()).isEmpty();
        }
    }

    // --- G9

    @Test
    void G09_aFatalErrorIsSignalledFirstAndThenReported() {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        var doneBefore = new AtomicReference<Boolean>();
        var self = new CompletableFuture<Deferred<String>>();
        var fatal = new OutOfMemoryError("simulated");
        Deferred<String> deferred = Async.async(() -> {
            Deferred<String> own = Async.await(self);
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {
                doneBefore.set(own.isDone());
                reported.add(thrown);
            });
            throw fatal;
        });
        self.complete(deferred);
        assertThatThrownBy(deferred::await).isSameAs(fatal);
        until("reported", () -> !reported.isEmpty());
        assertThat(reported).containsExactly(fatal);
        assertThat(doneBefore).hasValue(true);
    }

    @Test
    @SuppressWarnings({"removal", "deprecation"})
    void G09_threadDeathIsKnownByItsName() {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        var death = new ThreadDeath();
        Deferred<String> deferred = Async.async(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> reported.add(thrown));
            throw death;
        });
        assertThatThrownBy(deferred::await).isSameAs(death);
        until("reported", () -> !reported.isEmpty());
        assertThat(reported).containsExactly(death);
    }

    // --- G10, G11, G12

    @Test
    void G10_aSignallingThreadRunsNoneOfTheAwaitersCode() {
        var probe = new Probe<String>();
        var continuedOn = new AtomicReference<Thread>();
        var body = Watched.coroutine(() -> {
            await(probe, AwaitMode.FIRST);
            continuedOn.set(Thread.currentThread());
            return "continued";
        });
        body.parked();
        probe.next("value");
        body.joined();
        assertThat(continuedOn).hasValue(body.thread());
    }

    @Test
    void G11_aSynchronousEndlessSourceIsCancelledWhenItCallsBack() {
        var emitting = new CountDownLatch(1);
        var cancelled = new AtomicBoolean();
        var probe = new Probe<Integer>();
        probe.onCancel(() -> cancelled.set(true));
        probe.onRequest(count -> {
            for (int i = 0; !cancelled.get(); i++) {
                probe.next(i);
                emitting.countDown();
            }
        });
        var body = Watched.coroutine(() -> await(probe, AwaitMode.NONE));
        Latches.awaitUninterruptibly(emitting);
        body.cancel();
        assertThat(body.failure()).isInstanceOf(CancelledException.class);
        assertThat(probe.upstream.cancelledBy).isSameAs(body.thread());
        assertThat(probe.cancels).hasValue(1);
    }

    @Test
    void G12_aForeignUnparkEndsNoSuspension() {
        var probe = new Probe<String>();
        var stage = new CompletableFuture<String>();
        List<Watched<String>> waiting = List.of(
                Watched.coroutine(() -> await(probe, AwaitMode.ONE)),
                Watched.coroutine(() -> Async.await(stage)),
                Watched.coroutine(() -> Async.run(() -> {
                    Async.async(() -> Async.await(stage));
                    return "joined";
                })),
                Watched.thread(Thread.ofPlatform(), () -> Async.run(() -> Async.await(stage))));
        for (Watched<String> waiter : waiting) {
            Thread thread = waiter.thread();
            for (int i = 0; i < 20; i++) {
                until("waiting", () -> thread.getState() == Thread.State.WAITING);
                LockSupport.unpark(thread);
            }
        }
        waiting.forEach(Watched::parked);
        probe.next("value");
        probe.complete();
        stage.complete("value");
        assertThat(waiting).extracting(Watched::value).containsExactly("value", "value", "joined", "value");
    }

    // --- G13

    // Two exceptions after a cancellation: an await's context stays, for the hook of values that may still arrive; and
    // an
    // iteration keeps its exception, which names the scope, since every later call must throw the same (E4).
    @ParameterizedTest
    @ValueSource(strings = {"value", "error", "cancel", "early"})
    void G13_aPublisherThatKeepsItsSubscriberKeepsNothingElse(String end) throws Exception {
        var kept = new AtomicReference<Subscriber<?>>();
        for (boolean iterating : new boolean[] {false, true}) {
            List<WeakReference<Object>> gone = awaitedAndEnded(end, iterating, kept);
            until("collected", () -> {
                System.gc();
                return gone.stream().allMatch(reference -> reference.refersTo(null));
            });
            assertThat(kept.get()).isNotNull();
        }
    }

    /** Awaits on a coroutine, in all ways to end, and then no longer refers to it. {@return what must be collectable} */
    private static List<WeakReference<Object>> awaitedAndEnded(
            String end, boolean iterating, AtomicReference<Subscriber<?>> kept) throws Exception {
        var probe = new Probe<Object>();
        var value = new Object();
        var local = new Object();
        var task = new AtomicReference<CoroutineTask<?>>();
        var body = Watched.coroutine(() -> {
            task.set(CoroutineTask.current());
            try {
                if (!iterating) return await(probe, end.equals("early") ? AwaitMode.FIRST : AwaitMode.ONE);
                try (AsyncIterator<Object> values = Publishers.each(probe, 4)) {
                    return values.next();
                }
            } finally {
                local.hashCode();
            }
        });
        body.parked();
        kept.set(probe.subscriber());
        switch (end) {
            case "value" -> {
                probe.next(value);
                probe.complete();
            }
            case "error" -> probe.fail(new IllegalStateException("broken"));
            case "cancel" -> body.cancel();
            default -> probe.next(value);
        }
        body.joined();
        if (!iterating || !end.equals("cancel"))
            assertThat(referredTo(kept.get())).doesNotContain(task.get(), body.thread());
        return List.of(new WeakReference<>(probe), new WeakReference<>(value), new WeakReference<>(local));
    }

    /**
     * {@return all that an object of ours refers to, through objects of ours} The thread of a coroutine is not left to the collector: the
     * JDK itself may still refer to one that has ended.
     */
    private static Set<Object> referredTo(Object root) throws IllegalAccessException {
        Set<Object> found = Collections.newSetFromMap(new IdentityHashMap<>());
        var next = new ArrayDeque<Object>(List.of(root));
        for (Object object = next.poll(); object != null; object = next.poll()) {
            if (!found.add(object) || !object.getClass().getName().startsWith("dev.weft")) continue;
            for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    if (Modifier.isStatic(field.getModifiers())
                            || field.getType().isPrimitive()) continue;
                    field.setAccessible(true);
                    Object value = field.get(object);
                    if (value != null) next.add(value);
                }
            }
        }
        return found;
    }

    // --- G14

    @Test
    void G14_whatHappenedBeforeTheSignalIsSeenAfterTheAwait() {
        for (int i = 1; i < 2_000; i++) {
            var shared = new int[1];
            int written = i;
            var probe = new Probe<String>();
            var body = Watched.coroutine(() -> {
                await(probe, AwaitMode.FIRST);
                return shared[0];
            });
            until("subscribed", () -> !probe.requests.isEmpty());
            shared[0] = written;
            probe.next("value");
            assertThat(body.value()).isEqualTo(written);
        }
    }

    // --- G16

    @Test
    void G16_aCoroutineIsAFreshNamedVirtualThread() {
        Thread run = Async.run(Thread::currentThread);
        Thread one = Async.run(() -> Async.async(Thread::currentThread).await());
        Thread two = Async.run(() -> Async.async(Thread::currentThread).await());
        Thread named = Async.coroutine(Thread::currentThread).named("by hand").await();
        List<Thread> threads = List.of(
                run,
                one,
                two,
                named,
                Async.coroutine(Thread::currentThread).named("by hand").start().await());
        assertThat(threads)
                .doesNotHaveDuplicates()
                .allMatch(Thread::isVirtual)
                .allMatch(thread -> !thread.getName().isEmpty());
        assertThat(threads).extracting(Thread::getName).endsWith("by hand", "by hand");
    }

    @Test
    void G16_aCoroutineHasTheClassLoaderOfItsCreatorAndNoInheritedThreadLocals() throws Exception {
        var inherited = new InheritableThreadLocal<String>();
        var loader = new ClassLoader(null) {};
        var creator = Watched.thread(Thread.ofPlatform(), () -> {
            inherited.set("leaks");
            Thread.currentThread().setContextClassLoader(loader);
            return Async.run(() -> {
                Deferred<String> child = Async.async(() -> {
                    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
                    return inherited.get();
                });
                assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
                assertThat(inherited.get()).isNull();
                return String.valueOf(child.await());
            });
        });
        assertThat(creator.value()).isEqualTo("null");
    }

    // --- G17

    @Test
    void G17_aHookThatThrowsIsReportedOnceAndChangesNothing() {
        var fromHook = new IllegalStateException("hook threw");
        Consumer<Object> throwing = signal -> {
            throw fromHook;
        };
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        var failure = new IllegalStateException("late");
        try (var discard = Hooks.onDiscard(throwing);
                var dropped = Hooks.onDropped(throwing::accept);
                var violation = Hooks.onViolation(throwing::accept)) {
            assertThat(List.of(discard, dropped, violation)).hasSize(3);
            var body = Watched.coroutine(() -> {
                Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> reported.add(thrown));
                Flow.Publisher<String> source = new Probe<>(p -> {
                    p.subscription();
                    p.next("value");
                    p.complete();
                    p.next("late");
                    p.fail(failure);
                });
                return await(source, AwaitMode.ONE);
            });
            assertThat(body.value()).isEqualTo("value");
            assertThat(reported).containsExactly(fromHook, fromHook, fromHook, fromHook);
        }
        assertThat(hooks.discarded).isEmpty();
    }

    @Test
    void G17_anUncaughtHandlerThatThrowsChangesNothingEither() {
        var body = Watched.coroutine(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {
                throw new IllegalStateException("handler threw");
            });
            try (var discard = Hooks.onDiscard(value -> {
                throw new IllegalStateException("hook threw");
            })) {
                assertThat(discard).isNotNull();
                return await(
                        new Probe<String>(p -> {
                            p.subscription();
                            p.next("first");
                            p.next("second");
                            p.complete();
                        }),
                        AwaitMode.LAST);
            }
        });
        assertThat(body.value()).isEqualTo("second");
    }

    // --- G19

    @Test
    void G19_durationsSaturate() {
        assertThat(Async.nanos(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
        assertThat(Async.nanos(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
        assertThat(Async.nanos(Duration.ofDays(400 * 365))).isEqualTo(Long.MAX_VALUE);
        assertThat(Async.nanos(Duration.ofMillis(-1))).isNegative();
    }

    @Test
    void G19_whatIsLongerThanALifetimeNeedsNoTimer() {
        var clock = new FiringBackend(JdkBackend.INSTANCE);
        var body = Watched.coroutine(() -> Async.withBackend(
                clock,
                () -> Async.withTimeout(Duration.ofSeconds(Long.MAX_VALUE), () -> {
                    Async.delay(Duration.ofSeconds(Long.MAX_VALUE));
                    return "ended";
                })));
        body.parked();
        assertThat(clock.entries).isEmpty();
        body.cancel();
        assertThat(body.failure()).isInstanceOf(CancelledException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void G19_aLimitThatIsOverThrowsAtTheFirstSuspensionPointOnly(long seconds) throws Exception {
        Duration over = Duration.ofSeconds(seconds);
        assertThat(Async.withTimeout(over, () -> "computed")).isEqualTo("computed");
        assertThatThrownBy(() -> Async.withTimeout(over, Async::checkpoint)).isInstanceOf(TimeoutException.class);
        assertThat(Async.run(() -> Async.<String, RuntimeException>withTimeoutOrNull(over, () -> {
                    Async.checkpoint();
                    return "not over";
                })))
                .isNull();
        Async.run(() -> Async.delay(over));
    }

    @Test
    void G19_oneTimerEntryPerScopeIsGoneWhenItIsLeft() throws Exception {
        var clock = new FiringBackend(JdkBackend.INSTANCE);
        Async.<Exception>withBackend(clock, () -> {
            for (int i = 0; i < 1_000; i++) {
                Async.withTimeout(Duration.ofDays(1), () -> {
                    assertThat(clock.entries).hasSize(1);
                    await(of("a"), AwaitMode.ONE);
                    await(of("b"), AwaitMode.ONE);
                });
            }
        });
        assertThat(clock.entries).isEmpty();
    }

    // --- G20

    @Test
    void G20_aMillionSynchronousAwaitsNeedNoDepth() {
        long sum = Async.run(() -> {
            long total = 0;
            for (int i = 0; i < 1_000_000; i++) {
                int value = i;
                total += LawsTest.<Integer>just(value);
            }
            return total;
        });
        assertThat(sum).isEqualTo(499_999_500_000L);
    }

    private static <T> T just(T value) {
        Flow.Publisher<T> source = to -> {
            to.onSubscribe(NOTHING);
            to.onNext(value);
            to.onComplete();
        };
        return await(source, AwaitMode.ONE);
    }

    private static final Flow.Subscription NOTHING = new Flow.Subscription() {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    };

    @Test
    void G20_aDeepTreeOfCoroutinesIsCancelledWithoutDepth() {
        int depth = 10_000;
        var deepest = new CountDownLatch(1);
        var ended = new AtomicInteger();
        Deferred<Integer> root = Async.async(() -> descend(depth, deepest, ended));
        Latches.awaitUninterruptibly(deepest);
        var cancelling = Watched.thread(Thread.ofPlatform().name("small").stackSize(128 * 1024), root::cancel);
        assertThat(cancelling.value()).isTrue();
        until("ended", root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(ended).hasValue(depth);
    }

    private static int descend(int left, CountDownLatch deepest, AtomicInteger ended) {
        try {
            if (left == 1) {
                deepest.countDown();
                return Async.await(new CompletableFuture<>());
            }
            return Async.async(() -> descend(left - 1, deepest, ended)).await();
        } finally {
            ended.incrementAndGet();
        }
    }

    @Test
    void G20_aWideTreeOfCoroutinesIsCancelledAtOnce() {
        int width = 20_000;
        var started = new CountDownLatch(width);
        var ended = new AtomicInteger();
        Deferred<Object> root = Async.async(() -> Async.group(g -> {
            for (int i = 0; i < width; i++) {
                g.async(() -> {
                    try {
                        started.countDown();
                        Async.await(new CompletableFuture<>());
                    } finally {
                        ended.incrementAndGet();
                    }
                });
            }
            return Async.await(new CompletableFuture<>());
        }));
        Latches.awaitUninterruptibly(started);
        root.cancel();
        until("ended", root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(ended).hasValue(width);
    }

    @Test
    void G20_aDeepNestOfScopesOnOneThreadIsCancelledWithoutDepth() {
        var deepest = new CountDownLatch(1);
        var body = Watched.coroutine(() -> nest(200, deepest));
        Latches.awaitUninterruptibly(deepest);
        body.parked().cancel();
        assertThat(body.failure()).isInstanceOf(CancelledException.class);
    }

    private static String nest(int left, CountDownLatch deepest) {
        if (left > 0) return Async.run(() -> nest(left - 1, deepest));
        deepest.countDown();
        return await(new Probe<>(), AwaitMode.ONE);
    }

    // --- what the tests share

    private static Flow.Publisher<String> of(String value) {
        return new Probe<>(p -> {
            p.subscription();
            p.next(value);
            p.complete();
        });
    }

    private static Flow.Publisher<String> failing(Throwable failure) {
        return new Probe<>(p -> {
            p.subscription();
            p.fail(failure);
        });
    }

    private static Thread racer(CountDownLatch go, Runnable action) {
        return Thread.ofPlatform().start(() -> {
            Latches.race(go);
            action.run();
        });
    }

    private static void joined(Thread thread) {
        until("joined", () -> !thread.isAlive());
    }
}
