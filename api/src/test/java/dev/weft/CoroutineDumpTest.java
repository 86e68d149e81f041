package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.WaitKind;
import dev.weft.testing.Lives;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What a dump shows: rows N2 and N3 of the promises. */
@SuppressWarnings("try") // a listener is registered, and not used
class CoroutineDumpTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final CompletableFuture<String> gate = new CompletableFuture<>();

    private static CoroutineDump.Entry named(String name, CoroutineDump dump) {
        return dump.entries().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in\n" + dump));
    }

    private static CoroutineDump.Entry named(String name) {
        return named(name, Coroutines.dump());
    }

    /** {@return what a coroutine has started, and what that has started} */
    private static Set<Integer> inside(String name, CoroutineDump dump) {
        Set<Integer> inside = new HashSet<>(Set.of(named(name, dump).number()));
        for (CoroutineDump.Entry entry : dump.entries())
            if (inside.contains(entry.parent())) inside.add(entry.number());
        inside.remove(named(name, dump).number());
        return inside;
    }

    private static boolean has(String name) {
        return Coroutines.dump().entries().stream()
                .anyMatch(entry -> entry.name().equals(name));
    }

    /** Starts a coroutine and waits until it is suspended. */
    private static <T> Deferred<T> waiting(String name, Callable<T> body) {
        Deferred<T> started = coroutine(body).named(name).start();
        until(name + " waits", () -> has(name) && named(name).state() != CoroutineDump.State.RUNNING);
        return started;
    }

    @Test
    void N2_allThatIsAliveIsFoundUnderWhatHasStartedIt() {
        Deferred<String> root = waiting("root", () -> {
            coroutine(() -> await(gate)).named("member").start();
            withTimeout(LONG, () -> {
                coroutine(() -> await(gate)).named("in a timeout").start();
                shielded(() -> {
                    group(g -> {
                        g.start(coroutine(() -> await(gate)).named("in a group"));
                        g.start(awaitable(gate));
                    });
                });
            });
            return "over";
        });
        until("all are there", () -> has("in a group") && has("in a timeout"));
        CoroutineDump dump = Coroutines.dump();
        int number = named("root", dump).number();
        assertThat(dump.isComplete()).isTrue();
        assertThat(dump.entries().stream()
                        .filter(entry -> entry.parent() == number)
                        .map(CoroutineDump.Entry::name))
                .containsExactlyInAnyOrder("member", "in a timeout", "in a group", "await of a CompletionStage");
        gate.complete("a");
        assertThat(root.await()).isEqualTo("over");
        until("nothing is left", () -> !has("root") && !has("member") && !has("in a group"));
    }

    @Test
    void N2_aDumpHoldsWhatListenersKnowToBeAlive() {
        var lives = new Lives();
        try (Hooks.Handle listening = Hooks.addListener(lives)) {
            Deferred<?> root = coroutine(() -> group(g -> {
                        for (int i = 0; i < 50; i++) {
                            g.start(awaitable(gate));
                            g.start(coroutine(() -> gather(List.of(coroutine(() -> await(gate)), awaitable(gate)))));
                            g.start(coroutine(() -> {
                                AsyncStream<String> values = stream(out -> out.emit(await(gate)));
                                for (String value : each(values))
                                    assertThat(value).isEqualTo("a");
                            }));
                        }
                    }))
                    .named("all")
                    .start();
            until("all are there", () -> lives.alive() == 1 + 50 * 6);
            assertThat(inside("all", Coroutines.dump())).hasSize(50 * 6);
            gate.complete("a");
            root.await();
        }
        lives.checkOver();
        until("it is gone", () -> !has("all"));
    }

    @Test
    void anEntrySaysWhatACoroutineDoes() {
        Deferred<String> waits = waiting("waits", () -> await(gate));
        CoroutineDump.Entry entry = named("waits");
        assertThat(entry.state()).isEqualTo(CoroutineDump.State.SUSPENDED);
        assertThat(entry.kind()).isEqualTo(WaitKind.SOURCE);
        assertThat(entry.waitsFor()).isEqualTo("await of a CompletionStage");
        assertThat(entry.isNamed()).isTrue();
        assertThat(entry.backend()).isEqualTo("jdk");
        assertThat(entry.suspensions()).isOne();
        assertThat(entry.age()).isPositive();
        assertThat(entry.waiting()).as("nobody listens").isNull();
        assertThat(entry.cancelled()).isNull();
        gate.complete("a");
        assertThat(waits.await()).isEqualTo("a");
    }

    @Test
    void aWaitIsTimedWhereSomebodyListens() {
        try (Hooks.Handle listening = Hooks.addListener(new CoroutineListener() {})) {
            Deferred<String> waits = waiting("timed", () -> await(gate));
            Duration first = named("timed").waiting();
            assertThat(first).isPositive();
            assertThat(named("timed").waiting()).isGreaterThan(first);
            gate.complete("a");
            waits.await();
        }
    }

    @Test
    void aWaitOutsideOfWeftIsBlocked() {
        var latch = new CountDownLatch(1);
        Deferred<String> blocked = waiting("blocked", () -> {
            latch.await();
            return "over";
        });
        CoroutineDump.Entry entry = named("blocked");
        assertThat(entry.state()).isEqualTo(CoroutineDump.State.BLOCKED);
        assertThat(entry.waitsFor()).isNull();
        latch.countDown();
        assertThat(blocked.await()).isEqualTo("over");
    }

    @Test
    void aCancelledOneSaysWhy() {
        Deferred<String> cancelled = waiting("cancelled", () -> {
            try {
                return await(new CompletableFuture<>());
            } finally {
                Thread.interrupted();
                LockSupport.park(this);
            }
        });
        assertThat(cancelled.cancel("enough")).isTrue();
        until("it cleans up", () -> named("cancelled").state() == CoroutineDump.State.BLOCKED);
        assertThat(named("cancelled").cancelled()).isEqualTo("enough");
        LockSupport.unpark(ManualBackend.threadOf(cancelled));
        assertThatThrownBy(cancelled::await).hasMessageContaining("enough");
    }

    @Test
    void whoAwaitsAHandleIsNamed() {
        Deferred<String> awaited = waiting("awaited", () -> await(gate));
        Deferred<String> awaiter = waiting("awaiter", awaited::await);
        CoroutineDump dump = Coroutines.dump();
        assertThat(named("awaited", dump).awaitedBy())
                .containsExactly(named("awaiter", dump).number());
        assertThat(named("awaiter", dump).kind()).isEqualTo(WaitKind.HANDLE);
        assertThat(dump.toString()).contains("awaited by awaiter");
        gate.complete("a");
        assertThat(awaiter.await()).isEqualTo("a");
    }

    @Test
    void N3_aCycleOfAwaitsIsFound() {
        var second = new CompletableFuture<Deferred<String>>();
        Deferred<String> a = waiting("a", () -> await(second).await());
        Deferred<String> b = waiting("b", a::await);
        second.complete(b);
        until("a waits for b", () -> named("a").kind() == WaitKind.HANDLE);
        CoroutineDump dump = Coroutines.dump();
        assertThat(dump.cycles())
                .singleElement()
                .satisfies(cycle -> assertThat(cycle)
                        .containsExactlyInAnyOrder(
                                named("a", dump).number(), named("b", dump).number()));
        assertThat(dump.toString()).containsPattern("A cycle: (a|b), which waits for (a|b), which waits for ");
        a.cancel();
        assertThatThrownBy(a::await).isInstanceOf(CancelledException.class);
        assertThatThrownBy(b::await).isInstanceOf(CancelledException.class);
        assertThat(Coroutines.dump().cycles()).isEmpty();
    }

    /** One that has ended but for its members waits for each of them. */
    @Test
    void N3_aCycleThroughMembersIsFound() {
        var other = new CompletableFuture<Deferred<String>>();
        Deferred<String> parent = waiting("parent", () -> {
            coroutine(() -> await(other).await()).named("child").start();
            return "a";
        });
        Deferred<String> outer = waiting("outer", parent::await);
        other.complete(outer);
        until("the child waits", () -> named("child").kind() == WaitKind.HANDLE);
        CoroutineDump dump = Coroutines.dump();
        assertThat(dump.cycles())
                .singleElement()
                .satisfies(cycle -> assertThat(cycle).hasSize(3));
        parent.cancel();
        assertThatThrownBy(outer::await).isInstanceOf(CancelledException.class);
        assertThat(Coroutines.dump().cycles()).isEmpty();
    }

    @Test
    void onlyTheOldestAreShownIfThereAreMore() {
        List<Deferred<String>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) all.add(waiting("many " + i, () -> await(gate)));
        CoroutineDump dump = Coroutines.dump(2);
        assertThat(dump.entries()).hasSize(2);
        assertThat(dump.isComplete()).isFalse();
        assertThat(dump.toString()).contains("there are more");
        gate.complete("a");
        for (Deferred<String> each : all) each.await();
        assertThatThrownBy(() -> Coroutines.dump(0)).hasMessage("most must be positive, but is 0");
    }

    @Test
    void thoseThatAreAlikeAreCounted() {
        Deferred<?> root = waiting("root", () -> {
            for (int i = 0; i < 100; i++)
                coroutine(() -> await(gate)).named("like " + i).start();
            return "";
        });
        until(
                "all wait",
                () -> Coroutines.dump().entries().stream()
                                .filter(entry -> entry.name().startsWith("like ") && entry.kind() == WaitKind.SOURCE)
                                .count()
                        == 100);
        String text = Coroutines.dump().toString();
        assertThat(text)
                .contains("like 2 (")
                .doesNotContain("like 3 (")
                .contains("… and 97 more like that, to like 99");
        gate.complete("a");
        root.await();
    }

    @Test
    void aCoroutineThatIsSubscribedToIsUnderItsSubscriber() {
        Deferred<String> outer = waiting("outer", () -> {
            var stage = StageTask.start(
                    Async.backend(), Async.context(), CoroutineOptions.NONE.named("called"), () -> await(gate));
            return await(stage);
        });
        until("both wait", () -> has("called") && named("called").kind() == WaitKind.SOURCE);
        CoroutineDump dump = Coroutines.dump();
        assertThat(named("called", dump).parent())
                .isEqualTo(named("outer", dump).number());
        gate.complete("a");
        outer.await();
    }

    /** It may outlive that one. */
    @Test
    void aCoroutineWhoseSubscriberIsOverHasNoParent() {
        run(() -> StageTask.start(
                Async.backend(), Async.context(), CoroutineOptions.NONE.named("orphan"), () -> await(gate)));
        until("it waits", () -> has("orphan") && named("orphan").kind() == WaitKind.SOURCE);
        assertThat(named("orphan").parent()).isEqualTo(-1);
        gate.complete("a");
        until("it is over", () -> !has("orphan"));
    }

    @Test
    void aDeepChainIsNoRecursion() {
        Deferred<?> root = waiting("deep", () -> nested(3_000));
        until("all wait", () -> Coroutines.dump().entries().size() > 3_000);
        CoroutineDump dump = Coroutines.dump();
        assertThat(dump.entries().stream().mapToInt(CoroutineDump.Entry::depth).max())
                .hasValue(3_000);
        assertThat(dump.cycles()).isEmpty();
        assertThat(dump.toString()).contains("await of a CompletionStage");
        gate.complete("a");
        root.await();
    }

    private int nested(int depth) {
        if (depth == 0) return await(gate).length();
        return async(() -> nested(depth - 1)).await();
    }

    @Test
    void onlyChosenEntriesOfTheContextAreShown() {
        Context context = Context.empty().with("trace", "t1").with("password", "secret");
        assertThat(DumpContext.choose(" trace , user", null, "other").of(context))
                .isEqualTo(Map.of("trace", "t1"));
        assertThat(DumpContext.choose(null, null, null).of(context)).isEmpty();
        assertThat(DumpContext.choose(null, "trace", "password").of(context)).containsOnlyKeys("trace");
        Object broken = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("broken");
            }
        };
        assertThat(DumpContext.choose("trace", null, null)
                        .of(context.with("trace", broken))
                        .get("trace"))
                .startsWith("dev.weft.CoroutineDumpTest");
        assertThat(DumpContext.choose("trace", null, null)
                        .of(context.with("trace", "x".repeat(100)))
                        .get("trace"))
                .hasSize(81);
    }

    @Test
    void jsonIsEscaped() {
        var dump = new CoroutineDump(
                Instant.EPOCH,
                List.of(new CoroutineDump.Entry(
                        0,
                        -1,
                        0,
                        "a \"name\"\\\n\t\u0001\u0085\ud800\u00e9",
                        true,
                        "jdk",
                        7,
                        CoroutineDump.State.SUSPENDED,
                        WaitKind.TIME,
                        "time",
                        2,
                        Duration.ofMillis(1500),
                        Duration.ofMillis(10),
                        "why",
                        List.of(new StackTraceElement("a.B", "c", "B.java", 1)),
                        List.of(new StackTraceElement("a.D", "e", "D.java", 2)),
                        List.of(0),
                        Map.of("k", "v"))),
                true,
                List.of(List.of(0)));
        assertThat(dump.toJson()).isEqualTo("""
                        {"taken":"1970-01-01T00:00:00Z","complete":true,"cycles":[[0]],"coroutines":[
                        {"number":0,"depth":0,"name":"a \\"name\\"\\\\\\n\\t\\u0001\\u0085\\ud800\u00e9","isNamed":true,\
                        "backend":"jdk","thread":7,"state":"SUSPENDED","kind":"TIME","waitsFor":"time","suspensions":2,\
                        "age":1500,"waiting":10,"cancelled":"why","where":["a.B.c(B.java:1)"],"made":["a.D.e(D.java:2)"],\
                        "awaitedBy":[0],"context":{"k":"v"}}
                        ]}
                        """);
    }

    @Test
    void aSleepingOneIsSuspendedInTime() {
        Deferred<?> sleeper = waiting("sleeper", () -> {
            delay(LONG);
            return "";
        });
        assertThat(named("sleeper").kind()).isEqualTo(WaitKind.TIME);
        sleeper.cancel();
    }
}
