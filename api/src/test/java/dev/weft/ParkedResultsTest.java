package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeout;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.FiringBackend;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A result stays in a handle until it is read, and belongs to nobody meanwhile. */
class ParkedResultsTest {
    private final HookLog hooks = new HookLog();
    private final IllegalStateException failure = new IllegalStateException("scope");

    @AfterEach
    void close() {
        hooks.close();
    }

    private static <T> Deferred<T> over(Deferred<T> handle) {
        until("it is over", handle::isDone);
        return handle;
    }

    private static Probe<String> one(String value) {
        return new Probe<>(p -> {
            p.subscription();
            p.next(value);
            p.complete();
        });
    }

    @Test
    void H4_theResultOfAChildIsDiscardedWhenTheCoroutineFails() {
        assertThatThrownBy(() -> run(() -> {
                    over(async(() -> "child"));
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly("child");
    }

    @Test
    void H4_theResultOfAStartedSourceIsDiscardedWhenTheGroupFails() {
        assertThatThrownBy(() -> run(() -> group(g -> {
                    over(g.start(awaitable(one("source"))));
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly("source");
    }

    @Test
    void H4_theResultOfAStageIsItsOwn() {
        var stage = CompletableFuture.completedFuture("stage");
        assertThatThrownBy(() -> run(() -> group(g -> {
                    over(g.start(awaitable(stage)));
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(hooks.discarded).isEmpty();
    }

    @Test
    void H4_itIsDiscardedWhenTheCoroutineIsCancelled() {
        var parked = new CompletableFuture<Void>();
        var body = Watched.coroutine(() -> {
            over(async(() -> "child"));
            parked.complete(null);
            return await(new CompletableFuture<String>());
        });
        parked.join();
        body.cancel();
        assertThat(body.failure()).isInstanceOf(CancelledException.class);
        body.joined();
        assertThat(hooks.discarded).containsExactly("child");
    }

    @Test
    void H4_itIsDiscardedWhenATimeoutEndsTheScope() {
        var clock = new FiringBackend(JdkBackend.INSTANCE);
        var body = Watched.coroutine(() -> Async.withBackend(
                clock,
                () -> withTimeout(Duration.ofHours(1), () -> {
                    over(async(() -> "child"));
                    return await(new CompletableFuture<String>());
                })));
        body.parked();
        clock.fire();
        assertThat(body.failure()).isInstanceOf(TimeoutException.class);
        assertThat(hooks.discarded).containsExactly("child");
    }

    @Test
    void H4_itIsDiscardedWhenAnotherMemberFails() {
        assertThatThrownBy(() -> run(() -> {
                    Deferred<String> parked = over(async(() -> "parked"));
                    async(() -> {
                                throw failure;
                            })
                            .await();
                    return parked.await();
                }))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly("parked");
    }

    @Test
    void H4_aHandleOfADiscardedResultIsCancelledForGood() {
        var handle = new AtomicReference<Deferred<String>>();
        assertThatThrownBy(() -> run(() -> {
                    handle.set(over(async(() -> "child")));
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(handle.get().state()).isEqualTo(Deferred.State.CANCELLED);
        assertThatThrownBy(handle.get()::await)
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("discarded when its scope ended");
        assertThat(handle.get().outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(handle.get().toCompletableFuture()).isCancelled();
    }

    @Test
    void H4_aResultMayBeReadOftenAndIsNeverDiscardedThen() {
        assertThatThrownBy(() -> run(() -> {
                    Deferred<String> handle = over(async(() -> "read"));
                    assertThat(handle.await() + handle.await()).isEqualTo("readread");
                    assertThat(handle.outcome()).isEqualTo(new Outcome.Success<>("read"));
                    assertThat(over(async(() -> "told")).toCompletableFuture()).isCompletedWithValue("told");
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(hooks.discarded).isEmpty();
    }

    @Test
    void H4_nothingIsDiscardedOfAScopeThatEndsWell() {
        var handle = new AtomicReference<Deferred<String>>();
        run(() -> handle.set(async(() -> "later")));
        assertThat(handle.get().await()).isEqualTo("later");
        assertThat(hooks.discarded).isEmpty();
    }

    /**
     * Code that forgets a handle in a scope that succeeds has ignored a result; the scope does not keep it, however
     * long it lives.
     */
    @Test
    void H4_aScopeThatLivesLongKeepsNoForgottenResults() {
        run(() -> {
            var first = forgotten();
            until("it is collected", () -> {
                for (int i = 0; i < 100; i++) over(async(() -> "forgotten"));
                System.gc();
                return first.refersTo(null);
            });
        });
        assertThat(hooks.discarded).isEmpty();
    }

    /** The code that fails lets go of its handles before the scope ends. */
    @Test
    void H4_itIsDiscardedEvenIfTheHandleHasBeenCollected() {
        assertThatThrownBy(() -> run(() -> {
                    var handles = List.of(unread(), read());
                    until("they are collected", () -> {
                        System.gc();
                        return handles.stream().allMatch(handle -> handle.refersTo(null));
                    });
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly("unread");
    }

    private static WeakReference<Deferred<String>> unread() {
        return new WeakReference<>(over(async(() -> "unread")));
    }

    private static WeakReference<Deferred<String>> read() {
        Deferred<String> handle = over(async(() -> "read"));
        assertThat(handle.await()).isEqualTo("read");
        return new WeakReference<>(handle);
    }

    private static WeakReference<Object> forgotten() {
        var result = new Object();
        over(async(() -> result));
        return new WeakReference<>(result);
    }

    @Test
    void H4_resultsThatWereReadAreNotKeptEither() {
        run(() -> {
            var kept = new WeakReference<Object>(over(async(Object::new)).await());
            until("it is collected", () -> {
                System.gc();
                return kept.refersTo(null);
            });
        });
    }

    @Test
    void H4_aGroupThatCancelsItselfAndFailsDiscards() {
        assertThatThrownBy(() -> group(g -> {
                    over(g.async(() -> "unread"));
                    g.cancel();
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly("unread");
    }

    @Test
    void H4_aGroupWithAResultThatCancelsItselfDiscards() {
        assertThatThrownBy(() -> group(g -> {
                    over(g.async(() -> "unread"));
                    g.cancel("enough");
                    return await(new CompletableFuture<String>());
                }))
                .isInstanceOf(CancelledException.class)
                .hasMessage("cancelled: enough");
        assertThat(hooks.discarded).containsExactly("unread");
    }

    @Test
    void H4_aFutureThatSomebodyElseHasCompletedHasNotReadIt() {
        assertThatThrownBy(() -> run(() -> {
                    var go = new CompletableFuture<Void>();
                    Deferred<String> handle = async(() -> {
                        await(go);
                        return "unread";
                    });
                    assertThat(handle.toCompletableFuture().complete("the user's own"))
                            .isTrue();
                    go.complete(null);
                    over(handle);
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly("unread");
    }

    @Test
    void H4_aFutureOfAFollowerThatSomebodyElseHasCompletedLeavesTheValueInTheHandle() {
        run(() -> {
            var go = new CompletableFuture<Void>();
            Deferred<String> handle = async(() -> {
                await(go);
                return "value";
            });
            group(g -> {
                assertThat(g.start(handle).toCompletableFuture().complete("the user's own"))
                        .isTrue();
                go.complete(null);
            });
            assertThat(handle.await()).isEqualTo("value");
        });
        assertThat(hooks.discarded).isEmpty();
    }

    @Test
    void H4_aGatherThatFollowsADiscardedHandleDiscardsTheRest() {
        var handle = new AtomicReference<Deferred<String>>();
        assertThatThrownBy(() -> run(() -> {
                    handle.set(over(async(() -> "parked")));
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> gather(1, List.of(coroutine(() -> "own"), handle.get())))
                .isInstanceOf(CancelledException.class);
        assertThat(hooks.discarded).containsExactlyInAnyOrder("parked", "own");
    }

    @Test
    void H4_theHookIsNotInterruptedByWhatWasKeptAway() {
        var flags = new CopyOnWriteArrayList<Boolean>();
        Hooks.Handle hook =
                Hooks.onDiscard(value -> flags.add(Thread.currentThread().isInterrupted()));
        try {
            var parked = new CompletableFuture<Void>();
            var body = Watched.coroutine(() -> group(g -> {
                over(g.async(() -> "unread"));
                g.async(() -> shielded(() -> await(parked)));
                return await(new CompletableFuture<String>());
            }));
            body.parked();
            body.cancel();
            parked.complete(null);
            body.joined();
        } finally {
            hook.close();
        }
        assertThat(flags).containsExactly(false);
    }
}
