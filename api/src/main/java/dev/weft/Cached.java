package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import dev.weft.spi.Reports;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Scope;
import dev.weft.spi.Timer;
import dev.weft.spi.VirtualTime;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A result that is computed once and shared by all that await it, until its time to live is over: an access token, a
 * configuration, a key set.
 *
 * <pre>{@code
 * private final Cached<Token> token = Cached.of(() -> await(login()), token -> token.lifetime().minusSeconds(30));
 *
 * Token current = token.await();
 * }</pre>
 *
 * <p>The work belongs to no single caller. The first to await starts it, in a coroutine of its own, on the backend that
 * is selected there, with neither the caller's context nor its thread-locals; the others wait for the same run. A
 * caller that is cancelled or runs out of time leaves alone: the work goes on, even if all have left, and its result is
 * kept. A failure is thrown to all that wait at that moment, and is not kept: the next caller tries again. Time is
 * measured on the backend's clock.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public final class Cached<T extends @Nullable Object> implements Awaitable<T> {
    // The field current holds the state: null, then a run, in progress or ended, until its time is over, then null
    // again. The thread that starts a run puts it there; the run itself removes it when it fails, or its timer, or
    // invalidate: each by a compare-and-set that names the run, so that none of them removes the next one. A run that
    // ends removes itself before the waiting callers are notified: a caller that tries again finds a new one.

    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    private final Callable<? extends T> body;
    private final Function<? super T, Duration> timeToLive;
    private final Function<? super Throwable, Duration> failuresTimeToLive;
    private final AtomicReference<@Nullable Run<T>> current = new AtomicReference<>();

    private Cached(
            Callable<? extends T> body,
            Function<? super T, Duration> timeToLive,
            Function<? super Throwable, Duration> failuresTimeToLive) {
        this.body = Objects.requireNonNull(body, "body");
        this.timeToLive = Objects.requireNonNull(timeToLive, "timeToLive");
        this.failuresTimeToLive = Objects.requireNonNull(failuresTimeToLive, "timeToLive");
    }

    /**
     * {@return a cached result that is kept until it is invalidated}
     *
     * @param body computes it; null is a result
     */
    public static <T extends @Nullable Object> Cached<T> of(Callable<T> body) {
        return of(body, result -> FOR_EVER);
    }

    /**
     * {@return a cached result with a time to live}
     *
     * @param body computes it; null is a result
     * @param timeToLive says for each result how long it is kept; with zero or less, it only reaches those that wait
     *     for it. More than 292 years is forever. What it throws is a failure of the body
     */
    public static <T extends @Nullable Object> Cached<T> of(
            Callable<T> body, Function<? super T, Duration> timeToLive) {
        return new Cached<>(body, timeToLive, failure -> Duration.ZERO);
    }

    /**
     * {@return a cached result like this one, with nothing computed yet, that also keeps failures for some time and
     * throws them to later callers}
     *
     * @param timeToLive says for each failure how long it is kept, zero for not at all; what it throws is suppressed in
     *     the failure, which is then not kept
     */
    public Cached<T> keepingFailures(Function<? super Throwable, Duration> timeToLive) {
        return new Cached<>(body, this.timeToLive, timeToLive);
    }

    /**
     * Returns the result that is there, waits for the one that is being computed, or starts to compute one and waits
     * for it.
     *
     * @return the result
     * @throws AwaitException if its computation failed with a checked exception; an unchecked one is thrown as the same
     *     instance
     * @throws CancelledException if the current coroutine is cancelled; the work goes on
     * @throws IllegalStateException if the body awaits its own result, directly or through other cached ones: that
     *     would wait forever
     */
    @Override
    public T await() {
        Scope.requireMayWait("await");
        Waits around = Async.context().getOrDefault(Waits.class, null);
        Run<T> fresh = null;
        for (; ; ) {
            SchedulePoint.pass();
            Run<T> present = current.get();
            if (present != null && !present.isSpent()) return present.await(around, false);
            if (present != null) {
                present.forget();
                continue;
            }
            if (fresh == null) fresh = new Run<>(this, Async.backend());
            SchedulePoint.pass();
            if (current.compareAndSet(null, fresh)) return fresh.await(around, true);
        }
    }

    /**
     * Forgets the result: the next caller starts to compute a new one. A run in progress goes on for those that already
     * wait for it, and its result is not kept, since it may be as old as what is to be forgotten.
     */
    public void invalidate() {
        Run<T> forgotten = current.getAndSet(null);
        if (forgotten != null) forgotten.unschedule();
    }

    /** {@return a context for a coroutine that the code here does not wait for: it may await what this code computes} */
    static Context apart(Context context) {
        return context.contains(Waits.class) ? context.with(Waits.class, new Waits()) : context;
    }

    /** One run of the body. */
    private static final class Run<T extends @Nullable Object> {
        private final Cached<T> home;
        private final Backend backend;
        private final MemberTask<T> task;

        private final Waits waits = new Waits();

        /** How long each is kept, in nanoseconds; written by the coroutine before it has its outcome. */
        private long keepValue;

        private long keepFailure;

        private volatile Timer.@Nullable Entry entry;

        Run(Cached<T> home, Backend backend) {
            this.home = home;
            this.backend = backend;
            this.task = new MemberTask<>(
                    null,
                    backend,
                    Context.empty().with(Waits.class, waits),
                    CoroutineOptions.AFRESH.on(CoroutineOptions.onVirtualThreads()),
                    this::make);
            task.handle.whenDone(this::ended);
        }

        T await(@Nullable Waits around, boolean first) {
            if (around != null) around.begin(waits, task.handle.isDone());
            try {
                if (first) start();
                return task.handle.await();
            } finally {
                if (around != null) around.end(waits);
            }
        }

        private void start() {
            task.start();
            VirtualTime.followBeside(task);
        }

        private T make() throws Exception {
            try {
                T value = home.body.call();
                keepValue = kept(timeToLiveOf(value));
                return value;
            } catch (Throwable failure) {
                keepFailure = kept(timeToLiveOfFailure(failure));
                throw failure;
            }
        }

        private Duration timeToLiveOf(T value) {
            try {
                return Objects.requireNonNull(home.timeToLive.apply(value), "timeToLive gave null");
            } catch (Throwable thrown) {
                Reports.discard(backend, null, value);
                throw thrown;
            }
        }

        private Duration timeToLiveOfFailure(Throwable failure) {
            Throwable real = Host.get().unwrap(failure);
            try {
                return Objects.requireNonNull(home.failuresTimeToLive.apply(real), "timeToLive gave null");
            } catch (Throwable thrown) {
                Failures.suppress(real, thrown);
                return Duration.ZERO;
            }
        }

        /** Schedules that it is forgotten, before any caller sees the result. {@return the time, zero if it cannot be kept} */
        private long kept(Duration time) {
            long nanos = Async.nanos(time);
            if (nanos <= 0 || nanos == Long.MAX_VALUE) return nanos;
            try {
                entry = VirtualTime.schedule(backend, nanos, forgetting(new WeakReference<>(this)));
            } catch (RuntimeException refused) {
                Reports.drop(backend, null, refused);
                return 0;
            }
            SchedulePoint.pass();
            if (home.current.get() != this) unschedule();
            return nanos;
        }

        private void ended() {
            if (isSpent()) forget();
        }

        /** Whether it has ended, and is not to be kept. */
        boolean isSpent() {
            return switch (task.handle.peek()) {
                case null -> false;
                case Outcome.Success<T> success -> keepValue <= 0;
                case Outcome.Failure<T> failure -> keepFailure <= 0;
                case Outcome.Cancelled<T> cancelled -> true;
            };
        }

        void forget() {
            SchedulePoint.pass();
            home.current.compareAndSet(this, null);
        }

        /** {@return an action that forgets a run, and does not keep it from garbage collection} */
        private static Runnable forgetting(WeakReference<Run<?>> kept) {
            return () -> {
                Run<?> run = kept.get();
                if (run != null) run.forget();
            };
        }

        void unschedule() {
            Timer.Entry scheduled = entry;
            if (scheduled != null) scheduled.cancel();
        }
    }

    /** What the code of one run currently waits for; it is in the context there. It keeps no run from garbage collection. */
    private static final class Waits {
        private final List<Waits> all = new CopyOnWriteArrayList<>();

        /** The run that closes a cycle of waits sees the other ones, since each notes its wait before it looks. */
        void begin(Waits next, boolean isOver) {
            all.add(next);
            if (isOver || !next.reaches(this, new HashSet<>())) return;
            end(next);
            throw new IllegalStateException("a cached result awaits itself, or one that waits for it");
        }

        void end(Waits next) {
            all.remove(next);
        }

        private boolean reaches(Waits goal, Set<Waits> seen) {
            if (this == goal) return true;
            if (!seen.add(this)) return false;
            for (Waits next : all) if (next.reaches(goal, seen)) return true;
            return false;
        }
    }
}
