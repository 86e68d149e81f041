package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.throwing;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The first program of each kind. */
class AsyncTest {
    @Test
    void runReturnsTheResultOfItsBody() {
        assertThat(run(() -> "done")).isEqualTo("done");
    }

    @Test
    void childrenRunConcurrentlyAndAreAwaited() {
        int sum = run(() -> {
            Deferred<Integer> one = async(() -> 1);
            Deferred<Integer> two = async(() -> {
                delay(Duration.ofMillis(1));
                return 2;
            });
            return one.await() + two.await();
        });
        assertThat(sum).isEqualTo(3);
    }

    @Test
    void aStageIsAwaited() {
        var stage = new CompletableFuture<String>();
        Thread.startVirtualThread(() -> stage.complete("value"));
        assertThat(run(() -> await(stage))).isEqualTo("value");
    }

    @Test
    void aCheckedExceptionComesAsItselfWhereItIsNamed() {
        var failed = CompletableFuture.<String>failedFuture(new IOException("disk"));
        assertThatThrownBy(() -> run(() -> await(failed, IOException.class)))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
    }

    @Test
    void throwingThrowsTheCheckedExceptionOfAnyAwaitInside() {
        var checked = new IOException("disk");
        for (var body : List.<AsyncBody<?, RuntimeException>>of(
                () -> await(CompletableFuture.failedFuture(checked)),
                () -> awaitCallback(done -> done.fail(checked)),
                () -> async(Async.coroutine(() -> Async.<Integer>awaitCallback(done -> done.fail(checked)))::await)
                        .await(),
                () -> gather(coroutine(() -> {
                    throw checked;
                })),
                () -> withContext("key", "value", () -> await(CompletableFuture.failedFuture(checked))))) {
            assertThatThrownBy(() -> run(() -> throwing(IOException.class, body)))
                    .isSameAs(checked);
            assertThatThrownBy(() -> run(() -> throwing(IOException.class, () -> {
                        body.run();
                    })))
                    .isSameAs(checked);
        }
    }

    @Test
    void throwingGivesTheResultAndLeavesOtherFailuresAsTheyAre() throws Exception {
        assertThat(Async.<String, IOException, RuntimeException>throwing(IOException.class, () -> null))
                .isNull();
        String both = throwing(
                IOException.class,
                () -> throwing(TimeoutException.class, () -> await(CompletableFuture.completedFuture("both"))));
        assertThat(both).isEqualTo("both");
        var other = new TimeoutException("other");
        assertThatThrownBy(() -> throwing(IOException.class, () -> await(CompletableFuture.failedFuture(other))))
                .isInstanceOf(AwaitException.class)
                .cause()
                .isSameAs(other);
        assertThatThrownBy(() -> throwing(
                        IOException.class,
                        () -> throwing(TimeoutException.class, () -> await(CompletableFuture.failedFuture(other)))))
                .isSameAs(other);
        assertThatThrownBy(() -> throwing(IOException.class, () -> {
                    throw other;
                }))
                .isSameAs(other);
        var unchecked = new IllegalStateException("unchecked");
        assertThatThrownBy(() -> throwing(IOException.class, () -> await(CompletableFuture.failedFuture(unchecked))))
                .isSameAs(unchecked);
    }

    @Test
    void throwingIsNoSuspensionPointAndNoScope() throws IOException {
        Thread.currentThread().interrupt();
        try {
            assertThat(throwing(IOException.class, Thread::currentThread)).isSameAs(Thread.currentThread());
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        Deferred<String> child = run(() -> {
            Deferred<String> started = throwing(IOException.class, () -> async(() -> await(coroutine(() -> "later"))));
            assertThat(started.await()).isEqualTo("later");
            return started;
        });
        assertThat(child.isDone()).isTrue();
    }

    @Test
    void aCallbackIsAwaited() {
        String value = run(() -> awaitCallback(done -> Thread.startVirtualThread(() -> done.resume("called"))));
        assertThat(value).isEqualTo("called");
    }

    @Test
    void aTimeoutCancelsWhatItGuards() {
        assertThatThrownBy(() -> run(() -> withTimeout(Duration.ofMillis(5), () -> delay(Duration.ofDays(1)))))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void aGroupFailsWithItsFirstFailureAndCancelsTheRest() {
        var first = new IllegalStateException("first");
        assertThatThrownBy(() -> run(() -> group(g -> {
                    g.async(() -> delay(Duration.ofDays(1)));
                    g.async(() -> {
                        throw first;
                    });
                })))
                .isSameAs(first);
    }

    @Test
    void gatherKeepsTheOrderAndRaceTakesTheFirst() {
        Coroutine<String> slow = coroutine(() -> {
            delay(Duration.ofMillis(3));
            return "slow";
        });
        assertThat(gather(slow, coroutine(() -> "fast"))).containsExactly("slow", "fast");
        assertThat(Async.<String>race(
                        coroutine(() -> {
                            delay(Duration.ofDays(1));
                            return "never";
                        }),
                        coroutine(() -> "fast")))
                .isEqualTo("fast");
    }

    @Test
    void aStreamIsIteratedWithDemand() {
        AsyncStream<Integer> numbers = stream(out -> {
            for (int i = 0; ; i++) out.emit(i);
        });
        assertThat(run(() ->
                        numbers.filter(n -> n % 2 == 1).map(n -> n * n).take(3).collect(10)))
                .isEqualTo(List.of(1, 9, 25));
    }

    @Test
    void raceOfLambdasCompiles() {
        assertThat(run(() -> race(coroutine(() -> 1), coroutine(() -> 1)))).isEqualTo(1);
    }
}
