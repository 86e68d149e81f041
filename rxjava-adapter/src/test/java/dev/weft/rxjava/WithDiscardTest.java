package dev.weft.rxjava;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withDiscard;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledException;
import dev.weft.Completion;
import dev.weft.Overflow;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nobody gets of RxJava's sources goes to the hook of {@code withDiscard}; its operators know none. */
class WithDiscardTest {
    private final HookLog hooks = new HookLog();
    private final List<Object> taken = new CopyOnWriteArrayList<>();
    private final List<Object> others = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        hooks.close();
        assertThat(hooks.discarded).isEmpty();
    }

    /** Runs a body in a coroutine that is cancelled when it waits. */
    private static void givenUp(BooleanSupplier isUnderWay, Callable<?> body) {
        var waiting = Watched.coroutine(body);
        until("it is under way", isUnderWay);
        waiting.parked().cancel();
        assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
    }

    @Test
    void whatAnAwaitLosesGoesToTheConsumer() {
        var observer = new AtomicReference<SingleObserver<? super String>>();
        var source = new Single<String>() {
            @Override
            protected void subscribeActual(SingleObserver<? super String> to) {
                observer.set(to);
                to.onSubscribe(Disposable.empty());
            }
        };
        givenUp(() -> observer.get() != null, () -> withDiscard(String.class, taken::add, () -> await(source)));
        observer.get().onSuccess("late");
        assertThat(taken).containsExactly("late");
    }

    @Test
    void whatIsQueuedInAnIterationThatIsLeftGoesToTheConsumer() {
        run(() -> withDiscard(Integer.class, taken::add, () -> {
            try (var values = each(Flowable.range(1, 4).hide())) {
                assertThat(values.next()).isEqualTo(1);
            }
            try (var values = each(Observable.range(5, 3).hide(), Overflow.error(8))) {
                assertThat(values.next()).isEqualTo(5);
            }
        }));
        assertThat(taken).containsExactly(2, 3, 4, 6, 7);
    }

    @Test
    void theInnermostThatTakesTheTypeGetsIt() {
        run(() -> withDiscard(
                Object.class,
                others::add,
                () -> withContext(
                        "key",
                        "value",
                        () -> withDiscard(String.class, taken::add, () -> {
                            try (var values =
                                    each(Flowable.just("first", "text", 1).hide())) {
                                assertThat(values.next()).isEqualTo("first");
                            }
                        }))));
        assertThat(taken).containsExactly("text");
        assertThat(others).containsExactly(1);
    }

    @Test
    void aSingleThatIsBuiltInsideSeesIt() {
        var late = new AtomicReference<Completion<String>>();
        givenUp(
                () -> late.get() != null,
                () -> withDiscard(
                        String.class,
                        taken::add,
                        () -> await(single(() -> await(coroutine(() -> awaitCallback(late::set)))))));
        late.get().resume("late");
        until("it is discarded", () -> !taken.isEmpty());
        assertThat(taken).containsExactly("late");
    }

    @Test
    void aValueThatIsEmittedInVainGoesToTheConsumer() {
        Flowable<String> emitting = RxAsync.flowable(out -> withDiscard(String.class, taken::add, () -> {
            out.emit("a");
            out.emit("b");
        }));
        emitting.test(1).awaitCount(1).assertValuesOnly("a").cancel();
        until("b is discarded", () -> !taken.isEmpty());
        assertThat(taken).containsExactly("b");
    }
}
