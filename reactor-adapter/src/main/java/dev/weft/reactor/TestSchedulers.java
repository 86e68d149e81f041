package dev.weft.reactor;

import dev.weft.spi.TestTime;
import dev.weft.spi.Timer;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Makes Reactor's schedulers on the time of a test. */
final class TestSchedulers implements Schedulers.Factory {
    private final TestTime time;

    TestSchedulers(TestTime time) {
        this.time = time;
    }

    @Override
    public Scheduler newBoundedElastic(int threads, int tasks, ThreadFactory factory, int seconds) {
        return new TestScheduler(time, mayBlock(factory));
    }

    @Override
    public Scheduler newThreadPerTaskBoundedElastic(int threads, int tasks, ThreadFactory factory) {
        return new TestScheduler(time, mayBlock(factory));
    }

    @Override
    public Scheduler newParallel(int threads, ThreadFactory factory) {
        return new TestScheduler(time, mayBlock(factory));
    }

    @Override
    public Scheduler newSingle(ThreadFactory factory) {
        return new TestScheduler(time, mayBlock(factory));
    }

    private static boolean mayBlock(ThreadFactory factory) {
        return !Schedulers.isNonBlockingThread(factory.newThread(() -> {}));
    }
}

/** A scheduler whose tasks the test runs. */
final class TestScheduler implements Scheduler {
    private final TestTime time;
    private final boolean mayBlock;
    private volatile boolean disposed;

    TestScheduler(TestTime time, boolean mayBlock) {
        this.time = time;
        this.mayBlock = mayBlock;
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(time.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return start(new TestTask(this, null, task, 0), delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long delay, long period, TimeUnit unit) {
        return start(new TestTask(this, null, task, unit.toNanos(period)), delay, unit);
    }

    private Disposable start(TestTask task, long delay, TimeUnit unit) {
        if (disposed) throw Exceptions.failWithRejected();
        task.start(unit.toNanos(delay), Disposables.composite());
        return task;
    }

    @Override
    public Worker createWorker() {
        return new TestWorker(this);
    }

    @Override
    public void dispose() {
        disposed = true;
    }

    @Override
    public boolean isDisposed() {
        return disposed;
    }

    long nanoTime() {
        return time.nanoTime();
    }

    Timer.Entry execute(@Nullable Object worker, long nanos, Runnable task) {
        return time.execute(worker, mayBlock, nanos, task);
    }
}

/** What runs tasks one after another. */
final class TestWorker implements Scheduler.Worker {
    private final TestScheduler scheduler;
    private final Disposable.Composite tasks = Disposables.composite();

    TestWorker(TestScheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return start(new TestTask(scheduler, this, task, 0), delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long delay, long period, TimeUnit unit) {
        return start(new TestTask(scheduler, this, task, unit.toNanos(period)), delay, unit);
    }

    private Disposable start(TestTask task, long delay, TimeUnit unit) {
        if (!tasks.add(task)) throw Exceptions.failWithRejected();
        task.start(unit.toNanos(delay), tasks);
        return task;
    }

    @Override
    public void dispose() {
        tasks.dispose();
    }

    @Override
    public boolean isDisposed() {
        return tasks.isDisposed();
    }
}

/** A task that runs once, or again and again with a period. */
final class TestTask implements Disposable, Runnable {
    private final TestScheduler scheduler;
    private final @Nullable Object worker;
    private final Runnable task;
    private final long period;

    /** The tasks that this one leaves when it is over; written before it can run. */
    private Disposable.@Nullable Composite tasks;

    /** When it runs next; used by the thread that starts it, and then by those that run it. */
    private long due;

    /** Guarded by this, as is {@code over}. */
    private Timer.@Nullable Entry entry;

    private boolean over;

    TestTask(TestScheduler scheduler, @Nullable Object worker, Runnable task, long period) {
        this.scheduler = scheduler;
        this.worker = worker;
        this.task = Schedulers.onSchedule(task);
        this.period = period;
    }

    void start(long nanos, Disposable.Composite of) {
        tasks = of;
        due = scheduler.nanoTime() + Math.max(0, nanos);
        next();
    }

    private synchronized void next() {
        if (!over) entry = scheduler.execute(worker, due - scheduler.nanoTime(), this);
    }

    @Override
    public void run() {
        boolean again = false;
        try {
            task.run();
            again = period > 0;
        } finally {
            if (!again) leave();
        }
        due += period;
        if (again) next();
    }

    private synchronized Timer.@Nullable Entry end() {
        if (over) return null;
        over = true;
        return entry;
    }

    private void leave() {
        end();
        if (tasks != null) tasks.remove(this);
    }

    @Override
    public void dispose() {
        Timer.Entry left = end();
        if (left != null) left.cancel();
        if (tasks != null) tasks.remove(this);
    }

    @Override
    public synchronized boolean isDisposed() {
        return over;
    }
}
