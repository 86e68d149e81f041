package operating;

import static dev.weft.Async.async;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Coroutines;
import dev.weft.Deferred;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which sources debug mode reports as never subscribed to, and which it does not. */
class RxDebugTest {
    private static final class Repository {
        static Maybe<String> find(String what) {
            return Maybe.fromCallable(() -> what).map(found -> found + "!");
        }
    }

    /** What each method forgets is reported once. */
    static final class Forgetful {
        private Forgetful() {}

        static void statement() {
            Repository.find("a");
        }

        static void chain() {
            Repository.find("a")
                    .filter(found -> !found.isEmpty())
                    .delay(1, TimeUnit.MILLISECONDS)
                    .doOnSuccess(found -> {});
        }

        static void local() {
            Maybe<String> unused = Repository.find("a").hide();
            await(Repository.find("b"));
        }

        static void zip() {
            Maybe.zip(Repository.find("a"), Repository.find("b"), String::concat);
        }

        static void stream() {
            Flowable.range(0, 3).map(i -> i + 1);
        }

        static void observable() {
            Observable.range(0, 3).map(i -> i + 1);
        }

        static void completable() {
            Completable.fromAction(() -> {}).andThen(Completable.fromAction(() -> {}));
        }

        static void builder() {
            single(() -> await(Repository.find("a")));
        }

        static void placeInALoop() {
            for (int i = 0; i < 100; i++) forgottenIn(i);
        }

        private static void forgottenIn(int i) {
            Repository.find("a" + i);
            await(Repository.find("b"));
        }

        static void last() {
            Repository.find("last");
        }
    }

    /** Nothing is forgotten here. */
    static final class Careful {
        private static final List<Object> KEPT = new ArrayList<>();
        private static final AtomicInteger HOOKED = new AtomicInteger();

        static { // before there is a backend
            RxJavaPlugins.setOnMaybeAssembly(source -> {
                HOOKED.incrementAndGet();
                return source;
            });
            RxJavaPlugins.setOnMaybeSubscribe((source, observer) -> {
                HOOKED.incrementAndGet();
                return observer;
            });
        }

        private Careful() {}

        static void awaited() {
            await(Repository.find("a"));
            await(Single.just("a"));
            await(Flowable.range(0, 3).map(i -> i + 1).toList());
        }

        static void values() {
            Single.just("a");
            Maybe.empty();
            Completable.error(new IllegalStateException("a"));
            Single.fromCompletionStage(new CompletableFuture<>());
        }

        static void fallbacks() {
            Maybe<String> other = Repository.find("other").map(found -> found + "?");
            await(Repository.find("a")
                    .switchIfEmpty(Repository.find("b").filter(found -> false))
                    .onErrorResumeNext(failure -> other)
                    .timeout(1, TimeUnit.DAYS, Repository.find("c"))
                    .repeatWhen(
                            done -> done.take(1).concatWith(other.toFlowable()).take(1))
                    .lastElement()
                    .retryWhen(failed -> failed.flatMapMaybe(failure -> other)));
        }

        static void fallbackMadeLongBefore() {
            Maybe<String> other = Repository.find("other").map(found -> found + "?");
            System.gc();
            await(Repository.find("a").switchIfEmpty(other));
        }

        static void several() {
            Maybe<String> one = Repository.find("a");
            Maybe<String> other = Repository.find("b");
            await(Maybe.zip(one, other, String::concat));
            await(Completable.mergeArray(one.ignoreElement(), other.ignoreElement()));
            await(Maybe.amb(List.of(one, other)));
            await(one.ignoreElement().andThen(other));
            await(Flowable.concat(one.toFlowable(), Flowable.defer(other::toFlowable))
                    .lastElement());
            await(Maybe.merge(one, other)
                    .parallel()
                    .map(each -> each)
                    .sequential()
                    .count());
        }

        static void conversions() {
            Flowable<Integer> values = Flowable.range(0, 3).map(i -> i + 1);
            await(values.count().toFlowable().firstElement());
            await(values.ignoreElements().toMaybe());
            await(values.toList().toObservable().firstElement());
            await(values.elementAt(1).toSingle().ignoreElement());
        }

        static void hot() {
            Maybe<String> cached = Repository.find("a").cache();
            await(cached);
            await(cached);
            Flowable<String> shared = Repository.find("a").toFlowable().share();
            await(shared.firstElement());
            Repository.find("a").toFlowable().publish().connect().dispose();
        }

        static void loops() {
            try (var values = each(Flowable.range(0, 9).window(3).flatMap(part -> part.skip(1)))) {
                for (int value : values) if (value > 3) break;
            }
            try (var values = each(Flowable.range(0, 9)
                    .groupBy(i -> i % 2)
                    .flatMap(group -> group.count().toFlowable()))) {
                for (long value : values) assertThat(value).isPositive();
            }
        }

        static void otherThreads() throws Exception {
            Maybe<String> handed = Repository.find("a");
            Maybe<String> fallback = Repository.find("b");
            CompletableFuture.supplyAsync(() -> handed.switchIfEmpty(fallback).blockingGet())
                    .get();
            Repository.find("c")
                    .subscribeOn(Schedulers.single())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            Repository.find("d").subscribe().dispose();
        }

        static void insideOperators() {
            await(Flowable.range(0, 3)
                    .concatMapMaybe(i -> Repository.find("a" + i).switchIfEmpty(Repository.find("b")))
                    .ignoreElements());
            await(Maybe.defer(() -> {
                Repository.find("an operator has made it");
                return Repository.find("a");
            }));
        }

        static void hooksOfTheProgram() {
            int before = HOOKED.get();
            await(Repository.find("a").switchIfEmpty(Repository.find("b")));
            assertThat(HOOKED.get() - before).isEqualTo(5 + 3);
        }

        /** Also where another thread subscribes. */
        static void dumps() throws Exception {
            var begun = new CountDownLatch(1);
            var running = madeHere(begun).subscribeOn(Schedulers.single()).subscribe();
            begun.await();
            Watched.until("it waits", () -> Coroutines.dump().toString().contains("suspended for "));
            assertThat(Coroutines.dump().toString()).contains("    made at operating.RxDebugTest$Careful.madeHere(");
            running.dispose();
        }

        private static Single<String> madeHere(CountDownLatch begun) {
            return single(() -> {
                begun.countDown();
                return await(Single.<String>never());
            });
        }

        static void returned() {
            await(single(() -> Repository.find("a")).flatMapMaybe(inner -> inner));
        }

        static void kept() {
            KEPT.add(Repository.find("kept"));
        }

        static void cancelledBefore() {
            var self = new CompletableFuture<Deferred<String>>();
            self.complete(async(() -> {
                self.join().cancel();
                return await(Repository.find("a"));
            }));
            assertThatThrownBy(self.join()::await).isInstanceOf(CancelledException.class);
        }

        static void failedBefore() {
            Deferred<?> member = async(() -> {
                Maybe<String> later = Repository.find("later");
                if (later != null) throw new IllegalStateException("in between");
                return await(later);
            });
            assertThatThrownBy(member::await).hasMessage("in between");
        }

        static void sometimes() {
            for (boolean isNeeded : new boolean[] {true, false}) {
                Maybe<String> later = Repository.find("later");
                if (isNeeded) await(later);
                System.gc();
            }
        }

        static void last() {
            Repository.find("last");
        }
    }

    @Test
    void N6_aSourceThatIsForgottenIsReportedOnceWithThePlaceWhereItWasMade() throws Exception {
        assertThat(DebugMode.warnings(Forgetful.class))
                .containsExactlyInAnyOrder(Stream.of(
                                "statement",
                                "chain",
                                "local",
                                "zip",
                                "stream",
                                "observable",
                                "completable",
                                "builder",
                                "forgottenIn",
                                "last")
                        .map(method -> "NEVER_SUBSCRIBED " + method)
                        .toArray(String[]::new));
    }

    @Test
    void N6_whatIsUsedOrWasPartOfThatIsNotReported() throws Exception {
        assertThat(DebugMode.warnings(Careful.class)).containsExactly("NEVER_SUBSCRIBED last");
    }
}
