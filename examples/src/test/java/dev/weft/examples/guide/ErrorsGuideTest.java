package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.rethrowCancellation;
import static dev.weft.Async.run;
import static dev.weft.Async.throwing;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.AwaitException;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Outcome;
import dev.weft.spi.Backend;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The code and the claims of {@code docs/guide/errors.md}. */
class ErrorsGuideTest extends GuideTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<String> never = new CompletableFuture<>();

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("backends")
    void theProgramPrintsWhatThePageSays(Backend backend) throws Exception {
        assertThat(printed(backend, () -> Labels.main(new String[0])))
                .containsSubsequence("tea costs 3", "no label: 404 for soap");
    }

    // --- what an await throws

    @Test
    void uncheckedExceptionsAreTheSameInstance() {
        var failure = new IllegalArgumentException("no such item");
        assertThatThrownBy(() -> awaitSingle(Mono.error(failure))).isSameAs(failure);
        assertThatThrownBy(() -> await(Single.error(failure))).isSameAs(failure);
        assertThatThrownBy(() -> await(CompletableFuture.failedFuture(failure))).isSameAs(failure);
        assertThatThrownBy(() -> run(() -> {
                    Deferred<String> member = async(() -> {
                        throw failure;
                    });
                    return member.await();
                }))
                .isSameAs(failure);
        var error = new AssertionError("impossible");
        assertThatThrownBy(() -> awaitSingle(Mono.error(error))).isSameAs(error);
    }

    @Test
    void checkedExceptionsAreCarriedOrNamed() {
        var failure = new IOException("no disk");
        Mono<String> mono = Mono.error(failure);
        Flux<String> flux = Flux.error(failure);
        assertThatThrownBy(() -> awaitSingle(mono)) // not named: carried
                .isInstanceOf(AwaitException.class)
                .hasCause(failure)
                .hasMessageContaining("no disk");
        assertThatThrownBy(() -> await(mono, IOException.class)).isSameAs(failure);
        assertThatThrownBy(() -> throwing(IOException.class, () -> awaitFirst(flux)))
                .isSameAs(failure);
        assertThatThrownBy(() -> await(Single.error(failure), IOException.class))
                .isSameAs(failure);
    }

    @Test
    void whatIsThrownElsewhereIsNotChangedByNaming() {
        var failure = new NoSuchFileException("x");
        assertThatThrownBy(() -> await(Mono.error(failure), TimeoutException.class))
                .isInstanceOf(AwaitException.class)
                .hasCause(failure);
        assertThatThrownBy(() -> await(Mono.error(failure), IOException.class)).isSameAs(failure); // a subclass
    }

    @Test
    void buildersTakeTheCarrierOff() {
        var failure = new IOException("no disk");
        StepVerifier.create(mono(() -> awaitSingle(Mono.error(failure))))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failure)); // no AwaitException around it
        single(() -> await(Single.error(failure)))
                .test()
                .awaitDone(20, TimeUnit.SECONDS)
                .assertError(failure);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theTraceHasThePlaceOfTheAwait(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Deferred<String> cook = async(() -> {
                throw new IllegalStateException("burnt");
            });
            Throwable failure = caught(cook);
            assertThat(failure.getSuppressed()).hasSize(1);
            assertThat(failure.getSuppressed()[0]).hasMessage("awaited at");
            assertThat(failure.getSuppressed()[0].getStackTrace()[0].getClassName())
                    .contains("ErrorsGuideTest");
        });
    }

    private static Throwable caught(Deferred<?> handle) {
        try {
            return new AssertionError("a result: " + handle.await());
        } catch (IllegalStateException failure) {
            return failure;
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCancelledFutureIsNotYourCancellation(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var future = new CompletableFuture<String>();
            future.cancel(true);
            assertThatThrownBy(() -> await(future))
                    .isInstanceOf(CancellationException.class)
                    .isNotInstanceOf(CancelledException.class);
            checkpoint(); // does not throw
        });
    }

    // --- what a body may throw

    @ParameterizedTest
    @MethodSource("backends")
    void bodiesMayThrowCheckedExceptions(Backend backend) throws Exception {
        Path path = Files.writeString(folder.resolve("text"), "hello");
        onEachBackend(backend, () -> assertThat(twice(path)).isEqualTo("hellohello"));
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> twice(missing)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(
                        () -> run(() -> async(() -> Files.readString(missing)).await()))
                .isInstanceOf(AwaitException.class)
                .hasCauseInstanceOf(NoSuchFileException.class);
    }

    private static String twice(Path path) throws IOException {
        String once = run(() -> Files.readString(path)); // throws what its body throws
        String again = run(() -> await(async(() -> Files.readString(path)), IOException.class));
        return once + again;
    }

    // --- in a group

    @ParameterizedTest
    @MethodSource("backends")
    void theFirstFailureOfAGroupIsThrownWithTheOthersSuppressed(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            Throwable thrown = catchThrowable(() -> throwing(
                    IOException.class,
                    () -> group(calls -> {
                        calls.async(() -> {
                            try {
                                begun.countDown();
                                await(never); // is cancelled when the other fails
                            } finally {
                                close();
                            }
                        });
                        calls.async(() -> {
                            begun.await();
                            throw new IOException("no stock"); // the first failure
                        });
                    })));
            assertThat(thrown).isInstanceOf(IOException.class).hasMessage("no stock");
            assertThat(thrown.getSuppressed()).extracting(Throwable::getMessage).contains("close failed");
        });
    }

    private static void close() {
        throw new IllegalStateException("close failed");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCheckedFailureOfAMemberIsCarried(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var failure = new IOException("no stock");
            assertThatThrownBy(() -> group(calls -> {
                        calls.async(() -> {
                            throw failure;
                        });
                    }))
                    .isInstanceOf(AwaitException.class)
                    .hasCause(failure);
            assertThatThrownBy(() -> group(calls -> {
                        if (log.isEmpty()) throw failure; // of the body itself
                        return "";
                    }))
                    .isSameAs(failure);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aFailureThatWasAwaitedIsNotThrownAgainByAPlainScope(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String price = run(() -> {
                Deferred<String> today = async(() -> {
                    throw new IllegalStateException("no price");
                });
                try {
                    return today.await();
                } catch (IllegalStateException failure) {
                    rethrowCancellation(failure);
                    return "standard";
                }
            });
            assertThat(price).isEqualTo("standard");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void allRunnersOfARaceFail(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Throwable failure = catchThrowable(() -> race(
                    coroutine(() -> {
                        throw new IllegalStateException("one");
                    }),
                    coroutine(() -> {
                        throw new IllegalStateException("two");
                    })));
            Throwable[] others = failure.getSuppressed();
            assertThat(Stream.concat(Stream.of(failure), Stream.of(others)).map(Throwable::getMessage))
                    .contains("one", "two");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void settledOutcomesHoldTheFailureItself(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var failure = new IOException("no stock");
            List<Outcome<String>> outcomes = gatherSettled(coroutine(() -> "tea"), coroutine(() -> {
                throw failure;
            }));
            assertThat(outcomes).containsExactly(new Outcome.Success<>("tea"), new Outcome.Failure<>(failure));
        });
    }

    // --- dropped errors

    @Test
    void whatNobodyReceivesIsDroppedToReactorsHook() throws InterruptedException {
        BlockingQueue<Throwable> dropped = new LinkedBlockingQueue<>();
        reactor.core.publisher.Hooks.onErrorDropped(dropped::add);
        try {
            var begun = new CountDownLatch(1);
            var subscription = mono(() -> failingLate(begun)).subscribe();
            begun.await();
            subscription.dispose(); // nobody is there any more
            Throwable late = dropped.poll(20, TimeUnit.SECONDS);
            assertThat(late).hasMessage("disk full");
        } finally {
            reactor.core.publisher.Hooks.resetOnErrorDropped();
        }
    }

    @Test
    void whatNobodyReceivesIsDroppedToRxJavasHook() throws InterruptedException {
        BlockingQueue<Throwable> dropped = new LinkedBlockingQueue<>();
        RxJavaPlugins.setErrorHandler(dropped::add);
        try {
            var begun = new CountDownLatch(1);
            var subscription = single(() -> failingLate(begun)).subscribe();
            begun.await();
            subscription.dispose();
            Throwable late = dropped.poll(20, TimeUnit.SECONDS);
            assertThat(late).hasMessage("disk full");
        } finally {
            RxJavaPlugins.setErrorHandler(null);
        }
    }

    private String failingLate(CountDownLatch begun) {
        begun.countDown();
        try {
            return await(never);
        } finally {
            save();
        }
    }

    private static void save() {
        throw new IllegalStateException("disk full");
    }

    @Test
    void whatOnlyAnswersACancellationIsNotDropped() throws InterruptedException {
        BlockingQueue<Throwable> dropped = new LinkedBlockingQueue<>();
        reactor.core.publisher.Hooks.onErrorDropped(dropped::add);
        try {
            BlockingQueue<Thread> thread = new LinkedBlockingQueue<>();
            var subscription = mono(() -> {
                        thread.add(Thread.currentThread());
                        return await(never); // throws CancelledException
                    })
                    .subscribe();
            Thread coroutine = thread.take();
            subscription.dispose();
            coroutine.join();
            assertThat(dropped).isEmpty();
        } finally {
            reactor.core.publisher.Hooks.resetOnErrorDropped();
        }
    }

    @Test
    void aFailureBesideThatOfTheBodyIsDropped() {
        BlockingQueue<Throwable> dropped = new LinkedBlockingQueue<>();
        reactor.core.publisher.Hooks.onErrorDropped(dropped::add);
        try {
            var failure = new IllegalStateException("burnt");
            var failed = new CountDownLatch(1);
            assertThatThrownBy(() -> run(() -> {
                        async(() -> {
                            failed.countDown();
                            throw failure;
                        });
                        failed.await();
                        throw new IOException("no power");
                    }))
                    .isInstanceOf(IOException.class);
            assertThat(dropped).containsExactly(failure);
        } finally {
            reactor.core.publisher.Hooks.resetOnErrorDropped();
        }
    }

    // --- catching

    @ParameterizedTest
    @MethodSource("backends")
    void aFallbackIsForFailuresAlone(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThat(price(CompletableFuture.failedFuture(new IllegalStateException("no price"))))
                    .isEqualTo("standard");
            assertThatThrownBy(() -> withTimeout(SHORT, () -> price(never))).isInstanceOf(TimeoutException.class);
        });
    }

    private static String price(CompletableFuture<String> server) {
        try {
            return await(server);
        } catch (RuntimeException failure) {
            rethrowCancellation(failure); // nobody wants a fallback any more
            return "standard";
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCatchOfEverythingTakesTheTimeoutToo(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThat(withTimeout(SHORT, () -> careless(never))).isEqualTo("standard"); // no TimeoutException
        });
    }

    private static String careless(CompletableFuture<String> server) {
        try {
            return await(server);
        } catch (RuntimeException failure) { // a CancelledException too
            return "standard";
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aFailureOfAMemberCannotBeCaughtInTheBodyOfItsGroup(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(this::tooLate)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("no price");
            assertThat(inTheMember()).isEqualTo("standard");
        });
    }

    private String tooLate() {
        return group(calls -> {
            Deferred<String> price = calls.async(() -> fetchPrice());
            try {
                return price.await();
            } catch (IllegalStateException failure) {
                return "standard"; // the group has failed already, and throws the failure
            }
        });
    }

    private String inTheMember() {
        return group(calls -> {
            Deferred<String> price = calls.async(() -> {
                try {
                    return fetchPrice();
                } catch (IllegalStateException failure) {
                    rethrowCancellation(failure);
                    return "standard";
                }
            });
            return price.await();
        });
    }

    private static String fetchPrice() {
        throw new IllegalStateException("no price");
    }

    @Test
    void aTimeoutOfTheSourceIsAFailureOfTheSource() {
        Mono<String> slow = Mono.<String>never().timeout(Duration.ofMillis(1));
        assertThatThrownBy(() -> awaitSingle(slow))
                .isInstanceOf(AwaitException.class)
                .hasCauseInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> await(slow, TimeoutException.class)).isInstanceOf(TimeoutException.class);
    }
}
