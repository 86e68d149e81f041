package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitLast;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.collect;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.maybe;
import static dev.weft.rxjava.RxAsync.observable;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.testing.Unaskable.sneak;
import static dev.weft.testing.Unaskable.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Unaskable;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures are foreign code: whatever their methods do, an outcome is the same. */
class ForeignFailureTest {
    private static Stream<Throwable> failures() {
        return Unaskable.all();
    }

    private static boolean comesOutOf(Throwable failure, Callable<?> body) {
        return thrownBy(() -> run(body::call)) == failure;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anAwaitThrowsTheSameInstance(Throwable failure) {
        Single<String> single = Single.error(failure);
        Maybe<String> maybe = Maybe.error(failure);
        Flowable<String> flowable = Flowable.error(failure);
        Observable<String> observable = Observable.error(failure);
        assertThat(comesOutOf(failure, () -> await(single))).isTrue();
        assertThat(comesOutOf(failure, () -> await(single.subscribeOn(Schedulers.computation()))))
                .isTrue();
        assertThat(comesOutOf(failure, () -> await(maybe))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitSingle(maybe))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitSingle(flowable))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitFirst(flowable))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitLast(flowable))).isTrue();
        assertThat(comesOutOf(failure, () -> awaitFirst(observable))).isTrue();
        assertThat(comesOutOf(failure, () -> collect(flowable, 1))).isTrue();
        assertThat(comesOutOf(failure, () -> collect(observable, 1))).isTrue();
        assertThat(comesOutOf(failure, () -> {
                    await(Completable.error(failure));
                    return "done";
                }))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aBuilderSignalsTheSameInstance(Throwable failure) {
        Single<String> thrown = single(() -> {
            throw sneak(failure);
        });
        Single<String> awaited = single(() -> await(Single.<String>error(failure)));
        Maybe<String> perhaps = maybe(() -> await(Maybe.<String>error(failure)));
        Completable completable = completable(() -> await(Completable.error(failure)));
        Flowable<String> emitted = flowable(out -> {
            throw sneak(failure);
        });
        Observable<String> observed = observable(out -> {
            throw sneak(failure);
        });
        assertThat(failureOf(thrown.toFlowable()) == failure).isTrue();
        assertThat(failureOf(awaited.toFlowable()) == failure).isTrue();
        assertThat(failureOf(perhaps.toFlowable()) == failure).isTrue();
        assertThat(failureOf(completable.toFlowable()) == failure).isTrue();
        assertThat(failureOf(emitted) == failure).isTrue();
        assertThat(failureOf(observed.toFlowable(io.reactivex.rxjava3.core.BackpressureStrategy.BUFFER)) == failure)
                .isTrue();
    }

    private static Throwable failureOf(Flowable<?> flowable) {
        var failure = new CompletableFuture<Throwable>();
        var subscription = flowable.subscribe(value -> {}, failure::complete);
        try {
            return failure.orTimeout(Watched.SECONDS, TimeUnit.SECONDS).join();
        } finally {
            subscription.dispose();
        }
    }

    /** What subscribe throws comes in a NullPointerException of RxJava's own, but not all of those are. */
    @Test
    void aNullPointerExceptionOfTheSourcesOwnIsNotAskedWhetherItIsOfRxJava() {
        var failure = new NullPointerException("of the source") {
            private static final long serialVersionUID = 1;

            @Override
            public StackTraceElement[] getStackTrace() {
                throw new IllegalStateException("it was asked");
            }
        };
        var source = new Single<String>() {
            @Override
            protected void subscribeActual(SingleObserver<? super String> observer) {
                throw failure;
            }
        };
        assertThat(comesOutOf(failure, () -> await(source))).isTrue();
    }
}
