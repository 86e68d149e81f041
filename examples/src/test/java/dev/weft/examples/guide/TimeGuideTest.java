package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.owned;
import static dev.weft.Async.race;
import static dev.weft.Async.remainingTime;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.rethrowCancellation;
import static dev.weft.Async.retry;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Retry;
import dev.weft.spi.Backend;
import dev.weft.test.Recorder;
import dev.weft.test.TestScope;
import dev.weft.test.WeftTest;
import io.grpc.CallOptions;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The code and the claims of {@code docs/guide/time-and-retry.md}. */
class TimeGuideTest extends GuideTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final CompletableFuture<String> never = new CompletableFuture<>();

    @AfterEach
    void restorePlugins() {
        RxJavaPlugins.setComputationSchedulerHandler(null);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theProgramPrintsWhatThePageSays(Backend backend) throws Exception {
        assertThat(printed(backend, () -> Quotes.main(new String[0])))
                .containsSubsequence("4.20", "the standard price");
    }

    // --- time limits

    @ParameterizedTest
    @MethodSource("backends")
    void aTimeoutNamesItsLimitAndEndsWhatWasStarted(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            assertThatThrownBy(() -> withTimeout(Duration.ofMinutes(1), () -> {
                        async(() -> cleaned(begun));
                        begun.await();
                        resetTimeout(SHORT);
                        return await(never);
                    }))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessage("timed out after PT0.02S");
            assertThat(log).containsExactly("cleaned up");
        });
    }

    private String cleaned(CountDownLatch begun) {
        return shielded(() -> {
            begun.countDown();
            delay(Duration.ofMillis(30));
            log.add("cleaned up");
            return "";
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aResultIsReturnedAlsoIfTheTimeWasOver(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            int answer = withTimeout(Duration.ZERO, () -> 6 * 7); // looks nowhere at its cancellation
            assertThat(answer).isEqualTo(42);
            assertThatThrownBy(() -> withTimeout(Duration.ZERO, () -> delay(Duration.ofMillis(1))))
                    .isInstanceOf(TimeoutException.class);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aResultIsNoneIfMembersWereCutOff(Backend backend) throws Exception {
        onEachBackend(
                backend,
                () -> assertThatThrownBy(() -> withTimeout(SHORT, () -> {
                            async(() -> await(never)); // the block waits for it
                            return "done";
                        }))
                        .isInstanceOf(TimeoutException.class));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void nullInsteadOfAnException(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String advice = withTimeoutOrNull(SHORT, () -> await(never));
            assertThat(advice).isNull();
        });
    }

    @WeftTest
    void theSmallerOfTwoLimitsCountsAndEachFiresItsOwn(TestScope test) {
        assertThat(untilItAnswers()).isEqualTo("answer 3");
        assertThat(test.currentTime()).isEqualTo(Duration.ofSeconds(4));
        calls.set(-10);
        assertThatThrownBy(() -> withTimeout(Duration.ofSeconds(5), () -> untilItAnswers()))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("timed out after PT5S");
        assertThat(test.currentTime()).isEqualTo(Duration.ofSeconds(9));
        assertThat(log).containsExactly("again", "again", "again", "again");
    }

    private String untilItAnswers() {
        while (true) {
            try {
                return withTimeout(Duration.ofSeconds(2), () -> ask(attempts()));
            } catch (TimeoutException tooSlow) {
                log.add("again");
            }
        }
    }

    private int attempts() {
        return calls.incrementAndGet();
    }

    private static String ask(int attempt) {
        if (attempt < 3) delay(Duration.ofHours(1));
        return "answer " + attempt;
    }

    @WeftTest
    void aLimitPerStepIsResetByEachStep() throws TimeoutException {
        assertThat(download(5)).isEqualTo("5 chunks");
        assertThatThrownBy(() -> withTimeout(Duration.ofSeconds(1), () -> {
                    for (int i = 0; i < 5; i++) nextChunk();
                    return "";
                }))
                .isInstanceOf(TimeoutException.class);
    }

    private static String download(int chunks) throws TimeoutException {
        return withTimeout(Duration.ofSeconds(1), () -> {
            for (int i = 0; i < chunks; i++) {
                nextChunk();
                resetTimeout(Duration.ofSeconds(1)); // one second from now
            }
            return chunks + " chunks";
        });
    }

    private static void nextChunk() {
        delay(Duration.ofMillis(800));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aMemberCannotResetTheTimeoutAroundIt(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> resetTimeout(SHORT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("no withTimeout around this code");
            assertThatThrownBy(() -> withTimeout(
                            Duration.ofMinutes(1),
                            () -> group(calls -> {
                                calls.async(() -> resetTimeout(SHORT));
                            })))
                    .isInstanceOf(IllegalStateException.class);
        });
    }

    // --- clocks

    @Test
    void reactorsVirtualTimeDrivesAMono() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    delay(Duration.ofHours(1));
                    return withTimeout(Duration.ofMinutes(1), () -> await(never));
                }))
                .expectSubscription()
                .expectNoEvent(Duration.ofHours(1))
                .thenAwait(Duration.ofMinutes(1))
                .verifyError(TimeoutException.class);
    }

    @Test
    void aTestSchedulerDrivesASingle() {
        var clock = new TestScheduler();
        RxJavaPlugins.setComputationSchedulerHandler(real -> clock);
        var observer = single(() -> {
                    delay(Duration.ofHours(1));
                    return "done";
                })
                .test();
        clock.advanceTimeBy(59, TimeUnit.MINUTES);
        observer.assertEmpty();
        clock.advanceTimeBy(1, TimeUnit.MINUTES);
        observer.assertResult("done"); // the coroutine has done what was due
    }

    // --- retries

    /** Fails so often, and then answers. */
    private String fetch(int failures) throws IOException {
        int call = calls.incrementAndGet();
        log.add("call " + call + " at " + Schedulers.parallel().now(TimeUnit.MILLISECONDS));
        if (call <= failures) throw new IOException("503 for call " + call);
        return "page";
    }

    private static final Retry BRIEFLY = Retry.attempts(4)
            .backoff(Duration.ofMillis(100), Duration.ofSeconds(5))
            .when(failure -> failure instanceof IOException || failure instanceof TimeoutException);

    private String pageByPolicy(int failures) throws Exception {
        return retry(BRIEFLY, () -> withTimeout(Duration.ofSeconds(2), () -> fetch(failures))); // each attempt
    }

    @WeftTest
    void aRetryHasAPolicy(TestScope test) throws Exception {
        assertThat(pageByPolicy(2)).isEqualTo("page");
        assertThat(calls).hasValue(3);
        assertThat(test.currentTime()).isLessThanOrEqualTo(Duration.ofMillis(300)); // jitter
        calls.set(0);
        assertThatThrownBy(() -> pageByPolicy(9))
                .hasMessage("503 for call 4")
                .satisfies(error -> assertThat(error.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .contains("503 for call 1"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theWholeTimeOfARetryIsThatOfTheVirtualClock(Backend backend) throws Exception {
        Retry policy = Retry.attempts(9).pause(Duration.ofSeconds(4)).within(Duration.ofSeconds(10));
        inVirtualTime(
                backend,
                () -> assertThatThrownBy(() -> retry(policy, () -> fetch(9))).hasMessage("503 for call 3"));
        assertThat(log).containsExactly("call 1 at 0", "call 2 at 4000", "call 3 at 8000");
    }

    private String page(int failures) throws IOException, TimeoutException {
        Duration pause = Duration.ofMillis(100);
        for (int attempt = 1; ; attempt++) {
            try {
                return withTimeout(Duration.ofSeconds(2), () -> fetch(failures)); // for each attempt
            } catch (IOException | TimeoutException failure) {
                if (attempt == 4) throw failure;
            }
            delay(pause);
            pause = pause.multipliedBy(2); // 100 ms, 200 ms, 400 ms
        }
    }

    @WeftTest
    void aRetryIsALoop() throws Exception {
        assertThat(page(2)).isEqualTo("page");
        assertThat(log).containsExactly("call 1 at 0", "call 2 at 100", "call 3 at 300");
        calls.set(0);
        assertThatThrownBy(() -> page(9)).hasMessage("503 for call 4");
    }

    private String anyFailure() {
        for (int attempt = 1; ; attempt++) {
            try {
                return unreliable();
            } catch (RuntimeException failure) {
                rethrowCancellation(failure); // a caller that has left wants no second attempt
                if (attempt == 3) throw failure;
            }
            delay(Duration.ofMillis(100));
        }
    }

    private String unreliable() {
        if (calls.incrementAndGet() == 1) throw new IllegalStateException("503");
        return await(never);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCancelledCallIsNotTriedAgain(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var asked = new CountDownLatch(1);
            Deferred<String> handle = async(() -> {
                asked.countDown();
                return anyFailure();
            });
            asked.await();
            handle.cancel();
            assertThatThrownBy(handle::await).isInstanceOf(CancelledException.class);
            assertThat(calls.get()).isLessThanOrEqualTo(2);
        });
    }

    @WeftTest
    void aSecondServerIsAskedWhenTheFirstIsSlow(TestScope test) {
        assertThat(hedged(Duration.ofSeconds(1))).isEqualTo("mirror");
        assertThat(test.currentTime()).isEqualTo(Duration.ofMillis(60));
        assertThat(hedged(Duration.ofMillis(30))).isEqualTo("primary");
        assertThat(test.currentTime()).isEqualTo(Duration.ofMillis(90));
    }

    private static String hedged(Duration primary) {
        return race(coroutine(() -> answer("primary", primary)), coroutine(() -> {
            delay(Duration.ofMillis(50)); // only if the first is slow
            return answer("mirror", Duration.ofMillis(10));
        }));
    }

    private static String answer(String server, Duration after) {
        delay(after);
        return server;
    }

    // --- streams

    private AsyncStream<Integer> readings() {
        return stream(out -> {
            out.emit(1);
            out.emit(2);
            if (calls.incrementAndGet() < 3) throw new IOException("connection lost");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aStreamBeginsAgain(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            List<Integer> seen = readings().retry(2).collect(100);
            assertThat(seen).containsExactly(1, 2, 1, 2, 1, 2); // what was emitted stays emitted
        });
    }

    @WeftTest
    void aStreamBeginsAgainAfterAPause(Recorder<Integer> recorder) {
        readings().retry(1, Duration.ofSeconds(5)).subscribe(recorder);
        assertThat(recorder.awaitFailure()).hasMessage("connection lost");
        assertThat(recorder.values()).containsExactly(1, 2, 1, 2);
        assertThat(recorder.times()).extracting(Duration::toSeconds).containsExactly(0L, 0L, 5L, 5L);
    }

    /** With a choice of failures, and from where it was. */
    private AsyncStream<Integer> resumed(List<Integer> values) {
        return stream(out -> {
            int next = 0;
            while (next < values.size()) {
                try {
                    for (; next < values.size(); next++) out.emit(read(values, next));
                } catch (IOException lost) {
                    delay(Duration.ofSeconds(1)); // and go on where it was
                }
            }
        });
    }

    private int read(List<Integer> values, int index) throws IOException {
        if (calls.incrementAndGet() == 2) throw new IOException("connection lost");
        return values.get(index);
    }

    @WeftTest
    void aLoopInAGeneratorGoesOnWhereItWas(Recorder<Integer> recorder) {
        resumed(List.of(1, 2, 3)).subscribe(recorder);
        assertThat(recorder.awaitEnd()).containsExactly(1, 2, 3);
        assertThat(recorder.times()).extracting(Duration::toSeconds).containsExactly(0L, 1L, 1L);
    }

    @WeftTest
    void aStreamHasALimitForEachValue(TestScope test, Recorder<Integer> recorder) {
        AsyncStream<Integer> silent = stream(out -> {
            out.emit(1);
            await(never);
        });
        silent.timeout(Duration.ofSeconds(10)).subscribe(recorder);
        assertThat(recorder.awaitFailure()).isInstanceOf(TimeoutException.class);
        assertThat(recorder.values()).containsExactly(1);
        assertThat(test.currentTime()).isEqualTo(Duration.ofSeconds(10));
    }

    // --- again and again

    @WeftTest
    void somethingIsDoneAgainAndAgain() {
        withTimeoutOrNull(Duration.ofSeconds(25), () -> {
            while (true) {
                log.add("refreshed");
                delay(Duration.ofSeconds(10)); // from the end of one to the start of the next
            }
        });
        assertThat(log).containsExactly("refreshed", "refreshed", "refreshed");
    }

    // --- mistakes

    @ParameterizedTest
    @MethodSource("backends")
    void aLimitIsNoShield(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> withTimeout(SHORT, () -> {
                        try {
                            return await(never);
                        } finally {
                            withTimeout(Duration.ofMinutes(1), () -> release("without a shield"));
                        }
                    }))
                    .isInstanceOf(TimeoutException.class);
            assertThat(log).isEmpty();
            assertThatThrownBy(() -> withTimeout(SHORT, () -> {
                        try {
                            return await(never);
                        } finally {
                            shielded(() -> withTimeout(Duration.ofMinutes(1), () -> release("tea")));
                        }
                    }))
                    .isInstanceOf(TimeoutException.class);
            assertThat(log).containsExactly("released tea");
        });
    }

    private void release(String item) {
        delay(Duration.ofMillis(1));
        log.add("released " + item);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aLoopThatTakesItsCancellationForAFailureMakesAllItsAttempts(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> withTimeout(SHORT, () -> careless())).isInstanceOf(TimeoutException.class);
            assertThat(log).hasSize(100);
        });
    }

    private String careless() {
        for (int attempt = 1; ; attempt++) {
            try {
                return await(never);
            } catch (RuntimeException failure) { // a cancellation too
                log.add("attempt " + attempt);
                if (attempt == 100) throw failure;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void cleanUpAroundALimitIsNotCancelledByIt(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            try {
                withTimeout(SHORT, () -> await(never));
            } catch (TimeoutException tooSlow) {
                delay(Duration.ofMillis(1)); // fine: the cancellation ended with its block
                log.add("went on");
            }
            assertThat(log).containsExactly("went on");
        });
    }

    // --- what is left

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsLeftIsHandedToTheServer(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, 2);
                try (OutputStream body = exchange.getResponseBody()) {
                    body.write("ok".getBytes(StandardCharsets.UTF_8));
                }
            });
            server.start();
            try (HttpClient client = HttpClient.newHttpClient()) {
                URI address =
                        URI.create("http://localhost:" + server.getAddress().getPort() + "/");
                assertThat(withTimeout(Duration.ofMinutes(1), () -> get(client, address)))
                        .isEqualTo("ok");
            } finally {
                server.stop(0);
            }
        });
    }

    private static String get(HttpClient client, URI address) {
        var request = HttpRequest.newBuilder(address);
        remainingTime().filter(Duration::isPositive).ifPresent(request::timeout);
        var answer = await(owned(client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())));
        assertThat(answer.request().timeout()).get().satisfies(TimeGuideTest::isAlmostAMinute);
        return answer.body();
    }

    private static void isAlmostAMinute(Duration time) {
        assertThat(time).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsLeftIsTheDeadlineOfACall(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Instant deadline = Instant.now().plusSeconds(60);
            CallOptions call = withTimeout(Duration.between(Instant.now(), deadline), () -> limited());
            assertThat(call.getDeadline()).isNotNull();
            isAlmostAMinute(Duration.ofNanos(call.getDeadline().timeRemaining(TimeUnit.NANOSECONDS)));
            assertThat(limited().getDeadline()).isNull();
        });
    }

    private static CallOptions limited() {
        return remainingTime()
                .map(left -> CallOptions.DEFAULT.withDeadlineAfter(left.toNanos(), TimeUnit.NANOSECONDS))
                .orElse(CallOptions.DEFAULT);
    }
}
