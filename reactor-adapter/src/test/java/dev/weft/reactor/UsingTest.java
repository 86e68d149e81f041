package dev.weft.reactor;

import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.using;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.using;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AwaitException;
import dev.weft.Cached;
import dev.weft.CancelledException;
import dev.weft.NoValueException;
import dev.weft.testing.StreamRecorder;
import dev.weft.testing.Watched;
import dev.weft.testing.streams.ThreadLocalKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Resources and cached results of Reactor's sources, and on its clock. */
class UsingTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();

    @AfterEach
    void restoreTheClock() {
        VirtualTimeScheduler.reset();
    }

    /** Gets a resource and releases it, within a limit for the acquiring at least. */
    private interface Use {
        void of(Mono<Integer> resource, Duration limit) throws TimeoutException;
    }

    /** What its source has made when it is cancelled goes to no hook. */
    private void nothingIsLost(Use use) {
        var random = new Random(7);
        var begun = new AtomicInteger();
        int timeouts = 0;
        for (int i = 0; i < 600; i++) {
            boolean late = i % 10 == 0; // for certain; the others as it comes
            var gate = new CountDownLatch(late ? 1 : 0);
            var resource = Mono.fromCallable(() -> {
                        begun.incrementAndGet();
                        gate.await();
                        return made.incrementAndGet();
                    })
                    .subscribeOn(Schedulers.boundedElastic());
            try {
                run(() -> use.of(resource, Duration.ofNanos(random.nextInt(200_000))));
                assertThat(late).isFalse();
            } catch (TimeoutException limit) {
                timeouts++;
            } finally {
                gate.countDown();
            }
        }
        until("all are released", () -> made.get() == begun.get() && released.get() == made.get());
        assertThat(timeouts).isGreaterThanOrEqualTo(60);
    }

    private void release(int resource) {
        awaitDone(Mono.fromRunnable(released::incrementAndGet));
    }

    @Test
    void nothingThatComesLateIsLost() {
        nothingIsLost((resource, limit) -> using(limit, () -> awaitSingle(resource), this::release, r -> {}));
    }

    @Test
    void nothingThatASourceGivesLateIsLost() {
        nothingIsLost((resource, limit) -> withTimeout(limit, () -> using(resource, this::release, r -> {})));
    }

    /** What Mono makes is acquired on this very thread, without a coroutine of its own. */
    @Test
    void aSourceIsAcquiredUsedAndReleased() {
        List<Object> trail = new CopyOnWriteArrayList<>();
        String result =
                run(() -> using(Mono.fromCallable(Thread::currentThread), thread -> trail.add("released"), thread -> {
                    trail.add(thread == Thread.currentThread());
                    return "result";
                }));
        using(Mono.just("r"), r -> trail.add("released " + r), r -> {
            trail.add("used " + r);
        });
        assertThat(result).isEqualTo("result");
        assertThat(trail).containsExactly(true, "released", "used r", "released r");
    }

    @Test
    void aSourceThatFailsIsNotReleased() {
        var failure = new IllegalStateException("no connection");
        assertThatThrownBy(() -> using(Mono.<String>error(failure), r -> released.incrementAndGet(), r -> r))
                .isSameAs(failure);
        var checked = new IOException("no connection");
        assertThatThrownBy(() -> using(Mono.<String>error(checked), r -> released.incrementAndGet(), r -> r))
                .isInstanceOf(AwaitException.class)
                .hasCause(checked);
        assertThatThrownBy(() -> using(Mono.<String>empty(), r -> released.incrementAndGet(), r -> r))
                .isInstanceOf(NoValueException.class);
        assertThat(released).hasValue(0);
    }

    /** Also what the thread that signals has in its thread-locals is not the release's. */
    @Test
    void whatASourceGivesLateIsReleasedInTheContextOfItsCaller() {
        Sinks.One<String> sink = Sinks.one();
        Mono<String> late = sink.asMono();
        try (var local = new ThreadLocalKey("trace")) {
            List<Object> trail = new CopyOnWriteArrayList<>();
            var waiting = Watched.coroutine(() -> withContext(
                    "user",
                    "Ann",
                    () -> using(
                            late,
                            r -> trail.add(r + " of " + Async.context().get("user") + ", " + local.getValue()),
                            r -> trail.add("used"))));
            waiting.parked();
            waiting.cancel();
            assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
            assertThat(sink.currentSubscriberCount() == 1).isTrue();
            local.setValue("of the signal");
            sink.tryEmitValue("late").orThrow();
            until("it is released", () -> !trail.isEmpty());
            assertThat(trail).containsExactly("late of Ann, null");
        }
    }

    @Test
    void whatASourceFailsWithLateIsDropped() {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        try {
            Sinks.One<String> sink = Sinks.one();
            Mono<String> late = sink.asMono();
            var waiting = Watched.coroutine(() -> using(late, r -> released.incrementAndGet(), r -> r));
            waiting.parked();
            waiting.cancel();
            assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
            var failure = new IllegalStateException("late");
            sink.tryEmitError(failure).orThrow();
            assertThat(dropped).containsExactly(failure);
        } finally {
            Hooks.resetOnErrorDropped();
        }
        assertThat(released).hasValue(0);
    }

    @RepeatedTest(20)
    void acquiringKeepsStepWithAVirtualClock() {
        StepVerifier.withVirtualTime(() -> mono(() -> using(
                        HOUR,
                        () -> {
                            delay(HOUR.minusMillis(1));
                            return "r";
                        },
                        r -> delay(Duration.ofSeconds(4)),
                        r -> r)))
                .expectSubscription()
                .expectNoEvent(HOUR.plusSeconds(4).minusMillis(2))
                .thenAwait(Duration.ofMillis(1))
                .expectNext("r")
                .verifyComplete();
    }

    @RepeatedTest(20)
    void itsLimitIsOnTheVirtualClock() {
        var clock = VirtualTimeScheduler.getOrSet();
        StreamRecorder<Object> recorder = new Recorder<>().eager();
        mono(() -> using(
                        HOUR,
                        () -> {
                            delay(HOUR.plusMillis(1));
                            return "r";
                        },
                        r -> released.incrementAndGet(),
                        r -> r))
                .subscribe(recorder);
        clock.advanceTimeBy(HOUR.minusMillis(1));
        assertThat(recorder.error).isNull();
        clock.advanceTimeBy(Duration.ofMillis(1));
        recorder.ended();
        assertThat(recorder.error).isInstanceOf(TimeoutException.class);
        assertThat(released).hasValue(0);
        clock.advanceTimeBy(Duration.ofMillis(1));
        until("it is released", () -> released.get() == 1);
    }

    @RepeatedTest(20)
    void aCachedResultLivesOnTheVirtualClock() {
        Cached<Integer> cached = Cached.of(
                () -> {
                    delay(HOUR);
                    return made.incrementAndGet();
                },
                value -> HOUR);
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    int first = cached.await();
                    delay(HOUR.minusMillis(1));
                    int second = cached.await();
                    delay(Duration.ofMillis(1));
                    return first + " " + second + " " + cached.await();
                }))
                .expectSubscription()
                .expectNoEvent(HOUR.multipliedBy(3).minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .expectNext("1 1 2")
                .verifyComplete();
        cached.invalidate();
    }

    @Test
    void aCachedResultIsMadeWithoutTheThreadLocalsOfWhoeverComesFirst() {
        try (var local = new ThreadLocalKey("trace")) {
            local.setValue("of the caller");
            Cached<String> cached = Cached.of(() -> awaitSingle(Mono.deferContextual(
                    context -> Mono.just(local.getValue() + " " + context.getOrDefault("trace", "none")))));
            String made = run(() -> withContext("trace", "of the request", cached::await));
            assertThat(made).isEqualTo("null none");
        }
    }
}
