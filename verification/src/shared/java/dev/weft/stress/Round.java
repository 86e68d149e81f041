package dev.weft.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.Async;
import dev.weft.AsyncAction;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.Outcome;
import dev.weft.spi.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** One storm under one seed: its participants, and what must hold when it is over. */
final class Round implements AutoCloseable {
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    final Actors actors;
    final Census census = new Census();

    /** What must be unreachable while the handles of all coroutines are still held. */
    final Leaks leaks = new Leaks();

    /** What must be unreachable when the handles are gone too. */
    final Leaks lastLeaks = new Leaks();

    final CountedTimer backend = new CountedTimer(Async.backend());

    private final long seed;
    private final Queue<Value> values = new ConcurrentLinkedQueue<>();
    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final Queue<Deferred<Value>> handles = new ConcurrentLinkedQueue<>();
    private final Queue<Deferred<Value>> shortly = new ConcurrentLinkedQueue<>();
    private final Queue<Object> kept = new ConcurrentLinkedQueue<>();
    private final List<Runnable> checks = new ArrayList<>();
    private final AtomicInteger number = new AtomicInteger();
    private final List<Hooks.Handle> hooks = new ArrayList<>();

    /**
     * Begins the round.
     *
     * @param seed decides all choices; of four consecutive seeds, two have actors on virtual threads and two, where
     *     allowed, actors that begin only when all coroutines have been started
     */
    Round(long seed, boolean mayWait, Function<Consumer<Throwable>, Hooks.Handle> watchDropped) {
        this.seed = seed;
        actors = new Actors((seed & 1) == 0, mayWait && (seed & 2) == 0, failures);
        hooks.add(Hooks.onDiscard(this::discarded));
        hooks.add(Hooks.onViolation(this::violated));
        hooks.add(watchDropped.apply(failures::add));
    }

    /** {@return a source of choices for one participant} */
    Random random(int who) {
        return new Random((seed + who) * 0x9E3779B97F4A7C15L);
    }

    /** {@return a value, which must be returned or discarded} */
    Value make() {
        var value = new Value(number.incrementAndGet());
        values.add(value);
        lastLeaks.watch(value);
        return value;
    }

    /** {@return a subscription, which must end or be cancelled} */
    Line line() {
        var line = new Line();
        lines.add(line);
        return line;
    }

    /** {@return the handle of a coroutine, which is kept until everything is over; a value in it counts as returned} */
    Deferred<Value> keep(Deferred<Value> handle) {
        handles.add(handle);
        return handle;
    }

    /** Takes the handle of a source without a thread, which is also the subscriber; a value in it counts as returned. */
    void keepShortly(Deferred<Value> handle) {
        shortly.add(handle);
    }

    /** Keeps something alive until the round is over. */
    <T> T keepAlive(T object) {
        kept.add(object);
        return object;
    }

    /** Adds a check for the end of the round. */
    void afterwards(Runnable check) {
        checks.add(check);
    }

    /** Notes something that must not have happened. */
    void failed(String what) {
        failures.add(new AssertionError(what));
    }

    /** Runs a body in a coroutine, with all that is started in it. */
    void run(AsyncAction<?> body) throws InterruptedException {
        Deferred<?> root = Async.async(() -> Async.withBackend(backend, body));
        try {
            root.toCompletableFuture().get(new Patience().left(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            throw new AssertionError(failure.getCause());
        } catch (TimeoutException late) {
            fail("%d coroutines without an end, such as%n%s", census.bodies(), census.alive());
        }
        assertThat(census.bodies()).as("coroutines that outlive their scope").isZero();
        shortly.forEach(Round::claim);
        shortly.clear();
    }

    /** Waits until everything has ended, and checks what is left. */
    void over() throws InterruptedException {
        actors.finish();
        Patience.until("over", () -> census.bodies() == 0);
        census.assertGone();
        assertNoFailure();
        leaks.assertCollected();
        assertNoFailure();
        // nobody waits for a generator whose loop was left; its coroutine may just be removing the last entry
        Patience.until("without entries in the timer", () -> backend.entries() == 0);
        handles.forEach(Round::claim);
        assertNone("values that were not returned or discarded, once", values, value -> !value.isSettled());
        assertNone("subscriptions that have not ended and were not cancelled, once", lines, line -> !line.isClosed());
        checks.forEach(Runnable::run);
        values.clear();
        handles.clear();
        kept.clear();
        checks.clear();
        lastLeaks.assertCollected();
    }

    @Override
    public void close() {
        actors.abandon();
        hooks.forEach(Hooks.Handle::close);
    }

    private static <T> void assertNone(String what, Queue<T> all, Predicate<T> wrong) {
        assertThat(all.stream().filter(wrong).limit(5).toList()).as(what).isEmpty();
    }

    private void assertNoFailure() {
        for (Throwable failure : failures) throw new AssertionError(failure);
    }

    private static void claim(Deferred<Value> handle) {
        switch (Objects.requireNonNull(handle.outcome(), "a handle without an outcome")) {
            case Outcome.Success<Value> success -> {
                if (success.value() != null) success.value().returned();
            }
            case Outcome.Failure<Value> failure -> {
                // an interrupt from outside
                if (!(failure.error() instanceof CancelledException)) throw new AssertionError(failure.error());
            }
            case Outcome.Cancelled<Value> cancelled -> {}
        }
    }

    private void discarded(Object value) {
        if (value instanceof Value ours) ours.discarded();
        else failed("discarded, but made by nobody: " + value);
    }

    private void violated(Violation violation) {
        failed(violation.toString());
    }
}
