package dev.weft.rxjava;

import static dev.weft.Async.delay;
import static dev.weft.rxjava.RxAsync.asFlowable;
import static dev.weft.rxjava.RxAsync.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.AsyncStream;
import dev.weft.Overflow;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The neutral operators under RxJava: on its clock, with its sources, to and from its types. */
class StreamOperatorsTest {
    private static final int RUNS = 100;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final TestScheduler clock = new TestScheduler();

    @AfterEach
    void restoreTheClock() {
        RxJavaPlugins.setComputationSchedulerHandler(null);
    }

    private <T> TestSubscriber<T> onTheClock(AsyncStream<T> stream) {
        RxJavaPlugins.setComputationSchedulerHandler(s -> clock);
        return asFlowable(stream).test();
    }

    private void advance(Duration time) {
        clock.advanceTimeBy(time.toSeconds(), TimeUnit.SECONDS);
    }

    /** 0 to 4, 25 minutes from one to the next, and 25 more to the end. */
    private static AsyncStream<Integer> slow() {
        return Async.stream(out -> {
            for (int n = 0; n < 5; n++) {
                out.emit(n);
                delay(Duration.ofMinutes(25));
            }
        });
    }

    @RepeatedTest(RUNS)
    void chunksFollowTheVirtualClock() {
        var seen = onTheClock(slow().chunked(10, HOUR));
        advance(HOUR.minus(SECOND));
        seen.assertEmpty();
        advance(SECOND);
        seen.assertValuesOnly(List.of(0, 1, 2));
        advance(Duration.ofMinutes(65).minus(SECOND));
        seen.assertValuesOnly(List.of(0, 1, 2));
        advance(SECOND);
        seen.assertResult(List.of(0, 1, 2), List.of(3, 4));
    }

    @RepeatedTest(RUNS)
    void timeoutsFollowTheVirtualClock() {
        var seen = onTheClock(slow().timeout(Duration.ofMinutes(20)));
        advance(Duration.ofMinutes(20).minus(SECOND));
        seen.assertValuesOnly(0);
        advance(SECOND);
        seen.assertFailure(TimeoutException.class, 0);
    }

    @RepeatedTest(RUNS)
    void retriesFollowTheVirtualClock() {
        var attempts = new AtomicInteger();
        var seen = onTheClock(Async.<Integer>stream(out -> {
                    if (attempts.incrementAndGet() < 3) throw new IOException("attempt");
                    out.emit(attempts.get());
                })
                .retry(5, HOUR));
        advance(HOUR.multipliedBy(2).minus(SECOND));
        seen.assertEmpty();
        advance(SECOND);
        seen.assertResult(3);
    }

    @RepeatedTest(RUNS)
    void concurrentWorkFollowsTheVirtualClock() {
        var seen = onTheClock(AsyncStream.from(List.of(0, 1, 2, 3)).mapConcurrent(2, n -> {
            delay(HOUR);
            return n;
        }));
        advance(HOUR.minus(SECOND));
        seen.assertEmpty();
        advance(SECOND);
        seen.assertValuesOnly(0, 1);
        advance(HOUR.minus(SECOND));
        seen.assertValuesOnly(0, 1);
        advance(SECOND);
        seen.assertResult(0, 1, 2, 3);
    }

    @Test
    void operatorsAwaitRxJavasSources() {
        Flowable<Integer> doubled = asFlowable(AsyncStream.from(List.of(1, 2, 3))
                .map(n -> await(Single.just(n * 2).delay(1, TimeUnit.MILLISECONDS)))
                .merge());
        doubled.test().awaitDone(10, TimeUnit.SECONDS).assertResult(2, 4, 6);
    }

    @Test
    void aStreamComesFromAndBecomesEveryOtherKind() {
        Flowable<Integer> flowable = Flowable.range(0, 5);
        AsyncStream<Integer> stream = RxAsync.stream(flowable);
        assertThat(stream.collect(9)).containsExactly(0, 1, 2, 3, 4);
        assertThat(RxAsync.stream(Observable.range(0, 5), Overflow.error(9)).collect(9))
                .containsExactly(0, 1, 2, 3, 4);
        ended(stream.as(Flowable.class));
        ended(((Observable<?>) stream.as(Observable.class)).toFlowable(BackpressureStrategy.BUFFER));
        Flow.Publisher<Integer> published = stream;
        ended(asFlowable(published));
        ended(asFlowable(AsyncStream.from(published).map(n -> n)));
        try (Stream<Integer> java = stream.toStream()) {
            assertThat(java.toList()).containsExactly(0, 1, 2, 3, 4);
        }
        try (var each = stream.each()) {
            assertThat(each.next()).isZero();
        }
    }

    private static void ended(Flowable<?> flowable) {
        flowable.test().awaitDone(10, TimeUnit.SECONDS).assertValueCount(5).assertComplete();
    }
}
