package dev.weft.test.simulation;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.remainingTime;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivex.rxjava3.core.Flowable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import reactor.core.publisher.Flux;

/** What a run is. (Its name keeps it among the tests that run without the engine's own steps.) */
@EnabledIf("dev.weft.test.simulation.Programs#canBeSimulated")
class SchedulesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final long MILLI_NANOS = 1_000_000;

    private static Exploration.Explored explore(Simulation.Body test) throws InterruptedException {
        return Exploration.ofSeeds(200).explore(test);
    }

    private static AssertionError failure(Simulation.Body test) {
        try {
            explore(test);
        } catch (AssertionError failure) {
            return failure;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("it did not fail");
    }

    /** {@return the ends that occurred, of programs with an end that depends on the schedule} */
    private interface Ends {
        void add(String end);
    }

    private static Set<String> ends(java.util.function.Consumer<Ends> program) throws InterruptedException {
        Set<String> seen = new HashSet<>();
        explore(() -> program.accept(seen::add));
        return seen;
    }

    @Nested
    class Threads {
        @Test
        void X1_virtualThreadsThatATestMakesBelongToTheRun() throws Exception {
            assertThat(ends(end -> {
                        List<String> order = new ArrayList<>();
                        Thread first = Thread.startVirtualThread(() -> order.add("a"));
                        Thread second = Thread.ofVirtual().name("b").start(() -> order.add("b"));
                        join(first);
                        join(second);
                        end.add(String.join("", order));
                    }))
                    .containsExactlyInAnyOrder("ab", "ba");
        }

        @Test
        void anExecutorOfVirtualThreadsIsSimulated() throws Exception {
            explore(() -> {
                try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                    assertThat(executor.submit(() -> "done").get()).isEqualTo("done");
                }
            });
        }

        @Test
        void X3_whatAThreadThrowsFailsTheRun() {
            assertThat(failure(() -> Thread.startVirtualThread(() -> {
                        throw new IllegalStateException("thrown");
                    })))
                    .hasMessageContaining("thrown");
        }

        @Test
        void X2_aThreadFromOutsideIsNamed() {
            assertThat(failure(() -> {
                        var answer = new CompletableFuture<String>();
                        var goesOn = new AtomicInteger();
                        Simulation.current().start("busy", () -> {
                            while (goesOn.get() == 0) Thread.yield();
                        });
                        Thread.ofPlatform().name("stranger").start(() -> {
                            awaitParked(answer);
                            answer.complete("");
                        });
                        await(answer);
                        goesOn.set(1);
                    }))
                    .hasMessageContaining("test was woken by stranger, which is not part of the simulation");
        }

        private static void awaitParked(CompletableFuture<String> answer) {
            while (answer.getNumberOfDependents() == 0) Thread.onSpinWait();
        }
    }

    @Nested
    class Locks {
        @Test
        void X1_locksQueuesAndLatchesOfTheJdkAreSchedulePoints() throws Exception {
            explore(() -> {
                var lock = new ReentrantLock();
                var changed = lock.newCondition();
                var queue = new LinkedBlockingQueue<String>(1);
                var handOver = new SynchronousQueue<String>();
                var permits = new Semaphore(0);
                var barrier = new CyclicBarrier(2);
                Simulation.current().start("other", () -> {
                    queue.put("a");
                    queue.put("b");
                    handOver.put("c");
                    permits.release();
                    barrier.await();
                    lock.lock();
                    changed.signal();
                    lock.unlock();
                });
                assertThat(queue.take() + queue.take() + handOver.take()).isEqualTo("abc");
                permits.acquire();
                lock.lock();
                var crossing = Thread.startVirtualThread(() -> cross(barrier));
                changed.await();
                lock.unlock();
                crossing.join();
            });
        }

        private static void cross(CyclicBarrier barrier) {
            try {
                barrier.await();
            } catch (Exception broken) {
                throw new AssertionError(broken);
            }
        }

        @Test
        void aThreadThatMeetsAHeldMonitorGoesOnWhenItIsFree() throws Exception {
            explore(() -> {
                var monitor = new Object();
                List<String> order = new ArrayList<>();
                Thread other;
                synchronized (monitor) {
                    other = Thread.startVirtualThread(() -> {
                        synchronized (monitor) {
                            order.add("second");
                        }
                    });
                    Thread.yield();
                    Thread.yield();
                    order.add("first");
                }
                other.join();
                assertThat(order).containsExactly("first", "second");
            });
        }

        @Test
        void X3_aDeadlockNamesWhoWaitsForWhat() {
            assertThat(failure(() -> {
                        var a = new ReentrantLock();
                        var b = new ReentrantLock();
                        run(() -> {
                            async(() -> both(a, b));
                            async(() -> both(b, a));
                        });
                    }))
                    .hasMessageContaining("waiting forever:\n")
                    .hasMessageContaining(
                            "coroutine-2 waits in ReentrantLock, which coroutine-3 holds\n    at SchedulesTest$Locks.both:")
                    .hasMessageContaining(
                            "coroutine-3 waits in ReentrantLock, which coroutine-2 holds\n    at SchedulesTest$Locks.both:");
        }

        private static void both(ReentrantLock first, ReentrantLock second) {
            first.lock();
            Thread.yield();
            second.lock();
            second.unlock();
            first.unlock();
        }

        @Test
        void X3_coroutinesThatAwaitEachOtherAreACycle() {
            assertThat(failure(() -> run(() -> {
                        var second = new CompletableFuture<dev.weft.Deferred<String>>();
                        var first = async(() -> await(await(second)));
                        second.complete(async(() -> await(first)));
                    })))
                    .hasMessageContaining("waiting forever:\n")
                    .hasMessageContaining(
                            "A cycle: coroutine-2, which waits for coroutine-3, which waits for coroutine-2");
        }
    }

    @Nested
    class Time {
        @Test
        void X5_anHourOfDelaysPassesAtOnce() throws Exception {
            explore(() -> run(() -> {
                long start = Simulation.current().now();
                delay(Duration.ofHours(1));
                assertThat(Simulation.current().now() - start)
                        .isEqualTo(Duration.ofHours(1).toNanos());
            }));
        }

        @Test
        void X5_whatRemainsOfATimeoutIsVirtualToo() throws Exception {
            explore(() -> run(() -> withTimeout(Duration.ofMinutes(2), () -> {
                delay(Duration.ofMinutes(1));
                assertThat(remainingTime()).hasValue(Duration.ofMinutes(1));
            })));
        }

        @Test
        void X5_aTimeoutAndAResultRace() throws Exception {
            assertThat(ends(end -> run(() -> {
                        try {
                            withTimeout(SECOND, () -> {
                                for (int i = 0; i < 3; i++) Thread.yield();
                                await(CompletableFuture.completedFuture(""));
                            });
                            end.add("in time");
                        } catch (Exception late) {
                            assertThat(late).isInstanceOf(TimeoutException.class);
                            end.add("late");
                        }
                    })))
                    .containsExactlyInAnyOrder("in time", "late");
        }

        @Test
        void timedWaitsOfTheJdkTakeTheirTimeOnTheVirtualClockToo() throws Exception {
            Exploration.ofSeeds(20).explore(() -> {
                Thread other = Thread.startVirtualThread(() -> delay(Duration.ofHours(1)));
                long start = Simulation.current().now();
                Thread.sleep(3);
                assertThat(Simulation.current().now() - start).isBetween(MILLI_NANOS * 3, MILLI_NANOS * 10);
                new LinkedBlockingQueue<String>().poll(2, TimeUnit.MILLISECONDS);
                assertThat(Simulation.current().now() - start).isLessThan(SECOND.toNanos());
                other.join();
            });
        }

        @Test
        void aTimedWaitThatIsAnsweredEndsBefore() throws Exception {
            explore(() -> {
                var queue = new LinkedBlockingQueue<String>();
                Simulation.current().start("other", () -> {
                    delay(SECOND);
                    queue.add("value");
                });
                assertThat(queue.poll(1, TimeUnit.HOURS)).isEqualTo("value");
            });
        }

        @Test
        void X3_anIntervalThatNobodyCancelsIsLeftOver() {
            assertThat(failure(() -> Flux.interval(SECOND).subscribe()))
                    .hasMessageContaining("left in the timer")
                    .hasMessageContaining("a periodic task of parallel");
            assertThat(failure(() -> Flowable.interval(1, TimeUnit.SECONDS).subscribe()))
                    .hasMessageContaining("a periodic task of computation");
        }

        @Test
        void X5_intervalsTickInVirtualTime() throws Exception {
            explore(() -> {
                assertThat(Flux.interval(SECOND).take(3).collectList().block()).containsExactly(0L, 1L, 2L);
                assertThat(Flowable.interval(1, TimeUnit.HOURS).take(2).toList().blockingGet())
                        .containsExactly(0L, 1L);
            });
        }
    }

    /** Prints what is missing, in a JVM of its own. */
    static final class WithoutTheFlag {
        private WithoutTheFlag() {}

        public static void main(String[] args) {
            System.out.println(Simulation.missing());
        }
    }

    @Test
    void withoutTheFlagItSaysWhatToDo() throws Exception {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutTheFlag.class.getName())
                .start();
        assertThat(new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith(
                        "a simulation needs JDK 24 or newer and the flag --add-opens java.base/java.lang=ALL-UNNAMED")
                .contains("Surefire: <argLine>--add-opens java.base/java.lang=ALL-UNNAMED</argLine>")
                .contains("Gradle: tasks.test { jvmArgs(\"--add-opens=java.base/java.lang=ALL-UNNAMED\") }")
                .contains("found: java.lang.reflect.InaccessibleObjectException");
    }

    @Nested
    class Limits {
        @Test
        void X3_aRunWithoutEndIsStopped() {
            assertThatThrownBy(() -> Exploration.ofSeeds(1).withSteps(100).explore(() -> {
                        while (!Thread.currentThread().isInterrupted()) Thread.yield();
                    }))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("no end after 100 steps:\ntest goes on and on\n    at SchedulesTest$Limits");
        }

        @Test
        void X3_aStepWithoutEndIsStopped() {
            var goOn = new AtomicInteger();
            assertThatThrownBy(() -> Exploration.ofSeeds(1)
                            .withPatience(Duration.ofMillis(200))
                            .explore(() -> {
                                while (goOn.get() == 0) Thread.onSpinWait();
                            }))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("has run for more than 200 ms: test\n    at ");
            goOn.set(1);
        }

        @Test
        void X2_aTestThatDependsOnMoreThanTheSeedIsNoticed() {
            var runs = new AtomicInteger();
            assertThatThrownBy(() -> Exploration.ofSeeds(1).explore(() -> {
                        if (runs.getAndIncrement() % 2 == 0) Thread.yield();
                    }))
                    .hasMessageContaining("took another way when played again");
        }

        @Test
        void anExplorationInsideARunIsRefused() {
            assertThat(failure(() -> explore(() -> {}))).hasMessageContaining("an exploration inside a test");
        }

        @Test
        void badInputIsRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Exploration.ofSeeds(0))
                    .withMessage("seeds must be positive, but is 0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Exploration.ofSeeds(1).withSteps(-1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Exploration.ofSeeds(1).withPatience(Duration.ZERO));
            assertThatIllegalStateException().isThrownBy(Simulation::current).withMessage("no simulation runs");
        }
    }

    @Test
    void X4_theShortestScheduleHasTheOneSwitchThatMatters() {
        assertThat(failure(() -> {
                    int[] count = {0};
                    Thread other = Thread.ofVirtual().name("other").start(() -> {
                        for (int i = 0; i < 5; i++) Thread.yield();
                        count[0] = count[0] + 1;
                    });
                    int before = count[0];
                    for (int i = 0; i < 5; i++) Thread.yield();
                    count[0] = before + 1;
                    other.join();
                    assertThat(count[0]).isEqualTo(2);
                }))
                .hasMessageContaining("the shortest schedule found that fails, with 1 switches");
    }

    @Test
    void X4_aShorterScheduleThatFailsInAnotherWayIsNotTaken() {
        assertThat(failure(() -> {
                    int[] steps = {0};
                    Thread other = Thread.ofVirtual().name("other").start(() -> {
                        for (int i = 0; i < 6; i++) {
                            steps[0]++;
                            Thread.yield();
                        }
                    });
                    boolean alone = true;
                    for (int i = 0; i < 6; i++) {
                        int before = steps[0];
                        Thread.yield();
                        alone &= steps[0] == before;
                    }
                    other.join();
                    if (alone) throw new IllegalArgumentException("without a switch");
                    throw new IllegalStateException("with some");
                }))
                .hasMessageContaining("IllegalStateException: with some")
                .hasMessageContaining("the shortest schedule found that fails, with 1 switches");
    }

    @Test
    void X2_oneSeedIsPlayedAlone() throws InterruptedException {
        System.setProperty("weft.seed", "77");
        try {
            List<Boolean> coins = new ArrayList<>();
            Exploration.Explored explored = Exploration.ofSeeds(100)
                    .explore(() -> coins.add(Simulation.current().coin()));
            assertThat(explored.seeds()).isEqualTo(1);
            assertThat(coins).hasSize(2); // played again
        } finally {
            System.clearProperty("weft.seed");
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
