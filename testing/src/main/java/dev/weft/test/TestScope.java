package dev.weft.test;

import dev.weft.Async;
import dev.weft.Supervisor;
import dev.weft.spi.Backend;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A test that runs in virtual time: its clock, and an owner for what runs beside it.
 *
 * <p>The clock moves by itself when all is at rest. A test that wants to look in between moves it: {@link #advanceBy},
 * {@link #runCurrent} and {@link #advanceUntilIdle} suspend the coroutine that calls them, or block another thread, until
 * the others have done what was due.
 *
 * @since 0.1
 */
public final class TestScope {
    private final TestClock clock = new TestClock();
    private final @Nullable Backend chosen;
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    private final List<TestSource<?>> sources = new CopyOnWriteArrayList<>();
    private final List<Recorder<?>> recorders = new CopyOnWriteArrayList<>();

    private volatile boolean runs;

    /** What {@link #supervisor} opens; guarded by this. */
    private @Nullable Supervisor background;

    TestScope(TestOptions options) {
        this.chosen = options.backend();
    }

    /** {@return how much time has passed since the test began} */
    public Duration currentTime() {
        return clock.time();
    }

    /**
     * Lets time pass, and waits until all that is due by then has been done, also what is due at that very moment.
     *
     * @param time how much; zero is {@link #runCurrent}
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if the test has not begun, or is over
     */
    public void advanceBy(Duration time) {
        Objects.requireNonNull(time, "time");
        if (time.isNegative()) throw new IllegalArgumentException("time must not be negative, but is " + time);
        awaitLast(TimeUnit.NANOSECONDS.convert(time));
    }

    /**
     * Waits until all that is due now has been done. No time passes.
     *
     * @throws IllegalStateException if the test has not begun, or is over
     */
    public void runCurrent() {
        awaitLast(0);
    }

    /**
     * Lets time pass until nothing is left that waits for it. With something that ticks forever, it does not return; the
     * test then fails at its limit in real time.
     *
     * @throws IllegalStateException if the test has not begun, or is over
     */
    public void advanceUntilIdle() {
        awaitLast(Long.MAX_VALUE);
    }

    /**
     * {@return an owner for what runs beside the test} It is closed when the body has ended, so that its members are
     * cancelled and not left over. If one of them fails, so does the test.
     */
    public synchronized Supervisor supervisor() {
        if (background == null)
            background = Async.withBackend(
                    backend(), () -> Supervisor.open("the test", (member, failure) -> failures.add(failure)));
        return background;
    }

    /** {@return a new source, which is left over if it still has subscribers when the test is over} */
    public <T> TestSource<T> source() {
        var source = new TestSource<T>();
        sources.add(source);
        return source;
    }

    /** {@return a new recorder, which notes times of this test} */
    public <T> Recorder<T> recorder() {
        var recorder = new Recorder<T>(this::currentTime);
        recorders.add(recorder);
        return recorder;
    }

    /** {@return what is left of subscriptions, in a line each} */
    List<String> openSubscriptions() {
        return Stream.concat(
                        sources.stream()
                                .filter(source -> source.subscribers() > 0)
                                .map(source ->
                                        source.subscribers() + " subscribers of a TestSource that has not ended"),
                        recorders.stream()
                                .filter(Recorder::isOpen)
                                .map(recorder -> "a Recorder that has neither received the end nor cancelled"))
                .toList();
    }

    TestClock clock() {
        return clock;
    }

    Backend backend() {
        return chosen == null ? Async.backend() : chosen;
    }

    /** Notes what makes the test fail when it ends. */
    void fail(Throwable failure) {
        failures.add(failure);
    }

    List<Throwable> failures() {
        return failures;
    }

    void closeSupervisor() {
        Supervisor opened;
        synchronized (this) {
            opened = background;
        }
        if (opened != null) opened.close();
    }

    /** Says whether the clock moves; called by the thread of the test. */
    void runs(boolean now) {
        runs = now;
    }

    private void awaitLast(long nanos) {
        if (!runs) throw new IllegalStateException("the test does not run, so its clock does not move");
        var reached = new CompletableFuture<Duration>();
        clock.last(nanos, () -> reached.complete(currentTime()));
        Async.await(reached);
    }
}
