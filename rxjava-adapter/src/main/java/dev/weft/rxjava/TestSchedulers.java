package dev.weft.rxjava;

import dev.weft.spi.TestTime;
import dev.weft.spi.Timer;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.disposables.CompositeDisposable;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Puts RxJava's schedulers on the time of a test. */
final class TestSchedulers {
    private TestSchedulers() {}

    /** {@return what puts RxJava's own back, or those of an earlier handler} */
    static Runnable on(TestTime time) {
        Scheduler blocking = new TestScheduler(time, true);
        Scheduler nonBlocking = new TestScheduler(time, false);
        var computation = RxJavaPlugins.getComputationSchedulerHandler();
        var io = RxJavaPlugins.getIoSchedulerHandler();
        var single = RxJavaPlugins.getSingleSchedulerHandler();
        var newThread = RxJavaPlugins.getNewThreadSchedulerHandler();
        RxJavaPlugins.setComputationSchedulerHandler(real -> nonBlocking);
        RxJavaPlugins.setIoSchedulerHandler(real -> blocking);
        RxJavaPlugins.setSingleSchedulerHandler(real -> nonBlocking);
        RxJavaPlugins.setNewThreadSchedulerHandler(real -> blocking);
        return () -> {
            RxJavaPlugins.setComputationSchedulerHandler(computation);
            RxJavaPlugins.setIoSchedulerHandler(io);
            RxJavaPlugins.setSingleSchedulerHandler(single);
            RxJavaPlugins.setNewThreadSchedulerHandler(newThread);
        };
    }
}

/** A scheduler whose tasks the test runs. */
final class TestScheduler extends Scheduler {
    private final TestTime time;
    private final boolean mayBlock;

    TestScheduler(TestTime time, boolean mayBlock) {
        this.time = time;
        this.mayBlock = mayBlock;
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(time.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Disposable scheduleDirect(Runnable task, long delay, TimeUnit unit) {
        return new TestTask(this, null, task).start(unit.toNanos(delay), new CompositeDisposable());
    }

    @Override
    public Worker createWorker() {
        return new TestWorker(this);
    }

    Timer.Entry execute(@Nullable Object worker, long nanos, Runnable task) {
        return time.execute(worker, mayBlock, nanos, task);
    }
}

/** What runs tasks one after another. */
final class TestWorker extends Scheduler.Worker {
    private final TestScheduler scheduler;
    private final CompositeDisposable tasks = new CompositeDisposable();

    TestWorker(TestScheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public long now(TimeUnit unit) {
        return scheduler.now(unit);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        var scheduled = new TestTask(scheduler, this, task);
        return tasks.add(scheduled) ? scheduled.start(unit.toNanos(delay), tasks) : Disposable.disposed();
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

/** A task that runs once; RxJava makes one with a period of several. */
final class TestTask implements Disposable, Runnable {
    private final TestScheduler scheduler;
    private final @Nullable Object worker;
    private final Runnable task;

    /** The tasks that this one leaves when it is over; written before it can run. */
    private @Nullable CompositeDisposable tasks;

    /** Guarded by this, as is {@code over}. */
    private Timer.@Nullable Entry entry;

    private boolean over;

    TestTask(TestScheduler scheduler, @Nullable Object worker, Runnable task) {
        this.scheduler = scheduler;
        this.worker = worker;
        this.task = RxJavaPlugins.onSchedule(task);
    }

    /** {@return this, or, if the test is over, a task that is disposed of already, as RxJava expects} */
    Disposable start(long nanos, CompositeDisposable of) {
        tasks = of;
        try {
            next(nanos);
            return this;
        } catch (RejectedExecutionException over) {
            of.delete(this);
            RxJavaPlugins.onError(over);
            return Disposable.disposed();
        }
    }

    private synchronized void next(long nanos) {
        if (!over) entry = scheduler.execute(worker, nanos, this);
    }

    @Override
    public void run() {
        try {
            task.run();
        } finally {
            end();
            if (tasks != null) tasks.delete(this);
        }
    }

    private synchronized Timer.@Nullable Entry end() {
        if (over) return null;
        over = true;
        return entry;
    }

    @Override
    public void dispose() {
        Timer.Entry left = end();
        if (left != null) left.cancel();
        if (tasks != null) tasks.delete(this);
    }

    @Override
    public synchronized boolean isDisposed() {
        return over;
    }
}
