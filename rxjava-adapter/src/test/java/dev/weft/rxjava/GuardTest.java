package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Row A24: where an await may block the thread. */
class GuardTest {
    @AfterEach
    void restoreTheHook() {
        RxJavaPlugins.setOnBeforeBlocking(null);
    }

    private static Throwable thrownOn(Scheduler scheduler, Runnable body) {
        return Completable.fromRunnable(body)
                .subscribeOn(scheduler)
                .materialize()
                .blockingGet()
                .getError();
    }

    private static void isRefusal(Throwable refusal) {
        assertThat(refusal)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("single(() -> …)")
                .hasMessageContaining("non-blocking thread");
    }

    @ParameterizedTest
    @EnumSource
    void A24_aNonBlockingThreadIsRefusedBeforeAnythingIsSubscribedTo(Word word) {
        for (Scheduler scheduler : List.of(Schedulers.computation(), Schedulers.single())) {
            var probe = new RxProbe<>();
            isRefusal(thrownOn(scheduler, () -> word.of(probe)));
            assertThat(probe.isSubscribed()).isFalse();
        }
    }

    @Test
    void A24_aValueThatIsReadyIsRefusedToo() {
        isRefusal(thrownOn(Schedulers.computation(), () -> await(Single.just(1))));
        isRefusal(thrownOn(Schedulers.single(), () -> Async.run(() -> 1)));
    }

    @Test
    void A24_theRefusalNamesTheMethodThatWasCalled() {
        Map<Runnable, String> words = Map.of(
                () -> await(Single.never()), "await",
                () -> await(Completable.never()), "await",
                () -> awaitSingle(Maybe.never()), "awaitSingle",
                () -> awaitFirst(Flowable.never()), "awaitFirst",
                () -> Async.group(members -> {}), "group");
        words.forEach((body, word) -> assertThat(thrownOn(Schedulers.computation(), body))
                .hasMessageStartingWith(word + " would block the non-blocking thread RxComputation"));
    }

    @Test
    void A24_ioAndNewThreadsVirtualAndPlatformThreadsMayAwait() {
        Single<Integer> later = Single.just(1).delay(1, TimeUnit.MILLISECONDS);
        for (Scheduler scheduler : List.of(Schedulers.io(), Schedulers.newThread(), Schedulers.trampoline()))
            assertThat(Single.fromCallable(() -> await(later))
                            .subscribeOn(scheduler)
                            .blockingGet())
                    .isEqualTo(1);
        for (Thread.Builder builder : List.<Thread.Builder>of(Thread.ofVirtual(), Thread.ofPlatform()))
            assertThat(Watched.thread(builder, () -> await(later)).value()).isEqualTo(1);
        assertThat(Watched.coroutine(() -> await(later)).value()).isEqualTo(1);
    }

    @Test
    void A24_theHookOfRxJavaIsAsked() {
        var asked = new AtomicInteger();
        RxJavaPlugins.setOnBeforeBlocking(() -> {
            asked.incrementAndGet();
            return Thread.currentThread().getName().equals("loop");
        });
        var probe = new RxProbe<Integer>();
        var loop = Watched.thread(Thread.ofPlatform().name("loop"), () -> await(probe.single()));
        isRefusal(loop.failure());
        assertThat(probe.isSubscribed()).isFalse();
        assertThat(asked).hasPositiveValue();
        var other = Watched.thread(Thread.ofPlatform().name("other"), () -> await(Single.just(1)));
        assertThat(other.value()).isEqualTo(1);
    }

    @Test
    void A24_rxJavasOwnGuardIsLeftAsItIs() {
        assertThat(RxJavaPlugins.isFailOnNonBlockingScheduler()).isFalse();
        await(Single.just(1));
        assertThat(RxJavaPlugins.isFailOnNonBlockingScheduler()).isFalse();
        RxJavaPlugins.setFailOnNonBlockingScheduler(true);
        try {
            assertThat(Watched.coroutine(() -> await(Single.just(1).delay(1, TimeUnit.MILLISECONDS)))
                            .value())
                    .isEqualTo(1);
        } finally {
            RxJavaPlugins.setFailOnNonBlockingScheduler(false);
        }
    }
}
