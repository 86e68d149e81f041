package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.awaitFuture;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.testing.Unaskable.sneak;
import static dev.weft.testing.Unaskable.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Unaskable;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures are foreign code: whatever their methods do, an outcome is the same. */
class ForeignFailureTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static Stream<Throwable> failures() {
        return Unaskable.all();
    }

    private static <T> Callable<T> throwing(Throwable failure) {
        return () -> {
            throw sneak(failure);
        };
    }

    private static <T> T later(Throwable failure) {
        return awaitCallback(done -> Thread.startVirtualThread(() -> done.fail(failure)));
    }

    private static boolean comesOutOf(Throwable failure, Callable<?> body) {
        return thrownBy(() -> run(body::call)) == failure;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anAwaitThrowsTheSameInstance(Throwable failure) {
        CompletableFuture<String> ready = CompletableFuture.failedFuture(failure);
        var task = new FutureTask<String>(throwing(failure));
        task.run();
        assertThat(comesOutOf(failure, () -> await(ready))).isTrue();
        assertThat(comesOutOf(failure, () -> await(foreignStage(failure)))).isTrue();
        assertThat(comesOutOf(failure, () -> await(lateStage(failure)))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitFuture(task))).isTrue();
        assertThat(comesOutOf(failure, () -> later(failure))).isTrue();
        assertThat(comesOutOf(
                        failure, () -> awaitCallback(done -> throwing(failure).call())))
                .isTrue();
        assertThat(comesOutOf(failure, () -> {
                    try (var values = stream(out -> throwing(failure).call()).each()) {
                        return values.hasNext();
                    }
                }))
                .isTrue();
        assertThat(hooks.dropped.isEmpty()).isTrue();
    }

    /** A stage of a type that is not the JDK's own. */
    private static CompletableFuture<String> foreignStage(Throwable failure) {
        var stage = new CompletableFuture<String>() {};
        stage.completeExceptionally(failure);
        return stage;
    }

    private static CompletableFuture<String> lateStage(Throwable failure) {
        var stage = new CompletableFuture<String>();
        CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS).execute(() -> stage.completeExceptionally(failure));
        return stage;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aScopeThrowsTheSameInstance(Throwable failure) {
        Coroutine<String> fails = coroutine(throwing(failure));
        assertThat(comesOutOf(failure, throwing(failure))).isTrue();
        assertThat(comesOutOf(failure, fails::await)).isTrue();
        assertThat(comesOutOf(failure, () -> async(throwing(failure)).await())).isTrue();
        assertThat(comesOutOf(failure, () -> withTimeout(Duration.ofDays(1), throwing(failure)::call)))
                .isTrue();
        assertThat(comesOutOf(
                        failure,
                        () -> group(g -> {
                            g.async(throwing(failure));
                            return await(new CompletableFuture<>());
                        })))
                .isTrue();
        assertThat(comesOutOf(failure, () -> gather(fails, coroutine(() -> await(new CompletableFuture<>())))))
                .isTrue();
        assertThat(comesOutOf(failure, () -> race(fails))).isTrue();
        assertThat(comesOutOf(failure, () -> {
                    async(throwing(failure));
                    return "nobody has asked for it";
                }))
                .isTrue();
        var settled = run(() -> gatherSettled(fails)).getFirst();
        assertThat(settled instanceof Outcome.Failure<String>(Throwable error) && error == failure)
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void oneBehindAnotherIsSuppressedInThat(Throwable failure) {
        var first = new IllegalStateException("first");
        var started = new CompletableFuture<Void>();
        assertThat(comesOutOf(
                        first,
                        () -> group(g -> {
                            g.async(() -> {
                                try {
                                    started.complete(null);
                                    return await(new CompletableFuture<>());
                                } finally {
                                    throwing(failure).call();
                                }
                            });
                            await(started);
                            throw first;
                        })))
                .isTrue();
        assertThat(Stream.of(first.getSuppressed()).anyMatch(suppressed -> suppressed == failure))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void oneThatIsTooLateIsDroppedAsItself(Throwable failure) {
        var probe = new Probe<String>();
        var awaiting = Watched.coroutine(() -> Publishers.await(probe, dev.weft.spi.AwaitMode.ONE))
                .parked();
        awaiting.cancel();
        awaiting.ended();
        probe.fail(failure);
        assertThat(Unaskable.isOnly(hooks.dropped, failure)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aNamedOneComesAsItself(Throwable failure) {
        Callable<?> body = () -> await(foreignStage(failure), Unaskable.Checked.class);
        assertThat(thrownBy(body) == failure).isTrue();
    }

    /** On JDK 21, a stage derived from the future then throws from its completion. */
    @ParameterizedTest
    @MethodSource("failures")
    void allWhoWaitForAHandleAreToldWhateverIsBehindItsFuture(Throwable failure) {
        var go = new CompletableFuture<Void>();
        var told = new CompletableFuture<Boolean>();
        Deferred<String> handle = async(() -> {
            await(go);
            throw sneak(failure);
        });
        CompletableFuture<String> future = handle.toCompletableFuture();
        CompletableFuture<String> behind = future.thenApply(String::strip);
        handle.whenComplete((value, thrown) -> told.complete(thrown == failure));
        go.complete(null);
        assertThat(told.orTimeout(Watched.SECONDS, TimeUnit.SECONDS).join()).isTrue();
        assertThat(future.isCompletedExceptionally()).isTrue();
        assertThat(behind).isNotNull();
    }

    @Test
    void aCarrierSaysWhatItsFailureSays() {
        assertThat(new AwaitException(new IOException("disk"))).hasMessage("java.io.IOException: disk");
    }

    @Test
    void aCarrierOfOneThatCannotSayAnythingNamesItsClass() {
        assertThat(new AwaitException(new Unaskable.Checked()).getMessage())
                .isEqualTo("dev.weft.testing.Unaskable$Checked");
    }

    @Test
    void aCarrierAndItsFailureCanBeSerialised() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(new AwaitException(new IOException("disk")));
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject())
                    .isInstanceOfSatisfying(
                            AwaitException.class,
                            carrier -> assertThat(carrier)
                                    .hasMessage("java.io.IOException: disk")
                                    .cause()
                                    .isInstanceOf(IOException.class)
                                    .hasMessage("disk"));
        }
    }

    @Test
    void theSameOneTwiceIsNotItsOwnCompany() {
        var failure = new Unaskable.Unchecked();
        Callable<List<String>> both = () -> gather(coroutine(throwing(failure)), coroutine(throwing(failure)));
        assertThat(comesOutOf(failure, both)).isTrue();
        assertThat(failure.getSuppressed()).allMatch(AwaitTrace.class::isInstance);
    }
}
