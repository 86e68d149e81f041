package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.each;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withDiscard;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Values that nobody gets go to the innermost hook for their type. */
class WithDiscardTest {
    private final HookLog hooks = new HookLog();
    private final List<Object> taken = new CopyOnWriteArrayList<>();
    private final AtomicInteger emitting = new AtomicInteger();

    @AfterEach
    void close() {
        hooks.close();
        assertThat(hooks.discarded).isEmpty();
    }

    private static Awaitable<String> callback(AtomicReference<Completion<String>> to) {
        return coroutine(() -> awaitCallback(to::set));
    }

    @Test
    void aValueThatComesTooLateGoesToTheConsumerThoughTheBodyIsOver() {
        var late = new AtomicReference<Completion<String>>();
        var waiting = Watched.coroutine(() -> withDiscard(String.class, taken::add, () -> await(callback(late))));
        waiting.parked().cancel();
        assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
        assertThat(taken).isEmpty();
        late.get().resume("late");
        assertThat(taken).containsExactly("late");
    }

    @Test
    void itIsWithoutACoroutineToo() {
        var begun = new CompletableFuture<Boolean>();
        assertThatThrownBy(() -> withDiscard(
                        String.class,
                        taken::add,
                        () -> gather(
                                coroutine(() -> {
                                    begun.complete(true);
                                    return "a";
                                }),
                                coroutine(() -> {
                                    await(begun);
                                    throw new IllegalStateException("b");
                                }))))
                .hasMessage("b");
        until("it is discarded", () -> !taken.isEmpty());
        assertThat(taken).containsExactly("a");
    }

    @Test
    void aValueThatHasLostARaceGoesToTheConsumer() {
        run(() -> withDiscard(String.class, taken::add, () -> {
            var late = new AtomicReference<Completion<String>>();
            String won = race(callback(late), coroutine(() -> {
                until("it is registered", () -> late.get() != null);
                return "won";
            }));
            late.get().tryResume("lost");
            assertThat(won).isEqualTo("won");
        }));
        assertThat(taken).containsExactly("lost");
    }

    @Test
    void aResultThatNobodyHasReadGoesToTheConsumer() {
        assertThatThrownBy(() -> run(() -> withDiscard(String.class, taken::add, () -> {
                    Deferred<String> child = async(() -> "child");
                    until("it is over", child::isDone);
                    throw new IOException("body");
                })))
                .hasMessage("body");
        assertThat(taken).containsExactly("child");
    }

    @Test
    void whatIsQueuedInAnIterationThatIsLeftGoesToTheConsumer() {
        run(() -> withDiscard(String.class, taken::add, () -> {
            var three = new Probe<String>(p -> {
                p.subscription();
                for (String value : List.of("a", "b", "c")) p.next(value);
            });
            try (var values = each(three)) {
                assertThat(values.next()).isEqualTo("a");
            }
        }));
        assertThat(taken).containsExactly("b", "c");
    }

    @Test
    void operatorsOfAStreamSeeIt() {
        assertThatThrownBy(() -> run(() -> withDiscard(
                        String.class,
                        taken::add,
                        () -> stream((Emitter<Integer> out) -> {
                                    out.emit(1);
                                    out.emit(2);
                                })
                                .mapConcurrent(2, i -> {
                                    if (i == 1) {
                                        until("the other is done", () -> taken.size() == 1);
                                        throw new IllegalStateException("first");
                                    }
                                    taken.add("made");
                                    return "second";
                                })
                                .collect(2))))
                .hasMessage("first");
        until("it is discarded", () -> taken.size() == 2);
        assertThat(taken).containsExactly("made", "second");
    }

    @Test
    void theInnermostThatTakesTheTypeGetsTheValue() {
        List<Object> outer = new CopyOnWriteArrayList<>();
        List<Object> numbers = new CopyOnWriteArrayList<>();
        assertThatThrownBy(() -> run(() -> withDiscard(
                        CharSequence.class,
                        outer::add,
                        () -> withDiscard(
                                Number.class,
                                numbers::add,
                                () -> withDiscard(
                                        String.class,
                                        taken::add,
                                        () -> group(g -> {
                                            var all = List.of(
                                                    g.async(() -> "text"),
                                                    g.async(() -> new StringBuilder("builder")),
                                                    g.async(() -> 1),
                                                    g.async(() -> 'c'));
                                            until(
                                                    "all are over",
                                                    () -> all.stream().allMatch(Deferred::isDone));
                                            throw new IllegalStateException("body");
                                        }))))))
                .hasMessage("body");
        assertThat(taken).containsExactly("text");
        assertThat(outer).hasToString("[builder]");
        assertThat(numbers).containsExactly(1);
        assertThat(hooks.discarded).containsExactly('c');
        hooks.discarded.clear();
    }

    @Test
    void G17_aConsumerThatThrowsIsReportedAndAltersNothing() {
        var failure = new IllegalStateException("consumer");
        var reported = new CopyOnWriteArrayList<Throwable>();
        var body = Watched.coroutine(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> reported.add(thrown));
            withDiscard(
                    String.class,
                    value -> {
                        taken.add(value);
                        throw failure;
                    },
                    () -> {
                        var two = new Probe<String>(p -> {
                            p.subscription();
                            p.next("a");
                            p.next("b");
                        });
                        try (var values = each(two)) {
                            assertThat(values.hasNext()).isTrue();
                        }
                    });
            return "result";
        });
        assertThat(body.value()).isEqualTo("result");
        assertThat(taken).containsExactly("a", "b");
        assertThat(reported).containsExactly(failure, failure);
    }

    @Test
    void whatIsLostAroundItIsNotItsOwn() {
        assertThatThrownBy(() -> run(() -> {
                    Deferred<String> child = async(() -> withDiscard(String.class, taken::add, () -> "result"));
                    until("it is over", child::isDone);
                    throw new IllegalStateException("around");
                }))
                .hasMessage("around");
        assertThat(taken).isEmpty();
        assertThat(hooks.discarded).containsExactly("result");
        hooks.discarded.clear();
    }

    @Test
    void itPassesOnWhatItsBodyThrowsAndGives() throws IOException {
        var failure = new IOException("body");
        assertThat(withDiscard(String.class, taken::add, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> withDiscard(String.class, taken::add, () -> {
                    throw failure;
                }))
                .isSameAs(failure);
        withDiscard(AutoCloseable.class, taken::add, () -> {
            if (taken.size() > 7) throw new IOException("inferred");
        });
    }

    @Test
    void aSourceOfAGroupSeesIt() {
        assertThatThrownBy(() -> run(() -> withDiscard(
                        String.class,
                        taken::add,
                        () -> group(g -> {
                            var one = new Probe<String>(p -> {
                                p.subscription();
                                p.next("source");
                                p.complete();
                            });
                            until("it is over", g.start(awaitable(one))::isDone);
                            throw new IllegalStateException("group");
                        }))))
                .hasMessage("group");
        assertThat(taken).containsExactly("source");
    }

    @Test
    void noValueIsPrimitive() {
        assertThatThrownBy(() -> withDiscard(int.class, taken::add, () -> 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("int");
    }

    private void emitsInVain(AsyncStream<String> stream, String... values) {
        taken.clear();
        emitting.set(0);
        var sink = new Sink<String>().to(stream).parked();
        until("all of them are being emitted", () -> emitting.get() == values.length);
        sink.cancel();
        sink.joined();
        assertThat(taken).containsExactlyInAnyOrder((Object[]) values);
    }

    private void emit(Emitter<String> out, String value) {
        emitting.incrementAndGet();
        out.emit(value);
    }

    @Test
    void aValueThatIsEmittedInVainGoesToTheConsumer() {
        AsyncStream<String> one = stream(out -> withDiscard(String.class, taken::add, () -> emit(out, "a")));
        emitsInVain(one, "a");
        emitsInVain(one.takeUntil(coroutine(() -> await(new CompletableFuture<>()))), "a");
        AsyncStream<String> two = stream(out -> {
            Emitter<String> shared = out.concurrent();
            withDiscard(String.class, taken::add, () -> {
                async(() -> emit(shared, "a"));
                async(() -> emit(shared, "b"));
            });
        });
        emitsInVain(two, "a", "b");
    }
}
