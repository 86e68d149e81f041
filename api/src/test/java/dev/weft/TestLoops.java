package dev.weft;

import dev.weft.spi.EventLoop;
import dev.weft.spi.EventLoops;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Event loops of a library that does not exist, installed for the tests of this module. */
public final class TestLoops implements EventLoops {
    private static final ThreadLocal<Loop> RUN_HERE = new ThreadLocal<>();

    /** For {@link java.util.ServiceLoader}. */
    public TestLoops() {}

    @Override
    public EventLoop current() {
        return RUN_HERE.get();
    }

    /** A loop with one thread, and the names of the coroutines that have entered it. */
    static final class Loop implements EventLoop, AutoCloseable {
        final List<String> entered = new CopyOnWriteArrayList<>();
        private final ExecutorService thread;
        private final boolean carries;
        private volatile boolean context;

        Loop(String name, boolean carries) {
            this(Thread.ofPlatform().name(name), carries);
        }

        Loop(Thread.Builder threads, boolean carries) {
            this.thread = Executors.newSingleThreadExecutor(task -> threads.unstarted(() -> {
                RUN_HERE.set(this);
                task.run();
            }));
            this.carries = carries;
        }

        @Override
        public Executor executor() {
            return carries ? thread : null;
        }

        @Override
        public void enter() {
            entered.add(Thread.currentThread().getName());
        }

        /** From now on, it is the context of coroutines that are started on it. */
        Loop asContext() {
            context = true;
            return this;
        }

        @Override
        public boolean isContext() {
            return context;
        }

        /** Runs a task on the loop, and waits for it. */
        void run(Runnable task) {
            var failure = new AtomicReference<Throwable>();
            try {
                thread.submit(() -> {
                            try {
                                task.run();
                            } catch (Throwable thrown) {
                                failure.set(thrown);
                            }
                        })
                        .get(30, TimeUnit.SECONDS);
            } catch (Exception broken) {
                throw new AssertionError(broken);
            }
            if (failure.get() != null) throw new AssertionError(failure.get());
        }

        @Override
        public void close() {
            thread.shutdown();
        }
    }
}
