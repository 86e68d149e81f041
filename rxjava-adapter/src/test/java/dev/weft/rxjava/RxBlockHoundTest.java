package dev.weft.rxjava;

import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitLast;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.collect;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/** BlockHound, installed for real: it needs a JVM of its own. */
@EnabledIfSystemProperty(named = "weft.blockhound", matches = "true")
class RxBlockHoundTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    private final HookLog hooks = new HookLog();

    @BeforeAll
    static void install() {
        BlockHound.install();
    }

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static Throwable thrownOn(Scheduler scheduler) {
        return Completable.fromAction(() -> Thread.sleep(1))
                .subscribeOn(scheduler)
                .materialize()
                .blockingGet()
                .getError();
    }

    @Test
    void theIntegrationIsFoundOnTheClassPath() {
        assertThat(ServiceLoader.load(BlockHoundIntegration.class))
                .hasAtLeastOneElementOfType(RxBlockHoundIntegration.class);
    }

    @Test
    void aBlockingCallOnANonBlockingThreadIsCaught() {
        assertThat(thrownOn(Schedulers.computation())).isInstanceOf(BlockingOperationError.class);
        assertThat(thrownOn(Schedulers.single())).isInstanceOf(BlockingOperationError.class);
    }

    @Test
    void aBlockingCallElsewhereIsNot() {
        assertThat(thrownOn(Schedulers.io())).isNull();
        assertThat(thrownOn(Schedulers.newThread())).isNull();
        assertThat(single(() -> {
                            Thread.sleep(1);
                            return "slept";
                        })
                        .subscribeOn(Schedulers.computation())
                        .blockingGet())
                .isEqualTo("slept");
    }

    @RepeatedTest(100)
    void whatWeDoOnTheirThreadsDoesNotBlock() throws Exception {
        Single<Integer> later = Single.just(1).delay(1, TimeUnit.MILLISECONDS);
        int sum = run(() -> {
            delay(MILLI);
            int seen = await(later);
            seen += await(Single.just(1).observeOn(Schedulers.single()));
            seen += withTimeout(Duration.ofMinutes(1), () -> await(later));
            assertThat(withTimeoutOrNull(MILLI, () -> await(Single.<Integer>never())))
                    .isNull();
            seen += gather(awaitable(later), awaitable(later)).size();
            seen += race(awaitable(Single.<Integer>never()), awaitable(later));
            seen += awaitLast(Observable.just(1).observeOn(Schedulers.computation()));
            List<Integer> generated = collect(
                    RxAsync.<Integer>flowable(out -> {
                                for (int i = 0; i < 10; i++) {
                                    if (i % 3 == 0) delay(MILLI);
                                    out.emit(i);
                                }
                            })
                            .observeOn(Schedulers.computation(), false, 1),
                    10);
            assertThat(generated).hasSize(10);
            assertThat(collect(Flowable.range(0, 100).observeOn(Schedulers.single()), 100))
                    .hasSize(100);
            return seen;
        });
        assertThat(sum).isEqualTo(7);
        assertThat(single(() -> await(later))
                        .subscribeOn(Schedulers.computation())
                        .blockingGet())
                .isEqualTo(1);
        assertThat(hooks.dropped).isEmpty();
    }
}
