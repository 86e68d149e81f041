package dev.weft.spi;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A library's clock that tests may replace by a virtual one: {@link Backend#clock} returns it, and the engine does the
 * rest.
 *
 * <p>A virtual clock runs all tasks that are due before it returns to the test, and expects their work to be done by
 * then. But a coroutine works on its own thread, and may wake others. So on a virtual clock, each call that starts or
 * wakes a coroutine ends with a wait until all coroutines seen on such a clock are at rest: suspended or over. Those
 * calls are the start of a {@link SubscriberTask}, its {@code cancel} and {@code request}, the signals to a
 * {@link SourceAwaitCell} or {@link IterationCell}, and the actions of the timer. The wait comes last, when the call
 * holds nothing of the engine.
 *
 * @param <S> the type of the library's scheduler, which has the clock
 * @since 0.1
 */
public final class VirtualTime<S> {
    private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * The outermost coroutines that were seen on a virtual clock, until they have ended; weak, so that they can be
     * collected.
     */
    private static final Set<CoroutineTask<?>> FOLLOWED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** Whether a virtual clock was ever seen; until then, a signal has nothing to wait for. */
    private static volatile boolean used;

    /** The time of the test that runs, whatever the clocks of libraries show; null if none is in force. */
    private static final AtomicReference<@Nullable TestTime> OF_TEST = new AtomicReference<>();

    private static final ReentrantLock TURN = new ReentrantLock();

    private final Supplier<S> scheduler;
    private final ToLongFunction<S> nowMillis;

    /** The scheduler that was last seen to follow the wall clock; cached, since each signal asks. */
    private volatile @Nullable S real;

    /**
     * Follows the clock of a library.
     *
     * @param scheduler gives the scheduler in use now
     * @param nowMillis gives the time that it shows, in milliseconds since the epoch
     */
    public VirtualTime(Supplier<S> scheduler, ToLongFunction<S> nowMillis) {
        this.scheduler = scheduler;
        this.nowMillis = nowMillis;
    }

    /** {@return whether the clock is a virtual one: more than a day off the wall clock} */
    private boolean isVirtual() {
        S current = scheduler.get();
        if (current == real) return false;
        if (Math.abs(nowMillis.applyAsLong(current) - System.currentTimeMillis()) > DAY_MILLIS) return true;
        real = current;
        return false;
    }

    private long nowNanos() {
        return TimeUnit.MILLISECONDS.toNanos(nowMillis.applyAsLong(scheduler.get()));
    }

    /**
     * {@return what the clock of a backend shows, in nanoseconds since some moment, to be compared with what it shows
     * later} A virtual one shows whole milliseconds.
     *
     * @param backend whose clock it is
     */
    public static long nanoTime(Backend backend) {
        TestTime ofTest = OF_TEST.get();
        if (ofTest != null) return ofTest.nanoTime();
        VirtualTime<?> clock = backend.clock();
        return clock == null || !clock.isVirtual() ? SchedulePoint.nanoTime() : clock.nowNanos();
    }

    /**
     * {@return the lock that is held by what replaces the time, the threads or the libraries' schedulers of the process: a
     * test in virtual time, and an exploration} They run one after another, since each puts back what it has found.
     *
     * @throws IllegalStateException inside of one of them, which would wait for itself, or in a coroutine
     */
    public static Lock turn() {
        if (TURN.isHeldByCurrentThread() || CoroutineTask.ofThread() != null || SchedulePoint.isSimulated())
            throw new IllegalStateException("runTest or an exploration inside a test or a coroutine");
        return TURN;
    }

    /**
     * Puts the time of a test in force, in the whole process and on every backend. A signal then waits for no
     * coroutine; the test does, before it lets time pass.
     *
     * @throws IllegalStateException if one is in force already
     */
    public static void begin(TestTime time) {
        if (!OF_TEST.compareAndSet(null, Objects.requireNonNull(time, "time")))
            throw new IllegalStateException("the time of another test is in force");
    }

    /** Ends that. Does nothing if that time is not in force. */
    public static void end(TestTime time) {
        OF_TEST.compareAndSet(time, null);
    }

    /** Tells the test whose time is in force, if there is one, that something was started or has ended. */
    static void moved(Member member) {
        TestTime ofTest = OF_TEST.get();
        if (ofTest != null) ofTest.moved(Living.of(member, null));
    }

    /** Tells the test that a thread was woken. */
    static void woken(Thread thread) {
        TestTime ofTest = OF_TEST.get();
        if (ofTest != null) ofTest.woken(thread);
    }

    /** {@return whether the clock of a backend is a virtual one} If it is, signals wait for coroutines from now on. */
    static boolean drives(Backend backend) {
        if (OF_TEST.get() != null) return false; // the test waits for coroutines
        VirtualTime<?> clock = backend.clock();
        if (clock == null || !clock.isVirtual()) return false;
        used = true;
        return true;
    }

    /** Makes signals wait for a coroutine that was started on a virtual clock, and waits until it is at rest. */
    static void started(CoroutineTask<?> coroutine) {
        follow(coroutine);
        settle();
    }

    /** On a virtual clock, waits until the coroutines that a signal may have woken are at rest. */
    static void keepStep(Backend backend) {
        if (!used) return;
        if (drives(backend)) settle();
        else if (!FOLLOWED.isEmpty()) FOLLOWED.removeIf(CoroutineTask::isOver);
    }

    /** On a virtual clock, makes signals wait for the current coroutine. */
    static void followCurrent(Backend backend) {
        if (drives(backend)) follow(CoroutineTask.ofThread());
    }

    /**
     * Where a virtual clock is in use, makes signals also wait for a coroutine that another one has started, but not as
     * its member.
     */
    public static void followBeside(CoroutineTask<?> coroutine) {
        if (used) follow(coroutine);
    }

    /**
     * Runs an action later, on the clock of a backend. On a virtual clock, the timer's thread then waits until all
     * coroutines are at rest, including the one that schedules the action. Everything that waits for time goes through
     * here.
     *
     * @param backend whose clock it is
     * @param nanos how many nanoseconds from now, at least 1
     * @param action what to run, on a thread of the timer
     * @return the entry, to remove it before it runs
     */
    public static Timer.Entry schedule(Backend backend, long nanos, Runnable action) {
        TestTime ofTest = OF_TEST.get();
        if (ofTest != null) return ofTest.schedule(nanos, action);
        Timer timer = backend.timer();
        CoroutineTask<?> coroutine = CoroutineTask.ofThread();
        if (coroutine == null || !drives(backend)) return timer.schedule(nanos, action);
        follow(coroutine);
        return timer.schedule(nanos, () -> {
            action.run();
            settle();
        });
    }

    /**
     * {@return a publisher that, on a virtual clock, waits after each signal until all coroutines are at rest} From now
     * on, these include the current coroutine.
     */
    public static <T> Flow.Publisher<T> inStep(Backend backend, Flow.Publisher<T> publisher) {
        followCurrent(backend);
        return subscriber -> publisher.subscribe(new InStep<T>(backend, subscriber));
    }

    private static final class InStep<T> implements Flow.Subscriber<T> {
        private final Backend backend;
        private final Flow.Subscriber<? super T> subscriber;

        InStep(Backend backend, Flow.Subscriber<? super T> subscriber) {
            this.backend = backend;
            this.subscriber = subscriber;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
        }

        @Override
        public void onNext(T value) {
            subscriber.onNext(value);
            keepStep(backend);
        }

        @Override
        public void onError(Throwable failure) {
            subscriber.onError(failure);
            keepStep(backend);
        }

        @Override
        public void onComplete() {
            subscriber.onComplete();
            keepStep(backend);
        }
    }

    /**
     * Makes {@link #settle} also wait for a coroutine, with the outermost one around it and all members; does nothing
     * for null, or for one that will never run.
     */
    private static void follow(@Nullable CoroutineTask<?> coroutine) {
        if (coroutine == null || coroutine.thread() == null) return;
        used = true;
        FOLLOWED.add(coroutine.root());
    }

    /**
     * Waits until all followed coroutines are at rest, but at most a second: those that are not at rest by then, since
     * they compute or block elsewhere, are no longer followed. Does nothing on a virtual thread, such as that of a
     * coroutine that signals another: another thread already waits for it.
     *
     * <p>It looks twice: coroutines that were at rest at the first look and have not moved by the second were at rest
     * in between, all at the same moment; then none was left to wake another.
     */
    private static void settle() {
        if (Thread.currentThread().isVirtual()) return;
        long start = System.nanoTime();
        for (long before = Member.RUNNING; ; Thread.yield()) {
            long now = rest();
            if (now != Member.RUNNING && now == before) return;
            before = now;
            if (System.nanoTime() - start < PATIENCE_NANOS) continue;
            FOLLOWED.removeIf(coroutine -> coroutine.rest() == Member.RUNNING);
            return;
        }
    }

    private static long rest() {
        long sum = 0;
        for (CoroutineTask<?> coroutine : List.copyOf(FOLLOWED)) {
            long rest = coroutine.rest();
            if (rest == Member.RUNNING) return Member.RUNNING;
            sum += rest;
            if (coroutine.isOver()) FOLLOWED.remove(coroutine);
        }
        return sum;
    }
}
