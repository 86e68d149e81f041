package operating;

import static dev.weft.Async.async;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Coroutines;
import dev.weft.Deferred;
import dev.weft.testing.Watched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** Which sources debug mode reports as never subscribed to, and which it does not. */
class ReactorDebugTest {
    private static final class Repository {
        static Mono<String> find(String what) {
            return Mono.fromCallable(() -> what).map(found -> found + "!");
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
                    .delayElement(Duration.ofMillis(1))
                    .doOnNext(found -> {});
        }

        static void local() {
            Mono<String> unused = Repository.find("a").log("never");
            await(Repository.find("b"));
        }

        static void zip() {
            Mono.zip(Repository.find("a"), Repository.find("b"));
        }

        static void stream() {
            Flux.range(0, 3).map(i -> i + 1);
        }

        static void builder() {
            mono(() -> await(Repository.find("a")));
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
            Hooks.onEachOperator("the program's", source -> {
                HOOKED.incrementAndGet();
                return source;
            });
        }

        private Careful() {}

        static void awaited() {
            await(Repository.find("a"));
            await(Mono.just("a"));
            await(Flux.range(0, 3).map(i -> i + 1).collectList());
        }

        static void values() {
            Mono.just("a");
            Mono.empty();
            Mono.error(new IllegalStateException("a"));
            Mono.fromFuture(new CompletableFuture<>());
        }

        static void fallbacks() {
            Mono<String> other = Repository.find("other").map(found -> found + "?");
            await(Repository.find("a")
                    .switchIfEmpty(Repository.find("b").filter(found -> false))
                    .onErrorResume(failure -> other)
                    .timeout(Duration.ofDays(1), Repository.find("c"))
                    .repeatWhenEmpty(empty -> Repository.find("d").flux())
                    .retryWhen(Retry.from(failed -> other)));
        }

        static void fallbackMadeLongBefore() {
            Mono<String> other = Repository.find("other").map(found -> found + "?");
            System.gc();
            await(Repository.find("a").switchIfEmpty(other));
        }

        static void several() {
            Mono<String> one = Repository.find("a");
            Mono<String> other = Repository.find("b");
            await(Mono.zip(one, other));
            await(Mono.when(List.of(one, other)));
            await(Mono.firstWithValue(one, other));
            await(one.then(other).thenReturn("c"));
            await(Flux.concat(one, other).concatWith(Mono.defer(() -> one)).last());
            await(Flux.merge(one, other)
                    .parallel()
                    .map(each -> each)
                    .sequential()
                    .then());
        }

        static void hot() {
            Mono<String> cached = Repository.find("a").cache();
            await(cached);
            await(cached);
            Flux<String> shared = Repository.find("a").flux().share();
            await(shared.next());
            var connectable = Repository.find("a").flux().publish();
            connectable.connect().dispose();
        }

        static void loops() {
            try (var values = each(Flux.range(0, 9).window(3).flatMap(part -> part.skip(1)))) {
                for (int value : values) if (value > 3) break;
            }
            try (var values = each(Flux.range(0, 9).groupBy(i -> i % 2).flatMap(Flux::count))) {
                for (long value : values) assertThat(value).isPositive();
            }
        }

        static void otherThreads() throws Exception {
            Mono<String> handed = Repository.find("a");
            Mono<String> fallback = Repository.find("b");
            CompletableFuture.supplyAsync(() -> handed.switchIfEmpty(fallback).block())
                    .get();
            Repository.find("c").subscribeOn(Schedulers.single()).toFuture().get();
            Repository.find("d").subscribe();
        }

        static void insideOperators() {
            await(Flux.range(0, 3)
                    .concatMap(i -> Repository.find("a" + i).switchIfEmpty(Repository.find("b")))
                    .then());
            await(Mono.defer(() -> {
                Repository.find("an operator has made it");
                return Repository.find("a");
            }));
        }

        static void hooksOfTheProgram() {
            int before = HOOKED.get();
            Hooks.onOperatorDebug();
            await(Repository.find("a").switchIfEmpty(Repository.find("b")));
            Hooks.resetOnOperatorDebug();
            assertThat(HOOKED.get() - before).isEqualTo(5);
        }

        /** Also where another thread subscribes. */
        static void dumps() throws Exception {
            var begun = new CountDownLatch(1);
            var running = madeHere(begun).subscribeOn(Schedulers.single()).subscribe();
            begun.await();
            Watched.until("it waits", () -> Coroutines.dump().toString().contains("suspended for "));
            assertThat(Coroutines.dump().toString())
                    .contains("    made at operating.ReactorDebugTest$Careful.madeHere(");
            running.dispose();
        }

        private static Mono<String> madeHere(CountDownLatch begun) {
            return mono(() -> {
                begun.countDown();
                return await(Mono.never());
            });
        }

        static void returned() {
            await(mono(() -> Repository.find("a")).flatMap(inner -> inner));
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
                Mono<String> later = Repository.find("later");
                if (later != null) throw new IllegalStateException("in between");
                return await(later);
            });
            assertThatThrownBy(member::await).hasMessage("in between");
        }

        static void sometimes() {
            for (boolean isNeeded : new boolean[] {true, false}) {
                Mono<String> later = Repository.find("later");
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
                .containsExactlyInAnyOrder(
                        Stream.of("statement", "chain", "local", "zip", "stream", "builder", "forgottenIn", "last")
                                .map(method -> "NEVER_SUBSCRIBED " + method)
                                .toArray(String[]::new));
    }

    @Test
    void N6_whatIsUsedOrWasPartOfThatIsNotReported() throws Exception {
        assertThat(DebugMode.warnings(Careful.class)).containsExactly("NEVER_SUBSCRIBED last");
    }
}
