package dev.weft.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Context;
import dev.weft.Hooks;
import dev.weft.scheduling.CoroutineScheduler;
import dev.weft.testing.Latches;
import dev.weft.testing.Rounds;
import dev.weft.testing.Watched;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers of coroutines: each coroutine has one, and releases it once, after its last turn. */
class WorkersTest {
    private final List<Queue> taken = new CopyOnWriteArrayList<>();
    private final List<Queue> givenBack = new CopyOnWriteArrayList<>();

    @BeforeEach
    void supported() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
    }

    private CoroutineOptions queues() {
        return CoroutineOptions.onWorkers("queues()", () -> {
            var queue = new Queue();
            taken.add(queue);
            return queue;
        });
    }

    @Test
    void aWorkerIsGivenBackBehindTheLastTurn() {
        var latch = new CountDownLatch(1);
        var task = new Told(queues(), () -> {
            latch.await();
            return "value";
        });
        task.start();
        Queue queue = taken.get(0);
        queue.turn();
        assertThat(givenBack).isEmpty();
        latch.countDown();
        queue.turn();
        assertThat(task.result).isEqualTo("value");
        assertThat(givenBack).containsExactly(queue);
        assertThat(queue.threadAtTheEnd).isEqualTo(Thread.State.TERMINATED);
    }

    @Test
    void aChildHasAWorkerOfItsOwn() {
        var task = new Told(queues(), () -> {
            new Told(null, () -> "child").start();
            return "parent";
        });
        task.start();
        taken.get(0).turn();
        assertThat(taken).hasSize(2);
        taken.get(1).turn();
        assertThat(givenBack).containsExactly(taken.get(1));
        taken.get(0).turn(); // it has waited for its member
        assertThat(task.result).isEqualTo("parent");
        assertThat(givenBack).hasSize(2);
    }

    @Test
    void aCoroutineThatIsCancelledAlreadyTakesNone() {
        var task = new Told(queues(), () -> "never");
        task.cancel(Cancellation.Reason.REQUESTED, null, null);
        task.start();
        assertThat(task.ended.getCount()).isZero();
        assertThat(taken).isEmpty();
    }

    @Test
    void aFailureToTakeOneIsThatOfTheCoroutine() {
        var failure = new IllegalStateException("no more");
        var task = new Told(
                CoroutineOptions.onWorkers("failing()", () -> {
                    throw failure;
                }),
                () -> "never");
        task.start();
        assertThat(task.result).isSameAs(failure);
    }

    /** What the JVM may be short of when it makes a thread. */
    @Test
    void aWorkerWhoseCoroutineGotNoThreadIsGivenBack() {
        CoroutineScheduler scheduler = queues().scheduler().forTask(new ScheduledTask(new Told(null, () -> "never")));
        scheduler.taskEnded();
        assertThat(givenBack).containsExactlyElementsOf(taken).hasSize(1);
    }

    @Test
    void aWorkerThatRefusesIsGivenBackBehindTheCleanUp() {
        var latch = new CountDownLatch(1);
        List<String> trail = new CopyOnWriteArrayList<>();
        var task = new Told(queues(), () -> {
            try {
                latch.await();
                return "never";
            } finally {
                trail.add("given back " + givenBack.size());
            }
        });
        task.start();
        Queue queue = taken.get(0);
        queue.turn();
        queue.refuses = true;
        latch.countDown();
        task.end();
        assertThat(task.result)
                .isInstanceOfSatisfying(
                        RejectedExecutionException.class,
                        refused -> assertThat(refused)
                                .hasMessage("queues() takes no more steps of a coroutine")
                                .hasRootCauseMessage("full"));
        assertThat(trail).containsExactly("given back 0");
        Watched.until("given back", () -> givenBack.size() == 1);
    }

    /** The coroutine ends elsewhere while the turn, in which it was refused, ends here. */
    @Test
    void aWorkerThatRefusesInsideATurnIsGivenBackOnce() {
        for (int round : new Rounds(2000)) {
            var task = new Told(queues(), () -> {
                taken.get(0).refuses = true;
                Thread.yield(); // asks for a turn on the thread that carries it
                return "value";
            });
            task.start();
            taken.get(0).turn();
            task.end();
            Watched.until("given back", () -> !givenBack.isEmpty());
            task.over();
            assertThat(givenBack).as("round %d", round).hasSize(1);
            taken.clear();
            givenBack.clear();
        }
    }

    @Test
    void whatGivingBackThrowsIsDropped() {
        var failure = new IllegalStateException("stuck");
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.Handle hook = Hooks.onDropped(dropped::add);
        try {
            var task = new Told(queues(), () -> "value");
            task.start();
            taken.get(0).stuck = failure;
            taken.get(0).turn();
            assertThat(task.result).isEqualTo("value");
        } finally {
            hook.close();
        }
        assertThat(dropped).containsExactly(failure);
    }

    /** Turns that a test runs by hand, on its own thread. */
    private final class Queue implements Worker {
        private final LinkedBlockingQueue<Runnable> turns = new LinkedBlockingQueue<>();
        private volatile boolean refuses;
        private volatile @Nullable RuntimeException stuck;
        private volatile Thread.@Nullable State threadAtTheEnd;

        @Override
        public void execute(Runnable turn) {
            if (refuses) throw new RejectedExecutionException("full");
            turns.add(turn);
        }

        @Override
        public void close() {
            threadAtTheEnd = Told.last.thread().getState();
            givenBack.add(this);
            if (stuck != null) throw stuck;
        }

        void turn() {
            try {
                Runnable turn = turns.poll(Watched.SECONDS, TimeUnit.SECONDS);
                assertThat(turn).as("a turn is asked for").isNotNull();
                turn.run();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }

    /** A coroutine that keeps what it ends with. */
    private static final class Told extends CoroutineTask<@Nullable Object> {
        private static volatile Told last;

        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile @Nullable Object result;

        Told(@Nullable CoroutineOptions options, Callable<?> body) {
            super(
                    Scope.current(),
                    Host.get().backend(),
                    Context.empty(),
                    options == null ? CoroutineOptions.NONE : options,
                    body);
            if (options != null) last = this;
        }

        void end() {
            Latches.await(ended);
        }

        /** Waits for the end of the thread, after which nothing is released any more. */
        void over() {
            Latches.join(thread());
        }

        @Override
        protected void succeeded(@Nullable Object value) {
            result = value;
            ended.countDown();
        }

        @Override
        protected void failed(Throwable failure) {
            result = failure;
            ended.countDown();
        }

        @Override
        protected void cancelled(@Nullable Throwable failure) {
            result = failure;
            ended.countDown();
        }
    }
}
