package dev.weft.spi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A pool of threads of the current simulation, for a library's own schedulers: due tasks run in order, others wait on
 * the virtual clock, and cancelling a task interrupts the thread that runs it if requested. Created for each run; its
 * fields are used on the one carrier only.
 *
 * <p>It behaves as a {@link java.util.concurrent.ScheduledThreadPoolExecutor} that removes cancelled tasks:
 * {@link #shutdown} refuses new tasks and still runs delayed ones at their time, {@link #shutdownNow} drops those and
 * interrupts the running ones.
 */
public final class SimulatedExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private final Simulation simulation = Simulation.current();
    private final String name;
    private final int size;
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private final Set<Task<?>> delayed = new HashSet<>();
    private final List<Thread> threads = new ArrayList<>();
    private boolean isShutdown;

    /**
     * Creates an open pool.
     *
     * @param name the name of its threads
     * @param size how many there are at most
     */
    public SimulatedExecutor(String name, int size) {
        this.name = name;
        this.size = size;
    }

    @Override
    public void execute(Runnable task) {
        admit(task);
        run(task);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> body, long delay, TimeUnit unit) {
        var task = new Task<V>(body);
        admit(task);
        if (delay <= 0) run(task);
        else task.startAfter(unit.toNanos(delay));
        return task;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable body, long delay, TimeUnit unit) {
        return schedule(Executors.callable(body), delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable body, long delay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("a clock that ticks forever");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable body, long delay, long pause, TimeUnit unit) {
        throw new UnsupportedOperationException("a clock that ticks forever");
    }

    @Override
    public void shutdown() {
        isShutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        isShutdown = true;
        List<Runnable> forgotten = new ArrayList<>(queue);
        queue.clear();
        forgotten.addAll(delayed);
        for (Task<?> task : List.copyOf(delayed)) task.forget();
        threads.forEach(Thread::interrupt);
        return forgotten;
    }

    @Override
    public boolean isShutdown() {
        return isShutdown;
    }

    @Override
    public boolean isTerminated() {
        return isShutdown && threads.isEmpty() && delayed.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        Simulation.until(name + " has terminated", this::isTerminated);
        return true;
    }

    @Override
    protected <V> RunnableFuture<V> newTaskFor(Callable<V> body) {
        return new Task<>(body);
    }

    @Override
    protected <V> RunnableFuture<V> newTaskFor(Runnable body, V value) {
        return new Task<>(Executors.callable(body, value));
    }

    private void admit(Runnable task) {
        SchedulePoint.pass();
        if (isShutdown) throw new RejectedExecutionException(task + " rejected from " + name);
    }

    private void run(Runnable task) {
        queue.add(task);
        if (threads.size() < size) threads.add(simulation.start(name, this::work));
    }

    private void work() {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
            if (!isShutdown) Thread.interrupted(); // as a pool does before the next task
        }
        Thread.interrupted();
        threads.remove(Thread.currentThread());
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private Timer.Entry entry;

        Task(Callable<V> body) {
            super(body);
        }

        void startAfter(long nanos) {
            delayed.add(this);
            entry = simulation.schedule(nanos, () -> {
                if (delayed.remove(this)) SimulatedExecutor.this.run(this);
            });
            if (isDone()) forget();
        }

        void forget() {
            delayed.remove(this);
            if (entry != null) entry.cancel();
        }

        @Override
        public void run() {
            SchedulePoint.pass();
            super.run();
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            SchedulePoint.pass();
            return super.cancel(mayInterrupt);
        }

        @Override
        protected void done() {
            if (isCancelled()) forget();
            queue.remove(this);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compareTo(Delayed other) {
            throw new UnsupportedOperationException();
        }
    }
}
