package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.collect;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.observable;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncBody;
import dev.weft.AsyncIterator;
import dev.weft.Deferred;
import dev.weft.Overflow;
import dev.weft.testing.Latches;
import dev.weft.testing.ScopedKey;
import dev.weft.testing.streams.ThreadLocalKey;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Rows K, with K9: the context that RxJava does not have, and thread-locals through context-propagation. */
class ContextTest {
    private final HookLog hooks = new HookLog();
    private final ThreadLocalKey local = new ThreadLocalKey("local");

    @AfterEach
    void restoreHooks() {
        hooks.close();
        local.close();
    }

    private static String user() {
        return context().getOrDefault("user", "nobody");
    }

    private static <T> T asAnn(AsyncBody<T, RuntimeException> body) {
        return run(() -> withContext("user", "ann", body));
    }

    // --- the context

    @Test
    void K09_aSourceSubscribedToInsideACoroutineHasItsContext() {
        asAnn(() -> {
            assertThat(await(single(ContextTest::user))).isEqualTo("ann");
            assertThat(await(RxAsync.maybe(ContextTest::user))).isEqualTo("ann");
            await(RxAsync.completable(() -> assertThat(user()).isEqualTo("ann")));
            assertThat(collect(RxAsync.<String>flowable(out -> out.emit(user())), 1))
                    .containsExactly("ann");
            assertThat(collect(RxAsync.<String>observable(out -> out.emit(user())), 1))
                    .containsExactly("ann");
            try (AsyncIterator<String> values = each(flowable(out -> out.emit(user())))) {
                assertThat(values.next()).isEqualTo("ann");
            }
            try (AsyncIterator<String> values = each(observable(out -> out.emit(user())), Overflow.latest())) {
                assertThat(values.next()).isEqualTo("ann");
            }
            assertThat(gather(awaitable(single(ContextTest::user)), coroutine(ContextTest::user)))
                    .containsExactly("ann", "ann");
            return null;
        });
    }

    @Test
    void K09_itIsTheVeryContext() {
        asAnn(() -> {
            Object own = context();
            assertThat(await(single(() -> context()))).isSameAs(own);
            assertThat(await(single(() -> async(() -> context()).await()))).isSameAs(own);
            assertThat(await(single(() -> await(single(() -> context()))))).isSameAs(own);
            return null;
        });
    }

    @Test
    void K09_whatFlatMapSubscribesToHasTheContextToo() {
        asAnn(() -> {
            Single<String> chained = single(() -> 1)
                    .flatMap(n -> single(() -> user() + n))
                    .flatMap(before -> single(() -> before + " " + user()));
            assertThat(await(chained)).isEqualTo("ann1 ann");
            Single<String> retried = single(() -> {
                        throw new IllegalStateException("once");
                    })
                    .onErrorResumeNext(e -> single(ContextTest::user))
                    .cast(String.class);
            assertThat(await(retried)).isEqualTo("ann");
            Completable then = RxAsync.completable(() -> {})
                    .andThen(RxAsync.completable(() -> assertThat(user()).isEqualTo("ann")));
            await(then);
            Flowable<String> concatenated =
                    RxAsync.<String>flowable(out -> out.emit(user())).concatWith(flowable(out -> out.emit(user())));
            assertThat(collect(concatenated, 2)).containsExactly("ann", "ann");
            assertThat(collect(
                            RxAsync.<Integer>flowable(out -> out.emit(1)).flatMapSingle(n -> single(() -> user() + n)),
                            1))
                    .containsExactly("ann1");
            return null;
        });
    }

    @Test
    void K09_whatASignalStartsHasNoContextWhereThereWasNone() {
        Single<String> inner = single(ContextTest::user);
        assertThat(single(() -> 1).flatMap(n -> inner).blockingGet()).isEqualTo("nobody");
        String after = single(() -> withContext("user", "eve", ContextTest::user))
                .flatMap(eve -> single(() -> eve + " " + user()))
                .blockingGet();
        assertThat(after).isEqualTo("eve nobody");
    }

    @Test
    void K09_behindSubscribeOnItIsEmpty() {
        asAnn(() -> {
            Single<String> elsewhere = single(ContextTest::user).subscribeOn(Schedulers.io());
            assertThat(await(elsewhere)).isEqualTo("nobody");
            assertThat(user()).isEqualTo("ann");
            return null;
        });
        assertThat(single(ContextTest::user).blockingGet()).isEqualTo("nobody");
    }

    @Test
    void K07_withContextIsVisibleInsideAndUndoneBehind() {
        asAnn(() -> {
            withContext("user", "eve", () -> {
                assertThat(await(single(ContextTest::user))).isEqualTo("eve");
                assertThat(async(ContextTest::user).await()).isEqualTo("eve");
            });
            assertThat(await(single(ContextTest::user))).isEqualTo("ann");
            assertThatThrownBy(() -> withContext("user", "eve", () -> await(Single.error(new IllegalStateException()))))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(user()).isEqualTo("ann");
            return null;
        });
    }

    @Test
    void H11_whatAChildChangesDoesNotFlowBack() {
        asAnn(() -> {
            var changed = new CountDownLatch(1);
            var looked = new CountDownLatch(1);
            Deferred<String> child = async(() -> withContext("user", "eve", () -> {
                changed.countDown();
                Latches.await(looked);
                return await(single(ContextTest::user));
            }));
            Latches.await(changed);
            assertThat(await(single(ContextTest::user))).isEqualTo("ann");
            looked.countDown();
            assertThat(child.await()).isEqualTo("eve");
            return null;
        });
    }

    // --- thread-locals

    @Test
    void K01_aCoroutineHasTheThreadLocalsOfTheCoroutineThatAwaitsIt() {
        local.setValue("caller");
        run(() -> {
            assertThat(await(single(local::getValue))).isEqualTo("caller");
            local.setValue("awaiter");
            assertThat(await(single(() -> async(local::getValue).await()))).isEqualTo("awaiter");
            assertThat(collect(RxAsync.<String>flowable(out -> out.emit(local.getValue())), 1))
                    .containsExactly("awaiter");
            assertThat(await(single(() -> {
                        local.setValue("changed");
                        return local.getValue();
                    })))
                    .isEqualTo("changed");
            assertThat(local.getValue()).isEqualTo("awaiter");
        });
        assertThat(local.getValue()).isEqualTo("caller");
    }

    @Test
    void K09_whatTheThreadHasThatSubscribesIsNotForTheCoroutine() {
        local.setValue("left by another request");
        assertThat(single(() -> "" + local.getValue()).blockingGet()).isEqualTo("null");
        assertThat(RxAsync.<String>flowable(out -> out.emit("" + local.getValue()))
                        .blockingFirst())
                .isEqualTo("null");
    }

    @Test
    void K01_whatAnOutcomeStartsDownstreamDoesNotTakeOverTheBodysThreadLocals() {
        local.setValue("subscriber");
        String seen = single(() -> {
                    local.setValue("inside");
                    return 1;
                })
                .flatMap(n -> single(() -> "" + local.getValue()))
                .blockingGet();
        assertThat(seen).isEqualTo("null");
    }

    @Test
    void K02_noThreadLocalOfASignallingThreadIsWritten() {
        var seen = new CopyOnWriteArrayList<String>();
        single(() -> {
                    local.setValue("coroutine");
                    for (int i = 0; i < 100; i++) {
                        await(Single.just(i)
                                .observeOn(Schedulers.computation())
                                .doOnSuccess(n -> seen.add("" + local.getValue())));
                        assertThat(local.getValue()).isEqualTo("coroutine");
                    }
                    return "seen";
                })
                .blockingGet();
        assertThat(seen).hasSize(100).containsOnly("null");
    }

    @Test
    void K03_tenThousandCoroutinesNeverSeeEachOthersThreadLocals() {
        var wrong = new CopyOnWriteArrayList<String>();
        var right = new LongAdder();
        Flowable.range(0, 10_000)
                .flatMapSingle(
                        n -> {
                            String id = n % 3 == 0 ? null : "id " + n;
                            Single<Integer> coroutine = single(() -> {
                                expect(id, wrong, right);
                                await(Single.just(n).observeOn(Schedulers.computation()));
                                expect(id, wrong, right);
                                async(() -> expect(id, wrong, right)).await();
                                local.setValue("changed " + n);
                                return n;
                            });
                            return id == null
                                    ? coroutine
                                    : single(() -> {
                                        local.setValue(id);
                                        return await(coroutine);
                                    });
                        },
                        false,
                        64)
                .ignoreElements()
                .blockingAwait();
        assertThat(wrong).isEmpty();
        assertThat(right.sum()).isEqualTo(30_000);
    }

    private void expect(String id, List<String> wrong, LongAdder right) {
        if (Objects.equals(local.getValue(), id)) right.increment();
        else wrong.add("expected " + id + ", was " + local.getValue());
    }

    @Test
    void K05_aCoroutineWhoseThreadLocalsCannotBeSetFailsWithTheOthersRestored() {
        try (var second = new ThreadLocalKey("second")) {
            var failure = new IllegalStateException("cannot be set");
            var inOnError = new AtomicReference<String>();
            var ran = new AtomicReference<String>();
            var recorder = new Recorder<String>();
            recorder.onTerminal(() -> inOnError.set(local.getValue() + " " + second.getValue()));
            run(() -> {
                local.setValue("set");
                second.setValue("set");
                second.onSet = () -> {
                    throw failure;
                };
                single(() -> {
                            ran.set("ran");
                            return "value";
                        })
                        .subscribe(recorder);
            });
            assertThat(recorder.ended().error).isSameAs(failure);
            until("looked", () -> inOnError.get() != null);
            assertThat(inOnError).hasValue("null null");
            assertThat(ran).hasNullValue();
        }
    }

    @Test
    void K05_whatResettingAThreadLocalThrowsIsReported() {
        var failure = new IllegalStateException("cannot be reset");
        run(() -> {
            local.setValue("set");
            local.onReset = () -> {
                throw failure;
            };
            assertThat(await(single(local::getValue))).isEqualTo("set");
            until("reported", () -> !hooks.dropped.isEmpty());
            local.onReset = () -> {};
        });
        assertThat(hooks.dropped).containsExactly(failure);
    }

    @Test
    void K08_whatEmitRunsDownstreamSeesTheThreadLocalsOfTheCoroutine() {
        var seen = new CopyOnWriteArrayList<String>();
        var recorder = Recorder.<String>eager().onNext(value -> seen.add(local.getValue()));
        run(() -> {
            local.setValue("subscriber");
            RxAsync.<String>flowable(out -> out.emit("value")).subscribe(recorder);
        });
        recorder.ended();
        assertThat(seen).containsExactly("subscriber");
    }

    // --- K6: scoped values

    @Test
    @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = ScopedKey.ABSENT)
    void K06_aScopedValueInTheContextIsBound() {
        try (var user = new ScopedKey()) {
            assertThat(withContext(
                            user.key,
                            "ann",
                            () -> user.here() + " " + async(user::here).await() + " "
                                    + await(single(() -> 1).flatMap(n -> single(user::here))) + " "
                                    + RxAsync.awaitSingle(RxAsync.<String>flowable(out -> out.emit(user.here())))))
                    .isEqualTo("ann ann ann ann");
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = ScopedKey.ABSENT)
    void K06_whatIsAwaitedHasTheBindingOfTheAwaiterAndWhatIsSubscribedToHasNone() throws Exception {
        try (var user = new ScopedKey()) {
            Single<String> chained = single(() -> 1).flatMap(n -> single(user::here));
            assertThat(user.where("ann", () -> single(user::here).blockingGet()))
                    .isEqualTo("unbound");
            assertThat(single(() -> user.where("ann", () -> await(chained))).blockingGet())
                    .isEqualTo("ann");
            assertThat(user.where("ann", () -> await(chained))).isEqualTo("ann");
        }
    }

    // --- without the library

    @Test
    void nothingBreaksWithoutContextPropagation() throws Exception {
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator))
            if (!entry.contains("context-propagation"))
                classPath.add(new File(entry).toURI().toURL());
        try (var loader = new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            assertThatThrownBy(() -> loader.loadClass("io.micrometer.context.ContextRegistry"))
                    .isInstanceOf(ClassNotFoundException.class);
            var bare = loader.loadClass(WithoutPropagation.class.getName());
            assertThat(bare).isNotSameAs(WithoutPropagation.class);
            @SuppressWarnings("unchecked")
            var result = ((Callable<String>) bare.getConstructor().newInstance()).call();
            assertThat(result).isEqualTo("ann 3 [1, 2, 3], null null null");
        }
    }

    /** The values are captured once and set in one frame: a body is not deeper inside many keys than inside one. */
    @Test
    void framesDoNotGrowWithTheKeys() {
        List<ThreadLocalKey> keys = new ArrayList<>(List.of(new ThreadLocalKey("key 0")));
        try {
            int inOne = run(() -> Thread.currentThread().getStackTrace().length);
            for (int i = 1; i < 8; i++) keys.add(new ThreadLocalKey("key " + i));
            int inEight = run(() -> Thread.currentThread().getStackTrace().length);
            assertThat(inEight).isEqualTo(inOne);
        } finally {
            keys.forEach(ThreadLocalKey::close);
        }
    }

    /** Loaded again where the library is missing. */
    public static final class WithoutPropagation implements Callable<String> {
        private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();

        /** Called by reflection. */
        public WithoutPropagation() {}

        @Override
        public String call() {
            LOCAL.set("nobody's");
            return pages() + ", " + run(LOCAL::get) + " " + async(LOCAL::get).await() + " "
                    + await(RxAsync.maybe(LOCAL::get));
        }

        private static String pages() {
            return run(() -> withContext(
                    "user",
                    "ann",
                    () -> await(single(() -> {
                        int sum = async(() -> await(Single.just(1).delay(1, TimeUnit.MILLISECONDS)))
                                .await();
                        sum += gather(awaitable(Single.just(2))).get(0);
                        List<Integer> all = collect(
                                RxAsync.<Integer>flowable(out -> {
                                    for (int i = 1; i <= 3; i++) out.emit(i);
                                }),
                                3);
                        return user() + " " + sum + " " + all;
                    }))));
        }
    }
}
