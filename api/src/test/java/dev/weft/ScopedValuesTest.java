package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.ManualBackend.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.ScopedKey;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** K6: scoped values, on JDK 25 and newer. */
class ScopedValuesTest {
    @Test
    @EnabledForJreRange(max = JRE.JAVA_24, disabledReason = "the JDK has scoped values")
    void K6_beforeJdk25AScopedValueCannotBeRegistered() {
        assertThatThrownBy(() -> ScopedValues.register("any"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("scoped values need JDK 25 or newer, this is "
                        + Runtime.version().feature());
        assertThat(run(() -> async(() -> "runs").await())).isEqualTo("runs");
    }

    @Nested
    @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = ScopedKey.ABSENT)
    class WhereTheyAre {
        @Test
        void K6_whatIsCalledTakesOverTheBindingOfItsCaller() throws Exception {
            try (var user = new ScopedKey()) {
                List<String> seen = user.where(
                        "ann",
                        () -> run(() -> {
                            var all = new CopyOnWriteArrayList<String>();
                            all.add(user.here());
                            all.add(async(user::here).await());
                            all.add(async(() -> async(user::here).await()).await());
                            all.add(coroutine(user::here).start().await());
                            all.add(coroutine(user::here).await());
                            all.add(coroutine(user::here)
                                            .as(CompletableFuture.class)
                                            .join() + "");
                            all.add(group(g -> g.async(user::here).await()));
                            all.addAll(gather(coroutine(user::here), coroutine(user::here)));
                            all.add(race(coroutine(user::here)));
                            all.addAll(mapConcurrent(List.of(1), 1, n -> user.here()));
                            all.addAll(Async.<String>stream(out -> out.emit(user.here()))
                                    .collect(1));
                            return all;
                        }));
                assertThat(seen).hasSize(12).containsOnly("ann");
                assertThat(user.here()).isEqualTo("unbound");
                assertThat(run(user::here)).isEqualTo("unbound");
            }
        }

        @Test
        void K6_aChildThatIsStartedInsideAnInnerBindingHasThat() throws Exception {
            try (var user = new ScopedKey()) {
                String seen = user.where(
                        "ann",
                        () -> run(() -> {
                            Deferred<String> eve = user.where("eve", () -> async(user::here));
                            Deferred<String> ann = async(user::here);
                            return eve.await() + " " + ann.await() + " " + user.here();
                        }));
                assertThat(seen).isEqualTo("eve ann ann");
            }
        }

        @Test
        void K6_onlyThoseThatAreRegisteredAreTakenOver() throws Exception {
            var user = new ScopedKey();
            user.close();
            assertThat(user.where("ann", () -> run(user::here))).isEqualTo("unbound");
            ScopedValues.register(user.key);
            ScopedValues.register(user.key);
            assertThat(user.where("ann", () -> run(user::here))).isEqualTo("ann");
            ScopedValues.unregister(user.key);
            assertThat(user.where("ann", () -> run(user::here))).isEqualTo("unbound");
        }

        @Test
        void K6_severalAreBoundEachToItsOwnValueAlsoToNull() throws Exception {
            try (var user = new ScopedKey();
                    var tenant = new ScopedKey();
                    var none = new ScopedKey()) {
                String seen = user.where(
                        "ann",
                        () -> tenant.where(
                                null,
                                () -> run(() -> async(() -> user.here() + " " + tenant.here() + " " + none.here())
                                        .await())));
                assertThat(seen).isEqualTo("ann null unbound");
            }
        }

        @Test
        void K6_whatIsInTheContextWins() throws Exception {
            try (var user = new ScopedKey()) {
                String seen = run(() -> withContext(
                        user.key,
                        "eve",
                        () -> user.here() + " "
                                + user.where("ann", () -> async(user::here).await())
                                + " " + user.where("ann", user::here)));
                assertThat(seen).isEqualTo("eve eve ann");
                assertThat(withContext(
                                user.key,
                                "eve",
                                () -> withContext(
                                        "other",
                                        "key",
                                        () -> user.here() + " "
                                                + async(user::here).await())))
                        .isEqualTo("eve eve");
            }
        }

        @Test
        void K6_aGeneratorThatIsSubscribedToFromOutsideHasNone() throws Exception {
            try (var user = new ScopedKey()) {
                AsyncStream<String> stream = stream(out -> out.emit(user.here()));
                var seen = new AtomicReference<String>();
                user.where("ann", () -> {
                    subscribe(stream, seen);
                    return null;
                });
                until(() -> seen.get() != null);
                assertThat(seen).hasValue("unbound");
                assertThat(user.where("ann", () -> stream.collect(1))).containsExactly("ann");
            }
        }

        @Test
        void K6_anOperatorBehindEmitHasThoseOfItsOwnScope() throws Exception {
            try (var user = new ScopedKey()) {
                List<String> seen = user.where(
                        "ann",
                        () -> run(() -> Async.<String>stream(
                                        out -> withContext(user.key, "system", () -> out.emit(user.here())))
                                .map(value -> value + " for " + user.here())
                                .collect(1)));
                assertThat(seen).containsExactly("system for ann");
            }
        }

        @Test
        void K6_theFailureOfABodyComesOutAsItself() throws Exception {
            try (var user = new ScopedKey()) {
                var failure = new IOException("from the body");
                assertThatThrownBy(() -> run(() -> withContext(user.key, "ann", () -> {
                            throw failure;
                        })))
                        .isSameAs(failure);
                String seen = run(() -> {
                    withContext(user.key, "ann", () -> {
                        Deferred<String> failing = async(() -> {
                            throw failure;
                        });
                        assertThatThrownBy(failing::await).hasCause(failure);
                    });
                    return user.here();
                });
                assertThat(seen).isEqualTo("unbound");
            }
        }

        @Test
        void K3_noCoroutineSeesTheBindingOfAnother() throws Exception {
            int coroutines = 10_000;
            try (var user = new ScopedKey()) {
                var right = new AtomicInteger();
                run(() -> group(g -> {
                    for (int i = 0; i < coroutines; i++) {
                        String id = "id " + i;
                        user.where(
                                id,
                                () -> g.async(() -> {
                                    Thread.yield();
                                    if (user.here().equals(id)
                                            && async(user::here).await().equals(id)) right.incrementAndGet();
                                }));
                    }
                }));
                assertThat(right).hasValue(coroutines);
            }
        }

        @Test
        void theWorkOfACachedResultHasNoBindingOfWhoeverComesFirst() throws Exception {
            try (var user = new ScopedKey()) {
                Cached<String> cached = Cached.of(user::here);
                assertThat(user.where("ann", () -> run(cached::await))).isEqualTo("unbound");
                cached.invalidate();
                assertThat(user.where("ann", cached::await)).isEqualTo("unbound");
            }
        }

        @Test
        void somethingElseIsRefused() {
            assertThatThrownBy(() -> ScopedValues.register(new ThreadLocal<>()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("not a java.lang.ScopedValue: java.lang.ThreadLocal");
        }

        private static void subscribe(AsyncStream<String> stream, AtomicReference<String> seen) {
            stream.subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(1);
                }

                @Override
                public void onNext(String item) {
                    seen.set(item);
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onComplete() {}
            });
        }
    }
}
