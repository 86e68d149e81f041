package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the verbs say to arguments that cannot be right. */
class BadInputTest {
    private static final AsyncBody<Integer, RuntimeException> BODY = () -> 1;
    private static final Awaitable<Integer> SOURCE = Async.coroutine(() -> 1);

    @TestFactory
    Stream<DynamicTest> nullIsRefusedByTheNameOfTheArgument() {
        return Stream.of(
                refused("body", () -> Async.run((AsyncBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.run((AsyncAction<RuntimeException>) null)),
                refused("dispatcher", () -> Async.run(null, BODY)),
                refused("body", () -> Async.runMain(null)),
                refused("limit", () -> Async.runMain(null, () -> {})),
                refused("listener", () -> Hooks.addListener(null)),
                refused("to", () -> Coroutines.dump(1).writeText(null)),
                refused("to", () -> Coroutines.dump(1).writeJson(null)),
                refused("name", () -> Supervisor.open(null)),
                refused("onFailure", () -> Supervisor.open("s", null)),
                refused("limit", () -> Supervisor.open("s", null, (name, failure) -> {})),
                refused("name", () -> Supervisor.open("s").launch(null, () -> {})),
                refused("body", () -> Supervisor.open("s").launch("m", null)),
                refused("coroutine", () -> Supervisor.open("s").start(null)),
                refused("limit", () -> Supervisor.open("s").close(null)),
                refused("body", () -> Async.run(Dispatcher.virtual(), (AsyncBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.run(Dispatcher.virtual(), (AsyncAction<RuntimeException>) null)),
                refused("body", () -> Async.runBlocking((AsyncBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.runBlocking((AsyncAction<RuntimeException>) null)),
                refused("body", () -> Async.coroutine((Callable<Object>) null)),
                refused("body", () -> Async.coroutine((AsyncAction<RuntimeException>) null)),
                refused("body", () -> Async.async((Callable<Object>) null)),
                refused("body", () -> Async.async((AsyncAction<RuntimeException>) null)),
                refused("name", () -> Async.coroutine(() -> 1).named(null)),
                refused("name", () -> AsyncStream.from(List.of(1)).named(null)),
                refused("awaitable", () -> Async.await((Awaitable<Object>) null)),
                refused("awaitable", () -> Async.await((Awaitable<Object>) null, IOException.class)),
                refused("type", () -> Async.await(SOURCE, null)),
                refused("stage", () -> Async.await((CompletionStage<Object>) null)),
                refused("stage", () -> Async.await((CompletionStage<Object>) null, IOException.class)),
                refused("future", () -> Async.awaitFuture((Future<Object>) null)),
                refused("body", () -> Async.awaitCallback(null)),
                refused("source", () -> Async.awaitable(null)),
                refused("type", () -> Async.throwing(null, BODY)),
                refused("body", () -> Async.throwing(IOException.class, (AsyncBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.throwing(IOException.class, (AsyncAction<RuntimeException>) null)),
                refused("time", () -> Async.delay(null)),
                refused("future", () -> Async.owned(null)),
                refused("failure", () -> Async.rethrowCancellation(null)),
                refused("type", () -> Async.withDiscard(null, value -> {}, BODY)),
                refused("consumer", () -> Async.withDiscard(Object.class, null, BODY)),
                refused(
                        "body",
                        () -> Async.withDiscard(Object.class, value -> {}, (AsyncAction<RuntimeException>) null)),
                refused("limit", () -> Async.using(null, () -> 1, r -> {}, r -> 1)),
                refused("acquire", () -> Async.using(null, r -> {}, r -> 1)),
                refused("release", () -> Async.using(() -> 1, null, r -> 1)),
                refused(
                        "use",
                        () -> Async.using(() -> 1, r -> {}, (AsyncFunction<Integer, Integer, RuntimeException>) null)),
                refused("use", () -> Async.using(() -> 1, r -> {}, (AsyncConsumer<Integer, RuntimeException>) null)),
                refused("body", () -> Cached.of(null)),
                refused("timeToLive", () -> Cached.of(() -> 1, null)),
                refused("timeToLive", () -> Cached.of(() -> 1).keepingFailures(null)),
                refused("limit", () -> Async.withTimeout(null, BODY)),
                refused("body", () -> Async.withTimeout(Duration.ZERO, (AsyncBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.withTimeout(Duration.ZERO, (AsyncAction<RuntimeException>) null)),
                refused("limit", () -> Async.withTimeoutOrNull(null, BODY)),
                refused("body", () -> Async.withTimeoutOrNull(Duration.ZERO, null)),
                refused("limit", () -> Async.resetTimeout(null)),
                refused("policy", () -> Async.retry(null, BODY)),
                refused("body", () -> Async.retry(Retry.attempts(1), (AsyncBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.retry(Retry.attempts(1), (AsyncAction<RuntimeException>) null)),
                refused("policy", () -> Async.stream(out -> {}).retry(null)),
                refused("time", () -> Retry.attempts(1).pause(null)),
                refused("first", () -> Retry.attempts(1).backoff(null, Duration.ZERO)),
                refused("cap", () -> Retry.attempts(1).backoff(Duration.ZERO, null)),
                refused("random", () -> Retry.attempts(1).jitter(null)),
                refused("total", () -> Retry.attempts(1).within(null)),
                refused("failures", () -> Retry.attempts(1).when(null)),
                refused("listener", () -> Retry.attempts(1).onRetry(null)),
                refused("body", () -> Async.shielded((AsyncBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.shielded((AsyncAction<RuntimeException>) null)),
                refused("body", () -> Async.withoutInterrupts((AsyncBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.withoutInterrupts((AsyncAction<RuntimeException>) null)),
                refused("body", () -> Async.group((GroupBody<Object, RuntimeException>) null)),
                refused("body", () -> Async.group((GroupAction<RuntimeException>) null)),
                refused("items", () -> Async.mapConcurrent(null, 1, a -> a)),
                refused("function", () -> Async.mapConcurrent(List.of(1), 1, null)),
                refused("generator", () -> Async.stream(null)),
                refused("overflow", () -> AsyncStream.fromListener(null, sink -> {})),
                refused("registration", () -> AsyncStream.fromListener(Overflow.latest(), null)),
                refused("type", () -> Async.stream(out -> {}).recover(null, f -> 1)),
                refused("function", () -> Async.stream(out -> {}).recover(Exception.class, null)),
                refused("type", () -> Async.stream(out -> {}).recoverWith(null, f -> null)),
                refused("function", () -> Async.stream(out -> {}).recoverWith(Exception.class, null)),
                refused("action", () -> Async.stream(out -> {}).onStart(null)),
                refused("action", () -> Async.stream(out -> {}).onCompletion(null)),
                refused("overflow", () -> Async.stream(out -> {}).share(0, null)),
                refused("overflow", () -> SharedStream.of(0, null)),
                refused("value", () -> SharedStream.of(0, Overflow.latest()).emit(null)),
                refused("failure", () -> SharedStream.of(0, Overflow.latest()).fail(null)),
                refused("initial", () -> StateStream.of(null)),
                refused("value", () -> StateStream.of(1).set(null)),
                refused("change", () -> StateStream.of(1).update(null)),
                refused("signal", () -> Async.stream(out -> {}).takeUntil(null)),
                refused("seed", () -> Async.stream(out -> {}).scan(null, (a, b) -> a)),
                refused("function", () -> Async.stream(out -> {}).scan(1, null)),
                refused("test", () -> Async.stream(out -> {}).takeWhile(null)),
                refused("keyOf", () -> Async.stream(out -> {}).distinctUntilChanged(null)),
                refused("function", () -> Async.stream(out -> {}).concatMap(null)),
                refused("function", () -> Async.stream(out -> {}).flatMap(1, null)),
                refused("function", () -> Async.stream(out -> {}).mapLatest(null)),
                refused("function", () -> Async.stream(out -> {}).flatMapLatest(null)),
                refused("other", () -> Async.stream(out -> {}).zip(null, (a, b) -> a)),
                refused("combiner", () -> Async.stream(out -> {}).zip(Async.stream(out -> {}), null)),
                refused("other", () -> Async.stream(out -> {}).combineLatest(null, (a, b) -> a)),
                refused("combiner", () -> Async.stream(out -> {}).combineLatest(Async.stream(out -> {}), null)),
                refused("quiet", () -> Async.stream(out -> {}).debounce(null)),
                refused("period", () -> Async.stream(out -> {}).sample(null)),
                refused("overflow", () -> Async.stream(out -> {}).buffer(null)),
                refused("seed", () -> Async.stream(out -> {}).reduce(null, (a, b) -> a)),
                refused("function", () -> Async.stream(out -> {}).reduce(1, null)),
                refused("action", () -> Async.stream(out -> {}).forEachLatest(null)),
                refused("keyOf", () -> Async.stream(out -> {}).mapConcurrentByKey(1, null, a -> a)),
                refused("function", () -> Async.stream(out -> {}).mapConcurrentByKey(1, a -> a, null)),
                refused("source", () -> ByteStreams.toInputStream(null)),
                refused("source", () -> ByteStreams.<byte[]>toInputStream(null, ByteBuffer::wrap, b -> {})),
                refused("content", () -> ByteStreams.<byte[]>toInputStream(Async.stream(out -> {}), null, b -> {})),
                refused(
                        "release",
                        () -> ByteStreams.toInputStream(Async.<byte[]>stream(out -> {}), ByteBuffer::wrap, null)),
                refused("body", () -> ByteStreams.fromOutputStream(1, null)),
                refused("callback", () -> Async.async(() -> 1).whenComplete(null)),
                refused("publisher", () -> Async.each((Flow.Publisher<Object>) null)),
                refused("publisher", () -> Async.each((Flow.Publisher<Object>) null, 1)),
                refused("key", () -> Async.withContext(null, 1, BODY)),
                refused("value: a context has no nulls", () -> Async.withContext(1, null, BODY)),
                refused("body", () -> Async.withContext(1, 1, (AsyncBody<Object, RuntimeException>) null)),
                refused("backend", () -> Async.withBackend(null, BODY)),
                refused("body", () -> Async.withBackend(Async.backend(), (AsyncAction<RuntimeException>) null)),
                refused("hook", () -> Hooks.onDiscard(null)),
                refused("hook", () -> Hooks.onDropped(null)),
                refused("hook", () -> Hooks.onViolation(null)),
                refused("hook", () -> Hooks.onWarning(null)),
                refused("limit", () -> Hooks.watchdog(null)),
                refused("cell", () -> Adapters.iterator(null)),
                refused("stream", () -> Adapters.generator(null)),
                refused("stream", () -> Adapters.options((AsyncStream<?>) null)),
                refused("dispatcher", () -> Adapters.options((Dispatcher) null)),
                refused("options", () -> Adapters.dispatcher(null)),
                refused("overflow", () -> Adapters.buffering(null, "test")),
                refused("scopedValue", () -> ScopedValues.register(null)),
                refused("scopedValue", () -> ScopedValues.unregister(null)),
                refused("context", () -> ScopedValues.into(null)),
                refused("key", () -> Context.empty().get(null)),
                refused("value: a context has no nulls", () -> Context.empty().with(1, null)),
                refused("subscriber", () -> Async.stream(out -> {}).subscribe(null)),
                refused(
                        "source",
                        () -> Async.group(g -> {
                            g.start(null);
                        })),
                refused(
                        "limit",
                        () -> Async.group(g -> {
                            g.detachAfter(null);
                        })));
    }

    private static DynamicTest refused(String argument, ThrowingCallable call) {
        return DynamicTest.dynamicTest(
                argument,
                () -> assertThatThrownBy(call)
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage(argument));
    }

    @Test
    void gatheringNothingIsAnEmptyList() {
        assertThat(Async.gather()).isEmpty();
        assertThat(Async.gather(List.of())).isEmpty();
        assertThat(Async.gatherSettled()).isEmpty();
        assertThat(Async.mapConcurrent(List.of(), 1, a -> a)).isEmpty();
    }

    @Test
    void racingNothingIsRefused() {
        assertThatThrownBy(Async::race)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("race needs at least one runner");
    }

    @Test
    void aConcurrencyBelowOneIsRefused() {
        assertThatThrownBy(() -> Async.gather(0, List.of(SOURCE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxConcurrency must be at least 1, is 0");
        assertThatThrownBy(() -> Async.mapConcurrent(List.of(1), -1, a -> a))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxConcurrency must be at least 1, is -1");
    }

    @Test
    void aWatchdogWithoutALimitIsRefused() {
        assertThatThrownBy(() -> Hooks.watchdog(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limit must be positive, but is PT0S");
    }

    @Test
    void durationsOfZeroAndLessAreOver() {
        Async.delay(Duration.ZERO);
        Async.delay(Duration.ofSeconds(Long.MIN_VALUE));
    }

    @Test
    void aBodyThatThrowsAnErrorGivesThatError() {
        var error = new AssertionError("mine");
        assertThatThrownBy(() -> Async.run(() -> {
                    throw error;
                }))
                .isSameAs(error);
    }

    @Test
    void aSourceThatNobodyUnderstandsIsNamed() {
        assertThatThrownBy(() -> Async.awaitable("text"))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("java.lang.String")
                .hasMessageContaining("found [jdk]")
                .hasMessageContaining("add the adapter");
        assertThatThrownBy(() -> Async.coroutine(() -> 1).as(List.class)).isInstanceOf(BackendException.class);
    }

    @Test
    void aNativeSourceIsAwaitedThroughItsBackend() {
        Awaitable<String> stage = Async.awaitable(CompletableFuture.completedFuture("value"));
        assertThat(Async.run(() -> Async.await(stage))).isEqualTo("value");
    }
}
