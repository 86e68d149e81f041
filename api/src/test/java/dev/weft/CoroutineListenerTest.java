package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.WaitKind;
import dev.weft.testing.Lives;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What a listener is told about coroutines, and what it may add: rows N1 and N4 of the promises. */
@SuppressWarnings("try") // a listener is registered, and not used
class CoroutineListenerTest {
    private static final Duration LONG = Duration.ofDays(1);

    /** Keeps all that it is told. */
    private static final class Notes implements CoroutineListener {
        final List<CoroutineInfo> started = new CopyOnWriteArrayList<>();
        final List<WaitKind> waits = new CopyOnWriteArrayList<>();
        final List<String> whats = new CopyOnWriteArrayList<>();
        final List<CoroutineEnd> ends = new CopyOnWriteArrayList<>();

        @Override
        public void started(CoroutineInfo coroutine) {
            started.add(coroutine);
        }

        @Override
        public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
            whats.add(wait.describe());
            waits.add(wait.kind());
        }

        @Override
        public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
            ends.add(end);
        }
    }

    @Test
    void N1_allThatIsStartedEndsAndAlternatesInBetween() {
        var lives = new Lives();
        try (Hooks.Handle listening = Hooks.addListener(lives)) {
            run(() -> group(g -> {
                for (int i = 0; i < 200; i++) g.start(coroutine(this::ofAllKinds));
            }));
        }
        lives.checkOver();
        assertThat(lives.count()).isGreaterThan(600);
    }

    private int ofAllKinds() {
        AsyncStream<Integer> numbers = stream(out -> {
            for (int i = 0; i < 5; i++) out.emit(i);
        });
        int sum = 0;
        for (int number : each(numbers, 1)) sum += number;
        Deferred<?> never = async(() -> delay(LONG));
        if (ThreadLocalRandom.current().nextBoolean()) delay(Duration.ofNanos(1));
        never.cancel();
        return sum + await(CompletableFuture.supplyAsync(() -> 1));
    }

    @Test
    void N1_aCoroutineThatNeverBeganStartsAndEnds() {
        var notes = new Notes();
        var task = new MemberTask<>(
                null, Async.backend(), Context.empty(), CoroutineOptions.NONE.named("early"), () -> "not reached");
        task.cancelBecause("before");
        try (Hooks.Handle listening = Hooks.addListener(notes)) {
            task.start();
        }
        assertThat(notes.started).singleElement().satisfies(early -> {
            assertThat(early.name()).isEqualTo("early");
            assertThat(early.thread()).isNull();
        });
        assertThat(notes.ends)
                .containsExactly(
                        new CoroutineEnd(Deferred.State.CANCELLED, null, Cancellation.Reason.REQUESTED, "before"));
    }

    @Test
    void N1_aCoroutineWithoutAThreadStartsAndFails() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
        var notes = new Notes();
        var lives = new Lives();
        Dispatcher full = Dispatcher.on(task -> {
            throw new RejectedExecutionException("full");
        });
        try (Hooks.Handle first = Hooks.addListener(notes);
                Hooks.Handle second = Hooks.addListener(lives)) {
            Deferred<String> refused = coroutine(() -> "not reached").on(full).start();
            assertThatThrownBy(refused::await).isInstanceOf(RejectedExecutionException.class);
        }
        lives.checkOver();
        assertThat(notes.ends).singleElement().satisfies(end -> {
            assertThat(end.state()).isEqualTo(Deferred.State.FAILED);
            assertThat(end.failure()).isInstanceOf(RejectedExecutionException.class);
        });
    }

    @Test
    void anInfoSaysWhatItIs() {
        var notes = new Notes();
        try (Hooks.Handle listening = Hooks.addListener(notes)) {
            run(() -> Async.withContext("key", "value", () -> {
                coroutine(Thread::currentThread).named("named").start().await();
                coroutine(Thread::currentThread).start().await();
            }));
        }
        assertThat(notes.started).hasSize(3);
        CoroutineInfo root = notes.started.get(0);
        CoroutineInfo named = notes.started.get(1);
        assertThat(named.name()).hasToString("named").isEqualTo(named.thread().getName());
        assertThat(named.isNamed()).isTrue();
        assertThat(named.context().<String>get("key")).isEqualTo("value");
        assertThat(named.backend()).isEqualTo("jdk");
        assertThat(notes.started.get(2).isNamed()).isFalse();
        assertThat(root.parent()).isNull();
        assertThat(named.parent()).as("forgotten after the end").isNull();
    }

    @Test
    void aWaitSaysWhatItIsFor() {
        var notes = new Notes();
        var gate = new CompletableFuture<String>();
        try (Hooks.Handle listening = Hooks.addListener(notes)) {
            Deferred<?> waiting = coroutine(() -> await(gate)).start();
            until("suspended", () -> notes.waits.size() == 1);
            Deferred<?> second = coroutine(() -> waiting.await()).start();
            until("suspended", () -> notes.waits.size() == 2);
            Deferred<?> third = coroutine(() -> delay(LONG)).start();
            until("suspended", () -> notes.waits.size() == 3);
            Deferred<?> fourth =
                    coroutine(() -> Async.awaitCallback(done -> {})).start();
            until("suspended", () -> notes.waits.size() == 4);
            Deferred<?> fifth = coroutine(() -> {
                        async(() -> await(gate));
                        until("suspended", () -> notes.waits.size() == 5);
                    })
                    .start();
            until("suspended", () -> notes.waits.size() == 6);
            gate.complete("a");
            second.await();
            fifth.await();
            third.cancel();
            fourth.cancel();
            until("over", () -> notes.ends.size() == 6);
        }
        assertThat(notes.waits)
                .containsExactly(
                        WaitKind.SOURCE,
                        WaitKind.HANDLE,
                        WaitKind.TIME,
                        WaitKind.CALLBACK,
                        WaitKind.SOURCE,
                        WaitKind.MEMBERS);
        assertThat(notes.whats.get(0)).isEqualTo("await of a CompletionStage");
        assertThat(notes.whats.get(1)).startsWith("await of the coroutine coroutine-");
        assertThat(notes.whats.get(2)).isEqualTo("time");
    }

    @Test
    void whatRunsAlreadyIsNotTold() {
        var notes = new Notes();
        var gate = new CompletableFuture<String>();
        Deferred<String> before = coroutine(() -> await(gate)).start();
        try (Hooks.Handle listening = Hooks.addListener(notes)) {
            gate.complete("a");
            before.await();
        }
        assertThat(notes.started).isEmpty();
        assertThat(notes.waits).isEmpty();
        assertThat(notes.ends).isEmpty();
    }

    @Test
    void N1_aListenerThatHasGoneIsToldNothingMore() {
        var notes = new Notes();
        var gate = new CompletableFuture<String>();
        Deferred<String> waiting;
        try (Hooks.Handle listening = Hooks.addListener(notes)) {
            waiting = coroutine(() -> await(gate)).start();
            until("suspended", () -> notes.waits.size() == 1);
        }
        gate.complete("a");
        waiting.await();
        assertThat(notes.ends).isEmpty();
    }

    /** So that a meter is right for the code that goes on. */
    @Test
    void N1_theEndIsToldBeforeOthersReceiveIt() {
        var notes = new Notes();
        try (Hooks.Handle listening = Hooks.addListener(notes)) {
            Deferred<Object> failing = coroutine(() -> {
                        throw new IllegalStateException("expected");
                    })
                    .start();
            var seen = new CompletableFuture<Integer>();
            failing.whenComplete((value, failure) -> seen.complete(notes.ends.size()));
            assertThat(seen.join()).isOne();
        }
    }

    /** The wait for members may be told while the last of them ends. */
    @Test
    void aListenerThatUsesUpThePermitOfAWaitDoesNotDelayIt() {
        var gate = new CompletableFuture<String>();
        var member = new CompletableFuture<Thread>();
        var greedy = new CoroutineListener() {
            @Override
            public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
                if (wait.kind() != WaitKind.MEMBERS) return;
                gate.complete("a");
                until("the member is over", () -> member.join().getState() == Thread.State.TERMINATED);
                LockSupport.parkNanos(1);
            }
        };
        try (Hooks.Handle listening = Hooks.addListener(greedy)) {
            run(() -> {
                async(() -> {
                    member.complete(Thread.currentThread());
                    await(gate);
                });
            });
        }
    }

    /** It must not, but nothing breaks. */
    @Test
    void aListenerThatStartsAndAwaitsIsNotToldOfThat() {
        var lives = new Lives();
        var own = new ConcurrentLinkedQueue<Integer>();
        var starting = new CoroutineListener() {
            @Override
            public void started(CoroutineInfo coroutine) {
                own.add(coroutine(() -> 1).start().await());
            }

            @Override
            public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
                own.add(await(CompletableFuture.supplyAsync(() -> 1)));
            }
        };
        try (Hooks.Handle first = Hooks.addListener(starting);
                Hooks.Handle second = Hooks.addListener(lives)) {
            Deferred<?> gate = async(() -> delay(Duration.ofMillis(20)));
            gate.await();
        }
        lives.checkOver();
        assertThat(lives.count()).isOne();
        assertThat(own).containsExactly(1, 1);
    }

    /** Wraps the body of each coroutine, and leaves a trail. */
    private static class Wrapping implements CoroutineListener {
        final List<String> trail = new CopyOnWriteArrayList<>();

        @Override
        public void started(CoroutineInfo coroutine) {
            trail.add("started");
        }

        @Override
        public Runnable around(CoroutineInfo coroutine, Runnable body) {
            trail.add("around");
            return () -> {
                trail.add(coroutine.thread() == Thread.currentThread() ? "before" : "on another thread");
                try {
                    body.run();
                } finally {
                    trail.add("after");
                }
            };
        }

        @Override
        public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
            trail.add("ended " + end.state());
        }
    }

    @Test
    void N4_aBodyIsWrappedOnItsThread() {
        var wrapping = new Wrapping();
        try (Hooks.Handle listening = Hooks.addListener(wrapping)) {
            coroutine(() -> wrapping.trail.add("body")).start().await();
            Deferred<Object> failing = coroutine(() -> {
                        throw new IllegalStateException("expected");
                    })
                    .start();
            assertThatThrownBy(failing::await).hasMessage("expected");
        }
        assertThat(wrapping.trail)
                .containsExactly(
                        "started",
                        "around",
                        "before",
                        "body",
                        "after",
                        "ended SUCCEEDED", //
                        "started",
                        "around",
                        "before",
                        "after",
                        "ended FAILED");
    }

    @Test
    void theListenerThatWasRegisteredFirstIsTheInnermost() {
        List<String> trail = new CopyOnWriteArrayList<>();
        try (Hooks.Handle first = Hooks.addListener(around(body -> () -> {
                    trail.add("first");
                    body.run();
                }));
                Hooks.Handle second = Hooks.addListener(around(body -> () -> {
                    trail.add("second");
                    body.run();
                }))) {
            coroutine(() -> trail.add("body")).start().await();
        }
        assertThat(trail).containsExactly("second", "first", "body");
    }

    private static CoroutineListener around(UnaryOperator<Runnable> wrap) {
        return new CoroutineListener() {
            @Override
            public Runnable around(CoroutineInfo coroutine, Runnable body) {
                return wrap.apply(body);
            }
        };
    }

    /** What a generator does for its subscriber is done with the thread-locals that its thread began with. */
    @Test
    void N4_whatAGeneratorDoesForItsSubscriberIsWrappedToo() {
        var wrapping = new Wrapping();
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Hooks.Handle listening = Hooks.addListener(wrapping)) {
            AsyncStream<Integer> one = stream(out -> Async.withContext("key", "value", () -> out.emit(1)));
            var over = new CompletableFuture<Throwable>();
            one.subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(1);
                }

                @Override
                public void onNext(Integer value) {
                    seen.addAll(wrapping.trail);
                    throw new IllegalStateException("of the subscriber");
                }

                @Override
                public void onError(Throwable failure) {
                    over.complete(failure);
                }

                @Override
                public void onComplete() {
                    over.complete(null);
                }
            });
            until("it has ended", () -> wrapping.trail.stream().anyMatch(step -> step.startsWith("ended")));
        }
        assertThat(seen).containsExactly("started", "around", "before", "before");
        assertThat(wrapping.trail)
                .as("the failure of the subscriber comes through")
                .containsExactly("started", "around", "before", "before", "after", "after", "ended CANCELLED");
    }

    @Test
    void N4_anActionThatFailsChangesNothing() {
        Map<String, UnaryOperator<Runnable>> wrong = new LinkedHashMap<>();
        wrong.put("none", body -> null);
        wrong.put("fails before", body -> () -> {
            throw new IllegalStateException("before");
        });
        wrong.put("fails after", body -> () -> {
            body.run();
            throw new IllegalStateException("after");
        });
        wrong.put("never runs it", body -> () -> {});
        wrong.put("runs it twice", body -> () -> {
            body.run();
            body.run();
        });
        wrong.put("is not made", body -> {
            throw new IllegalStateException("around");
        });
        wrong.forEach((what, wrap) -> {
            List<String> trail = new CopyOnWriteArrayList<>();
            try (Hooks.Handle listening = Hooks.addListener(around(wrap))) {
                assertThat(coroutine(() -> trail.add("body")).start().await()).isTrue();
            }
            assertThat(trail).as(what).containsExactly("body");
        });
    }

    @Test
    void N4_anEntryIsInTheContextOfAllThatIsInside() {
        var adding = new CoroutineListener() {
            @Override
            public Runnable around(CoroutineInfo coroutine, Runnable body) {
                String outer = coroutine.context().getOrDefault("path", "");
                if (coroutine.isNamed()) coroutine.addToContext("path", outer + "/" + coroutine.name());
                return body;
            }
        };
        List<String> paths = new CopyOnWriteArrayList<>();
        try (Hooks.Handle listening = Hooks.addListener(adding)) {
            coroutine(() -> {
                        paths.add(Async.context().get("path"));
                        async(() -> coroutine(() -> paths.add(Async.context().get("path")))
                                        .named("b")
                                        .start()
                                        .await())
                                .await();
                    })
                    .named("a")
                    .start()
                    .await();
        }
        assertThat(paths).containsExactly("/a", "/a/b");
    }

    @Test
    void anEntryIsRefusedOnceTheCoroutineHasBegunAndForASource() {
        var notes = new Notes();
        var gate = new CompletableFuture<String>();
        try (Hooks.Handle listening = Hooks.addListener(notes)) {
            run(() -> group(g -> {
                g.start(Async.awaitable(gate));
                for (CoroutineInfo each : notes.started)
                    assertThatThrownBy(() -> each.addToContext("key", "value"))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("addToContext: only in around, before the body begins");
                gate.complete("a");
            }));
        }
        assertThat(notes.started).hasSize(2);
    }

    @Test
    void aListenerThatThrowsIsLoggedOnce() {
        List<Throwable> logged = new ArrayList<>();
        Logger logger = Logger.getLogger("dev.weft");
        var handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        var failure = new IllegalStateException("of the listener");
        var throwing = new CoroutineListener() {
            @Override
            public void started(CoroutineInfo coroutine) {
                throw failure;
            }
        };
        try (Hooks.Handle listening = Hooks.addListener(throwing)) {
            for (int i = 0; i < 3; i++) assertThat((int) run(() -> 1)).isOne();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        assertThat(logged).containsExactly(failure);
    }
}
