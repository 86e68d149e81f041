package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withoutInterrupts;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.Watched;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A cached result is made once for all, and belongs to nobody's request. */
class CachedTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final HookLog hooks = new HookLog();
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void close() {
        hooks.close();
        assertThat(hooks.discarded).isEmpty();
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void itIsMadeOnce() {
        Cached<Integer> cached = Cached.of(runs::incrementAndGet);
        assertThat(runs).hasValue(0);
        assertThat(run(() -> gather(cached, cached, cached))).containsExactly(1, 1, 1);
        assertThat(cached.await()).isEqualTo(1);
        assertThat(await(cached)).isEqualTo(1);
    }

    @Test
    void concurrentCallersShareOneRun() {
        var source = new CompletableFuture<String>();
        Cached<String> cached = Cached.of(() -> runs.incrementAndGet() + await(source));
        var first = Watched.coroutine(cached::await).parked();
        var second = Watched.thread(Thread.ofPlatform(), cached::await).parked();
        source.complete("!");
        assertThat(first.value()).isEqualTo("1!");
        assertThat(second.value()).isSameAs(first.value());
    }

    @Test
    void itLivesAsLongAsItSays() {
        var backend = new ManualBackend();
        Cached<Integer> cached = Cached.of(runs::incrementAndGet, value -> MINUTE.multipliedBy(value));
        withBackend(backend, () -> {
            assertThat(cached.await()).isEqualTo(1);
            backend.advance(MINUTE.minusNanos(1));
            assertThat(cached.await()).isEqualTo(1);
            backend.advance(Duration.ofNanos(1));
            assertThat(cached.await()).isEqualTo(2);
            backend.advance(MINUTE);
            assertThat(cached.await()).isEqualTo(2);
            backend.advance(MINUTE);
            assertThat(cached.await()).isEqualTo(3);
        });
    }

    @Test
    void withoutATimeToLiveItIsForThoseWhoWait() {
        Cached<Integer> cached = Cached.of(runs::incrementAndGet, value -> Duration.ZERO);
        assertThat(cached.await()).isEqualTo(1);
        assertThat(cached.await()).isEqualTo(2);
    }

    @Test
    void forEverIsNoEntryInTheTimer() {
        var backend = new ManualBackend();
        withBackend(backend, () -> {
            assertThat(Cached.of(runs::incrementAndGet).await()).isEqualTo(1);
            assertThat(Cached.of(runs::incrementAndGet, v -> ChronoUnit.FOREVER.getDuration())
                            .await())
                    .isEqualTo(2);
            assertThat(backend.timers()).isZero();
        });
    }

    @Test
    void aFailureIsForThoseWhoWaitAndTheNextCallerTriesAgain() {
        var failure = new IOException("first");
        var source = new CompletableFuture<String>();
        Cached<String> cached = Cached.of(() -> runs.incrementAndGet() == 1 ? await(source) : "second");
        var first = Watched.coroutine(() -> {
            try {
                return cached.await();
            } catch (AwaitException failed) {
                assertThat(failed).hasCause(failure);
                return cached.await();
            }
        });
        first.parked();
        var second = Watched.coroutine(cached::await).parked();
        source.completeExceptionally(failure);
        assertThat(first.value()).isEqualTo("second");
        assertThat(second.failure()).hasCause(failure);
        assertThat(runs).hasValue(2);
    }

    @Test
    void aFailureIsKeptForAsLongAsTheRuleSays() {
        var backend = new ManualBackend();
        Cached<Integer> cached = Cached.<Integer>of(() -> {
                    throw new IOException("run " + runs.incrementAndGet());
                })
                .keepingFailures(failure -> failure instanceof IOException ? MINUTE : Duration.ZERO);
        withBackend(backend, () -> {
            for (int i = 0; i < 3; i++)
                assertThatThrownBy(cached::await).cause().hasMessage("run 1");
            backend.advance(MINUTE);
            assertThatThrownBy(cached::await).cause().hasMessage("run 2");
        });
    }

    @Test
    void aRuleThatThrowsKeepsNothing() {
        var broken = new IllegalArgumentException("rule");
        Cached<Integer> cached = Cached.<Integer>of(() -> {
                    throw new IOException("run " + runs.incrementAndGet());
                })
                .keepingFailures(failure -> {
                    throw broken;
                });
        assertThatThrownBy(cached::await).cause().hasMessage("run 1").hasSuppressedException(broken);
        assertThatThrownBy(cached::await).cause().hasMessage("run 2");
        Cached<Integer> value = Cached.of(runs::incrementAndGet, result -> {
            throw broken;
        });
        assertThatThrownBy(value::await).isSameAs(broken);
        assertThat(runs).hasValue(3);
        assertThat(hooks.discarded).containsExactly(3);
        hooks.discarded.clear();
    }

    @Test
    void aTimeToLiveKeepsNothingThatNobodyElseHas() {
        var backend = new ManualBackend();
        var dropped = new AtomicReference<WeakReference<Object>>();
        withBackend(backend, () -> {
            Cached<Object> cached = Cached.of(Object::new, value -> MINUTE);
            dropped.set(new WeakReference<>(cached.await()));
        });
        until("collected", () -> {
            System.gc();
            return dropped.get().refersTo(null);
        });
        backend.advance(MINUTE);
    }

    @Test
    void nobodysLeavingEndsTheWork() {
        var source = new CompletableFuture<String>();
        Cached<String> cached = Cached.of(() -> runs.incrementAndGet() + await(source));
        var first = Watched.coroutine(cached::await).parked();
        first.cancel();
        assertThat(first.failure()).isInstanceOf(CancelledException.class);
        assertThatThrownBy(() -> run(() -> withTimeout(Duration.ofMillis(1), cached::await)))
                .isInstanceOf(TimeoutException.class);
        source.complete("!");
        assertThat(cached.await()).isEqualTo("1!");
    }

    @Test
    void theWorkHasNoCallersContext() {
        var seen = new AtomicReference<String>("nothing");
        var local = new InheritableThreadLocal<String>();
        Cached<String> cached = Cached.of(() -> {
            seen.set(Async.context().getOrDefault("trace", null));
            return String.valueOf(local.get());
        });
        local.set("of the caller");
        run(() -> withContext("trace", "of the caller", () -> {
            local.set("of the caller");
            assertThat(cached.await()).isEqualTo("null");
        }));
        assertThat(seen).hasValue(null);
        local.remove();
    }

    @Test
    void theWorkIsInterruptedThoughWhoeverComesFirstIsNot() {
        Cached<Integer> cached = Cached.of(() -> withTimeout(Duration.ofMillis(1), () -> {
            new Semaphore(0).acquire();
            return 1;
        }));
        assertThatThrownBy(() -> withoutInterrupts(() -> cached.await()))
                .isInstanceOf(AwaitException.class)
                .hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void theWorkIsOnTheBackendOfWhoeverStartsIt() {
        var backend = new ManualBackend();
        var seen = new ArrayList<>();
        Cached<Integer> cached = Cached.of(() -> {
            seen.add(Async.backend());
            return async(() -> {
                        seen.add(Async.backend());
                        return 1;
                    })
                    .await();
        });
        withBackend(backend, () -> cached.await());
        assertThat(seen).containsExactly(backend, backend);
    }

    @Test
    void whatIsInvalidatedIsMadeAnew() {
        var backend = new ManualBackend();
        Cached<Integer> cached = Cached.of(runs::incrementAndGet, value -> MINUTE);
        withBackend(backend, () -> {
            assertThat(cached.await()).isEqualTo(1);
            cached.invalidate();
            assertThat(backend.timers()).isZero();
            assertThat(cached.await()).isEqualTo(2);
            backend.advance(MINUTE.minusNanos(1));
            assertThat(cached.await()).isEqualTo(2);
        });
        cached.invalidate();
        cached.invalidate();
    }

    @Test
    void aRunThatIsUnderWayWhenItIsInvalidatedIsForThoseWhoWait() {
        var old = new CompletableFuture<String>();
        Cached<String> cached = Cached.of(() -> runs.incrementAndGet() == 1 ? await(old) : "new", value -> MINUTE);
        var first = Watched.coroutine(cached::await).parked();
        until("the first run has begun", () -> runs.get() == 1);
        cached.invalidate();
        assertThat(cached.await()).isEqualTo("new");
        old.complete("old");
        assertThat(first.value()).isEqualTo("old");
        assertThat(cached.await()).isEqualTo("new");
        cached.invalidate();
    }

    @Test
    void nullIsAResult() {
        Cached<String> cached = Cached.of(() -> runs.incrementAndGet() > 1 ? "again" : null);
        assertThat(cached.await()).isNull();
        assertThat(cached.await()).isNull();
    }

    @Test
    void aBodyThatAwaitsItsOwnResultIsAnError() {
        var cached = new AtomicReference<Cached<Integer>>();
        cached.set(Cached.of(() -> cached.get().await()));
        assertThatThrownBy(() -> cached.get().await())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("awaits itself");
        cached.set(Cached.of(() -> async(() -> cached.get().await()).await()));
        assertThatThrownBy(() -> cached.get().await())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("awaits itself");
    }

    @Test
    void aRingOfCachedResultsIsAnError() {
        var second = new AtomicReference<Cached<Integer>>();
        Cached<Integer> first = Cached.of(() -> second.get().await());
        Cached<Integer> third = Cached.of(first::await);
        second.set(Cached.of(third::await));
        assertThatThrownBy(third::await)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("awaits itself");
    }

    @Test
    void oneMayAwaitAnother() {
        Cached<Integer> inner = Cached.of(runs::incrementAndGet);
        Cached<Integer> outer = Cached.of(() -> inner.await() + inner.await());
        assertThat(run(() -> gather(outer, outer, inner))).containsExactly(2, 2, 1);
    }

    @Test
    void G4_nothingIsStartedByACoroutineThatIsCancelled() {
        Cached<Integer> cached = Cached.of(runs::incrementAndGet);
        var cancelled = Watched.coroutine(() -> {
            Thread.currentThread().interrupt();
            return cached.await();
        });
        assertThat(cancelled.failure()).isInstanceOf(CancelledException.class);
        assertThat(runs).hasValue(0);
    }

    @Test
    void aFailureThatNobodyWaitsForIsDropped() {
        var failure = new IllegalStateException("nobody");
        var source = new CompletableFuture<String>();
        Cached<String> cached = Cached.of(() -> await(source));
        var first = Watched.coroutine(cached::await).parked();
        first.cancel();
        assertThat(first.failure()).isInstanceOf(CancelledException.class);
        source.completeExceptionally(failure);
        until("it is dropped", () -> {
            System.gc();
            return !hooks.dropped.isEmpty();
        });
        assertThat(hooks.dropped).containsExactly(failure);
        hooks.dropped.clear();
    }

    @Test
    void aTimerThatRefusesKeepsNothing() {
        var refused = new java.util.concurrent.RejectedExecutionException("shut down");
        var backend = new ManualBackend() {
            @Override
            public dev.weft.spi.Timer timer() {
                throw refused;
            }
        };
        Cached<Integer> cached = Cached.of(runs::incrementAndGet, value -> MINUTE);
        withBackend(backend, () -> {
            assertThat(cached.await()).isEqualTo(1);
            assertThat(cached.await()).isEqualTo(2);
        });
        assertThat(backend.dropped()).containsExactly(refused, refused);
    }

    @Test
    void theWorkMayTakeTime() {
        Cached<Integer> cached = Cached.of(
                () -> {
                    delay(Duration.ofMillis(2));
                    return runs.incrementAndGet();
                },
                value -> MINUTE);
        List<Integer> all = run(() -> gather(cached, cached));
        assertThat(all).containsExactly(1, 1);
        cached.invalidate();
    }
}
