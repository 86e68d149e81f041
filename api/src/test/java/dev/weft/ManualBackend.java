package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import dev.weft.spi.Violation;
import dev.weft.testing.Watched;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** The {@code jdk} backend on a clock that stands still until the test moves it; it keeps what could not be delivered. */
@SpiLevel(SpiLevel.CURRENT)
class ManualBackend implements Backend {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(Watched.SECONDS);

    private final List<Undeliverable> undelivered = new CopyOnWriteArrayList<>();
    private final ManualClock clock = new ManualClock();

    /** Starts a root coroutine that has this backend. */
    <T> Deferred<T> start(Callable<T> body) {
        return new MemberTask<T>(null, this, Context.empty(), CoroutineOptions.NONE, body).started();
    }

    /** Moves the clock; what becomes due runs on this thread, in its order. */
    void advance(Duration time) {
        clock.advance(time.toNanos());
    }

    /** Waits until this many entries are in the timer. */
    void awaitTimers(int count) {
        until(() -> clock.size() >= count);
    }

    /** How many entries are in the timer. */
    int timers() {
        return clock.size();
    }

    /** How far it has been moved. */
    Duration elapsed() {
        return Duration.ofNanos(clock.now());
    }

    List<Object> discarded() {
        return undelivered.stream()
                .<Object>mapMulti((signal, to) -> {
                    if (signal instanceof Undeliverable.Value value) to.accept(value.value());
                })
                .toList();
    }

    List<Throwable> dropped() {
        return undelivered.stream()
                .<Throwable>mapMulti((signal, to) -> {
                    if (signal instanceof Undeliverable.Failure failure) to.accept(failure.error());
                })
                .toList();
    }

    List<Violation> violations() {
        return undelivered.stream()
                .<Violation>mapMulti((signal, to) -> {
                    if (signal instanceof Undeliverable.Breach breach) to.accept(breach.violation());
                })
                .toList();
    }

    /** Spins until a condition holds; fails if that takes longer than anything in these tests may. */
    static void until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > PATIENCE) throw new AssertionError("waited in vain");
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    /** {@return the thread of a coroutine that was started} */
    static Thread threadOf(Deferred<?> started) {
        return ((MemberTask<?>) ((Handle<?>) started).member).thread();
    }

    /** Spins until a thread is parked. */
    static void untilParked(Thread thread) {
        Predicate<Thread.State> parked = s -> s == Thread.State.WAITING || s == Thread.State.TIMED_WAITING;
        until(() -> parked.test(thread.getState()));
    }

    @Override
    public String id() {
        return "manual";
    }

    @Override
    public boolean understands(Class<?> type) {
        return JdkBackend.INSTANCE.understands(type);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        if (source instanceof CompletionStage<?> stage) return new StageAwait<>((CompletionStage<T>) stage, this);
        return new FlowAwait<>((Flow.Publisher<T>) source, take, this);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return new FlowIteration<>((Flow.Publisher<T>) source, prefetch, this);
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        return JdkBackend.INSTANCE.createOne(body, options, type);
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return JdkBackend.INSTANCE.createStream(source, type);
    }

    @Override
    public Timer timer() {
        return clock;
    }

    @Override
    public void undeliverable(Undeliverable signal, Object context) {
        undelivered.add(signal);
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return body;
    }
}

/** The clock; its monitor guards the fields and is not held while an action runs. */
final class ManualClock implements Timer {
    private record Due(long at, long number, Runnable action) {}

    private final TreeSet<Due> entries =
            new TreeSet<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
    private long now;
    private long number;

    @Override
    public synchronized Entry schedule(long nanos, Runnable action) {
        Due due = new Due(now + nanos < 0 ? Long.MAX_VALUE : now + nanos, number++, action);
        entries.add(due);
        return () -> remove(due);
    }

    synchronized long now() {
        return now;
    }

    synchronized int size() {
        return entries.size();
    }

    void advance(long nanos) {
        long until;
        synchronized (this) {
            until = now + nanos;
        }
        for (Due due = next(until); due != null; due = next(until)) due.action().run();
    }

    /** The next entry that is due by then; the clock stands at its time while it runs, and at that time after the last. */
    private synchronized Due next(long until) {
        Due first = entries.isEmpty() ? null : entries.first();
        boolean due = first != null && first.at() <= until;
        now = due ? first.at() : until;
        return due ? entries.pollFirst() : null;
    }

    private synchronized void remove(Due due) {
        entries.remove(due);
    }
}
