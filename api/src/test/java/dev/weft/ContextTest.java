package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.ManualBackend.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * The context and the propagation of thread-locals, rows K of the promises. K6 is {@link ScopedValuesTest}; K9 is the RxJava
 * adapter's.
 */
class ContextTest {
    private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();

    private final List<String> trail = new CopyOnWriteArrayList<>();

    /** Takes {@link #LOCAL} over from the thread that starts a coroutine, as an adapter does. */
    private final ManualBackend propagating = new ManualBackend() {
        @Override
        public Runnable propagate(Object context, Runnable body) {
            String taken = LOCAL.get();
            return () -> {
                String before = LOCAL.get();
                LOCAL.set(taken);
                try {
                    body.run();
                } finally {
                    LOCAL.set(before);
                }
            };
        }
    };

    @Test
    void K1_runTakesOverAndSetsOnTheFreshThreadBeforeTheBody() {
        LOCAL.set("caller");
        try {
            assertThat(withBackend(propagating, LOCAL::get)).isEqualTo("caller");
            assertThat(LOCAL.get()).isEqualTo("caller");
        } finally {
            LOCAL.remove();
        }
    }

    @Test
    void K1_aForkTakesOverWhatTheForkingCoroutineHas() {
        withBackend(propagating, () -> {
            LOCAL.set("first");
            Deferred<String> first = async(LOCAL::get);
            LOCAL.set("second");
            Deferred<String> second = async(LOCAL::get);
            trail.add(first.await());
            trail.add(second.await());
        });
        assertThat(trail).containsExactly("first", "second");
    }

    @Test
    void K1_aSubscriptionTakesOverWhatTheSubscriberHas() {
        withBackend(propagating, () -> {
            AsyncStream<String> stream =
                    stream(out -> out.emit(LOCAL.get() + " " + context().getOrDefault("key", "none")));
            LOCAL.set("subscriber");
            trail.addAll(withContext("key", "value", () -> stream.collect(9)));
            trail.addAll(stream.collect(9));
        });
        assertThat(trail).containsExactly("subscriber value", "subscriber none");
    }

    @Test
    void K2_theThreadThatSignalsKeepsItsOwn() {
        var stage = new CompletableFuture<String>();
        Deferred<String> root = propagating.start(() -> {
            LOCAL.set("coroutine");
            return await(stage) + " " + LOCAL.get();
        });
        LOCAL.set("signal");
        try {
            stage.complete("value");
            assertThat(root.await()).isEqualTo("value coroutine");
            assertThat(LOCAL.get()).isEqualTo("signal");
        } finally {
            LOCAL.remove();
        }
    }

    @Test
    void K3_noCoroutineSeesTheContextOfAnother() {
        int coroutines = 100_000;
        var mismatches = new AtomicInteger();
        var ended = new AtomicInteger();
        withBackend(
                propagating,
                () -> group(g -> {
                    for (int i = 0; i < coroutines; i++) {
                        int id = i;
                        withContext("id", id, () -> {
                            LOCAL.set("local " + id);
                            return g.async(() -> {
                                withContext("id", -id, () -> {
                                    Thread.yield();
                                    if (context().<Integer>get("id") != -id) mismatches.incrementAndGet();
                                });
                                Thread.yield();
                                if (!LOCAL.get().equals("local " + id)) mismatches.incrementAndGet();
                                LOCAL.set("changed " + id);
                                ended.incrementAndGet();
                            });
                        });
                    }
                }));
        assertThat(ended).hasValue(coroutines);
        assertThat(mismatches).hasValue(0);
    }

    @Test
    void K4_whatIsAwaitedIsGivenTheContextByReference() {
        var given = new CopyOnWriteArrayList<Object>();
        run(() -> withContext("key", "value", () -> {
            Object here = context();
            new ContextCell(given).await();
            run(() -> new ContextCell(given).await());
            async(() -> new ContextCell(given).await()).await();
            assertThat(given).hasSize(3).allMatch(context -> context == here);
        }));
    }

    @Test
    void K5_aThreadLocalThatCannotBeSetIsTheFailureOfTheCoroutine() {
        var refused = new IllegalStateException("setValue");
        var backend = new ManualBackend() {
            @Override
            public Runnable propagate(Object context, Runnable body) {
                return () -> {
                    throw refused;
                };
            }
        };
        assertThatThrownBy(() -> withBackend(backend, () -> trail.add("ran"))).isSameAs(refused);
        assertThat(trail).isEmpty();
        assertThat(backend.dropped()).isEmpty();
    }

    @Test
    void K5_aThreadLocalThatCannotBeResetIsDropped() {
        var refused = new IllegalStateException("reset");
        var backend = new ManualBackend() {
            @Override
            public Runnable propagate(Object context, Runnable body) {
                return () -> {
                    body.run();
                    throw refused;
                };
            }
        };
        assertThat(withBackend(backend, () -> "value")).isEqualTo("value");
        until(() -> !backend.dropped().isEmpty());
        assertThat(backend.dropped()).containsExactly(refused);
    }

    @Test
    void K7_withContextIsVisibleInsideAndRemovedHoweverItEnds() {
        Deferred<?> root = new ManualBackend().start(() -> {
            withContext("key", "inside", () -> {
                trail.add(context().get("key"));
                trail.add(async(() -> context().<String>get("key")).await());
                trail.add(run(() -> context().<String>get("key")));
                withContext("other", "more", () -> trail.add(context().get("key")));
            });
            trail.add(context().getOrDefault("key", "none"));
            try {
                withContext("key", "inside", () -> {
                    throw new IOException("thrown inside");
                });
            } catch (IOException thrown) {
                trail.add(context().getOrDefault("key", "none"));
            }
            try {
                withContext("key", "inside", () -> {
                    Thread.currentThread().interrupt();
                    delay(Duration.ofDays(1));
                });
            } finally {
                trail.add(context().getOrDefault("key", "none"));
            }
            return null;
        });
        until(root::isDone);
        assertThat(trail).containsExactly("inside", "inside", "inside", "inside", "none", "none", "none");
    }

    @Test
    void K7_withContextOutsideAnyCoroutineRunsOne() {
        String value = withContext(
                "key",
                "value",
                () -> Thread.currentThread().isVirtual() + " " + context().get("key"));
        assertThat(value).isEqualTo("true value");
        assertThat(context().contains("key")).isFalse();
    }

    @Test
    void K7_aContextIsImmutable() {
        Context one = Context.empty().with("key", "one");
        Context two = one.with("key", "two").with("other", 2);
        assertThat(one.<String>get("key")).isEqualTo("one");
        assertThat(two.<String>get("key")).isEqualTo("two");
        assertThat(one.contains("other")).isFalse();
        assertThat(Context.empty().contains("key")).isFalse();
        assertThatThrownBy(() -> one.get("other")).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> one.with(null, 1)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> one.with("key", null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void K8_downstreamCodeInEmitSeesTheCoroutinesThreadLocals() {
        var seen = new AtomicReference<String>();
        Flow.Publisher<String> publisher = stream(out -> {
            LOCAL.set("generator");
            out.emit("value");
        });
        publisher.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(String item) {
                seen.set(LOCAL.get());
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        });
        until(() -> seen.get() != null);
        assertThat(seen).hasValue("generator");
        assertThat(LOCAL.get()).isNull();
    }

    @Test
    void theBackendIsCarriedLikeTheContext() {
        var other = new ManualBackend();
        withBackend(propagating, () -> {
            assertThat(Async.backend()).isSameAs(propagating);
            withBackend(other, () -> {
                assertThat(Async.backend()).isSameAs(other);
                assertThat(async(Async::backend).await()).isSameAs(other);
            });
            assertThat(async(Async::backend).await()).isSameAs(propagating);
        });
        assertThat(Async.backend()).isSameAs(JdkBackend.INSTANCE);
    }

    @Test
    void anIterationHasTheContextToo() {
        AsyncStream<Object> stream = stream(out -> out.emit(context().get("key")));
        Object seen = run(() -> withContext("key", "value", () -> {
            try (var values = each(stream)) {
                return values.next();
            }
        }));
        assertThat(seen).isEqualTo("value");
    }

    /** A cell that notes its context. */
    private static final class ContextCell extends dev.weft.spi.AwaitCell<Object> {
        private final List<Object> given;

        ContextCell(List<Object> given) {
            super(Async.backend());
            this.given = given;
        }

        @Override
        protected void start() {
            given.add(context());
            succeed("done");
        }

        @Override
        protected void cancelUpstream(Object subscription) {}
    }
}
