package dev.weft.tck.programs;

import dev.weft.Adapters;
import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.Awaitable;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.tck.Later;
import dev.weft.tck.Sources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Neutral programs: await-style code that names no library and notes what it sees.
 *
 * <p>What a program notes must not depend on timing: where two threads note, one of them enforces the order, by an
 * await, a join or {@link #until}.
 */
abstract class Programs {
    private final Stage stage;

    Programs(Stage stage) {
        this.stage = stage;
    }

    // --- the trace

    final void note(String event) {
        stage.trace().add(event);
    }

    final void note(String what, @Nullable Object value) {
        note(what + " " + Trace.describe(value));
    }

    /** Notes the result of a call, or what it throws. */
    final void attempt(String what, Callable<?> action) {
        try {
            note(what + " -> " + Trace.describe(action.call()));
        } catch (Throwable thrown) {
            note(what + " threw " + Trace.describe(thrown));
        }
    }

    /** Notes, sorted, what was discarded since the last time. What discards must have ended. */
    final void noteDiscarded() {
        List<String> sorted = new ArrayList<>();
        for (Object value : stage.discarded()) sorted.add(Trace.describe(value));
        sorted.sort(null);
        stage.discarded().clear();
        note("discarded " + sorted);
    }

    /** Waits until this many values have been discarded since the last time. */
    final void untilDiscarded(int count) {
        until(() -> stage.discarded().size() >= count);
    }

    /** Notes the rules that were broken since the last time. */
    final void noteViolations() {
        note("violations " + stage.violations());
        stage.violations().clear();
    }

    final Trace trace() {
        return stage.trace();
    }

    /** Waits for something that another thread is about to do and that cannot be awaited. */
    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Async.checkpoint();
            LockSupport.parkNanos(20_000);
        }
    }

    /** Signals one number of a count from 0, once it is requested. */
    static void send(Later later, int number) {
        until(() -> later.requested() > number);
        later.value(number);
    }

    /** Waits until a coroutine is parked in an await. */
    static void parked(Thread thread) {
        until(() -> thread.getState() == Thread.State.WAITING);
    }

    /** Null where it is not allowed, or where the checker cannot see that it is. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    static <T> T nothing() {
        return null;
    }

    // --- the library

    final Backend backend() {
        return stage.backend();
    }

    final Sources sources() {
        return stage.sources();
    }

    final Object ready(Object value) {
        return needed(sources().succeeded(value), "succeeded");
    }

    final Object failed(Throwable failure) {
        return needed(sources().failed(failure), "failed");
    }

    final Object empty() {
        return needed(sources().empty(), "empty");
    }

    final Object never() {
        return needed(sources().never(), "never");
    }

    final Later later() {
        return needed(sources().later(), "later");
    }

    final Object many(Object... values) {
        return needed(sources().many(List.of(values)), "many");
    }

    final Object failing(Throwable failure, Object... values) {
        return needed(sources().failing(Arrays.asList(values), failure), "failing");
    }

    final Object infinite() {
        return needed(sources().infinite(), "infinite");
    }

    final Later laterMany() {
        return needed(sources().laterMany(), "laterMany");
    }

    final Object misbehaving(Flow.Publisher<?> publisher) {
        return needed(sources().misbehaving(publisher), "misbehaving");
    }

    /** A coroutine as the library's type for one value. */
    final Object exported(Callable<?> body) {
        return backend().createOne(body, CoroutineOptions.NONE, sources().one());
    }

    /** A stream as the library's type for many values. */
    final Object exported(AsyncStream<?> stream) {
        return backend().createStream(stream, typeOfMany());
    }

    final Class<?> typeOfMany() {
        return needed(sources().many(), "many()");
    }

    // --- await and iterate

    static Awaitable<Object> awaitable(Object source) {
        return Async.awaitable(source);
    }

    final @Nullable Object take(Object source, AwaitMode which) {
        return backend().one(source, which).await();
    }

    /** Iterates over a source on the current thread. */
    final AsyncIterator<Object> open(Object source, int prefetch) {
        IterationCell<Object> cell = backend().many(source, prefetch);
        cell.open();
        return Adapters.iterator(cell);
    }

    /** Subscribes a recorder to a source. */
    final TracedSubscriber subscribed(Object source) {
        var recorder = new TracedSubscriber(trace());
        sources().publisher(source).subscribe(recorder);
        return recorder;
    }

    static List<Object> rest(AsyncIterator<?> values) {
        List<Object> all = new ArrayList<>();
        while (values.hasNext()) all.add(values.next());
        return all;
    }

    static int sum(Collection<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).sum();
    }

    private static <S> S needed(@Nullable S source, String method) {
        return source == null ? Assumptions.abort("these sources have no " + method) : source;
    }
}
