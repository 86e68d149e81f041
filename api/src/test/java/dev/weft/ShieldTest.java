package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.delay;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.ManualBackend.threadOf;
import static dev.weft.ManualBackend.until;
import static dev.weft.ManualBackend.untilParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Shields, rows J of the promises. */
class ShieldTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofDays(1);

    private final ManualBackend backend = new ManualBackend();
    private final CopyOnWriteArrayList<String> trail = new CopyOnWriteArrayList<>();

    @Test
    void J1_cancellationFromOutsideIsNotSeenInside() {
        var go = new CompletableFuture<Void>();
        Deferred<?> root = backend.start(() -> {
            shielded(() -> {
                await(go);
                checkpoint();
                delay(Duration.ofNanos(1));
                trail.add("inside");
            });
            trail.add("outside");
            checkpoint();
            trail.add("not cancelled");
            return null;
        });
        backend.awaitTimers(1);
        root.cancel();
        go.complete(null);
        backend.awaitTimers(2);
        backend.advance(Duration.ofNanos(1));
        until(root::isDone);
        assertThat(trail).containsExactly("inside", "outside");
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
    }

    @Test
    void J1_noInterruptArrivesInside() {
        var go = new CountDownLatch(1);
        Deferred<?> root = backend.start(() -> {
            shielded(() -> {
                go.await();
                trail.add("interrupted: " + Thread.currentThread().isInterrupted());
            });
            return null;
        });
        untilParked(threadOf(root));
        root.cancel();
        go.countDown();
        until(root::isDone);
        assertThat(trail).containsExactly("interrupted: false");
    }

    @Test
    void J1_theCleanUpOfACancelledCoroutineMayAwaitAndStartChildren() {
        var cleanUp = new CompletableFuture<String>();
        Deferred<?> root = backend.start(() -> {
            try {
                delay(LONG);
            } finally {
                shielded(() -> {
                    Deferred<String> child = async(() -> await(cleanUp));
                    trail.add(child.await());
                });
            }
            return null;
        });
        backend.awaitTimers(1);
        root.cancel();
        cleanUp.complete("cleaned up");
        until(root::isDone);
        assertThat(trail).containsExactly("cleaned up");
    }

    @Test
    void J1_aTimeoutInsideWorks() {
        Deferred<?> root = backend.start(() -> {
            shielded(() -> {
                Object value = withTimeoutOrNull(SECOND, () -> {
                    delay(LONG);
                    return "not reached";
                });
                trail.add("timed out: " + (value == null));
                checkpoint();
            });
            trail.add("behind");
            return null;
        });
        backend.awaitTimers(3);
        root.cancel();
        backend.advance(SECOND);
        until(root::isDone);
        assertThat(trail).containsExactly("timed out: true", "behind");
    }

    @Test
    void J1_aForeignWaitBehindTheShieldIsWoken() {
        var go = new CompletableFuture<Void>();
        Deferred<?> root = backend.start(() -> {
            shielded(() -> await(go));
            new CountDownLatch(1).await();
            return null;
        });
        backend.awaitTimers(1);
        root.cancel();
        go.complete(null);
        until(root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
    }

    @Test
    void J2_anInterruptThatCameBeforeIsThereAgainBehind() {
        var flags = new CopyOnWriteArrayList<Boolean>();
        Deferred<?> root = backend.start(() -> {
            Thread.currentThread().interrupt();
            try {
                shielded(() -> {
                    flags.add(Thread.currentThread().isInterrupted());
                    checkpoint();
                    throw new IOException("thrown inside");
                });
            } catch (IOException thrown) {
                flags.add(Thread.currentThread().isInterrupted());
            }
            checkpoint();
            return null;
        });
        until(root::isDone);
        assertThat(flags).containsExactly(false, true);
        assertThat(root.state()).isEqualTo(Deferred.State.FAILED);
    }

    @Test
    void J2_aForeignInterruptInsideCancelsTheCoroutineBehind() {
        var go = new CompletableFuture<Void>();
        Deferred<?> root = backend.start(() -> {
            shielded(() -> {
                await(go);
                checkpoint();
                trail.add("inside");
            });
            trail.add("outside");
            checkpoint();
            trail.add("not cancelled");
            return null;
        });
        backend.awaitTimers(1);
        untilParked(threadOf(root));
        threadOf(root).interrupt();
        until(() -> ((Handle<?>) root).member.scope().cancellation() != null);
        go.complete(null);
        until(root::isDone);
        assertThat(trail).containsExactly("inside", "outside");
        assertThat(root.state()).isEqualTo(Deferred.State.FAILED);
    }

    @Test
    void J3_theResultIsReturnedAndTheNextCheckpointThrows() {
        var go = new CompletableFuture<String>();
        Deferred<?> root = backend.start(() -> {
            trail.add(shielded(() -> await(go)));
            delay(LONG);
            return null;
        });
        backend.awaitTimers(1);
        root.cancel();
        go.complete("result");
        until(root::isDone);
        assertThat(trail).containsExactly("result");
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(backend.discarded()).isEmpty();
    }

    @Test
    void J3_aShieldMayBeEnteredThoughCancelledAndIsNoCheckpoint() {
        var ready = new AtomicReference<Deferred<?>>();
        Deferred<?> root = backend.start(() -> {
            until(() -> ready.get() != null);
            ready.get().cancel();
            trail.add(shielded(() -> "entered"));
            trail.add("left");
            return null;
        });
        ready.set(root);
        until(root::isDone);
        assertThat(trail).containsExactly("entered", "left");
    }

    @Test
    void J4_aLongShieldWithoutATimeoutIsReported() {
        var go = new CompletableFuture<Void>();
        try (var log = new LibraryLog()) {
            Deferred<?> root = backend.start(() -> {
                shielded(() -> await(go));
                return null;
            });
            backend.awaitTimers(1);
            backend.advance(Duration.ofMillis(4999));
            assertThat(log.lines()).isEmpty();
            backend.advance(Duration.ofMillis(1));
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).contains("5 s", "ShieldTest");
            go.complete(null);
            root.await();
        }
    }

    @Test
    void J4_aShieldWithATimeoutOfItsOwnIsNotReported() {
        var go = new CompletableFuture<Void>();
        try (var log = new LibraryLog()) {
            Deferred<?> root = backend.start(() -> {
                shielded(() -> withTimeout(LONG, () -> await(go)));
                return null;
            });
            backend.awaitTimers(2);
            backend.advance(Duration.ofMinutes(1));
            go.complete(null);
            root.await();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void J4_eachOfNestedShieldsIsReported() {
        var go = new CompletableFuture<Void>();
        try (var log = new LibraryLog()) {
            Deferred<?> root = backend.start(() -> {
                shielded(() -> {
                    shielded(() -> {});
                    shielded(() -> shielded(() -> await(go)));
                });
                return null;
            });
            backend.awaitTimers(3);
            backend.advance(Duration.ofSeconds(5));
            go.complete(null);
            root.await();
            assertThat(log.lines()).hasSize(3);
        }
    }

    @Test
    void J4_aShieldIsWatchedFromItsFirstWaitOn() {
        var go = new CompletableFuture<Void>();
        Deferred<Integer> root = backend.start(() -> shielded(() -> {
            await(CompletableFuture.completedFuture("ready"));
            int before = backend.timers();
            await(go);
            return before;
        }));
        backend.awaitTimers(1);
        go.complete(null);
        assertThat(root.await()).isZero();
    }

    /** On a clock that also says what time it is. */
    private static ManualBackend onVirtualClock() {
        return new ManualBackend() {
            private final VirtualTime<ManualBackend> clock =
                    new VirtualTime<>(() -> this, backend -> backend.elapsed().toMillis());

            @Override
            public VirtualTime<ManualBackend> clock() {
                return clock;
            }
        };
    }

    @Test
    void J4_aLongShieldIsReportedOnce() {
        ManualBackend onVirtualClock = onVirtualClock();
        var go = new CompletableFuture<Void>();
        try (var log = new LibraryLog()) {
            Deferred<?> root = onVirtualClock.start(() -> {
                shielded(() -> await(go));
                return null;
            });
            onVirtualClock.awaitTimers(1);
            onVirtualClock.advance(Duration.ofSeconds(6));
            assertThat(log.lines()).hasSize(1);
            go.complete(null);
            root.await();
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void J4_aLongShieldThatBlocksIsReportedAtItsEnd() {
        ManualBackend onVirtualClock = onVirtualClock();
        try (var log = new LibraryLog()) {
            onVirtualClock
                    .start(() -> {
                        shielded(() -> onVirtualClock.advance(Duration.ofSeconds(5)));
                        assertThat(log.lines()).isEmpty();
                        shielded(() -> onVirtualClock.advance(Duration.ofMillis(5001)));
                        assertThat(log.lines()).hasSize(1);
                        shielded(() -> {
                            onVirtualClock.advance(Duration.ofMillis(5001));
                            var go = new CompletableFuture<Void>();
                            Thread here = Thread.currentThread();
                            Thread.startVirtualThread(() -> {
                                untilParked(here);
                                go.complete(null);
                            });
                            await(go);
                        });
                        return null;
                    })
                    .await();
            assertThat(log.lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line).contains("5 s", "ShieldTest"));
        }
    }

    @Test
    void J4_theWatchIsRemovedWithTheShield() {
        var go = new CompletableFuture<String>();
        Deferred<String> root = backend.start(() -> shielded(() -> await(go)));
        backend.awaitTimers(1);
        go.complete("value");
        root.await();
        assertThat(backend.timers()).isZero();
    }

    @Test
    void J5_emitToADeadPartnerFailsAlsoInside() {
        var subscription = new AtomicReference<Flow.Subscription>();
        var thrown = new AtomicReference<Throwable>();
        Flow.Publisher<String> publisher = stream(out -> shielded(() -> {
            try {
                out.emit("nobody asks for it");
            } catch (CancelledException failure) {
                thrown.set(failure);
            }
        }));
        publisher.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription.set(given);
            }

            @Override
            public void onNext(String item) {}

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        });
        untilParked(((FlowTask<?>) subscription.get()).thread());
        subscription.get().cancel();
        until(() -> thrown.get() != null);
    }

    @Test
    void J6_nestedShieldsCompose() {
        var go = new CompletableFuture<Void>();
        Deferred<?> root = backend.start(() -> {
            shielded(() -> {
                shielded(() -> await(go));
                checkpoint();
                trail.add("between");
            });
            checkpoint();
            trail.add("not cancelled");
            return null;
        });
        backend.awaitTimers(2);
        root.cancel();
        go.complete(null);
        until(root::isDone);
        assertThat(trail).containsExactly("between");
    }

    @Test
    void J6_aTimeoutBetweenTwoShieldsIsHeldOffByTheInnerOneOnly() {
        var go = new CompletableFuture<Void>();
        Deferred<?> root = backend.start(() -> {
            shielded(() -> {
                Object timedOut = withTimeoutOrNull(SECOND, () -> {
                    shielded(() -> await(go));
                    trail.add("inner shield");
                    checkpoint();
                    return "not reached";
                });
                trail.add("outer shield, timed out: " + (timedOut == null));
            });
            return null;
        });
        backend.awaitTimers(3);
        root.cancel();
        backend.advance(SECOND);
        go.complete(null);
        until(root::isDone);
        assertThat(trail).containsExactly("inner shield", "outer shield, timed out: true");
    }

    @Test
    void onAPlainThreadTheBodyIsNotReachedByItsInterrupt() {
        var go = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        var flag = new AtomicBoolean();
        Thread caller = Thread.ofPlatform().start(() -> {
            assertThatThrownBy(() -> shielded(() -> {
                        entered.countDown();
                        go.await();
                        trail.add("done");
                    }))
                    .isInstanceOf(CancelledException.class);
            flag.set(Thread.currentThread().isInterrupted());
        });
        until(() -> entered.getCount() == 0);
        untilParked(caller);
        caller.interrupt();
        until(() -> !caller.isInterrupted());
        untilParked(caller);
        go.countDown();
        until(() -> !caller.isAlive());
        assertThat(trail).containsExactly("done");
        assertThat(flag).isTrue();
    }
}
