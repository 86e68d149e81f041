package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.Async.using;
import static dev.weft.Async.withContext;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.Cached;
import dev.weft.testing.streams.ThreadLocalKey;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Resources and cached results of RxJava's sources. */
class UsingTest {
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();

    /** What this source has made when it is disposed of goes to no hook. */
    @Test
    void nothingThatComesLateIsLost() {
        var random = new Random(7);
        var begun = new AtomicInteger();
        int timeouts = 0;
        for (int i = 0; i < 600; i++) {
            boolean late = i % 10 == 0; // for certain; the others as it comes
            var gate = new CountDownLatch(late ? 1 : 0);
            var resource = Single.fromCallable(() -> {
                        begun.incrementAndGet();
                        gate.await();
                        return made.incrementAndGet();
                    })
                    .subscribeOn(Schedulers.io());
            try {
                run(() -> using(
                        Duration.ofNanos(random.nextInt(200_000)),
                        () -> await(resource),
                        r -> await(Completable.fromAction(released::incrementAndGet)),
                        r -> {}));
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

    @Test
    void aCachedResultIsMadeWithoutTheThreadLocalsOfWhoeverComesFirst() {
        try (var local = new ThreadLocalKey("trace")) {
            local.setValue("of the caller");
            Cached<String> cached = Cached.of(() -> await(RxAsync.single(
                    () -> local.getValue() + " " + Async.context().getOrDefault("trace", "none"))));
            String made = run(() -> withContext("trace", "of the request", cached::await));
            assertThat(made).isEqualTo("null none");
        }
    }
}
