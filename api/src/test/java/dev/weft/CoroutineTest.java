package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitFuture;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.withBackend;
import static dev.weft.ManualBackend.threadOf;
import static dev.weft.ManualBackend.until;
import static dev.weft.ManualBackend.untilParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.spi.CoroutineOptions;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Coroutines and their handles. */
class CoroutineTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final ManualBackend backend = new ManualBackend();

    @Nested
    class Cold {
        @Test
        void aCoroutineIsCold() {
            var ran = new AtomicInteger();
            Coroutine<Integer> coroutine = coroutine(ran::incrementAndGet);
            assertThat(ran).hasValue(0);
            assertThat(coroutine.await()).isOne();
        }

        @Test
        void itRunsAnewEachTimeItIsAwaitedOrStarted() {
            var ran = new AtomicInteger();
            Coroutine<Integer> coroutine = coroutine(ran::incrementAndGet);
            List<Integer> results = new ArrayList<>();
            results.add(coroutine.await());
            run(() -> {
                results.add(coroutine.await());
                results.add(coroutine.start().await());
            });
            results.add(coroutine.start().await());
            assertThat(results).containsExactly(1, 2, 3, 4);
        }

        @Test
        void oneWithoutAResultGivesNull() {
            var ran = new AtomicInteger();
            Coroutine<Void> coroutine = coroutine(() -> {
                ran.incrementAndGet();
            });
            assertThat(ran).hasValue(0);
            assertThat(coroutine.await()).isNull();
            assertThat(run(() -> coroutine.start().await())).isNull();
            assertThat(ran).hasValue(2);
        }

        @Test
        void oneWithoutAResultMayThrowWhatIsChecked() {
            var disk = new IOException("disk");
            Coroutine<Void> fails = coroutine(() -> failing(disk));
            assertThatThrownBy(fails::await).isInstanceOf(AwaitException.class).hasCause(disk);
        }

        private static void failing(IOException failure) throws IOException {
            throw failure;
        }

        @Test
        void itMayRunSeveralTimesAtOnce() {
            var both = new CountDownLatch(2);
            Coroutine<String> coroutine = coroutine(() -> {
                both.countDown();
                both.await();
                return "met";
            });
            assertThat(Async.gather(coroutine, coroutine)).containsExactly("met", "met");
        }

        @Test
        void nestedAwaitStaysOnTheThread() {
            run(() -> {
                Thread outer = Thread.currentThread();
                assertThat(coroutine(Thread::currentThread).await()).isSameAs(outer);
                assertThat(await(coroutine(Thread::currentThread))).isSameAs(outer);
                assertThat(coroutine(Thread::currentThread).start().await()).isNotSameAs(outer);
            });
        }

        @Test
        void nestedAwaitJoinsWhatWasStartedInside() {
            var finished = new AtomicBoolean();
            run(() -> {
                coroutine(() -> async(() -> {
                            delay(Duration.ofMillis(1));
                            finished.set(true);
                        }))
                        .await();
                assertThat(finished).isTrue();
            });
        }

        @Test
        void nestedAwaitIsACheckpoint() {
            var ran = new AtomicBoolean();
            Deferred<?> root = backend.start(() -> {
                Thread.currentThread().interrupt();
                return coroutine(() -> {
                            ran.set(true);
                            return "ran";
                        })
                        .await();
            });
            until(root::isDone);
            assertThat(ran).isFalse();
        }

        @Test
        void nestedAwaitCarriesACheckedExceptionOnce() {
            var disk = new IOException("disk");
            Coroutine<String> fails = coroutine(() -> {
                throw disk;
            });
            Coroutine<String> outer = coroutine(() -> fails.await());
            assertThatThrownBy(outer::await).isInstanceOf(AwaitException.class).hasCause(disk);
            assertThatThrownBy(() -> run(() -> outer.await()))
                    .isInstanceOf(AwaitException.class)
                    .hasCause(disk);
            assertThatThrownBy(() -> run(() -> await(outer, IOException.class))).isSameAs(disk);
            assertThatThrownBy(() -> outer.start().await())
                    .isInstanceOf(AwaitException.class)
                    .hasCause(disk);
        }

        @Test
        void aDeepChainOfNestedAwaitsUsesOneThread() {
            assertThat(run(() -> depth(500))).isEqualTo(500);
        }

        private static int depth(int n) {
            return n == 0 ? 0 : 1 + coroutine(() -> depth(n - 1)).await();
        }
    }

    @Nested
    class Threads {
        @Test
        void G16_aCoroutineIsAFreshNamedVirtualThread() {
            List<Thread> threads = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 3; i++)
                async(() -> threads.add(Thread.currentThread())).await();
            assertThat(threads).doesNotHaveDuplicates().allMatch(Thread::isVirtual);
            assertThat(threads)
                    .extracting(Thread::getName)
                    .doesNotHaveDuplicates()
                    .allMatch(name -> !name.isBlank());
        }

        @Test
        void G16_theNameIsTheOneThatWasGiven() {
            Coroutine<String> named =
                    coroutine(() -> Thread.currentThread().getName()).named("reader");
            assertThat(named.await()).isEqualTo("reader");
            assertThat(named.start().await()).isEqualTo("reader");
        }

        @Test
        void G16_inheritableThreadLocalsStayWhereTheyAre() {
            var local = new InheritableThreadLocal<String>();
            local.set("caller");
            try {
                assertThat(async(local::get).await()).isNull();
                assertThat(Async.<String, RuntimeException>run(local::get)).isNull();
            } finally {
                local.remove();
            }
        }

        @Test
        void G16_theContextClassLoaderIsTheCreators() throws IOException {
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            try (var loader = new URLClassLoader(new URL[0])) {
                Thread.currentThread().setContextClassLoader(loader);
                ClassLoader inside =
                        run(() -> async(() -> Thread.currentThread().getContextClassLoader())
                                .await());
                assertThat(inside).isSameAs(loader);
            } finally {
                Thread.currentThread().setContextClassLoader(before);
            }
        }
    }

    @Nested
    class Children {
        @Test
        void aChildIsJoinedWhenItsScopeIsLeft() {
            var go = new CompletableFuture<Void>();
            var trail = new CopyOnWriteArrayList<String>();
            var child = new AtomicReference<Deferred<?>>();
            Deferred<?> root = backend.start(() -> {
                run(() -> child.set(async(() -> {
                    await(go);
                    trail.add("child");
                })));
                trail.add("left");
                return null;
            });
            until(() -> child.get() != null);
            untilParked(threadOf(root));
            go.complete(null);
            root.await();
            assertThat(trail).containsExactly("child", "left");
        }

        @Test
        void aChildIsCancelledWhenTheBodyFails() {
            var failure = new IllegalStateException("body");
            var cancelled = new AtomicBoolean();
            assertThatThrownBy(() -> withBackend(backend, () -> {
                        async(() -> {
                            try {
                                delay(LONG);
                            } catch (CancelledException thrown) {
                                cancelled.set(true);
                                throw thrown;
                            }
                        });
                        backend.awaitTimers(1);
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThat(cancelled).isTrue();
            assertThat(backend.dropped()).isEmpty();
        }

        @Test
        void aChildsFailureThatNobodyAwaitsIsThrownByTheScope() {
            var failure = new IllegalStateException("child");
            var trail = new CopyOnWriteArrayList<String>();
            assertThatThrownBy(() -> withBackend(backend, () -> {
                        async(() -> {
                            throw failure;
                        });
                        var sibling = async(() -> trail.add("sibling is not cancelled"));
                        sibling.await();
                        return "resource";
                    }))
                    .isSameAs(failure);
            assertThat(trail).hasSize(1);
            assertThat(backend.discarded()).containsExactly("resource");
        }

        @Test
        void aNestedScopeThrowsItToo() {
            var failure = new IllegalStateException("child");
            String caught = withBackend(backend, () -> {
                try {
                    return run(() -> {
                        async(() -> {
                            throw failure;
                        });
                        return "resource";
                    });
                } catch (IllegalStateException thrown) {
                    return "caught " + thrown.getMessage();
                }
            });
            assertThat(caught).isEqualTo("caught child");
            assertThat(backend.discarded()).containsExactly("resource");
        }

        @Test
        void anAwaitedFailureIsThrownOnce() {
            var failure = new IllegalStateException("child");
            String result = run(() -> {
                Deferred<String> child = async(() -> {
                    throw failure;
                });
                assertThatThrownBy(child::await).isSameAs(failure);
                return "went on";
            });
            assertThat(result).isEqualTo("went on");
        }

        @Test
        void lookingWhetherItIsDoneIsNotSeeingItsFailure() {
            var failure = new IllegalStateException("child");
            assertThatThrownBy(() -> run(() -> {
                        Deferred<String> child = async(() -> {
                            throw failure;
                        });
                        until(child::isDone);
                        assertThat(child.state()).isEqualTo(Deferred.State.FAILED);
                    }))
                    .isSameAs(failure);
        }

        @Test
        void anOutcomeThatWasReadIsSeen() {
            var failure = new IllegalStateException("child");
            Outcome<String> outcome = run(() -> {
                Deferred<String> child = async(() -> {
                    throw failure;
                });
                until(child::isDone);
                return child.outcome();
            });
            assertThat(outcome).isEqualTo(new Outcome.Failure<>(failure));
        }

        @Test
        void aFailureThatAnAwaiterMissedIsThrownByTheScope() {
            for (int round = 0; round < 300; round++) {
                var failure = new IllegalStateException("child");
                var fail = new CompletableFuture<Void>();
                var cancel = new CompletableFuture<Deferred<?>>();
                var seen = new AtomicBoolean();
                Throwable thrown = catchThrowable(() -> run(() -> {
                    Deferred<String> child = async(() -> {
                        await(fail);
                        throw failure;
                    });
                    Deferred<?> awaiter = async(() -> {
                        try {
                            child.await();
                        } catch (CancelledException missed) {
                            throw missed;
                        } catch (IllegalStateException told) {
                            seen.set(true);
                        }
                    });
                    cancel.complete(awaiter);
                    Thread.startVirtualThread(() -> fail.complete(null));
                    cancel.join().cancel();
                }));
                if (seen.get()) assertThat(thrown).isNull();
                else assertThat(thrown).isSameAs(failure);
            }
        }

        /** A long-lived scope whose members may fail keeps only those whose failure it must still throw. */
        @Test
        void H12_aChildWhoseFailureWasSeenIsNotKept() {
            run(() -> {
                List<WeakReference<Object>> children = new ArrayList<>();
                for (int i = 0; i < 1000; i++) {
                    Deferred<Object> child = async(() -> {
                        throw new IllegalStateException("child");
                    });
                    assertThatThrownBy(child::await).hasMessage("child");
                    children.add(new WeakReference<>(child));
                }
                until(() -> {
                    System.gc();
                    return children.stream()
                                    .filter(child -> child.get() != null)
                                    .count()
                            < 200;
                });
            });
        }

        @Test
        void severalUnseenFailuresAreOneWithTheOthersSuppressed() {
            Throwable thrown = catchThrowable(() -> run(() -> {
                for (int i = 0; i < 3; i++) {
                    int number = i;
                    async(() -> {
                        throw new IllegalStateException("child " + number);
                    });
                }
            }));
            assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class);
            assertThat(thrown.getSuppressed())
                    .filteredOn(s -> !(s instanceof AwaitTrace))
                    .hasSize(2);
        }

        @Test
        void anUnseenFailureBesideOneOfTheBodyIsDropped() {
            var failure = new IllegalStateException("child");
            var body = new IOException("body");
            assertThatThrownBy(() -> withBackend(backend, () -> {
                        Deferred<?> child = async(() -> {
                            throw failure;
                        });
                        until(child::isDone);
                        throw body;
                    }))
                    .isSameAs(body);
            assertThat(backend.dropped()).containsExactly(failure);
        }

        @Test
        void theResultOfACoroutineWithAFailedChildIsDiscarded() {
            var failure = new IllegalStateException("grandchild");
            Deferred<String> root = backend.start(() -> {
                async(() -> {
                    throw failure;
                });
                return "resource";
            });
            assertThatThrownBy(root::await).isSameAs(failure);
            assertThat(backend.discarded()).containsExactly("resource");
        }

        @Test
        void asyncIsACheckpoint() {
            var ran = new AtomicBoolean();
            Deferred<?> root = backend.start(() -> {
                Thread.currentThread().interrupt();
                async(() -> ran.set(true));
                return null;
            });
            until(root::isDone);
            assertThat(root.state()).isEqualTo(Deferred.State.FAILED);
            assertThat(ran).isFalse();
        }
    }

    @Nested
    class TheHandle {
        @Test
        void stateTellsWhatHasBecomeOfIt() {
            var go = new CompletableFuture<String>();
            Deferred<String> succeeds = backend.start(() -> await(go));
            assertThat(succeeds.state()).isEqualTo(Deferred.State.RUNNING);
            assertThat(succeeds.isDone()).isFalse();
            assertThat(succeeds.outcome()).isNull();
            go.complete("value");
            assertThat(succeeds.await()).isEqualTo("value");
            assertThat(succeeds.state()).isEqualTo(Deferred.State.SUCCEEDED);
            assertThat(succeeds.isDone()).isTrue();
            assertThat(succeeds.outcome()).isEqualTo(new Outcome.Success<>("value"));

            var disk = new IOException("disk");
            Deferred<String> fails = backend.start(() -> {
                throw disk;
            });
            until(fails::isDone);
            assertThat(fails.state()).isEqualTo(Deferred.State.FAILED);
            assertThat(fails.outcome()).isEqualTo(new Outcome.Failure<>(disk));

            Deferred<?> cancelled = backend.start(() -> {
                delay(LONG);
                return null;
            });
            assertThat(cancelled.cancel()).isTrue();
            until(cancelled::isDone);
            assertThat(cancelled.state()).isEqualTo(Deferred.State.CANCELLED);
            assertThat(cancelled.outcome()).isEqualTo(new Outcome.Cancelled<>());
        }

        @Test
        void itCanBeAwaitedAnyNumberOfTimesByAnybody() {
            var go = new CompletableFuture<String>();
            Deferred<String> shared = backend.start(() -> await(go));
            List<Deferred<String>> awaiters = new ArrayList<>();
            for (int i = 0; i < 10; i++) awaiters.add(backend.start(shared::await));
            go.complete("value");
            for (Deferred<String> awaiter : awaiters)
                assertThat(awaiter.await()).isEqualTo("value");
            assertThat(shared.await()).isEqualTo("value");
        }

        @Test
        void cancellingTheWaitDoesNotCancelWhatIsAwaited() {
            var go = new CompletableFuture<String>();
            Deferred<String> shared = backend.start(() -> await(go));
            Deferred<String> awaiter = backend.start(shared::await);
            untilParked(threadOf(awaiter));
            awaiter.cancel();
            until(awaiter::isDone);
            assertThat(shared.isDone()).isFalse();
            go.complete("value");
            assertThat(shared.await()).isEqualTo("value");
        }

        @Test
        void aSharedFailureBearsOneMark() {
            var failure = new IllegalStateException("shared");
            Deferred<String> fails = backend.start(() -> {
                throw failure;
            });
            for (int i = 0; i < 5; i++) assertThatThrownBy(fails::await).isSameAs(failure);
            assertThat(failure.getSuppressed())
                    .hasOnlyElementsOfType(AwaitTrace.class)
                    .hasSize(1);
        }

        @Test
        void cancelIsTrueOnceAndFalseBehindTheEnd() {
            var cleanUp = new CompletableFuture<Void>();
            Deferred<?> running = backend.start(() -> {
                try {
                    delay(LONG);
                } finally {
                    Async.shielded(() -> await(cleanUp));
                }
                return null;
            });
            backend.awaitTimers(1);
            assertThat(running.cancel()).isTrue();
            assertThat(running.cancel()).isFalse();
            assertThat(running.isDone()).isFalse();
            cleanUp.complete(null);
            until(running::isDone);
            Deferred<String> ended = backend.start(() -> "value");
            ended.await();
            assertThat(ended.cancel()).isFalse();
            assertThat(ended.state()).isEqualTo(Deferred.State.SUCCEEDED);
        }

        @Test
        void awaitingWhatWasCancelledThrowsAndIsNotTheAwaitersOwnCancellation() {
            Deferred<String> result = backend.start(() -> {
                Deferred<?> child = async(() -> delay(LONG));
                child.cancel();
                CancelledException thrown = (CancelledException) catchThrowable(child::await);
                checkpoint();
                return "scope " + thrown.scope();
            });
            assertThat(result.await()).isEqualTo("scope null");
        }

        @Test
        void aCoroutineThatSwallowsItsCancellationIsCancelledAllTheSame() {
            Deferred<String> root = backend.start(() -> {
                try {
                    delay(LONG);
                } catch (CancelledException swallowed) {
                    assertThatThrownBy(Async::checkpoint).isInstanceOf(CancelledException.class);
                    return "late";
                }
                return "not reached";
            });
            backend.awaitTimers(1);
            root.cancel();
            until(root::isDone);
            assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
            assertThat(backend.discarded()).containsExactly("late");
        }

        @Test
        void aFailureWhileCleaningUpIsItsOutcome() {
            var disk = new IOException("disk");
            Deferred<String> root = backend.start(() -> {
                try {
                    delay(LONG);
                } catch (CancelledException cancelled) {
                    throw disk;
                }
                return "not reached";
            });
            backend.awaitTimers(1);
            root.cancel();
            until(root::isDone);
            assertThat(root.outcome()).isEqualTo(new Outcome.Failure<>(disk));
        }
    }

    @Nested
    class Futures {
        @Test
        void aFutureOfItEndsAsItDoes() throws Exception {
            assertThat(backend.start(() -> "value").toCompletableFuture().get()).isEqualTo("value");
            assertThat(backend.start(() -> null).toCompletableFuture().get()).isNull();
            var disk = new IOException("disk");
            CompletableFuture<String> fails = backend.<String>start(() -> {
                        throw disk;
                    })
                    .toCompletableFuture();
            assertThatThrownBy(fails::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCause(disk);
        }

        @Test
        void cancellingTheFutureCancelsTheCoroutine() {
            Deferred<?> root = backend.start(() -> {
                delay(LONG);
                return null;
            });
            backend.awaitTimers(1);
            CompletableFuture<?> future = root.toCompletableFuture();
            assertThat(future.cancel(true)).isTrue();
            until(root::isDone);
            assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        }

        @Test
        void cancellingTheCoroutineCancelsTheFuture() {
            Deferred<?> root = backend.start(() -> {
                delay(LONG);
                return null;
            });
            CompletableFuture<?> future = root.toCompletableFuture();
            root.cancel();
            until(future::isDone);
            assertThat(future.isCancelled()).isTrue();
        }

        @Test
        void aDerivedFutureDoesNotCancelIt() {
            var go = new CompletableFuture<String>();
            Deferred<String> root = backend.start(() -> await(go));
            root.toCompletableFuture().thenApply(String::length).cancel(true);
            go.complete("value");
            assertThat(root.await()).isEqualTo("value");
        }

        @Test
        void aStageIsAwaitedAndLeftAloneByCancellation() {
            var stage = new CompletableFuture<String>();
            Deferred<String> awaiter = backend.start(() -> await(stage));
            untilParked(threadOf(awaiter));
            awaiter.cancel();
            until(awaiter::isDone);
            assertThat(stage.isDone()).isFalse();
            stage.complete("value");
            assertThat(run(() -> await((CompletionStage<String>) stage))).isEqualTo("value");
            assertThat(run(() -> awaitFuture(stage))).isEqualTo("value");
            assertThat(backend.discarded()).isEmpty();
        }

        @Test
        void itCanBecomeACompletionStage() throws Exception {
            assertThat(coroutine(() -> "value").as(CompletableFuture.class).get())
                    .isEqualTo("value");
            assertThat(async(() -> "value")
                            .as(CompletionStage.class)
                            .toCompletableFuture()
                            .get())
                    .isEqualTo("value");
        }

        @Test
        void whatRunsAtItsEndSeesNoInterruptOfTheCanceller() {
            for (int round = 0; round < 300; round++) {
                var interrupted = new CompletableFuture<Boolean>();
                var task = new MemberTask<Object>(null, backend, Context.empty(), CoroutineOptions.NONE, () -> {
                    delay(LONG);
                    return null;
                });
                task.handle
                        .toCompletableFuture()
                        .whenComplete((value, failure) ->
                                interrupted.complete(Thread.currentThread().isInterrupted()));
                Thread starter = Thread.startVirtualThread(() -> task.started());
                until(() -> task.thread() != null);
                task.handle.cancel();
                assertThat(interrupted.join()).isFalse();
                until(() -> !starter.isAlive());
            }
        }
    }

    @Test
    void whatIsPrintedSaysTheNameAndTheState() {
        var go = new CompletableFuture<Integer>();
        Coroutine<Integer> order = Async.coroutine(() -> Async.await(go)).named("order 7");
        assertThat(order).hasToString("Coroutine[order 7]");
        assertThat(Async.coroutine(() -> 1)).hasToString("Coroutine[unnamed]");
        Deferred<Integer> started = order.start();
        assertThat(started).hasToString("Deferred[order 7, RUNNING]");
        go.complete(1);
        assertThat(started.await()).isEqualTo(1);
        assertThat(started).hasToString("Deferred[order 7, SUCCEEDED]");
        Async.coroutine(() -> {
                    Async.group(members -> {
                        assertThat(members).hasToString("TaskGroup[in order 8]");
                        assertThat(members.start(Async.awaitable(go)))
                                .asString()
                                .startsWith("Deferred[a source, ");
                        members.cancel();
                        assertThat(members).hasToString("TaskGroup[in order 8, CANCELLED]");
                    });
                    return 1;
                })
                .named("order 8")
                .start()
                .await();
    }
}
