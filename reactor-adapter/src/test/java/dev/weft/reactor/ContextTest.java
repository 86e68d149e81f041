package dev.weft.reactor;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitLast;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.testing.Latches;
import dev.weft.testing.ScopedKey;
import dev.weft.testing.Watched;
import dev.weft.testing.streams.ThreadLocalKey;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.MDC;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** Rows K: the subscriber's context inside, and thread-locals through context-propagation. */
class ContextTest {
    private static final Context ANN = Context.of("user", "ann", "tenant", 7);

    private final HookLog hooks = new HookLog();
    private final ThreadLocalKey local = new ThreadLocalKey("local");

    @AfterEach
    void restoreHooks() {
        hooks.close();
        local.close();
        ContextRegistry.getInstance().removeThreadLocalAccessor(MdcAccessor.KEY);
        MDC.clear();
        Hooks.disableAutomaticContextPropagation();
    }

    /** Everything of SLF4J's diagnostic context, under one key. */
    private static final class MdcAccessor implements ThreadLocalAccessor<Map<String, String>> {
        static final String KEY = "mdc";

        @Override
        public Object key() {
            return KEY;
        }

        @Override
        public Map<String, String> getValue() {
            return MDC.getCopyOfContextMap();
        }

        @Override
        public void setValue(Map<String, String> value) {
            MDC.setContextMap(value);
        }

        @Override
        public void setValue() {
            MDC.clear();
        }
    }

    /** A Mono whose value is the very context of its subscriber. */
    private static Mono<Context> shown() {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Context> subscriber) {
                Context context = subscriber.currentContext();
                subscriber.onSubscribe(Operators.scalarSubscription(subscriber, context));
            }
        };
    }

    private static <T> T inside(Context context, Callable<T> body) {
        var recorder = new Recorder<T>(context).onSubscribe(s -> s.request(1));
        mono(body).subscribe(recorder);
        recorder.ended();
        if (recorder.error != null) throw new AssertionError(recorder.error);
        @SuppressWarnings("unchecked")
        T value = recorder.trail.size() == 3 ? (T) recorder.trail.get(1) : null;
        return value;
    }

    // --- K1, K4: what is visible where

    @Test
    void K04_theVeryContextOfTheSubscriberIsVisibleEverywhereInside() {
        inside(ANN, () -> {
            assertThat(contextView()).isSameAs(ANN);
            assertThat(await(shown())).isSameAs(ANN);
            assertThat(awaitFirst(shown().flux())).isSameAs(ANN);
            awaitDone(shown().doOnNext(seen -> assertThat(seen).isSameAs(ANN)));
            try (AsyncIterator<Context> values = each(shown().flux())) {
                assertThat(values.next()).isSameAs(ANN);
            }
            assertThat(async(() -> await(shown())).await()).isSameAs(ANN);
            assertThat(async(() -> async(() -> contextView()).await()).await()).isSameAs(ANN);
            assertThat(Async.await(coroutine(() -> await(shown())))).isSameAs(ANN);
            assertThat(gather(awaitable(shown()), coroutine(() -> await(shown()))))
                    .allMatch(seen -> seen == ANN);
            assertThat(race(awaitable(shown()))).isSameAs(ANN);
            assertThat(Async.<Context, RuntimeException>group(
                            members -> members.start(awaitable(shown())).await()))
                    .isSameAs(ANN);
            assertThat(Async.<Context, Exception>withTimeout(Duration.ofMinutes(1), () -> await(shown())))
                    .isSameAs(ANN);
            assertThat(Async.<Context, RuntimeException>shielded(() -> await(shown())))
                    .isSameAs(ANN);
            assertThat(await(mono(() -> await(shown())))).isSameAs(ANN);
            return "seen";
        });
    }

    @Test
    void K04_theVeryContextOfTheSubscriberIsVisibleInAGenerator() {
        var recorder = new Recorder<Object>(ANN).onSubscribe(s -> s.request(Long.MAX_VALUE));
        flux(out -> {
                    out.emit(contextView());
                    out.emit(awaitSingle(shown()));
                    out.emit(async(() -> awaitSingle(shown())).await());
                })
                .subscribe(recorder);
        assertThat(recorder.ended().trail.subList(1, 4)).allMatch(seen -> seen == ANN);
    }

    @Test
    void K01_theNeutralContextShowsTheSameEntries() {
        inside(ANN, () -> {
            assertThat(context().<String>get("user")).isEqualTo("ann");
            assertThat(context().contains("tenant")).isTrue();
            assertThat(context().getOrDefault("absent", "other")).isEqualTo("other");
            Map<Object, Object> entries = new HashMap<>();
            context().forEach(entries::put);
            assertThat(entries).isEqualTo(Map.of("user", "ann", "tenant", 7));
            return "seen";
        });
        assertThat(Async.run(() -> contextView().isEmpty())).isTrue();
        assertThat(contextView().isEmpty()).as("outside").isTrue();
    }

    @Test
    void K01_aNeutralContextIsReactorsInAnAwait() {
        String seen = Async.run(() -> withContext(
                "user", "eve", () -> awaitSingle(Mono.deferContextual(c -> Mono.just(c.<String>get("user"))))));
        assertThat(seen).isEqualTo("eve");
    }

    @Test
    void K01_aHugeContextIsCarriedAsItIs() {
        Map<Object, Object> entries = new HashMap<>();
        for (int i = 0; i < 100_000; i++) entries.put(i, "value " + i);
        Context huge = Context.of(entries);
        assertThat(inside(huge, () -> await(shown()))).isSameAs(huge);
    }

    // --- K7: withContext

    @Test
    void K07_withContextIsVisibleInsideAndUndoneBehind() {
        inside(ANN, () -> {
            withContext("user", "eve", () -> {
                assertThat(contextView().<String>get("user")).isEqualTo("eve");
                assertThat(contextView().<Integer>get("tenant")).isEqualTo(7);
                Context once = awaitSingle(shown());
                assertThat(once.<String>get("user")).isEqualTo("eve");
                assertThat(await(shown())).as("changed once").isSameAs(once);
                assertThat(async(() -> await(shown())).await()).isSameAs(once);
                withContext(
                        "user",
                        "bob",
                        () -> assertThat(contextView().<String>get("user")).isEqualTo("bob"));
                assertThat(await(shown())).isSameAs(once);
            });
            assertThat(await(shown())).isSameAs(ANN);
            return "seen";
        });
    }

    @Test
    void K07_withContextIsUndoneByAFailureAndByACancellation() {
        inside(ANN, () -> {
            assertThatThrownBy(() -> withContext("user", "eve", () -> await(Mono.error(new IllegalStateException()))))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(contextView()).isSameAs(ANN);
            return "seen";
        });
        var seen = new AtomicReference<Object>();
        var running = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var recorder = new Recorder<Object>(ANN).onSubscribe(s -> s.request(1));
        mono(() -> {
                    try {
                        return withContext("user", "eve", () -> {
                            running.countDown();
                            return await(Mono.never());
                        });
                    } catch (CancelledException cancelled) {
                        seen.set(contextView());
                        throw cancelled;
                    } finally {
                        ended.countDown();
                    }
                })
                .subscribe(recorder);
        Latches.await(running);
        recorder.cancel();
        Latches.await(ended);
        assertThat(seen.get()).isSameAs(ANN);
    }

    @Test
    void H11_whatAChildChangesDoesNotFlowBack() {
        inside(ANN, () -> {
            var changed = new CountDownLatch(1);
            var looked = new CountDownLatch(1);
            Deferred<Object> child = async(() -> withContext("user", "eve", () -> {
                changed.countDown();
                Latches.await(looked);
                return contextView().<Object>get("user");
            }));
            Latches.await(changed);
            assertThat(contextView()).isSameAs(ANN);
            looked.countDown();
            assertThat(child.await()).isEqualTo("eve");
            assertThat(contextView()).isSameAs(ANN);
            return "seen";
        });
    }

    // --- thread-locals

    @Test
    void K01_theSubscribersContextWinsOverTheThread() {
        local.setValue("thread");
        assertThat(inside(Context.empty(), () -> "" + local.getValue())).isEqualTo("null");
        assertThat(inside(Context.of("local", "context"), local::getValue)).isEqualTo("context");
        assertThat(inside(
                        Context.of("local", "context"),
                        () -> async(local::getValue).await()))
                .isEqualTo("context");
        assertThat(local.getValue()).isEqualTo("thread");
    }

    @Test
    void K01_aChildTakesOverTheThreadLocalsOfItsParent() {
        assertThat(inside(Context.empty(), () -> {
                    local.setValue("parent");
                    String child = async(() -> {
                                String seen = local.getValue();
                                local.setValue("child");
                                return seen;
                            })
                            .await();
                    return child + " " + local.getValue();
                }))
                .isEqualTo("parent parent");
    }

    @Test
    void K07_aChildStartedInsideWithContextHasItsThreadLocals() {
        assertThat(inside(
                        Context.of("local", "outer"),
                        () -> withContext(
                                        "local",
                                        "inner",
                                        () -> async(local::getValue).await())
                                + " " + local.getValue()))
                .isEqualTo("inner outer");
    }

    @Test
    void K02_noThreadLocalOfASignallingThreadIsWritten() {
        var seen = new CopyOnWriteArrayList<String>();
        inside(Context.of("local", "context"), () -> {
            for (int i = 0; i < 100; i++) {
                await(Mono.just(i)
                        .publishOn(Schedulers.parallel())
                        .doOnTerminate(() -> seen.add("" + local.getValue())));
                assertThat(local.getValue()).isEqualTo("context");
            }
            return "seen";
        });
        assertThat(seen).hasSize(100).containsOnly("null");
    }

    @Test
    void K03_tenThousandCoroutinesNeverSeeEachOthersThreadLocals() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new MdcAccessor());
        var wrong = new CopyOnWriteArrayList<String>();
        var right = new LongAdder();
        Flux.range(0, 20_000)
                .flatMap(
                        n -> {
                            boolean bare = n % 3 == 0;
                            Mono<Integer> coroutine = mono(() -> {
                                expect(bare ? null : n, wrong, right);
                                await(Mono.just(n).publishOn(Schedulers.parallel()));
                                expect(bare ? null : n, wrong, right);
                                async(() -> expect(bare ? null : n, wrong, right))
                                        .await();
                                MDC.put("id", "changed " + n);
                                local.setValue("changed " + n);
                                return n;
                            });
                            if (bare) return coroutine;
                            return coroutine.contextWrite(
                                    Context.of(MdcAccessor.KEY, Map.of("id", "id " + n), "local", "id " + n));
                        },
                        64)
                .blockLast(Duration.ofSeconds(50));
        assertThat(wrong).isEmpty();
        assertThat(right.sum()).isEqualTo(60_000);
        assertThat(MDC.get("id")).isNull();
        assertThat(local.getValue()).isNull();
    }

    private void expect(Integer id, List<String> wrong, LongAdder right) {
        String expected = id == null ? null : "id " + id;
        if (Objects.equals(MDC.get("id"), expected) && Objects.equals(local.getValue(), expected)) right.increment();
        else wrong.add("expected " + expected + ", was " + MDC.get("id") + " and " + local.getValue());
    }

    @Test
    void K05_aCoroutineWhoseThreadLocalsCannotBeSetFailsWithTheOthersRestored() {
        try (var second = new ThreadLocalKey("second")) {
            var failure = new IllegalStateException("cannot be set");
            second.onSet = () -> {
                throw failure;
            };
            var inOnError = new AtomicReference<String>();
            var ran = new AtomicReference<String>();
            var recorder = new Recorder<String>(Context.of("local", "context", "second", "context"))
                    .onTerminal(() -> inOnError.set(local.getValue() + " " + second.getValue()));
            mono(() -> {
                        ran.set("ran");
                        return "value";
                    })
                    .subscribe(recorder);
            assertThat(recorder.ended().error).isSameAs(failure);
            until("looked", () -> inOnError.get() != null);
            assertThat(inOnError).hasValue("null null");
            assertThat(ran).hasNullValue();
        }
    }

    @Test
    void K05_aThreadLocalThatCannotBeResetKeepsNoOtherFromBeingReset() {
        try (var second = new ThreadLocalKey("second")) {
            var failure = new IllegalStateException("cannot be reset");
            second.onReset = () -> {
                throw failure;
            };
            var inOnComplete = new AtomicReference<String>();
            var recorder = new Recorder<String>(Context.of("local", "context", "second", "context"))
                    .onSubscribe(s -> s.request(1))
                    .onTerminal(() -> inOnComplete.set("" + local.getValue()));
            mono(() -> "value").subscribe(recorder);
            assertThat(recorder.ended().trail).containsExactly("onSubscribe", "value", "onComplete");
            until("looked", () -> inOnComplete.get() != null);
            assertThat(inOnComplete).hasValue("null");
            assertThat(hooks.dropped).containsExactly(failure);
            second.onReset = () -> {};
        }
    }

    @Test
    void K05_whatResettingAThreadLocalThrowsIsDropped() {
        var failure = new IllegalStateException("cannot be reset");
        local.onReset = () -> {
            throw failure;
        };
        assertThat(inside(Context.of("local", "context"), local::getValue)).isEqualTo("context");
        until("dropped", () -> !hooks.dropped.isEmpty());
        assertThat(hooks.dropped).containsExactly(failure);
        local.onReset = () -> {};
    }

    @Test
    void K08_whatEmitRunsDownstreamSeesTheThreadLocalsOfTheCoroutine() {
        var seen = new CopyOnWriteArrayList<String>();
        var recorder = new Recorder<String>(Context.of("local", "context"))
                .onSubscribe(s -> s.request(Long.MAX_VALUE))
                .onNext(value -> seen.add(local.getValue()));
        flux(out -> out.emit("value")).cast(String.class).subscribe(recorder);
        recorder.ended();
        assertThat(seen).containsExactly("context");
    }

    @Test
    void automaticContextPropagationAndCoroutinesAgree() {
        Hooks.enableAutomaticContextPropagation();
        local.setValue("captured");
        StepVerifier.create(mono(() -> {
                            List<String> seen = new ArrayList<>();
                            seen.add(local.getValue());
                            seen.add(awaitSingle(
                                    Mono.fromCallable(local::getValue).subscribeOn(Schedulers.parallel())));
                            seen.add(local.getValue());
                            return seen;
                        })
                        .contextWrite(Context.of("local", "context")))
                .expectNext(List.of("context", "context", "context"))
                .verifyComplete();
        assertThat(local.getValue()).isEqualTo("captured");
    }

    /**
     * Reactor's own doing: its operator that restores thread-locals after a foreign publisher completes a Mono at its
     * value.
     */
    @Test
    void withAutomaticContextPropagationTheEndOfAForeignPublisherIsAwaitedAsThatOfAFlux() {
        Hooks.enableAutomaticContextPropagation();
        var early = new Slow();
        assertThat(await(Mono.fromDirect(early))).isOne();
        assertThat(early.hasEnded).isFalse();
        early.mayEnd.countDown();

        var last = new Slow();
        var awaitingLast = Watched.coroutine(() -> awaitLast(last)).parked();
        last.mayEnd.countDown();
        assertThat(awaitingLast.value()).isOne();
        assertThat(last.hasEnded).isTrue();

        var single = new Slow();
        var awaitingSingle =
                Watched.coroutine(() -> awaitSingle(Flux.from(single))).parked();
        single.mayEnd.countDown();
        assertThat(awaitingSingle.value()).isOne();
        assertThat(single.hasEnded).isTrue();
    }

    @Test
    void withoutItTheEndOfAForeignPublisherIsAwaitedAsThatOfAMonoToo() {
        var slow = new Slow();
        var awaiting = Watched.coroutine(() -> await(Mono.fromDirect(slow))).parked();
        slow.mayEnd.countDown();
        assertThat(awaiting.value()).isOne();
        assertThat(slow.hasEnded).isTrue();
    }

    /** A publisher whose end comes after its value, once the test allows it. */
    private static final class Slow implements Publisher<Integer> {
        final CountDownLatch mayEnd = new CountDownLatch(1);
        volatile boolean hasEnded;

        @Override
        public void subscribe(Subscriber<? super Integer> subscriber) {
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long count) {
                    Thread.startVirtualThread(() -> {
                        subscriber.onNext(1);
                        Latches.await(mayEnd);
                        hasEnded = true;
                        subscriber.onComplete();
                    });
                }

                @Override
                public void cancel() {}
            });
        }
    }

    // --- K6: scoped values

    @Test
    @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = ScopedKey.ABSENT)
    void K06_aScopedValueInTheSubscribersContextIsBound() {
        try (var user = new ScopedKey()) {
            assertThat(inside(
                            Context.of(user.key, "ann"),
                            () -> user.here() + " "
                                    + async(user::here).await() + " " + awaitSingle(mono(user::here)) + " "
                                    + awaitSingle(ReactorAsync.<String>flux(out -> out.emit(user.here())))))
                    .isEqualTo("ann ann ann ann");
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = ScopedKey.ABSENT)
    void K06_whatIsAwaitedHasTheBindingOfTheAwaiterAndWhatIsSubscribedToHasNone() throws Exception {
        try (var user = new ScopedKey()) {
            Mono<String> elsewhere = mono(user::here).subscribeOn(Schedulers.boundedElastic());
            assertThat(user.where("ann", () -> mono(user::here).block())).isEqualTo("unbound");
            assertThat(inside(Context.empty(), () -> user.where("ann", () -> awaitSingle(elsewhere))))
                    .isEqualTo("ann");
            assertThat(user.where("ann", () -> awaitSingle(elsewhere))).isEqualTo("ann");
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
            return pages() + ", " + Async.run(LOCAL::get) + " "
                    + async(LOCAL::get).await() + " " + await(mono(LOCAL::get));
        }

        private static String pages() {
            return mono(() -> {
                        int sum = async(() -> awaitSingle(Mono.just(1).delayElement(Duration.ofMillis(1))))
                                .await();
                        sum += gather(awaitable(Mono.just(2))).get(0);
                        List<Integer> all = ReactorAsync.collect(
                                flux(out -> {
                                    for (int i = 1; i <= 3; i++) out.emit(i);
                                }),
                                3);
                        return contextView().get("user") + " " + sum + " " + all;
                    })
                    .contextWrite(Context.of("user", "ann"))
                    .block(Duration.ofSeconds(10));
        }
    }
}
