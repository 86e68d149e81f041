package dev.weft.test.simulation;

import dev.weft.spi.Timer;
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
import org.jspecify.annotations.Nullable;

/**
 * A pool of threads of the current simulation, for a library's own schedulers: due tasks run in order, others wait on
 * the virtual clock, and cancelling a task interrupts the thread that runs it if requested. Created for each run; its
 * fields are used on the one carrier only.
 *
 * <p>It behaves as a {@link java.util.concurrent.ScheduledThreadPoolExecutor} that removes cancelled tasks:
 * {@link #shutdown} refuses new tasks and still runs delayed ones at their time, {@link #shutdownNow} drops those and
 * interrupts the running ones.
 *
 * @since 0.1
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
        var task = new Task<Object>(Executors.callable(body), unit.toNanos(period));
        admit(task);
        task.startAfter(unit.toNanos(delay));
        return task;
    }

    /** As {@link #scheduleAtFixedRate}: on the virtual clock, a task takes no time. */
    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable body, long delay, long pause, TimeUnit unit) {
        return scheduleAtFixedRate(body, delay, pause, unit);
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
        Thread.yield();
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

    /** Starts a periodic task at its time; for itself, it is no reason to go on with a run. */
    record Tick(String of, Runnable action) implements Runnable {
        @Override
        public void run() {
            action.run();
        }

        @Override
        public String toString() {
            return "a periodic task of " + of;
        }
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        /** In nanoseconds; 0 if it runs once. */
        private final long period;

        private Timer.@Nullable Entry entry;

        Task(Callable<V> body) {
            this(body, 0);
        }

        Task(Callable<V> body, long period) {
            super(body);
            this.period = period;
        }

        void startAfter(long nanos) {
            delayed.add(this);
            Runnable due = () -> {
                if (delayed.remove(this)) SimulatedExecutor.this.run(this);
            };
            entry = simulation.schedule(nanos, period == 0 ? due : new Tick(name, due));
            if (isDone()) forget();
        }

        void forget() {
            delayed.remove(this);
            if (entry != null) entry.cancel();
        }

        @Override
        public void run() {
            Thread.yield();
            if (period == 0) super.run();
            else if (super.runAndReset() && !isShutdown) startAfter(period);
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            Thread.yield();
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
