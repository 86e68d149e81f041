package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.Async.using;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.using;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AwaitException;
import dev.weft.Cached;
import dev.weft.CancelledException;
import dev.weft.testing.Watched;
import dev.weft.testing.streams.ThreadLocalKey;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Resources and cached results of RxJava's sources. */
class UsingTest {
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();

    /** Gets a resource and releases it, within a limit for the acquiring at least. */
    private interface Use {
        void of(Single<Integer> resource, Duration limit) throws TimeoutException;
    }

    /** What its source has made when it is disposed of goes to no hook. */
    private void nothingIsLost(Use use) {
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
        await(Completable.fromAction(released::incrementAndGet));
    }

    @Test
    void nothingThatComesLateIsLost() {
        nothingIsLost((resource, limit) -> using(limit, () -> await(resource), this::release, r -> {}));
    }

    @Test
    void nothingThatASourceGivesLateIsLost() {
        nothingIsLost((resource, limit) -> withTimeout(limit, () -> using(resource, this::release, r -> {})));
    }

    /** What Single makes is acquired on this very thread, without a coroutine of its own. */
    @Test
    void aSourceIsAcquiredUsedAndReleased() {
        List<Object> trail = new CopyOnWriteArrayList<>();
        String result =
                run(() -> using(Single.fromCallable(Thread::currentThread), thread -> trail.add("released"), thread -> {
                    trail.add(thread == Thread.currentThread());
                    return "result";
                }));
        using(Single.just("r"), r -> trail.add("released " + r), r -> {
            trail.add("used " + r);
        });
        assertThat(result).isEqualTo("result");
        assertThat(trail).containsExactly(true, "released", "used r", "released r");
    }

    @Test
    void aSourceThatFailsIsNotReleased() {
        var failure = new IllegalStateException("no connection");
        assertThatThrownBy(() -> using(Single.<String>error(failure), r -> released.incrementAndGet(), r -> r))
                .isSameAs(failure);
        var checked = new IOException("no connection");
        assertThatThrownBy(() -> using(Single.<String>error(checked), r -> released.incrementAndGet(), r -> r))
                .isInstanceOf(AwaitException.class)
                .hasCause(checked);
        assertThat(released).hasValue(0);
    }

    /** Also what the thread that signals has in its thread-locals is not the release's. */
    @Test
    void whatASourceGivesLateIsReleasedInTheContextOfItsCaller() {
        SingleSubject<String> late = SingleSubject.create();
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
            assertThat(late.hasObservers()).isTrue();
            local.setValue("of the signal");
            late.onSuccess("late");
            until("it is released", () -> !trail.isEmpty());
            assertThat(trail).containsExactly("late of Ann, null");
        }
    }

    @Test
    void whatASourceFailsWithLateIsDropped() {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        RxJavaPlugins.setErrorHandler(dropped::add);
        try {
            SingleSubject<String> late = SingleSubject.create();
            var waiting = Watched.coroutine(() -> using(late, r -> released.incrementAndGet(), r -> r));
            waiting.parked();
            waiting.cancel();
            assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
            var failure = new IllegalStateException("late");
            late.onError(failure);
            assertThat(dropped).containsExactly(failure);
        } finally {
            RxJavaPlugins.setErrorHandler(null);
        }
        assertThat(released).hasValue(0);
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
