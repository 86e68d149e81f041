package dev.weft.stress;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that signal, cancel and interrupt. They run their tasks in the order in which they receive them, each at
 * its own pace.
 */
final class Actors {
    private static final int MANY = 4;
    private static final Runnable END = () -> {};

    private final List<BlockingQueue<Runnable>> queues = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch gate;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
    private final Queue<Throwable> failures;

    /** The number of pending tasks, plus those that may still add tasks: the storm itself is one. */
    private final AtomicLong pending = new AtomicLong(1);

    /**
     * Starts them.
     *
     * @param virtual whether they are virtual threads, which need carriers themselves
     * @param gated whether they begin only when they are {@link #open opened}
     * @param failures where to put what a task throws
     */
    Actors(boolean virtual, boolean gated, Queue<Throwable> failures) {
        this.failures = failures;
        gate = new CountDownLatch(gated ? 1 : 0);
        ThreadFactory factory = (virtual
                        ? Thread.ofVirtual().name("actor-", 0)
                        : Thread.ofPlatform().daemon().name("actor-", 0))
                .factory();
        for (int i = 0; i < MANY; i++) {
            BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
            queues.add(queue);
            Thread thread = factory.newThread(() -> act(queue));
            threads.add(thread);
            thread.start();
        }
    }

    /** Lets them begin. */
    void open() {
        gate.countDown();
    }

    /**
     * Makes one of them run something soon; or never, if they have ended: a thread that cancels a source while it is
     * being subscribed to may get to its cancel when all others have gone.
     */
    void later(Runnable task) {
        if (pending.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0) enqueue(task);
    }

    /** Makes one of them run something some time from now. */
    void after(long nanos, Runnable task) {
        hold();
        clock.schedule(() -> enqueue(task), nanos, TimeUnit.NANOSECONDS);
    }

    /** Keeps them waiting for more tasks, until it is released. */
    void hold() {
        pending.incrementAndGet();
    }

    void release() {
        if (pending.decrementAndGet() == 0) end();
    }

    /** Waits until everything is done and they have ended. */
    void finish() throws InterruptedException {
        open();
        release();
        var patience = new Patience();
        for (Thread thread : threads) {
            if (!patience.isGone(thread)) fail("%d tasks without an end; %s", pending.get(), Census.describe(thread));
        }
        clock.shutdown();
        if (!clock.awaitTermination(patience.left(), TimeUnit.NANOSECONDS)) fail("a clock without an end");
    }

    /** Lets them end, whatever is still undone. */
    void abandon() {
        clock.shutdownNow();
        queues.forEach(BlockingQueue::clear);
        end();
        open();
    }

    private void end() {
        queues.forEach(queue -> queue.add(END));
    }

    private void enqueue(Runnable task) {
        queues.get(Math.floorMod(next.getAndIncrement(), MANY)).add(task);
    }

    private void act(BlockingQueue<Runnable> queue) {
        try {
            gate.await();
            for (Runnable task = queue.take(); task != END; task = queue.take()) {
                run(task);
                release();
            }
        } catch (InterruptedException stray) {
            failures.add(new AssertionError("a thread that signals and cancels was interrupted", stray));
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) {
            failures.add(failure);
        }
    }
}
