package dev.weft;

import static dev.weft.Async.coroutine;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.spi.CoroutineOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A lock goes to a coroutine first, while the thread that must give the coroutine its turn waits for the lock too. */
class LoopLockTest {
    private final List<String> trail = new CopyOnWriteArrayList<>();
    private ExecutorService loop;
    private volatile Thread loopThread;

    /** Whether the loop gives the coroutine a turn. */
    private volatile boolean turn;

    enum Lock {
        MONITOR {
            private final Object monitor = new Object();

            @Override
            void hold(Runnable action) {
                synchronized (monitor) {
                    action.run();
                }
            }
        },
        REENTRANT {
            private final ReentrantLock lock = new ReentrantLock();

            @Override
            void hold(Runnable action) {
                lock.lock();
                try {
                    action.run();
                } finally {
                    lock.unlock();
                }
            }
        },
        FAIR {
            private final ReentrantLock lock = new ReentrantLock(true);

            @Override
            void hold(Runnable action) {
                lock.lock();
                try {
                    action.run();
                } finally {
                    lock.unlock();
                }
            }
        };

        abstract void hold(Runnable action);
    }

    @BeforeEach
    void start() {
        assumeTrue(
                CoroutineOptions.missing() == null, "Dispatcher.on(executor): this JVM " + CoroutineOptions.missing());
        loop = Executors.newSingleThreadExecutor(
                task -> loopThread = Thread.ofPlatform().daemon().name("loop").unstarted(task));
    }

    @AfterEach
    void stop() {
        if (loop != null) loop.shutdown();
    }

    private void turn(Runnable turn) {
        this.turn = true;
        turn.run();
        this.turn = false;
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.BLOCKED || thread.getState() == Thread.State.WAITING;
    }

    @ParameterizedTest
    @EnumSource
    void theCoroutineGoesOnBesideIt(Lock lock) throws Exception {
        var thread = new CompletableFuture<Thread>();
        var behind = new CompletableFuture<Void>();
        var task = new CompletableFuture<Void>();
        CompletableFuture<Void> coroutine = new CompletableFuture<>();
        lock.hold(() -> {
            coroutine(() -> {
                        thread.complete(Thread.currentThread());
                        lock.hold(() -> trail.add("coroutine"));
                        Async.await(behind);
                        trail.add("behind it: " + turn);
                        return null;
                    })
                    .on(Dispatcher.on(turn -> loop.execute(() -> turn(turn))))
                    .start()
                    .whenComplete((value, failure) -> coroutine.complete(null));
            until("the coroutine waits", () -> waits(thread.join()));
            loop.execute(() -> {
                lock.hold(() -> trail.add("task"));
                task.complete(null);
            });
            until("the loop waits", () -> waits(loopThread));
        });
        task.get(30, TimeUnit.SECONDS);
        until("the coroutine waits again", () -> trail.contains("coroutine") && waits(thread.join()));
        behind.complete(null);
        coroutine.get(30, TimeUnit.SECONDS);
        assertThat(trail).contains("coroutine", "task").last().isEqualTo("behind it: true");
    }
}
