package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitOptional;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.mapFlowable;
import static dev.weft.rxjava.RxAsync.maybe;
import static dev.weft.rxjava.RxAsync.observable;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.Overflow;
import dev.weft.Supervisor;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.CompositeDisposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import io.reactivex.rxjava3.subjects.PublishSubject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The pieces of code in the guide for those who come from RxJava's operators. */
class FromRxJavaTest {
    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void restorePlugins() {
        RxJavaPlugins.reset();
    }

    private Single<String> user(int id) {
        return Single.fromCallable(() -> "user" + id).delay(1, TimeUnit.MILLISECONDS);
    }

    private Maybe<String> nickname(String user) {
        return user.equals("user7") ? Maybe.just("seven") : Maybe.empty();
    }

    private Completable save(String row) {
        return Completable.fromAction(() -> log.add(row)).delaySubscription(1, TimeUnit.MILLISECONDS);
    }

    private Single<String> flaky() {
        return Single.defer(() -> calls.incrementAndGet() < 3
                ? Single.error(new IOException("attempt " + calls))
                : Single.just("answer"));
    }

    @Test
    void oneAfterTheOther() {
        Completable before =
                user(7).flatMap(user -> nickname(user).defaultIfEmpty(user)).flatMapCompletable(this::save);
        Completable after = completable(() -> {
            String user = await(user(7));
            await(save(awaitOptional(nickname(user)).orElse(user)));
        });
        before.andThen(after).blockingAwait();
        assertThat(log).containsExactly("seven", "seven");
    }

    @Test
    void theProgramOfThePage() throws Exception {
        assertThat(new Program(Profiles.class).run()).containsExactly("Hello seven, Hello user8");
        assertThat(Profiles.before(7).blockingGet()).isEqualTo("Hello seven");
        assertThat(Profiles.before(8).blockingGet()).isEqualTo("Hello user8");
    }

    @Test
    void aMaybe() {
        Maybe<String> found = maybe(() -> await(nickname("user7"))); // null is empty
        Maybe<String> none = maybe(() -> await(nickname("user8")));
        Optional<String> asked = run(() -> awaitOptional(nickname("user8")));
        assertThat(found.blockingGet()).isEqualTo("seven");
        assertThat(none.blockingGet()).isNull();
        assertThat(asked).isEmpty();
    }

    @Test
    void zip() {
        Single<String> before = Single.zip(user(1), user(2), (one, two) -> one + " and " + two);
        Single<String> after = single(() -> {
            List<String> both = gather(awaitable(user(1)), awaitable(user(2))); // without a thread for each
            return both.get(0) + " and " + both.get(1);
        });
        assertThat(before.blockingGet()).isEqualTo("user1 and user2");
        assertThat(after.blockingGet()).isEqualTo("user1 and user2");
    }

    @Test
    void concatMapEager() {
        Flowable<String> users = Flowable.range(1, 40).compose(mapFlowable(8, id -> await(user(id))));
        assertThat(users.take(2).toList().blockingGet()).containsExactly("user1", "user2");
    }

    @Test
    void retryWhenAndTimeout() {
        Single<String> after = single(() -> {
            for (int attempt = 1; ; attempt++) {
                try {
                    return withTimeout(Duration.ofSeconds(20), () -> await(flaky(), IOException.class));
                } catch (IOException | TimeoutException failure) {
                    if (attempt == 3) throw failure;
                    delay(Duration.ofMillis(1L << attempt));
                }
            }
        });
        assertThat(after.blockingGet()).isEqualTo("answer");
    }

    @Test
    void aFlowableHasDemand() {
        Flowable<Integer> squares = flowable(out -> {
            for (int n = 1; ; n++) out.emit(n * n); // waits until it is asked for
        });
        run(() -> {
            try (var each = each(squares)) {
                for (int square : each) {
                    log.add("" + square);
                    if (square == 9) break; // disposes of it
                }
            }
        });
        assertThat(log).containsExactly("1", "4", "9");
    }

    @Test
    void anObservableHasNone() {
        PublishSubject<Integer> prices = PublishSubject.create();
        var restored = Hooks.onDiscard(value -> log.add("discarded " + value));
        try {
            run(() -> {
                try (var each = each(prices, Overflow.latest())) {
                    for (int n = 1; n <= 3; n++) prices.onNext(n);
                    prices.onComplete();
                    for (int price : each) log.add("price " + price);
                }
            });
        } finally {
            restored.close();
        }
        assertThat(log).containsExactly("discarded 1", "discarded 2", "price 3");
    }

    @Test
    void anObservableIsBuilt() {
        Observable<String> rows = observable(out -> {
            for (int id = 1; id <= 3; id++) out.emit(await(user(id)));
        });
        assertThat(rows.toList().blockingGet()).containsExactly("user1", "user2", "user3");
    }

    @Test
    void aDisposableCancels() throws InterruptedException {
        var started = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Completable work = completable(() -> {
            try {
                started.countDown();
                await(Completable.never());
            } finally {
                shielded(() -> await(save("leftovers")));
                ended.countDown();
            }
        });
        var disposables = new CompositeDisposable();
        disposables.add(work.subscribe(() -> log.add("done"), failure -> log.add("failed")));
        started.await();
        disposables.dispose();
        ended.await();
        assertThat(log).containsExactly("leftovers");
    }

    @Test
    void aDisposableBecomesAGroup() throws InterruptedException {
        var ticks = PublishSubject.<String>create();
        group(work -> {
            var started = new CountDownLatch(1);
            work.async(() -> {
                try (var each = each(ticks, Overflow.error(16))) {
                    started.countDown();
                    for (String tick : each) log.add(tick);
                } finally {
                    log.add("left");
                }
            });
            started.await();
            work.cancel(); // what dispose() was
        });
        assertThat(log).containsExactly("left");
        assertThat(ticks.hasObservers()).isFalse();
    }

    @Test
    void aDisposableOfAClassBecomesASupervisor() throws InterruptedException {
        var ticks = PublishSubject.<String>create();
        var started = new CountDownLatch(1);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        var work = Supervisor.open("screen", (name, failure) -> failures.add(failure)); // new CompositeDisposable()
        work.launch(
                "ticks",
                () -> { // add(ticks.subscribe(log::add, failures::add))
                    try (var each = each(ticks, Overflow.error(16))) {
                        started.countDown();
                        for (String tick : each) log.add(tick);
                    }
                });
        started.await();
        work.close(); // dispose(); when it returns, all have ended
        assertThat(ticks.hasObservers()).isFalse();
        assertThat(failures).isEmpty();
    }

    @Test
    void whatNobodyCanReceive() throws InterruptedException {
        var subscribed = new CountDownLatch(1);
        Single<String> broken = Single.create(emitter -> {
            emitter.setCancellable(() -> {
                throw new IOException("cannot be disposed of");
            });
            subscribed.countDown();
        });
        RxJavaPlugins.setErrorHandler(failure -> log.add(failure.getCause().getMessage()));
        run(() -> {
            var waiting = async(() -> await(broken));
            subscribed.await();
            waiting.cancel();
            assertThatThrownBy(waiting::await).isInstanceOf(CancelledException.class);
        });
        assertThat(log).containsExactly("cannot be disposed of");
    }

    @Test
    void aContextIsWeftsOwn() {
        Single<String> before = single(() -> "" + context().getOrDefault("trace", "none"));
        String inside = run(() -> withContext("trace", "t1", () -> await(before)));
        String outside = before.blockingGet();
        String elsewhere = run(() -> withContext("trace", "t1", () -> await(before.subscribeOn(Schedulers.io()))));
        assertThat(inside).isEqualTo("t1");
        assertThat(outside).isEqualTo("none");
        assertThat(elsewhere).isEqualTo("none");
    }

    @Test
    void aTestSchedulerIsTheClock() {
        var clock = new TestScheduler();
        RxJavaPlugins.setComputationSchedulerHandler(real -> clock);
        var observer = single(() -> {
                    delay(Duration.ofHours(1));
                    return "done";
                })
                .test();
        clock.advanceTimeBy(59, TimeUnit.MINUTES);
        observer.assertEmpty();
        clock.advanceTimeBy(1, TimeUnit.MINUTES);
        observer.assertResult("done");
    }

    @Test
    void onAComputationThread() {
        Single<String> refused =
                Single.just(1).observeOn(Schedulers.computation()).map(id -> await(user(id)));
        Single<String> allowed =
                Single.just(1).observeOn(Schedulers.computation()).flatMap(id -> single(() -> await(user(id))));
        assertThatThrownBy(refused::blockingGet).isInstanceOf(IllegalStateException.class);
        assertThat(allowed.blockingGet()).isEqualTo("user1");
    }

    @Test
    void onTheThreadOfSingle() {
        Single<String> refused = Single.just(1).observeOn(Schedulers.single()).map(id -> await(user(id)));
        assertThatThrownBy(refused::blockingGet)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(" would block ");
    }

    @Test
    void blockingGetInABodyHidesTheFailure() {
        Single<String> broken = Single.error(new IOException("disk full"));
        run(() -> {
            assertThatThrownBy(() -> broken.blockingGet())
                    .isExactlyInstanceOf(RuntimeException.class)
                    .hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> await(broken, IOException.class)).isInstanceOf(IOException.class);
        });
    }

    @Test
    void aFirstValue() {
        int first = run(() -> awaitFirst(Flowable.range(1, 1000)));
        Deferred<Integer> started = async(() -> awaitFirst(Observable.just(5)));
        assertThat(first + started.await()).isEqualTo(6);
    }
}
