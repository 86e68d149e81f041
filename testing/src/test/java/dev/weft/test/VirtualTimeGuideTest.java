package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.test.Tests.runTest;
import static dev.weft.test.WeftAssertions.assertThat;
import static dev.weft.test.WeftAssertions.assertThatCoroutine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Adapters;
import dev.weft.Deferred;
import dev.weft.Supervisor;
import dev.weft.spi.Backend;
import dev.weft.spi.WaitKind;
import io.reactivex.rxjava3.core.Observable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The code and the claims of {@code docs/guide/testing.md} that need this module. */
class VirtualTimeGuideTest {
    private static final Duration HOUR = Duration.ofHours(1);

    /** Asks three times at most, with an hour in between. */
    static String askPatiently(Callable<String> question) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return question.call();
            } catch (IOException closed) {
                if (attempt == 3) throw closed;
                delay(Duration.ofHours(1));
            }
        }
    }

    /** Closed at first. */
    private static final class Shop {
        private int asked;

        String open() throws IOException {
            if (++asked < 3) throw new IOException("closed");
            return "open";
        }
    }

    private final Shop shop = new Shop();

    @WeftTest
    void asksAgainEachHour(TestScope test) throws Exception {
        assertThat(askPatiently(shop::open)).isEqualTo("open");
        assertThat(test.currentTime()).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void asksAgainEachHourWithoutJUnit() throws Exception {
        runTest(test -> {
            assertThat(askPatiently(shop::open)).isEqualTo("open");
            assertThat(test.currentTime()).isEqualTo(Duration.ofHours(2));
        });
    }

    @WeftTest
    void theClockOfAllLibraries(TestScope test) throws Exception {
        Deferred<String> weft = async(() -> {
            delay(HOUR.multipliedBy(3));
            return "weft";
        });
        Mono<String> reactor = Mono.delay(HOUR).thenReturn("reactor");
        Observable<String> rx = Observable.timer(2, TimeUnit.HOURS).map(tick -> "rxjava");
        List<String> order = new ArrayList<>();
        reactor.subscribe(order::add);
        rx.subscribe(order::add);
        order.add(weft.await());
        assertThat(order).containsExactly("reactor", "rxjava", "weft");
        assertThatThrownBy(() -> withTimeout(HOUR, () -> delay(HOUR.multipliedBy(2))))
                .isInstanceOf(TimeoutException.class); // takes no real time either
    }

    @WeftTest
    void looksInBetween(TestScope test, Supervisor supervisor) {
        var polls = new AtomicInteger();
        supervisor.launch("poller", () -> {
            while (true) {
                polls.incrementAndGet();
                delay(Duration.ofMinutes(1));
            }
        });
        test.runCurrent(); // what is due now
        assertThat(polls).hasValue(1);
        test.advanceBy(Duration.ofMinutes(10)); // and what is due by then
        assertThat(polls).hasValue(11);
    }

    static Stream<Backend> backends() {
        return Adapters.installed().stream();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void onEachBackend(Backend backend) throws Exception {
        runTest(TestOptions.DEFAULT.on(backend), test -> {
            assertThat(askPatiently(shop::open)).isEqualTo("open");
        });
    }

    @Test
    void whatIsLeftOver() {
        assertThatThrownBy(() -> runTest(test -> {
                    Flux.interval(Duration.ofSeconds(1)).subscribe(); // who cancels it?
                }))
                .hasMessageStartingWith("the test is over, but this is left of it:\n"
                        + "- a task of a library's scheduler, due at 1s; made\n"
                        + "    at dev.weft.test.VirtualTimeGuideTest.");
    }

    @WeftTest
    void cancelsItsSource(TestScope test, TestSource<String> news) {
        Deferred<String> reader = async(() -> {
            try (var lines = each(news)) {
                return lines.next() + lines.next();
            }
        });
        news.emit("a");
        test.runCurrent();
        assertThat(news).hasSubscribers(1).isNotCancelled();
        reader.cancel("no time");
        test.runCurrent();
        assertThat(reader).isCancelledBecause("no time");
        assertThat(news).isCancelled();
    }

    @WeftTest
    void failsWhenTheTestSaysSo(TestSource<String> news) {
        news.emit("a").fail(new IOException("closed"));
        StepVerifier.create(asFlux(news)).expectNext("a").verifyErrorMessage("closed");
        news.misbehave().emit("after the end"); // goes to Hooks.onViolation, or the library's hook
    }

    @WeftTest
    void recordsWhenSomethingCame(Recorder<String> recorder) {
        stream(out -> {
                    out.emit("now");
                    delay(HOUR);
                    out.emit("later");
                })
                .map(String::valueOf)
                .subscribe(recorder);
        assertThat(recorder.awaitEnd()).containsExactly("now", "later");
        assertThat(recorder.times()).containsExactly(Duration.ZERO, HOUR);
    }

    @WeftTest
    void whereACoroutineWaits(TestScope test) {
        var cook = coroutine(() -> delay(HOUR)).named("cook").start();
        test.runCurrent();
        assertThat(cook).isRunning();
        assertThatCoroutine("cook").isSuspendedIn(WaitKind.TIME);
        test.advanceBy(HOUR);
        assertThat(cook).isDone();
    }
}
