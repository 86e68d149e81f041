package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.delay;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mockStatic;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.weft.Deferred;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mock;
import org.mockito.MockedStatic;
import org.mockito.junit.jupiter.MockitoExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Virtual time beside what else tests use. */
class InterplayTest {
    private static final Duration HOUR = Duration.ofHours(1);

    // --- Reactor

    @WeftTest
    void aStepVerifierRunsInTheTimeOfTheTest(TestScope test) {
        StepVerifier.create(Flux.interval(HOUR).take(2)).expectNext(0L, 1L).verifyComplete();
        assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(2));
        Mono<String> late = ReactorAsync.mono(() -> {
            delay(HOUR);
            return "late";
        });
        StepVerifier.create(late).expectNext("late").verifyComplete();
        assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(3));
    }

    @WeftTest
    void aStepVerifierWithItsOwnTimeGivesReactorBack(TestScope test) {
        StepVerifier.withVirtualTime(() -> Mono.delay(HOUR))
                .expectSubscription()
                .expectNoEvent(HOUR.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .expectNext(0L)
                .verifyComplete();
        assertThat(test.currentTime()).isZero();
        assertThat(awaitSingle(Mono.delay(HOUR))).isZero();
        assertThat(test.currentTime()).isEqualTo(HOUR);
    }

    /** Outside of a test in virtual time, its clock is that of the coroutine, too. */
    @Test
    void aStepVerifierWithItsOwnTimeMovesACoroutine() {
        StepVerifier.withVirtualTime(() -> ReactorAsync.mono(() -> {
                    delay(HOUR);
                    return awaitSingle(Mono.delay(HOUR).thenReturn("late"));
                }))
                .expectSubscription()
                .expectNoEvent(HOUR.multipliedBy(2))
                .expectNext("late")
                .verifyComplete();
    }

    /** Inside, it is that of Reactor's operators alone: the coroutine waits for the time of the test. */
    @WeftTest
    void aStepVerifierWithItsOwnTimeMovesReactorAlone(TestScope test) {
        StepVerifier.withVirtualTime(() -> Mono.delay(HOUR).then(ReactorAsync.mono(() -> {
                    delay(HOUR);
                    return "late";
                })))
                .expectSubscription()
                .thenAwait(HOUR)
                .expectNext("late")
                .verifyComplete();
        assertThat(test.currentTime()).isEqualTo(HOUR);
    }

    /** What polls is mostly found inside the JDK: how much so, and where, depends on its version and its compiler. */
    @Test
    void whoPollsIsSeenThroughTheFramesOfTheJdk() {
        StackTraceElement clock = jdk("jdk.internal.misc.VM", "getNanoTimeAdjustment");
        StackTraceElement latch = jdk("java.util.concurrent.CountDownLatch", "await");
        StackTraceElement poll =
                frame("reactor.test.DefaultStepVerifierBuilder$DefaultVerifySubscriber", "pollTaskEventOrComplete");
        StackTraceElement user = frame("shop.OrdersTest", "expectOrder");
        assertThat(Stillness.isOfPoller(new StackTraceElement[] {latch, poll, user}))
                .isTrue();
        assertThat(Stillness.isOfPoller(new StackTraceElement[] {clock, latch, poll, user}))
                .isTrue();
        assertThat(Stillness.isOfPoller(new StackTraceElement[] {latch, user, poll}))
                .isFalse();
        assertThat(Stillness.isOfPoller(new StackTraceElement[] {clock, latch})).isFalse();
    }

    private static StackTraceElement jdk(String type, String method) {
        return new StackTraceElement(null, "java.base", "25", type, method, null, -2);
    }

    private static StackTraceElement frame(String type, String method) {
        return new StackTraceElement(type, method, null, -1);
    }

    // --- RxJava

    @WeftTest
    void aTestSchedulerKeepsItsOwnTime(TestScope test) {
        var scheduler = new TestScheduler();
        var observer = Observable.interval(1, TimeUnit.HOURS, scheduler).take(2).test();
        delay(HOUR.multipliedBy(5));
        observer.assertEmpty();
        scheduler.advanceTimeBy(2, TimeUnit.HOURS);
        observer.assertResult(0L, 1L);
        assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(5));
    }

    @WeftTest
    void aTestObserverWaitsForTheTimeOfTheTest(TestScope test) {
        Observable.interval(1, TimeUnit.HOURS)
                .take(2)
                .test()
                .awaitDone(20, TimeUnit.SECONDS)
                .assertResult(0L, 1L);
        assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(2));
    }

    @WeftTest
    void twoClocksSideBySide(TestScope test) {
        var exchange = new TestScheduler();
        Deferred<Long> bell = async(() -> RxAsync.await(Single.timer(1, TimeUnit.HOURS, exchange)));
        delay(HOUR.multipliedBy(24)); // a day of the test, and no time at the exchange
        assertThat(bell.isDone()).isFalse();
        exchange.advanceTimeBy(1, TimeUnit.HOURS);
        assertThat(bell.await()).isZero();
        assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(24));
    }

    // --- Awaitility

    @WeftTest
    void awaitilityLetsTimePass(TestScope test) {
        Deferred<String> late = async(() -> {
            delay(HOUR);
            return "late";
        });
        Awaitility.await().until(late::isDone);
        assertThat(test.currentTime()).isEqualTo(HOUR);
    }

    // --- Mockito

    interface Shop {
        int price(String item);
    }

    static final class Calendar {
        static int year() {
            return 2026;
        }
    }

    @Nested
    @ExtendWith(MockitoExtension.class)
    class WithMockito {
        @Mock
        private Shop shop;

        @WeftTest
        void mocksAreCalledByAnyCoroutine(@Mock Shop other, TestScope test) {
            when(shop.price("tea")).thenReturn(3);
            when(shop.price("rice")).thenAnswer(call -> {
                delay(HOUR);
                return 5;
            });
            assertThat(mapConcurrent(List.of("tea", "rice"), 2, shop::price)).containsExactly(3, 5);
            assertThat(test.currentTime()).isEqualTo(HOUR);
            verify(shop, times(1)).price("tea");
            verify(other, times(0)).price("tea");
        }

        /** In the guide. */
        @WeftTest
        void aMockAwaitsAndIsVerifiedAfterwards(TestScope test) {
            when(shop.price(anyString())).thenAnswer(call -> {
                delay(HOUR); // on the coroutine that calls
                return 3;
            });
            Deferred<Integer> patient = async(() -> shop.price("tea"));
            Deferred<Integer> hasty = async(() -> withTimeoutOrNull(HOUR.dividedBy(2), () -> shop.price("rice")));
            assertThat(patient.await()).isEqualTo(3);
            assertThat(hasty.await()).isNull();
            assertThat(test.currentTime()).isEqualTo(HOUR);
            verify(shop).price("rice"); // it was called, and cancelled
        }

        @WeftTest
        void staticMocksBelongToOneCoroutine() {
            try (MockedStatic<Calendar> calendar = mockStatic(Calendar.class)) {
                calendar.when(Calendar::year).thenReturn(1999);
                assertThat(Calendar.year()).isEqualTo(1999);
                assertThat(async(Calendar::year).await()).isEqualTo(2026);
            }
        }
    }

    // --- threads that the test does not see

    @WeftTest(jumpAfterMillis = 1000)
    void aCallOnOtherThreadsComesBeforeItsTimeout(TestScope test) {
        Mono<String> elsewhere = Mono.fromFuture(
                CompletableFuture.supplyAsync(() -> "a", CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS)));
        assertThat(awaitSingle(elsewhere.timeout(HOUR))).isEqualTo("a");
        assertThat(test.currentTime()).isZero();
        assertThatThrownBy(() -> awaitSingle(Mono.never().timeout(HOUR))).isNotNull();
    }
}
