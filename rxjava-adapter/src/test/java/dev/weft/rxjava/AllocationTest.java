package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;

import dev.weft.AsyncIterator;
import dev.weft.Emitter;
import dev.weft.testing.Allocations;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
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
}
