package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncAction;
import dev.weft.AsyncStream;
import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.Completion;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.Overflow;
import dev.weft.OverflowException;
import dev.weft.spi.Backend;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The code and the claims of {@code docs/guide/callbacks.md}. */
class CallbacksGuideTest extends GuideTest {
    private static final String BACKENDS = "dev.weft.examples.guide.CallbacksGuideTest#backends";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Queue<Object> log = new ConcurrentLinkedQueue<>();

    /** With the hooks of both libraries. */
    private static void whenDropped(Consumer<Throwable> hook, AsyncAction<Exception> body) throws Exception {
        reactor.core.publisher.Hooks.onErrorDropped(hook);
        RxJavaPlugins.setErrorHandler(hook::accept);
        try {
            body.run();
        } finally {
            reactor.core.publisher.Hooks.resetOnErrorDropped();
            RxJavaPlugins.setErrorHandler(null);
        }
    }

    private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theProgramPrintsWhatThePageSays(Backend backend) throws Exception {
        assertThat(printed(backend, () -> Forecast.main(new String[0]))).containsExactly("London: 6 °C, Oslo: 4 °C");
    }

    // --- one result

    @Nested
    class OneResult {
        @ParameterizedTest
        @MethodSource(BACKENDS)
        void severalAtOnce(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                List<String> all = gather(
                        coroutine(() -> Forecast.temperature("London")), coroutine(() -> Forecast.temperature("Oslo")));
                assertThat(all).containsExactly("London: 6 °C", "Oslo: 4 °C");
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void theBodyRunsHereAndTheCodeGoesOnHere(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                Thread mine = Thread.currentThread();
                var starting = new AtomicReference<Thread>();
                Thread calling = awaitCallback(done -> {
                    starting.set(Thread.currentThread());
                    Thread.ofPlatform().start(() -> done.resume(Thread.currentThread()));
                });
                assertThat(starting.get()).isSameAs(mine);
                assertThat(calling).isNotSameAs(mine);
                assertThat(Thread.currentThread()).isSameAs(mine);
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aCallbackMayComeInsideTheStart(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                String answer = awaitCallback(done -> done.resume("at once"));
                assertThat(answer).isEqualTo("at once");
                Object nothing = awaitCallback(done -> done.resume(null));
                assertThat(nothing).isNull();
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aFailureIsThrown(Backend backend) throws Exception {
            var unchecked = new IllegalArgumentException("no such city");
            var checked = new IOException("line lost");
            onEachBackend(backend, () -> {
                assertThatThrownBy(() -> awaitCallback(done -> done.fail(unchecked)))
                        .isSameAs(unchecked);
                assertThatThrownBy(() -> awaitCallback(done -> done.fail(checked)))
                        .isInstanceOf(AwaitException.class)
                        .hasCause(checked);
                assertThatThrownBy(() -> awaitCallback(done -> {
                            throw checked; // the operation could not be started
                        }))
                        .isInstanceOf(AwaitException.class)
                        .hasCause(checked);
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void thatTheOperationWasCancelledIsAFailure(Backend backend) throws Exception {
            onEachBackend(
                    backend,
                    () -> assertThatThrownBy(() -> awaitCallback(Completion::cancelled))
                            .isInstanceOf(CancellationException.class)
                            .isNotInstanceOf(CancelledException.class));
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void theFirstCallDecides(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                String first = awaitCallback(done -> {
                    done.onUndelivered(late -> log.add("undelivered " + late));
                    log.add(done.tryResume("first"));
                    log.add(done.tryResume("second"));
                    assertThatThrownBy(() -> done.resume("third"))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageStartingWith("already resumed");
                });
                assertThat(first).isEqualTo("first");
                assertThat(log).containsExactly(true, "undelivered second", false, "undelivered third");
            });
        }
    }

    // --- cancelling

    @Nested
    class Cancelling {
        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aTimeLimitAbortsTheOperation(Backend backend) throws Exception {
            inVirtualTime(backend, () -> {
                Thread mine = Thread.currentThread();
                assertThatThrownBy(() -> withTimeout(
                                LIMIT,
                                () -> awaitCallback(done -> {
                                    done.onCancel(() -> log.add(Thread.currentThread() == mine));
                                })))
                        .isInstanceOf(TimeoutException.class);
                assertThat(log).containsExactly(true); // aborted, on the awaiting thread
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void whoCancelsAbortsTheOperation(Backend backend) throws Exception {
            var waiting = new CountDownLatch(1);
            onEachBackend(backend, () -> {
                Deferred<Object> request = async(() -> awaitCallback(done -> {
                    done.onCancel(() -> log.add("aborted"));
                    waiting.countDown();
                }));
                awaitLatch(waiting);
                request.cancel();
                assertThatThrownBy(request::await).isInstanceOf(CancelledException.class);
                assertThat(log).containsExactly("aborted");
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void whatHasCalledBackIsNotAborted(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                String answer = awaitCallback(done -> {
                    done.resume("answer"); // by the operation, inside its start
                    done.onCancel(() -> log.add("aborted"));
                });
                assertThat(answer).isEqualTo("answer");
                assertThat(log).isEmpty();
            });
        }

        private final class Connection implements AutoCloseable {
            @Override
            public void close() {
                log.add("closed");
            }
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aResultThatComesTooLateIsClosed(Backend backend) throws Exception {
            var pool = new AtomicReference<Consumer<Connection>>();
            inVirtualTime(backend, () -> {
                assertThatThrownBy(() -> withTimeout(LIMIT, () -> connect(pool)))
                        .isInstanceOf(TimeoutException.class);
                pool.get().accept(new Connection()); // nobody waits any more
                assertThat(log).containsExactly("closed");
            });
        }

        private Connection connect(AtomicReference<Consumer<Connection>> pool) {
            return awaitCallback(done -> {
                done.onUndelivered(Connection::close); // before the operation is started
                pool.set(done::resume);
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void withoutThatItGoesToTheDiscardHook(Backend backend) throws Exception {
            var late = new AtomicReference<Consumer<String>>();
            var restored = Hooks.onDiscard(log::add);
            try {
                inVirtualTime(backend, () -> {
                    assertThatThrownBy(() -> withTimeout(
                                    LIMIT, () -> awaitCallback((Completion<String> done) -> late.set(done::resume))))
                            .isInstanceOf(TimeoutException.class);
                    late.get().accept("too late");
                });
            } finally {
                restored.close();
            }
            assertThat(log).containsExactly("too late");
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void theFailureThatFollowsOurAbortIsNotReported(Backend backend) throws Exception {
            whenDropped(
                    log::add,
                    () -> inVirtualTime(
                            backend,
                            () -> assertThatThrownBy(() -> withTimeout(
                                            LIMIT,
                                            () -> awaitCallback(done -> {
                                                // how OkHttp says that it has been aborted
                                                done.onCancel(() -> done.fail(new IOException("Canceled")));
                                            })))
                                    .isInstanceOf(TimeoutException.class)));
            assertThat(log).isEmpty();
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aCancelledScopeDoesNotStartTheOperation(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                assertThatThrownBy(() -> group(members -> {
                            members.cancel("enough");
                            return awaitCallback(done -> log.add("started"));
                        }))
                        .isInstanceOf(CancelledException.class);
                assertThat(log).isEmpty();
            });
        }
    }

    // --- many values

    /** A source of the old kind. */
    static final class Sensor {
        private final List<Consumer<Integer>> listeners = new CopyOnWriteArrayList<>();

        void addListener(Consumer<Integer> listener) {
            listeners.add(listener);
        }

        void removeListener(Consumer<Integer> listener) {
            listeners.remove(listener);
        }

        void tell(int... readings) {
            for (int reading : readings) listeners.forEach(listener -> listener.accept(reading));
        }
    }

    @Nested
    class ManyValues {
        private final Sensor sensor = new Sensor();

        private AsyncStream<Integer> readings(Overflow overflow) {
            return AsyncStream.fromListener(overflow, sink -> {
                Consumer<Integer> listener = sink::next;
                sensor.addListener(listener);
                sink.onClose(() -> sensor.removeListener(listener));
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aListenerIsAStream(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                int sum = 0;
                try (var values = readings(Overflow.error(100)).each()) { // adds a listener
                    sensor.tell(19, 20, 21, 22);
                    for (int value : values) {
                        sum += value;
                        if (value == 21) break; // removes it
                    }
                }
                assertThat(sum).isEqualTo(60);
                assertThat(sensor.listeners).isEmpty();
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void eachLoopHasAListenerOfItsOwn(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<Integer> readings = readings(Overflow.latest());
                assertThat(sensor.listeners).isEmpty();
                try (var one = readings.each();
                        var another = readings.each()) {
                    assertThat(sensor.listeners).hasSize(2);
                    sensor.tell(1, 2);
                    assertThat(one.next()).isEqualTo(2);
                    assertThat(another.next()).isEqualTo(2);
                }
                assertThat(sensor.listeners).isEmpty();
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void anEndAndAFailureComeAfterTheValues(Backend backend) throws Exception {
            var failure = new IllegalStateException("line lost");
            onEachBackend(backend, () -> {
                AsyncStream<Integer> ends = AsyncStream.fromListener(Overflow.error(8), sink -> {
                    sink.next(1);
                    sink.complete();
                });
                assertThat(ends.collect(8)).containsExactly(1);
                AsyncStream<Integer> fails = AsyncStream.fromListener(Overflow.error(8), sink -> {
                    sink.next(1);
                    sink.fail(failure);
                });
                assertThatThrownBy(() -> fails.forEach(log::add)).isSameAs(failure);
                assertThat(log).containsExactly(1);
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void tooManyAreAnErrorAfterThoseThatWereKept(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                try (var values = readings(Overflow.error(2)).each()) {
                    sensor.tell(1, 2, 3);
                    assertThat(List.of(values.next(), values.next())).containsExactly(1, 2);
                    assertThatThrownBy(values::next).isInstanceOf(OverflowException.class);
                }
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aSourceThatCanBeAsked(Backend backend) throws Exception {
            List<Long> asked = new ArrayList<>();
            onEachBackend(backend, () -> {
                AsyncStream<Integer> numbers = AsyncStream.fromListener(Overflow.suspend(), sink -> {
                    sink.onRequest(count -> {
                        asked.add(count); // a real source sends so many more, now or later
                        for (int i = 1; i <= count; i++) sink.next(i);
                    });
                });
                try (var values = numbers.each()) {
                    assertThat(values.next()).isEqualTo(1);
                }
            });
            assertThat(asked).startsWith(32L);
        }
    }

    // --- the way back

    @Nested
    class TheWayBack {
        private String price(String item) {
            delay(Duration.ofMillis(1));
            return "price of " + item;
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void toACallback(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var told = new CompletableFuture<String>();
                Deferred<String> price = async(() -> price("tea"));
                price.whenComplete((result, failure) -> {
                    if (failure == null) told.complete(result);
                    else told.completeExceptionally(failure);
                });
                assertThat(await(told)).isEqualTo("price of tea");
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aFailureAndACancellationAreTold(Backend backend) throws Exception {
            var failure = new IOException("no price");
            onEachBackend(backend, () -> {
                Deferred<String> failing = async(() -> {
                    throw failure;
                });
                var told = new CompletableFuture<Throwable>();
                failing.whenComplete((result, thrown) -> told.complete(thrown));
                assertThat(await(told)).isSameAs(failure); // and counts as seen: the scope does not throw it
                Deferred<Object> never = async(() -> await(new CompletableFuture<>()));
                var toldToo = new CompletableFuture<Throwable>();
                never.whenComplete((result, thrown) -> toldToo.complete(thrown));
                never.cancel();
                assertThat(await(toldToo)).isInstanceOf(CancelledException.class);
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void toAFuture(Backend backend) throws Exception {
            var waiting = new CountDownLatch(1);
            onEachBackend(backend, () -> {
                Deferred<String> price = async(() -> price("tea"));
                CompletableFuture<String> future = price.toCompletableFuture();
                assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo("price of tea");
                Deferred<Object> never = async(() -> awaitCallback(done -> {
                    done.onCancel(() -> log.add("aborted"));
                    waiting.countDown();
                }));
                awaitLatch(waiting);
                never.toCompletableFuture().cancel(false); // cancels the coroutine
                assertThatThrownBy(never::await).isInstanceOf(CancelledException.class);
                assertThat(log).containsExactly("aborted");
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aDerivedFutureDoesNotCancel(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var answer = new CompletableFuture<String>();
                Deferred<String> price = async(() -> await(answer));
                price.toCompletableFuture().thenApply(String::length).cancel(true); // cancels only the length
                CompletableFuture<String> impatient =
                        price.toCompletableFuture().orTimeout(1, TimeUnit.MILLISECONDS); // ends only the future
                assertThatThrownBy(impatient::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(TimeoutException.class);
                assertThat(price.isDone()).isFalse();
                answer.complete("2 EUR");
                assertThat(price.await()).isEqualTo("2 EUR");
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void theFutureOfAColdCoroutineOwnsIt(Backend backend) throws Exception {
            var waiting = new CountDownLatch(1);
            var aborted = new CountDownLatch(1);
            onEachBackend(backend, () -> {
                Coroutine<Object> slow = coroutine(() -> awaitCallback(done -> {
                    done.onCancel(aborted::countDown);
                    waiting.countDown();
                }));
                CompletableFuture<?> future = slow.as(CompletableFuture.class);
                awaitLatch(waiting);
                future.orTimeout(1, TimeUnit.MILLISECONDS); // cancels the coroutine
                awaitLatch(aborted);
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void whatACallbackThrowsIsDropped(Backend backend) throws Exception {
            var failure = new IllegalStateException("callback");
            var dropped = new CompletableFuture<Throwable>();
            whenDropped(
                    dropped::complete,
                    () -> onEachBackend(backend, () -> {
                        async(() -> price("tea")).whenComplete((result, thrown) -> {
                            throw failure;
                        });
                        assertThat(await(dropped)).isSameAs(failure);
                    }));
        }
    }

    // --- mistakes

    @Nested
    class Mistakes {
        @ParameterizedTest
        @MethodSource(BACKENDS)
        void onCancelIsSetOnce(Backend backend) throws Exception {
            onEachBackend(
                    backend,
                    () -> assertThatThrownBy(() -> awaitCallback(done -> {
                                done.onCancel(() -> log.add("one"));
                                done.onCancel(() -> log.add("another"));
                            }))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("onCancel is set already: set one action that does all"));
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void anOperationThatWasStartedBeforeGoesOn(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                assertThatThrownBy(() -> group(members -> {
                            var request = new CompletableFuture<String>(); // started, somewhere
                            members.cancel("enough");
                            try {
                                return awaitCallback(done -> {
                                    done.onCancel(() -> request.cancel(true)); // too late: this is never called
                                    request.whenComplete(done);
                                });
                            } finally {
                                log.add(request.isCancelled());
                            }
                        }))
                        .isInstanceOf(CancelledException.class);
                assertThat(log).containsExactly(false);
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aListenerWithoutOnCloseStays(Backend backend) throws Exception {
            var sensor = new Sensor();
            onEachBackend(backend, () -> {
                AsyncStream<Integer> leaking = AsyncStream.fromListener(
                        Overflow.latest(), sink -> sensor.addListener(sink::next)); // who removes it?
                try (var values = leaking.each()) {
                    sensor.tell(1);
                    assertThat(values.next()).isEqualTo(1);
                }
                assertThat(sensor.listeners).hasSize(1);
            });
        }

        @ParameterizedTest
        @MethodSource(BACKENDS)
        void aCallbackInAGeneratorMayNotEmit(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var sensor = new Sensor();
                AsyncStream<Integer> wrong = stream(out -> {
                    sensor.addListener(out::emit);
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    sensor.tell(1);
                                } catch (IllegalStateException refused) {
                                    log.add(refused.getMessage());
                                }
                            })
                            .join();
                });
                assertThat(wrong.collect(1)).isEmpty();
                assertThat(log).singleElement().asString().startsWith("emit from outside the generator's coroutine");
            });
        }
    }
}
