package dev.weft.rxjava;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncAction;
import dev.weft.AsyncConsumer;
import dev.weft.AsyncFunction;
import dev.weft.Dispatcher;
import dev.weft.Overflow;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the verbs for RxJava say to arguments that cannot be right. */
class BadInputTest {
    private static final Single<Integer> SINGLE = Single.just(1);
    private static final Flowable<Integer> FLOWABLE = Flowable.just(1);
    private static final Observable<Integer> OBSERVABLE = Observable.just(1);

    @TestFactory
    Stream<DynamicTest> nullIsRefusedByTheNameOfTheArgument() {
        return Stream.of(
                refused("single", () -> RxAsync.await((Single<?>) null)),
                refused("single", () -> RxAsync.await((Single<?>) null, IOException.class)),
                refused("type", () -> RxAsync.await(SINGLE, null)),
                refused("maybe", () -> RxAsync.await((Maybe<?>) null)),
                refused("maybe", () -> RxAsync.await((Maybe<?>) null, IOException.class)),
                refused("maybe", () -> RxAsync.awaitOptional(null)),
                refused("maybe", () -> RxAsync.awaitSingle((Maybe<?>) null)),
                refused("completable", () -> RxAsync.await((Completable) null)),
                refused("completable", () -> RxAsync.await((Completable) null, IOException.class)),
                refused("flowable", () -> RxAsync.awaitSingle((Flowable<?>) null)),
                refused("flowable", () -> RxAsync.awaitFirst((Flowable<?>) null)),
                refused("flowable", () -> RxAsync.awaitLast((Flowable<?>) null)),
                refused("observable", () -> RxAsync.awaitSingle((Observable<?>) null)),
                refused("observable", () -> RxAsync.awaitFirst((Observable<?>) null)),
                refused("observable", () -> RxAsync.awaitLast((Observable<?>) null)),
                refused("flowable", () -> RxAsync.collect((Flowable<?>) null, 1)),
                refused("observable", () -> RxAsync.collect((Observable<?>) null, 1)),
                refused("flowable", () -> RxAsync.each((Flowable<?>) null)),
                refused("flowable", () -> RxAsync.each((Flowable<?>) null, 1)),
                refused("observable", () -> RxAsync.each((Observable<?>) null, Overflow.latest())),
                refused("overflow", () -> RxAsync.each(OBSERVABLE, null)),
                refused("acquire", () -> RxAsync.using(null, r -> {}, r -> 1)),
                refused("release", () -> RxAsync.using(Single.just(1), null, r -> 1)),
                refused(
                        "use",
                        () -> RxAsync.using(
                                Single.just(1), r -> {}, (AsyncFunction<Integer, Integer, RuntimeException>) null)),
                refused(
                        "use",
                        () -> RxAsync.using(Single.just(1), r -> {}, (AsyncConsumer<Integer, RuntimeException>) null)),
                refused("single", () -> RxAsync.awaitable((Single<?>) null)),
                refused("maybe", () -> RxAsync.awaitable((Maybe<?>) null)),
                refused("completable", () -> RxAsync.awaitable((Completable) null)),
                refused("body", () -> RxAsync.single(null)),
                refused("body", () -> RxAsync.maybe((Callable<Object>) null)),
                refused("body", () -> RxAsync.maybe((AsyncAction<?>) null)),
                refused("body", () -> RxAsync.maybe(Dispatcher.virtual(), (AsyncAction<?>) null)),
                refused("body", () -> RxAsync.completable(null)),
                refused("generator", () -> RxAsync.flowable(null)),
                refused("generator", () -> RxAsync.observable(null)),
                refused("awaitable", () -> RxAsync.asSingle(null)),
                refused("awaitable", () -> RxAsync.asMaybe(null)),
                refused("awaitable", () -> RxAsync.asCompletable(null)),
                refused("publisher", () -> RxAsync.asFlowable(null)),
                refused("flowable", () -> RxAsync.toInputStream((Flowable<ByteBuffer>) null, b -> b, b -> {})),
                refused("flowable", () -> RxAsync.stream((Flowable<?>) null)),
                refused("observable", () -> RxAsync.stream((Observable<?>) null, Overflow.latest())),
                refused("overflow", () -> RxAsync.stream(OBSERVABLE, null)),
                refused("function", () -> RxAsync.mapFlowable(1, null)),
                refused("scheduler", () -> RxAsync.on(null)));
    }

    private static DynamicTest refused(String argument, ThrowingCallable call) {
        return DynamicTest.dynamicTest(
                argument,
                () -> assertThatThrownBy(call)
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage(argument));
    }

    @Test
    void aNegativePrefetchIsRefused() {
        assertThatThrownBy(() -> RxAsync.each(FLOWABLE, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prefetch must be at least 0, is -1");
    }

    @Test
    void aConcurrencyBelowOneIsRefused() {
        assertThatThrownBy(() -> RxAsync.mapFlowable(0, a -> a))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("concurrency must be at least 1, is 0");
    }

    @Test
    void aNegativeMaximumIsRefused() {
        assertThatThrownBy(() -> RxAsync.collect(FLOWABLE, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max must not be negative, is -1");
    }
}
