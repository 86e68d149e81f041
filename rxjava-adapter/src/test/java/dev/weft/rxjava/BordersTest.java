package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.Awaitable;
import dev.weft.CancelledException;
import dev.weft.Coroutine;
import dev.weft.TooManyValuesException;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.flowables.ConnectableFlowable;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where a coroutine ends and its observer begins, and where RxJava does. */
class BordersTest {
    @Test
    void anObserverIsToldWhenSomebodyElseCancelledTheCoroutine() {
        single(() -> {
                    Thread.currentThread().interrupt();
                    return await(Single.never());
                })
                .test()
                .awaitDone(Watched.SECONDS, TimeUnit.SECONDS)
                .assertError(e -> e instanceof CancelledException && e.getCause() instanceof InterruptedException);
        var real = new IOException("while cancelled");
        single(() -> {
                    Thread.currentThread().interrupt();
                    try {
                        return await(Single.never());
                    } catch (CancelledException cancelled) {
                        throw real;
                    }
                })
                .test()
                .awaitDone(Watched.SECONDS, TimeUnit.SECONDS)
                .assertError(e -> e == real);
    }

    @Test
    void anAwaitDownstreamOfACoroutineIsAPlainOne() {
        Single<Integer> sum =
                single(() -> 1).map(one -> one + await(Single.just(2).delay(1, TimeUnit.MILLISECONDS)));
        assertThat(sum.blockingGet()).isEqualTo(3);
    }

    @Test
    void aNeutralAwaitOfManyValuesIsRefused() {
        for (Object source : new Object[] {Flowable.range(1, 3), Observable.range(1, 3)}) {
            Awaitable<Integer> many = Async.awaitable(source);
            assertThatThrownBy(() -> run(() -> Async.await(many))).isInstanceOf(TooManyValuesException.class);
        }
        for (Object source : new Object[] {Single.just(1), Maybe.just(1), Flowable.just(1), Observable.just(1)}) {
            Awaitable<Integer> one = Async.awaitable(source);
            assertThat(run(() -> Async.await(one))).isEqualTo(1);
        }
        Awaitable<Integer> none = Async.awaitable((Object) Completable.complete());
        assertThat(run(() -> Async.await(none))).isNull();
    }

    @Test
    void aNeutralCoroutineBecomesEachOfRxJavasTypes() {
        Coroutine<String> page = Async.coroutine(() -> "page");
        assertThat(page.as(Single.class).blockingGet()).isEqualTo("page");
        assertThat(page.as(Maybe.class).blockingGet()).isEqualTo("page");
        page.as(Completable.class).blockingAwait();
        assertThat(page.as(Flowable.class).blockingFirst()).isEqualTo("page");
        assertThat(page.as(Observable.class).blockingFirst()).isEqualTo("page");
    }

    @Test
    void aTypeThatCannotBeMadeIsRefused() {
        assertThatThrownBy(() -> Async.<Integer>stream(out -> out.emit(1)).as(Single.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("ask for Flowable or Observable");
        assertThatThrownBy(() -> Async.coroutine(() -> 1).as(ConnectableFlowable.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("ask for Single, Maybe, Completable, Flowable or Observable");
    }

    @Test
    void anObservableCannotBeIteratedOverWithoutAPolicy() {
        assertThatThrownBy(() -> RxBackend.INSTANCE.many(Observable.just(1), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each(observable, overflow)");
    }
}
