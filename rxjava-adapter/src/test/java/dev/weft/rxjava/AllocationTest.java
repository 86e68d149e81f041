package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncIterator;
import dev.weft.Emitter;
import dev.weft.testing.Allocations;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the adapter allocates on its fast paths, in bytes on a JVM with compressed pointers; RxJava's own share included. */
class AllocationTest {
    private static final int ELEMENTS = 1000;

    /** One cell, and RxJava's observers. */
    @Test
    void aSingleThatSucceedsInsideSubscribe() {
        Single<Integer> source = Single.fromCallable(() -> 1).hide();
        run(() -> Allocations.perUnit(160, 1, 200_000, () -> await(source)));
    }

    @Test
    void anElementOfALoop() {
        Flowable<Integer> source = Flowable.range(0, ELEMENTS).map(i -> 1);
        run(() -> Allocations.perUnit(1, ELEMENTS, 200, () -> {
            try (AsyncIterator<Integer> values = each(source)) {
                while (values.hasNext()) values.next();
            }
        }));
    }

    @Test
    void anElementOfAGenerator() {
        Flowable<Integer> last = flowable((Emitter<Integer> out) -> {
                    for (int i = 0; i < ELEMENTS; i++) out.emit(1);
                })
                .takeLast(1);
        run(() -> Allocations.perUnit(2, ELEMENTS, 200, () -> awaitSingle(last)));
    }

    /** Mostly the virtual thread; nothing for listeners, dumps and debug mode. */
    @Test
    void aCoroutine() {
        Single<Integer> one = single(() -> 1);
        run(() -> Allocations.perUnit(950, 1, 5_000, () -> await(one)));
    }

    /** So a heap that is full keeps no value from the thread that waits for it; how one is woken is the JDK's. */
    @Test
    void A29_aSignalAllocatesNothing() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            var subscribed = new CompletableFuture<SingleObserver<? super String>>();
            Single<String> source = Single.unsafeCreate(observer -> {
                observer.onSubscribe(Disposable.disposed());
                subscribed.complete(observer);
            });
            var awaiting = Watched.thread(Thread.ofPlatform(), () -> await(source));
            SingleObserver<? super String> cell = subscribed.join();
            until("waiting", () -> awaiting.thread().getState() == Thread.State.WAITING);
            least = Math.min(least, Allocations.onThisThread(() -> cell.onSuccess("value")));
            assertThat(awaiting.value()).isEqualTo("value");
        }
        assertThat(least).isZero();
    }
}
