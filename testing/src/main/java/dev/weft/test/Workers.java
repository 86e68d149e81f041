package dev.weft.test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run the tasks of libraries, one task at a time each; there are as many as there were tasks that
 * blocked at the same time. Used by the thread of the test.
 */
final class Workers {
    private final List<Worker> all = new ArrayList<>();
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final Consumer<Throwable> onFailure;

    /** @param onFailure what receives what tasks throw */
    Workers(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
    }

    void run(TestClock.Task task) {
        all.stream().filter(Worker::isIdle).findFirst().orElseGet(this::grown).give(task);
    }

    private Worker grown() {
        var worker = new Worker(all.size() + 1);
        all.add(worker);
        return worker;
    }

    /** {@return those that run a task} */
    List<Worker> busy() {
        return all.stream().filter(worker -> !worker.isIdle()).toList();
    }

    void close() {
        all.forEach(Worker::close);
    }

    /** One thread. */
    final class Worker implements Runnable {
        private final BlockingQueue<TestClock.Task> given = new LinkedBlockingQueue<>();
        private final WorkerThread thread;

        /** Written by the thread of the test, and, at the end of a task, by the worker's. */
        private volatile TestClock.@Nullable Task task;

        /** Whether the thread has taken its task; written by that. */
        private volatile boolean begun;

        private volatile boolean closed;

        Worker(int number) {
            thread = new WorkerThread(this, number);
            thread.setContextClassLoader(loader);
            thread.start();
        }

        boolean isIdle() {
            return task == null;
        }

        Thread thread() {
            return thread;
        }

        /** {@return whether it is in the middle of a task} */
        boolean hasBegun() {
            return begun;
        }

        private void give(TestClock.Task next) {
            begun = false;
            task = next;
            given.add(next);
        }

        @Override
        public void run() {
            while (!closed) {
                TestClock.Task next;
                try {
                    next = given.take();
                } catch (InterruptedException closing) {
                    continue;
                }
                begun = true;
                try {
                    thread.mustNotBlock = !next.mayBlock;
                    next.run();
                } catch (Throwable thrown) {
                    onFailure.accept(thrown);
                } finally {
                    thread.mustNotBlock = false;
                    task = null;
                }
            }
        }

        private void close() {
            closed = true;
            thread.interrupt();
        }
    }

    /** {@return whether a thread runs a task that would have to run on a thread that must not block} */
    static boolean mustNotBlock(Thread thread) {
        return thread instanceof WorkerThread worker && worker.mustNotBlock;
    }

    static boolean isWorker(Thread thread) {
        return thread instanceof WorkerThread;
    }

    private static final class WorkerThread extends Thread {
        /** Used by itself. */
        private boolean mustNotBlock;

        WorkerThread(Runnable worker, int number) {
            super(null, worker, "weft-test-" + number, 0, false);
            setDaemon(true);
        }
    }
}
