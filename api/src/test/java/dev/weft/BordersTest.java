package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.AwaitMode;
import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import dev.weft.testing.Rounds;
import dev.weft.testing.Watched;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Where one thing ends and another begins: a coroutine and its subscriber, an await and the source inside it, a scope and what is left of it. */
class BordersTest {
    @Test
    void aSubscriberIsToldWhenSomebodyElseCancelledTheCoroutine() throws Exception {
        var error = new CompletableFuture<Throwable>();
        AsyncStream<Integer> interrupted = stream(out -> {
            Thread.currentThread().interrupt();
            Async.delay(Duration.ofDays(1));
        });
        interrupted.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(Integer item) {}

            @Override
            public void onError(Throwable failure) {
                error.complete(failure);
            }

            @Override
            public void onComplete() {
                error.complete(new AssertionError("completed"));
            }
        });
        assertThat(error.get(Watched.SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(CancelledException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void whatFollowsACoroutineOnItsThreadIsNotPartOfIt() throws Exception {
        var later = new CompletableFuture<String>();
        var go = new CountDownLatch(1);
        var ended = async(() -> go.await(Watched.SECONDS, TimeUnit.SECONDS)).toCompletableFuture();
        var followed = ended.thenApply(x -> Async.await(later));
        go.countDown();
        later.completeAsync(() -> "awaited");
        assertThat(followed.get(Watched.SECONDS, TimeUnit.SECONDS)).isEqualTo("awaited");
    }

    @Test
    void aCancelFindsTheAwaitAlsoAfterItsSourceHasAwaited() {
        Flow.Publisher<Integer> endless = subscriber -> {
            Async.delay(Duration.ofNanos(1));
            var subscription = new Endless(subscriber);
            subscriber.onSubscribe(subscription);
        };
        assertThatThrownBy(() -> run(() -> withTimeout(
                        Duration.ofMillis(50),
                        () -> new FlowAwait<>(endless, AwaitMode.LAST, JdkBackend.INSTANCE).await())))
                .isInstanceOf(TimeoutException.class);
    }

    private static final class Endless implements Flow.Subscription {
        private final Flow.Subscriber<? super Integer> subscriber;
        private volatile boolean cancelled;

        Endless(Flow.Subscriber<? super Integer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            while (!cancelled) subscriber.onNext(1);
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    @Test
    void twoFailuresCanSuppressEachOtherWithoutADeadlock() throws Exception {
        for (int round : new Rounds(5_000)) {
            var one = new Exception("one");
            var two = new Exception("two");
            var start = new CountDownLatch(2);
            Thread other = Thread.ofPlatform().daemon().start(() -> suppress(start, one, two));
            suppress(start, two, one);
            assertThat(other.join(Duration.ofSeconds(Watched.SECONDS))).isTrue();
            assertThat(one.getSuppressed().length + two.getSuppressed().length).isBetween(1, 2);
        }
    }

    private static void suppress(CountDownLatch start, Throwable thrown, Throwable later) {
        Latches.race(start);
        Failures.suppress(thrown, later);
    }

    @Test
    void failuresThatWereSeenAreNotKept() {
        run(() -> {
            List<WeakReference<Throwable>> failures = new ArrayList<>();
            for (int i = 0; i < 1000; i++) failures.add(new WeakReference<>(failAndSee(i)));
            Watched.until(
                    "let go",
                    () -> { // seen ones are let go whenever there are 64
                        System.gc();
                        return alive(failures) <= 100;
                    });
        });
    }

    private static Throwable failAndSee(int number) {
        try {
            async(() -> {
                        throw new IllegalStateException("failure " + number);
                    })
                    .await();
            throw new AssertionError("did not fail");
        } catch (IllegalStateException seen) {
            return seen;
        }
    }

    private static int alive(List<WeakReference<Throwable>> references) {
        return (int) references.stream().filter(r -> r.get() != null).count();
    }

    @Test
    void anIteratorThatWasCarriedOutOfItsScopeDoesNotLookAsIfItHadEnded() {
        AsyncStream<Integer> numbers = stream(out -> {
            for (int i = 0; i < 3; i++) out.emit(i);
        });
        assertThatThrownBy(() -> run(() -> {
                    var carried = withContext("key", "value", numbers::each);
                    for (int number : carried) assertThat(number).isNotNegative();
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("scope");
    }

    @Test
    void theFailureOfAForgottenRootIsDropped() throws Exception {
        var dropped = new CompletableFuture<Throwable>();
        try (var hook = Hooks.onDropped(dropped::complete)) {
            startAndForget();
            Watched.until("dropped", () -> {
                System.gc();
                return dropped.isDone();
            });
            assertThat(hook).isNotNull();
        }
        assertThat(dropped.join()).hasMessage("forgotten");
    }

    private static void startAndForget() {
        Deferred<Object> root = async(() -> {
            throw new IllegalStateException("forgotten");
        });
        Watched.until("failed", () -> ((Handle<Object>) root).peek() != null);
    }

    @Test
    void aStageThatWasCancelledFailsWithItsOwnException() {
        var cancelled = new CompletableFuture<String>();
        cancelled.cancel(true);
        assertThatThrownBy(() -> run(() -> Async.await(cancelled)))
                .isInstanceOf(CancellationException.class)
                .isNotInstanceOf(CancelledException.class);
    }
}
