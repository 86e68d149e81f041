package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.group;
import static dev.weft.Async.withContext;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.Deferred;
import dev.weft.Emitter;
import dev.weft.Outcome;
import dev.weft.TaskGroup;
import dev.weft.testing.Latches;
import dev.weft.testing.streams.ThreadLocalKey;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The code of the library's operators and subscribers runs downstream of an emit: it is not part of the generator. */
class BehindEmitTest {
    private final HookLog hooks = new HookLog();
    private final List<Object> trail = new CopyOnWriteArrayList<>();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    /** As over a range, there is no coroutine; but where there is a context, it is the subscriber's. */
    @Test
    void K8_theCodeOfTheSubscriberHasItsOwnContext() {
        Flowable<String> rows = flowable(out -> withContext("tenant", "system", () -> out.emit("row")));
        Flowable<String> written =
                rows.map(row -> row + " written as " + context().get("tenant"));
        withContext("tenant", "acme", () -> trail.add(written.blockingLast()));
        assertThat(trail).containsExactly("row written as acme");
    }

    @Test
    void K8_theCodeOfTheSubscriberHasItsOwnThreadLocals() {
        try (var tenant = new ThreadLocalKey("tenant")) {
            Flowable<String> rows = flowable(out -> {
                trail.add(tenant.getValue());
                withContext("tenant", "system", () -> {
                    trail.add(tenant.getValue());
                    out.emit("row");
                    trail.add(tenant.getValue());
                });
                trail.add(tenant.getValue());
            });
            Flowable<String> written = rows.map(row -> row + " for " + tenant.getValue());
            assertThat(withContext("tenant", "acme", () -> written.blockingLast()))
                    .isEqualTo("row for acme");
            assertThat(trail).containsExactly("acme", "system", "system", "acme");
        }
    }

    /** Neither its scope, which is cancelled meanwhile, nor the interrupt for that. */
    @Test
    void D7_nothingThatTheGeneratorHasAroundItsEmitReachesTheSubscriber() {
        var scope = new AtomicReference<TaskGroup>();
        Flowable<Integer> values = flowable(out -> group(members -> {
            scope.set(members);
            out.emit(1);
        }));
        Integer seen = values.map(value -> {
                    scope.get().cancel();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    return await(Single.just(value).delay(20, TimeUnit.MILLISECONDS));
                })
                .blockingLast();
        assertThat(seen).isEqualTo(1);
    }

    /** Which the generator would wait for and fail with, and which would be cancelled with it. */
    @Test
    void whatTheSubscriberStartsIsNoChildOfTheGenerator() {
        var gate = new CompletableFuture<String>();
        var started = new AtomicReference<Deferred<String>>();
        Flowable<Integer> endless = flowable(out -> {
            for (int n = 0; ; n++) out.emit(n);
        });
        endless.doOnNext(value -> started.set(async(() -> Async.await(gate))))
                .take(1)
                .blockingLast();
        gate.complete("done");
        assertThat(started.get().await()).isEqualTo("done");

        var failure = new IllegalStateException("of the work");
        var failed = new AtomicReference<Deferred<String>>();
        Flowable<Integer> one = flowable(out -> out.emit(1));
        Integer last = one.doOnNext(value -> failed.set(async(() -> {
                    throw failure;
                })))
                .blockingLast();
        assertThat(last).isEqualTo(1);
        until("failed", () -> failed.get().isDone());
        assertThat(failed.get().outcome()).isEqualTo(new Outcome.Failure<>(failure));
    }

    /** It goes on, and its value goes where late values go. */
    @Test
    void aSubscriberThatLeavesWhileItsOwnCodeAwaitsMakesNoNoise() {
        for (int round = 0; round < 50; round++) {
            var inside = new CountDownLatch(1);
            var gate = new CompletableFuture<String>();
            var thread = new AtomicReference<Thread>();
            Flowable<Integer> endless = flowable((Emitter<Integer> out) -> {
                thread.set(Thread.currentThread());
                for (int n = 0; ; n++) out.emit(n);
            });
            Disposable subscription = endless.map(value -> {
                        inside.countDown();
                        return Async.await(gate) + value;
                    })
                    .subscribe(value -> {}, failure -> {});
            Latches.await(inside);
            subscription.dispose();
            gate.complete("late ");
            Latches.join(thread.get());
        }
        assertThat(hooks.dropped).isEmpty();
        assertThat(hooks.violations).isEmpty();
    }
}
