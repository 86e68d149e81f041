package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.backend;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withDiscard;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.reactor.ReactorBackend;
import dev.weft.spi.Backend;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Warning;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The code and the claims of {@code docs/guide/testing.md}. */
class TestingGuideTest extends GuideTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final TestScheduler clock = new TestScheduler();

    @AfterEach
    void restoreTheClocks() {
        RxJavaPlugins.setComputationSchedulerHandler(null);
        VirtualTimeScheduler.reset();
    }

    // --- what is tested

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

    // --- virtual time

    @Test
    void asksAgainEachHour() {
        StepVerifier.withVirtualTime(() -> mono(() -> askPatiently(shop::open)))
                .expectSubscription()
                .expectNoEvent(Duration.ofHours(2))
                .expectNext("open")
                .verifyComplete();
    }

    @Test
    void asksAgainEachHourWithRxJava() {
        RxJavaPlugins.setComputationSchedulerHandler(real -> clock);
        TestObserver<String> observer = single(() -> askPatiently(shop::open)).test();
        clock.advanceTimeBy(119, TimeUnit.MINUTES);
        observer.assertEmpty();
        clock.advanceTimeBy(1, TimeUnit.MINUTES);
        observer.assertResult("open"); // at once: the coroutine has done what was due
    }

    @Test
    void timeoutsFollowTheClockToo() {
        StepVerifier.withVirtualTime(() -> mono(() -> withTimeout(HOUR, () -> awaitSingle(Mono.never()))))
                .expectSubscription()
                .expectNoEvent(HOUR.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyError(TimeoutException.class);
        RxJavaPlugins.setComputationSchedulerHandler(real -> clock);
        var observer =
                single(() -> withTimeout(HOUR, () -> await(Single.never()))).test();
        clock.advanceTimeBy(1, TimeUnit.HOURS);
        observer.assertFailure(TimeoutException.class);
    }

    @Test
    void membersKeepStepAndSoDoesWhatWaitsInTheJdk() {
        BlockingQueue<String> orders = new LinkedBlockingQueue<>();
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    Deferred<String> cook = async(() -> "cooked " + orders.take());
                    delay(HOUR);
                    orders.put("rice");
                    return cook.await();
                }))
                .expectSubscription()
                .expectNoEvent(HOUR)
                .expectNext("cooked rice")
                .verifyComplete();
    }

    // --- values

    static int price(String item) {
        delay(Duration.ofMillis(1));
        return item.length();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aMethodThatAwaitsIsCalled(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThat(price("tea")).isEqualTo(3);
            int both = run(() -> price("tea") + price("rice"));
            assertThat(both).isEqualTo(7);
        });
    }

    @Test
    void whatABuilderGivesIsTestedAsBefore() {
        StepVerifier.create(mono(() -> price("tea"))).expectNext(3).verifyComplete();
        single(() -> price("tea")).test().awaitDone(20, TimeUnit.SECONDS).assertResult(3);
    }

    @Test
    void theTestGivesTheAnswers() {
        var future = new CompletableFuture<String>();
        Sinks.One<String> sink = Sinks.one();
        SingleSubject<String> subject = SingleSubject.create();
        Deferred<String> all = async(() -> await(future) + awaitSingle(sink.asMono()) + await(subject));
        subject.onSuccess("c");
        sink.tryEmitValue("b");
        future.complete("a");
        assertThat(all.await()).isEqualTo("abc"); // waits for the coroutine
    }

    // --- without sleeps

    @Test
    void aCancellationIsTestedWithTwoLatches() throws InterruptedException {
        var waiting = new CountDownLatch(1);
        var cleaned = new CountDownLatch(1);
        Mono<String> server = Mono.<String>never().doOnSubscribe(s -> waiting.countDown());
        Disposable client = mono(() -> {
                    try {
                        return awaitSingle(server);
                    } finally {
                        shielded(() -> awaitDone(release()));
                        cleaned.countDown();
                    }
                })
                .subscribe();
        waiting.await(); // the coroutine has subscribed, and waits
        client.dispose(); // returns at once
        cleaned.await(); // the clean-up is over
        assertThat(log).containsExactly("released");
    }

    private Mono<Void> release() {
        return Mono.fromRunnable(() -> log.add("released"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aHandleIsWaitedForAfterItsCancellation(Backend backend) throws Exception {
        onEachBackend(
                backend,
                () -> run(() -> {
                    var begun = new CountDownLatch(1);
                    Deferred<String> handle = async(() -> {
                        begun.countDown();
                        delay(HOUR);
                        return "late";
                    });
                    begun.await();
                    handle.cancel();
                    assertThatThrownBy(handle::await).isInstanceOf(CancelledException.class);
                    assertThat(handle.state()).isEqualTo(Deferred.State.CANCELLED);
                }));
    }

    // --- both engines

    @ParameterizedTest
    @MethodSource("backends")
    void neutralCodeRunsOnBoth(Backend backend) throws Exception {
        String answer = withBackend(backend, () -> run(() -> backend().id() + " " + price("tea")));
        assertThat(answer).isIn("reactor 3", "rxjava 3");
    }

    // --- leaks

    @Test
    void valuesThatNobodyGetsAreSeen() {
        List<String> lost = new CopyOnWriteArrayList<>();
        String first = run(() -> withDiscard(String.class, lost::add, () -> {
            try (var rows = each(Flux.just("a", "b", "c"))) {
                return rows.next();
            }
        }));
        assertThat(first).isEqualTo("a");
        assertThat(lost).containsExactly("b", "c"); // read in advance, and left
    }

    @Test
    void aLoopThatNobodyClosesIsReported() {
        Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();
        reactor.core.publisher.Hooks.onErrorDropped(dropped::add);
        try {
            withBackend(
                    new ReactorBackend(),
                    () -> run(() -> {
                        while (dropped.isEmpty()) {
                            leave();
                            System.gc();
                        }
                    }));
        } finally {
            reactor.core.publisher.Hooks.resetOnErrorDropped();
        }
        assertThat(dropped.peek())
                .hasMessageStartingWith("an iterator was garbage-collected without having been closed: open it in"
                        + " try (var values = each(…)); it was opened ");
    }

    private static void leave() {
        for (int n : each(Flux.range(1, 100))) {
            if (n == 2) return; // neither closed nor at its end
        }
    }

    @Test
    void aTestThatHangsSaysWhatItWaitsFor() throws InterruptedException {
        BlockingQueue<Warning> warnings = new LinkedBlockingQueue<>();
        try (Hooks.Handle hook = Hooks.onWarning(warnings::add);
                Hooks.Handle watchdog = Hooks.watchdog(Duration.ofMillis(100))) {
            assertThat(List.of(hook, watchdog)).hasSize(2);
            var answer = new CompletableFuture<String>();
            Deferred<String> handle =
                    coroutine(() -> await(answer)).named("the test that hangs").start();
            String warning;
            do warning = warnings.take().toString();
            while (!warning.contains("the test that hangs"));
            assertThat(warning)
                    .contains("the test that hangs has waited for more than 100 ms: await of a CompletionStage")
                    .contains("at dev.weft.examples.guide.TestingGuideTest.");
            answer.complete("comes");
            assertThat(handle.await()).isEqualTo("comes");
        }
    }

    /** As JUnit's {@code @Timeout} does it. */
    @ParameterizedTest
    @MethodSource("backends")
    void anInterruptOfTheTestEndsWhatItRuns(Backend backend) {
        var test = Thread.currentThread();
        var ended = new CountDownLatch(1);
        assertThatThrownBy(() -> onEachBackend(
                        backend,
                        () -> { // which runs it
                            try {
                                test.interrupt();
                                delay(HOUR);
                            } finally {
                                ended.countDown();
                            }
                        }))
                .isInstanceOf(CancelledException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(ended.getCount()).isZero();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void countersAreReadBeforeAndAfter() {
        long before = EngineCounter.DISCARDED.sum();
        run(() -> {
            try (var rows = each(Flux.just("a", "b", "c"))) {
                assertThat(rows.next()).isEqualTo("a");
            }
        });
        assertThat(EngineCounter.DISCARDED.sum() - before).isGreaterThanOrEqualTo(2);
    }

    // --- mistakes

    @Test
    void aRunOnTheThreadThatMovesTheClockWaitsForIt() {
        VirtualTimeScheduler virtual = VirtualTimeScheduler.getOrSet();
        var over = new CountDownLatch(1);
        Thread.startVirtualThread(() -> withBackend(new ReactorBackend(), () -> {
            run(() -> delay(HOUR)); // returns when somebody else has moved the clock
            over.countDown();
        }));
        while (over.getCount() > 0) virtual.advanceTimeBy(HOUR);
        assertThat(virtual.now(TimeUnit.HOURS)).isPositive();
    }

    @Test
    void aSleepIsRealUnderAVirtualClock() {
        long start = System.nanoTime();
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    Thread.sleep(50);
                    return "slept";
                }))
                .expectNext("slept")
                .verifyComplete();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
    }
}
