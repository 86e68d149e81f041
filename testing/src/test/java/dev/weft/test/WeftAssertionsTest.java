package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.test.Tests.runTest;
import static dev.weft.test.WeftAssertions.assertThat;
import static dev.weft.test.WeftAssertions.assertThatCoroutine;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Deferred;
import dev.weft.Supervisor;
import dev.weft.spi.WaitKind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each assertion, where it holds and where it does not. */
class WeftAssertionsTest {
    private static final String EACH = "dev.weft.test.OnEachBackend#options";

    @ParameterizedTest
    @MethodSource(EACH)
    void aHandle(TestOptions options) {
        runTest(options, test -> {
            var future = new CompletableFuture<String>();
            Deferred<String> running = async(() -> await(future));
            test.runCurrent();
            assertThat(running).isRunning();
            fails(() -> assertThat(running).isDone(), "still runs");
            fails(() -> assertThat(running).isCancelled(), "expected it to be CANCELLED, but it is RUNNING");
            future.complete("a");
            running.await();
            assertThat(running).isDone().hasValue("a");
            fails(() -> assertThat(running).hasValue("b"), "\"b\"");
            fails(() -> assertThat(running).hasFailure(), "expected it to be FAILED, but it is SUCCEEDED");

            Deferred<Object> cancelled = async(() -> await(new CompletableFuture<>()));
            test.runCurrent();
            cancelled.cancel("no more");
            test.runCurrent();
            assertThat(cancelled).isCancelled().isCancelledBecause("no more");
            fails(() -> assertThat(cancelled).isCancelledBecause("other"), "the reason is \"no more\"");
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void aFailure(TestOptions options) {
        runTest(options, test -> {
            Deferred<String> failed;
            try (var owner = Supervisor.open("owner", (member, failure) -> {})) {
                failed = owner.start(coroutine(() -> {
                    throw new IOException("closed");
                }));
                test.runCurrent();
            }
            assertThat(failed).hasFailure().hasMessage("closed");
            assertThatThrownBy(() -> assertThat(failed).isCancelled())
                    .isInstanceOf(AssertionError.class)
                    .satisfies(error -> org.assertj.core.api.Assertions.assertThat(error.getSuppressed())
                            .hasSize(1));
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void aCoroutine(TestOptions options) {
        runTest(options, test -> {
            var cook = coroutine(() -> cook()).named("cook").start();
            test.runCurrent();
            assertThatCoroutine("cook")
                    .isSuspendedIn(WaitKind.TIME)
                    .waitsFor("time")
                    .isAt(WeftAssertionsTest.class, "cook");
            fails(() -> assertThatCoroutine("cook").isSuspendedIn(WaitKind.MEMBERS), "suspended in MEMBERS");
            fails(() -> assertThatCoroutine("cook").waitsFor("a Mono"), "waits for time");
            fails(() -> assertThatCoroutine("cook").isAt(Object.class, "wait"), "WeftAssertionsTest");
            fails(() -> assertThatCoroutine("waiter"), "found 0 among");
            cook.await();
        });
    }

    private static String cook() {
        delay(Duration.ofHours(1));
        return "rice";
    }

    private static void fails(org.assertj.core.api.ThrowableAssert.ThrowingCallable assertion, String message) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessageContaining(message);
    }
}
